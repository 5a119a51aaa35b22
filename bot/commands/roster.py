"""`partnerdesk roster`: make the desk know what a roster file says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import typer

from bot import config, sample
from bot.commands.at_hand import catalog_of, stored
from bot.commands.migrate import make_room
from bot.config import Settings
from bot.roster import difference
from bot.roster.difference import Change
from bot.roster.read import Roster, read_roster
from desk.ports import UnitOfWork
from storage import migrate
from storage.address import MEMORY
from storage.desk import StoredDesk

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def roster() -> None:
    """Who the desk serves, who works at it, and where they are reached."""


@app.command()
def apply(
    file: Path = typer.Argument(..., help="The roster, a TOML file."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would change."),
) -> None:
    """Make the database say what the file says, whole or not at all, and print the difference."""
    settings = config.read()
    roster = read_roster(file, catalog_of(settings))
    for warning in roster.warnings:
        typer.echo(f"warning: {warning}", err=True)
    changes = asyncio.run(_apply(settings, roster, dry_run))
    for change in changes:
        typer.echo(str(change))
    made = [change for change in changes if change.sign != "="]
    if not made:
        typer.echo("Nothing to change: the desk knows all of it already.")
    elif dry_run:
        typer.echo(f"{_counted(made)} would be made. Nothing was written.")
    else:
        typer.echo(f"{_counted(made)} made.")


async def _apply(settings: Settings, roster: Roster, dry_run: bool) -> tuple[Change, ...]:
    async with _desk(settings, dry_run) as desk:
        return await desk.run(lambda uow: _write(uow, roster, dry_run))


async def _write(uow: UnitOfWork, roster: Roster, dry_run: bool) -> tuple[Change, ...]:
    changes = await difference.apply(uow, roster, dry_run=dry_run)
    if not dry_run:
        # People of one's own: nobody may look at the desk as somebody else any more.
        await sample.mark(uow, loaded=False)
    return changes


@asynccontextmanager
async def _desk(settings: Settings, dry_run: bool) -> AsyncIterator[StoredDesk]:
    """The database; one that is not there yet is made, or for a dry run taken as empty."""
    url = settings.database_url.get_secret_value()
    if dry_run and await migrate.pending(url):
        async with await StoredDesk.open(f"sqlite://{MEMORY}") as empty:
            yield empty
        return
    if not dry_run:
        make_room(url)
        await migrate.migrate(url)
    async with stored(settings) as desk:
        yield desk


def _counted(changes: list[Change]) -> str:
    return f"{len(changes)} change" + ("" if len(changes) == 1 else "s")
