"""What the desk does for itself: keeps the catalog in step with the holidays, checks its books."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from desk.notices import Trouble
from desk.ports import Desk, UnitOfWork
from handlers import drafts
from sla import holidays, watch
from sla.calendar import HolidayTable
from sla.catalog import PROGRAMS, Catalog
from sla.holidays import BadHolidays
from sla.scheduler import Job, rewind_all
from storage.desk import StoredDesk

_log = structlog.get_logger(__name__)

# With which calendars the running clocks were reckoned last.
RECKONED = "catalog.reckoned"


class Programs:
    """The catalog in force: called, it gives the present one. Made by `load`."""

    def __init__(self, catalog: Catalog, overrides: Path | None) -> None:
        self._catalog = catalog
        self._overrides = overrides
        self._days = self._read()

    @classmethod
    def load(cls, directory: Path | None, overrides: Path | None) -> Programs:
        """The programs of a directory (those that come with the desk without one).

        Raises `BadFile` or `BadHolidays`.
        """
        return cls(Catalog.load(directory or PROGRAMS, overrides=overrides), overrides)

    def __call__(self) -> Catalog:
        return self._catalog

    def read_holidays(self) -> None:
        """Take the holidays as they are known today; a bad file leaves those of before in force."""
        try:
            self._days = self._read()
        except (BadHolidays, OSError) as error:
            _log.error("catalog.holidays_refused", reason=str(error), kept="those of before")
            return
        self._catalog = self._catalog.with_holidays(self._days)

    def _read(self) -> dict[str, HolidayTable]:
        return {region: holidays.load(region, self._overrides) for region in self._catalog.regions}

    def fingerprint(self) -> str:
        """What every due time depends on, in short: it changes with any calendar and any ladder."""
        said = hashlib.sha256()
        for (program, key), calendar in sorted(self._catalog.calendars.items()):
            windows = sorted(calendar.spec.windows.items())
            always, like = calendar.spec.always, calendar.spec.make_up_like
            said.update(repr((program, key, calendar.spec.zone, windows, always, like)).encode())
        for region, table in sorted(self._days.items()):
            days, published = sorted(table.days.items()), sorted(table.published)
            said.update(repr((region, days, published)).encode())
        for program_key in sorted(self._catalog.programs):
            for plan_key, plan in sorted(self._catalog.programs[program_key].plans.items()):
                said.update(repr((program_key, plan_key, plan.ladder)).encode())
        return said.hexdigest()


def jobs(desk: StoredDesk, programs: Programs) -> Sequence[Job]:
    """What is done by the calendar; the times are UTC, at night in the vendor's home."""

    async def calendars(now: datetime) -> None:
        await keep_calendars(desk, programs, now)

    async def books(now: datetime) -> None:
        await check_books(desk, now)

    async def old(now: datetime) -> None:
        await desk.run(lambda uow: forget_old(uow, now))

    return (
        Job("calendars", calendars, "10 16 * * *"),
        Job("old", old, "20 17 * * *"),
        Job("books", books, "40 18 * * *", at_start=False),
    )


async def keep_calendars(desk: Desk, programs: Programs, now: datetime) -> None:
    """Reckon every running clock again if the calendars have changed, and warn of guessed years."""
    programs.read_holidays()
    mark = programs.fingerprint()
    before = await desk.run(lambda uow: uow.notes.read(RECKONED))
    if before != mark:
        await rewind_all(desk, programs(), now)
        # Written last: a desk that is stopped in between does it again, which changes nothing.
        await desk.run(lambda uow: uow.notes.write(RECKONED, mark))
        if before is not None:
            _log.info("catalog.calendars_changed", done="every running clock was reckoned again")
    await desk.run(lambda uow: watch.provisional_warning(uow, programs(), now))


async def forget_old(uow: UnitOfWork, now: datetime) -> None:
    """Remove codes that have ended and drafts that are shown no more."""
    await uow.codes.forget_old(now)
    await uow.drafts.forget_old(now - drafts.KEPT)


async def check_books(desk: StoredDesk, now: datetime) -> None:
    """Tell the operators, once, of every quota whose counters and lines do not say the same."""
    for fault in await desk.mismatches():
        _log.error("ledger.mismatch", fault=fault)
        trouble = Trouble(
            key=f"ledger:{fault}",
            what=f"The quota's counters and its lines disagree: {fault}.",
            mend="Look at the partner's quota and its lines, and tell whoever maintains the desk.",
            title="A quota's books disagree",
        )
        await desk.run(partial(watch.tell_operators, trouble=trouble, now=now))
