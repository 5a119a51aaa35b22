"""Whom the desk knows at a start: the people of the roster, or those of the sample."""

from __future__ import annotations

import structlog

from bot import sample
from bot.config import Settings
from bot.greeting import say
from bot.roster import difference
from bot.roster.gaps import unmended
from bot.roster.read import Roster, read_roster
from desk.ports import UnitOfWork
from sla.catalog import Catalog
from storage.desk import StoredDesk

_log = structlog.get_logger(__name__)


async def settle(
    desk: StoredDesk, settings: Settings, catalog: Catalog, roster: Roster | None
) -> bool:
    """Make the database say what the roster says, or give an empty one the sample's people.

    Returns whether this is the demo.
    """
    if roster is not None:
        await _apply(desk, roster, loaded=False)
    elif settings.sample and await desk.run(_is_empty):
        await _apply(desk, read_roster(sample.ROSTER, catalog), loaded=True)
    return settings.demo and await desk.run(sample.is_loaded)


async def _apply(desk: StoredDesk, roster: Roster, *, loaded: bool) -> None:
    async def work(uow: UnitOfWork) -> tuple[int, set[str]]:
        changes = await difference.apply(uow, roster)
        await sample.mark(uow, loaded=loaded)
        linked = set((await uow.people.workspaces()).values())
        return sum(change.sign != "=" for change in changes), linked

    changed, linked = await desk.run(work)
    for warning in unmended(roster.warnings, linked):
        _log.warning("roster.gap", where=str(warning))
    which = "The sample roster" if loaded else "The roster"
    say(f"{which}: {changed} changes, {len(roster.partners)} partners, {len(roster.people)} people")


async def _is_empty(uow: UnitOfWork) -> bool:
    return not await uow.people.partners() and not await uow.people.persons()
