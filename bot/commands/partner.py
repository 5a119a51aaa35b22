"""`partnerdesk partner`: how a partner's workspace becomes its own, and which are linked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import now_in, stored
from bot.commands.refusing import Refused
from bot.config import Settings
from bot.roster.difference import stripped
from desk.people import Partner, Person
from desk.ports import UnitOfWork
from handlers.link import CODE_LIVES, new_code

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="The partners' own workspaces.",
)


@dataclass(frozen=True, slots=True)
class _Workspace:
    """A workspace that is linked with a partner, or in which the desk is installed, or both."""

    platform: str
    workspace: str
    name: str
    partner: str | None
    linked_by: str | None
    installed: bool
    token_expires_at: datetime | None


@app.command()
def invite(
    partner: str = typer.Argument(..., help="The partner's key in the roster, or its name."),
) -> None:
    """Print a code that links a workspace with this partner, once, within 7 days."""
    who, code, until = asyncio.run(_invite(config.read(), partner))
    typer.echo(code)
    printing.note(
        f"For {who.name}: it works once, until {printing.moment(until, who.time_zone, 'their')}. "
        f'In their workspace they write "link {code}" to the desk, or /desk link {code}. '
        "Whoever enters it, and everybody who writes to the desk from there afterwards, is a "
        f"contact of {who.name}."
    )


@app.command()
def workspaces(as_json: bool = typer.Option(False, "--json", help="For machines.")) -> None:
    """Every workspace that is linked, or in which the desk is installed."""
    found = asyncio.run(_workspaces(config.read()))
    if as_json:
        printing.as_json([_facts(one) for one in found])
        return
    if not found:
        typer.echo("No workspace is linked, and the desk is installed in none.")
        return
    heading = ("platform", "workspace", "name", "partner", "linked by", "installed")
    printing.table([heading, *(_line(one) for one in found)])


@app.command()
def unlink(
    platform: str = typer.Argument(..., help="slack or teams."),
    workspace: str = typer.Argument(..., help="The workspace's id, as `workspaces` prints it."),
) -> None:
    """Undo a link that was made by a code: nobody comes in from there any more."""
    partner, people = asyncio.run(_unlink(config.read(), platform, workspace))
    typer.echo(f"{platform} {workspace} belongs to {partner} no more.")
    for person in people:
        typer.echo(f"{person.name} ({person.id}) cannot come in from there any more.")


# --- doing it -------------------------------------------------------------------------------------


async def _invite(settings: Settings, named: str) -> tuple[Partner, str, datetime]:
    async def make(uow: UnitOfWork) -> tuple[Partner, str, datetime]:
        partner = await _called(uow, named)
        now = await now_in(uow)
        return partner, await new_code(uow, partner, now), now + CODE_LIVES

    async with stored(settings) as desk:
        return await desk.run(make)


async def _called(uow: UnitOfWork, named: str) -> Partner:
    partners = await uow.people.partners()
    wanted = named.strip().casefold()
    found = [p for p in partners if p.id == named.strip()] or [
        p for p in partners if p.name.casefold() == wanted
    ]
    if len(found) == 1:
        return found[0]
    if found:
        keys = ", ".join(p.id for p in found)
        raise Refused(f'Several partners are called "{named}": say which by its key: {keys}.')
    known = ", ".join(p.id for p in partners[:20])
    raise Refused(f'There is no partner "{named}". Known are: {known or "none yet"}.')


async def _workspaces(settings: Settings) -> Sequence[_Workspace]:
    async def read(uow: UnitOfWork) -> Sequence[_Workspace]:
        linked = await uow.people.workspaces()
        by_code = await uow.people.workspaces(by_code=True)
        installed = {(one.platform, one.workspace): one for one in await uow.installations.all()}
        found = []
        for at in sorted({*linked, *installed}):
            there = installed.get(at)
            how = "code" if at in by_code else "roster"
            found.append(
                _Workspace(
                    *at,
                    name=there.name if there else "",
                    partner=linked.get(at),
                    linked_by=how if at in linked else None,
                    installed=there is not None,
                    token_expires_at=there.expires_at if there else None,
                )
            )
        return found

    async with stored(settings) as desk:
        return await desk.run(read)


async def _unlink(
    settings: Settings, platform: str, workspace: str
) -> tuple[str, Sequence[Person]]:
    async def undo(uow: UnitOfWork) -> tuple[str, Sequence[Person]]:
        at = (platform, workspace)
        partner = (await uow.people.workspaces(by_code=True)).get(at)
        if partner is None:
            where = f"{platform} {workspace}"
            if at in await uow.people.workspaces():
                raise Refused(f"{where} is in the roster: remove it there, and apply the roster.")
            raise Refused(f"{where} is not linked. `partnerdesk partner workspaces` lists them.")
        await uow.people.unlink_workspace(platform, workspace)
        out = [
            person
            for person in await uow.people.persons()
            if person.partner_id == partner
            and any((i.platform, i.workspace) == at for i in person.identities)
        ]
        for person in out:
            await uow.people.put_person(_outside(person, at))
        return partner, out

    async with stored(settings) as desk:
        return await desk.run(undo)


def _outside(person: Person, at: tuple[str, str]) -> Person:
    """The person without their accounts there; one who only ever came from there is out."""
    rest = tuple(i for i in person.identities if (i.platform, i.workspace) != at)
    joined = "." in person.id and not rest
    return stripped(person) if joined else replace(person, identities=rest)


# --- printing -------------------------------------------------------------------------------------


def _line(one: _Workspace) -> tuple[str, ...]:
    return (
        one.platform,
        one.workspace,
        one.name or "-",
        one.partner or "nobody's: invite them",
        one.linked_by or "-",
        "yes" if one.installed else "no",
    )


def _facts(one: _Workspace) -> dict[str, object]:
    return {
        "platform": one.platform,
        "workspace": one.workspace,
        "name": one.name,
        "partner": one.partner,
        "linked_by": one.linked_by,
        "installed": one.installed,
        "token_expires_at": printing.iso(one.token_expires_at),
    }
