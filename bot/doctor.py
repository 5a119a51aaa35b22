"""The doctor: looks at everything that the desk needs, and says what is wrong and how to mend it.

It changes nothing that matters: it writes a note into the database, and a file that it takes away
again, because only writing shows whether the desk can write.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import config, listening
from bot.clock import SystemClock
from bot.config import BadSettings, Settings
from bot.findings import Finding
from bot.listening import CannotListen
from bot.roster.gaps import gaps, unmended
from bot.roster.read import read_roster
from bot.slack import doctor as slack
from bot.slack.join import settings_of
from desk.errors import NoKey, NotSaved
from desk.people import PlaceKind
from desk.ports import UnitOfWork
from sla import holidays
from sla.catalog import PROGRAMS, Catalog
from sla.holidays import BadHolidays
from sla.toml_source import BadFile
from storage import migrate
from storage.address import parse
from storage.desk import StoredDesk
from storage.files import FileStore, new_key

# How long ahead the holidays of a year must be known.
AHEAD = timedelta(days=60)

# How long whoever has the port may take to say that it is a desk, in seconds.
ANSWER_WITHIN = 2.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows that others need: partners that are linked, and Slack's part."""

    linked: Collection[str] = ()
    slack: slack.Kept = field(default_factory=slack.Kept)


async def examine(now: datetime, env_file: Path | None = config.ENV_FILE) -> list[Finding]:
    """Look at everything, in the order in which a start would meet it."""
    try:
        settings = config.read(env_file)
    except BadSettings as error:
        return [
            *(Finding("settings", fault, "Mend it in the environment.") for fault in error.faults),
            Finding("settings", "nothing else was looked at", "Run the doctor again afterwards."),
        ]
    found = list(_settings(settings, os.environ))
    catalog, faults = _catalog(settings)
    database = [one async for one in _database(settings, catalog, now)]
    known = await _known(settings, now) if Finding("database") in database else Known()
    found += faults
    if catalog is not None:
        found += _calendars(catalog, settings, now)
        found += _roster_file(settings, catalog, known.linked)
    found += database
    found += await slack.examine(settings_of(settings), known.slack, SystemClock().now)
    found += await _files(settings)
    found += _port(settings)
    return found


def _settings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    yield Finding("settings")
    for name, meant in config.misspelt(environ).items():
        yield Finding("settings", f"{name} is not a setting", f"Did you mean {meant}?")
    if not settings.loopback and settings.public_url is None:
        wrong = "other machines may reach the desk, and DESK_PUBLIC_URL is not set"
        yield Finding(
            "settings",
            wrong,
            "Set it to the address that they use: links are made of it.",
        )
    if settings.public_url and not settings.loopback and settings.public_url.startswith("http://"):
        wrong = "DESK_PUBLIC_URL is http: sessions would travel in the clear"
        yield Finding("settings", wrong, "Put TLS in front of the desk and make it https.")


def _catalog(settings: Settings) -> tuple[Catalog | None, list[Finding]]:
    try:
        catalog = Catalog.load(settings.programs or PROGRAMS, overrides=settings.holidays)
    except BadFile as error:
        mend = "Mend the line; `partnerdesk catalog check` reads the file again."
        return None, [Finding("programs", str(fault), mend) for fault in error.faults]
    except (BadHolidays, OSError) as error:
        return None, [Finding("programs", str(error), "Mend the file that DESK_HOLIDAYS names.")]
    return catalog, [Finding("programs")]


def _calendars(catalog: Catalog, settings: Settings, now: datetime) -> Iterator[Finding]:
    wrong = False
    zones = {c.spec.holidays: c.spec.zone for c in catalog.calendars.values() if c.spec.holidays}
    for region, zone in sorted(zones.items()):
        table = holidays.load(region, settings.holidays)
        for year in holidays.missing_years(table, now.astimezone(ZoneInfo(zone)).date(), AHEAD):
            wrong = True
            yield Finding(
                "calendars",
                f"the holidays of {year} in {region} are not published in any table, so due times "
                f"that reach {year} are provisional",
                f"Write the official notice into a file under [{region}.{year}] with published = "
                "true, name the file in DESK_HOLIDAYS, and start the desk again.",
            )
    if not wrong:
        yield Finding("calendars")


def _roster_file(
    settings: Settings, catalog: Catalog, linked: Collection[str]
) -> Iterator[Finding]:
    if settings.roster is None:
        return
    try:
        roster = read_roster(settings.roster, catalog)
    except BadFile as error:
        for fault in error.faults:
            yield Finding("roster file", str(fault), "Mend the line; nothing of it was applied.")
        return
    yield Finding("roster file")
    for gap in unmended(roster.warnings, linked):
        yield Finding("roster file", str(gap))


