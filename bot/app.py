"""The composition root: every part is made and joined here, in the order of `run`.

Settings, catalog and roster are read and the port is taken before any data is touched, so that a
mistake in one of them is refused and changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from bot import listening, sample, upkeep
from bot.clock import MovableClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.platform import Platform
from bot.roster import difference
from bot.roster.read import Roster, read_roster
from bot.sample import cases
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from desk.errors import NotSaved
from desk.ports import UnitOfWork
from handlers.router import Router
from sla import watch
from sla.scheduler import Scheduler
from storage import migrate
from storage.address import parse
from storage.desk import StoredDesk
from storage.files import FileStore

_log = structlog.get_logger(__name__)

# How long each part may take to stop, in seconds; together they stay under the five promised.
STOP_SERVING = 1.5
STOP_SENDING = 1.5
STOP_SWEEPING = 1.0
STOP_STORING = 0.8

# The key that signs sessions where none was set, which only a desk on loopback may do.
OWN_SECRET = "web.secret"  # noqa: S105


async def run(settings: Settings) -> None:
    """Run the desk until a signal; raises what `bot.commands.refusing` has words for."""
    stop = _stop_on_signals()
    programs = Programs.load(settings.programs, settings.holidays)
    roster = read_roster(settings.roster, programs()) if settings.roster else None
    async with AsyncExitStack() as stack:
        sockets = listening.take(settings.host, settings.port)
        for one in sockets:
            stack.callback(one.close)
        for name in await prepare(settings):
            say(f"Database: applied {name}")
        desk = await stack.enter_async_context(_storage(settings))
        demo = await _people(desk, settings, programs, roster)
        port = sockets[0].getsockname()[1]
        parts = await _join(desk, settings, programs, demo=demo, url=settings.url(port))
        if demo:
            await _seed(desk, programs, parts)
        await stack.enter_async_context(_sweeping(parts.scheduler))
        await stack.enter_async_context(_sending(parts.delivery))
        runner = web.AppRunner(
            parts.app,
            access_log=None,
            shutdown_timeout=STOP_SERVING,
            # What is signed is the bytes that came, and nothing is unpacked for a stranger.
            auto_decompress=False,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for one in sockets:
            await web.SockSite(runner, one).start()
        _greet(settings, settings.url(port), demo=demo)
        await stop.wait()
        say("Stopping …")
    say("Stopped.")


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs beside each other once it is joined."""

    clock: MovableClock
    delivery: Delivery
    scheduler: Scheduler
    app: web.Application


async def _join(
    desk: StoredDesk, settings: Settings, programs: Programs, *, demo: bool, url: str
) -> Parts:
    """Make the parts and give each what it needs; nothing runs yet."""
    clock = await MovableClock.start(desk)
    hub = Hub(desk)
    platforms: dict[str, Platform] = {"web": WebPlatform(desk, hub, clock)}
    delivery = Delivery(desk, programs, platforms, clock.now)
    scheduler = Scheduler(
        sweep=lambda now: desk.run(lambda uow: watch.sweep(uow, programs(), now)),
        next_due=lambda: desk.run(lambda uow: uow.cases.next_rung_at()),
        clock=clock.now,
        jobs=upkeep.jobs(desk, programs),
        planned=delivery.wake,
    )

    def wake() -> None:
        """Something was committed, or the clock moved: notices may wait, and clocks may be due."""
        delivery.wake()
        scheduler.wake()

    clock.moved = wake
    app = web.Application()
    app.add_routes([web.get("/healthz", _healthz), web.get("/readyz", _readyz(desk))])
    wire.routes(
        app,
        deps.Deps(
            desk=desk,
            router=Router(desk, programs, url),
            clock=clock,
            hub=hub,
            files=FileStore(settings.files_url.get_secret_value()),
            settings=deps.Settings(
                secret=await _secret(desk, settings),
                public_url=url,
                demo=demo,
                loopback=settings.loopback,
            ),
            movable=clock if demo else None,
            wake=wake,
        ),
    )
    return Parts(clock, delivery, scheduler, app)


# --- data -----------------------------------------------------------------------------------------