async def _known(settings: Settings, now: datetime) -> Known:
    """What a database that is in order knows."""

    async def read(uow: UnitOfWork) -> Known:
        linked = frozenset((await uow.people.workspaces()).values())
        return Known(linked, await slack.kept(uow, now))

    url = settings.database_url.get_secret_value()
    try:
        async with await StoredDesk.open(url, cipher=settings.cipher) as desk:
            return await desk.run(read)
    except NotSaved:
        # The database has said so itself.
        return Known()


async def _database(
    settings: Settings, catalog: Catalog | None, now: datetime
) -> AsyncIterator[Finding]:
    url = settings.database_url.get_secret_value()
    where = parse(url)
    if where.in_memory:
        wrong = "it is in memory: everything is gone when the desk stops"
        yield Finding("database", wrong, "Name a file: DESK_DATABASE_URL=sqlite:///var/desk.db")
        return
    for wrong in await migrate.check(url):
        yield Finding("database", wrong, _how_to_mend(wrong))
        return
    yield Finding("database")
    try:
        async with await StoredDesk.open(url, cipher=settings.cipher) as desk:
            await desk.run(lambda uow: uow.notes.write("doctor", now.isoformat()))
            for fault in await desk.mismatches():
                wrong = f"counters and lines disagree: {fault}"
                yield Finding(
                    "quota", wrong, "Compare `partnerdesk quota` with the partner's cases."
                )
            if catalog is not None and settings.roster is None:
                for one in await desk.run(lambda uow: _people(uow, catalog)):
                    yield one
            for one in await desk.run(lambda uow: _workspaces(uow, now)):
                yield one
    except NotSaved as error:
        yield Finding("database", str(error), "Look for a full disk, or a program that holds it.")


def _how_to_mend(wrong: str) -> str:
    """The way out of what `storage.migrate.check` says."""
    if "has not been applied" in wrong:
        return "The database is behind: run `partnerdesk migrate`, or start the desk."
    if "newer" in wrong:
        return "Start the version of the desk that made it, or restore a backup."
    if "edited" in wrong:
        return "Put the migration back as it was released."
    return "Check DESK_DATABASE_URL, that the server runs, and who may read the file."


async def _people(uow: UnitOfWork, catalog: Catalog) -> list[Finding]:
    found = gaps(
        catalog,
        await uow.people.partners(),
        await uow.people.persons(),
        await uow.people.places(),
        set((await uow.people.workspaces()).values()),
    )
    about = ((f"{gap.table} {gap.key}".strip(), gap) for gap in found)
    return [
        Finding("roster", f"{name}: {gap.what}" if name else gap.what, f"To mend it: {gap.mend}.")
        for name, gap in about
    ] or [Finding("roster")]


async def _workspaces(uow: UnitOfWork, now: datetime) -> list[Finding]:
    """Where the desk is installed: whether it can still speak there, and with whom."""
    # A channel for engineers or operators is in the vendor's own workspace.
    places = await uow.people.places()
    own = {(p.platform, p.workspace) for p in places if p.kind is not PlaceKind.PARTNER}
    found = []
    installed = await uow.installations.all()
    for one in installed:
        at = f"{one.platform} {one.workspace} ({one.name or 'no name'})"
        try:
            there = await uow.installations.get(one.platform, one.workspace)
        except NoKey as error:
            mend = "Set the DESK_SECRET_KEY that it was kept with, or install the desk there again."
            found.append(Finding("workspaces", f"{at}: {error}", mend))
            continue
        if there and there.expires_at and there.expires_at <= now:
            wrong = f"{at}: its token has ended, and was not renewed"
            found.append(Finding("workspaces", wrong, "Install the desk there again."))
        if one.partner_id is None and (one.platform, one.workspace) not in own:
            wrong = f"{at}: it is linked with no partner, so nobody there can do anything"
            mend = "Send them a code: `partnerdesk partner invite PARTNER`."
            found.append(Finding("workspaces", wrong, mend))
    return found or [Finding("workspaces")] * bool(installed)


async def _files(settings: Settings) -> list[Finding]:
    url = settings.files_url.get_secret_value()
    store, key = FileStore(url), new_key()
    try:
        await store.put(key, b"The doctor was here.")
        await store.delete(key)
    except (NotSaved, ValueError, OSError) as error:
        mend = "Make the directory writable for the desk, or change DESK_FILES_URL."
        return [Finding("files", f"attachments cannot be kept: {error}", mend)]
    return [Finding("files")]


def _port(settings: Settings) -> list[Finding]:
    try:
        for one in listening.take(settings.host, settings.port):
            one.close()
    except CannotListen as error:
        if _is_ours(settings):
            return [Finding("port")]
        return [Finding("port", str(error))]
    return [Finding("port")]


def _is_ours(settings: Settings) -> bool:
    """Whether it is a running desk that has the port: then all is well."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    try:
        with urllib.request.urlopen(
            f"http://{host}:{settings.port}/healthz", timeout=ANSWER_WITHIN
        ) as answer:
            said = json.loads(answer.read(1000))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and "partnerdesk" in said