async def prepare(settings: Settings) -> list[str]:
    """Bring the database to this program's schema, and name what was applied."""
    url = settings.database_url.get_secret_value()
    where = parse(url)
    if where.in_memory:
        return []
    if where.dialect == "sqlite":
        Path(where.path).parent.mkdir(parents=True, exist_ok=True)
    return await migrate.migrate(url)


@asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[StoredDesk]:
    url = settings.database_url.get_secret_value()
    desk = await StoredDesk.open(url, cipher=settings.cipher)
    try:
        yield desk
    finally:
        await _within(STOP_STORING, desk.close(), "storage")


async def _people(
    desk: StoredDesk, settings: Settings, programs: Programs, roster: Roster | None
) -> bool:
    """Make the database say what the roster says, or give an empty one the sample's people.

    Returns whether this is the demo.
    """
    if roster is not None:
        await _apply(desk, roster, loaded=False)
    elif settings.sample and await desk.run(_is_empty):
        await _apply(desk, read_roster(sample.ROSTER, programs()), loaded=True)
    return settings.demo and await desk.run(sample.is_loaded)


async def _apply(desk: StoredDesk, roster: Roster, *, loaded: bool) -> None:
    async def work(uow: UnitOfWork) -> int:
        changes = await difference.apply(uow, roster)
        await sample.mark(uow, loaded=loaded)
        return sum(change.sign != "=" for change in changes)

    for warning in roster.warnings:
        _log.warning("roster.gap", where=str(warning))
    changed = await desk.run(work)
    which = "The sample roster" if loaded else "The roster"
    say(f"{which}: {changed} changes, {len(roster.partners)} partners, {len(roster.people)} people")


async def _seed(desk: StoredDesk, programs: Programs, parts: Parts) -> None:
    made = await cases.seed(desk, programs, parts.clock.now(), parts.delivery.run_once)
    if made:
        say(f"Demo: {made} cases are on the desk")


async def _is_empty(uow: UnitOfWork) -> bool:
    return not await uow.people.partners() and not await uow.people.persons()


async def _secret(desk: StoredDesk, settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()

    async def own(uow: UnitOfWork) -> str:
        kept = await uow.notes.read(OWN_SECRET)
        if kept is None:
            kept = secrets.token_urlsafe(48)
            await uow.notes.write(OWN_SECRET, kept)
        return kept

    return await desk.run(own)


# --- running and stopping -------------------------------------------------------------------------


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _sweeping(scheduler: Scheduler) -> AsyncIterator[None]:
    scheduler.start()
    try:
        yield
    finally:
        await _within(STOP_SWEEPING, scheduler.stop(), "scheduler")


@asynccontextmanager
async def _sending(delivery: Delivery) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop))
    try:
        yield
    finally:
        stop.set()
        delivery.wake()
        await _within(STOP_SENDING, task, "delivery")


async def _within(seconds: float, ending: Awaitable[object], part: str) -> None:
    """Wait for a part to end; one that takes too long is left: what it had is in the database."""
    try:
        async with asyncio.timeout(seconds):
            await ending
    except TimeoutError:
        _log.warning("stop.not_waited_for", part=part, seconds=seconds)


async def _healthz(_request: web.Request) -> web.Response:
    """The program runs."""
    return web.json_response({"partnerdesk": "running"})


def _readyz(desk: StoredDesk) -> web.Handler:  # type: ignore[name-defined]
    async def readyz(_request: web.Request) -> web.Response:
        """The program can work: its database answers."""
        try:
            await desk.run(lambda uow: uow.notes.read(OWN_SECRET))
        except NotSaved as error:
            return web.json_response({"ready": False, "why": str(error)}, status=503)
        return web.json_response({"ready": True})

    return readyz


# --- what is said at the start --------------------------------------------------------------------


def say(line: str) -> None:
    """Print a line of the start or the end, at once."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _greet(settings: Settings, url: str, *, demo: bool) -> None:
    say(f"Partnerdesk is ready: {url}" + (" (demo)" if demo else ""))
    say(f"  Web    on, {url}")
    for name, title, variables in PLATFORMS:
        given = " They are set, and do nothing yet." if name in settings.platforms else ""
        say(f"  {title:6} off. {variables} turn it on, once this program has it.{given}")


PLATFORMS = (
    ("slack", "Slack", "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET"),
    ("teams", "Teams", "MicrosoftAppId and MicrosoftAppPassword"),
)
