"""What time it is: the one place outside the scheduler where the clock is read.

Everything below is handed `now`. The demo's clock can be moved ahead, and stays there over a
restart, because what was promised and said at a later time cannot be unsaid.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from desk.ports import Desk, UnitOfWork

OFFSET = "demo.clock.offset"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        return datetime.now(UTC)


async def offset_of(uow: UnitOfWork) -> timedelta:
    """How far the demo's clock is ahead of the machine's."""
    return timedelta(seconds=float(await uow.notes.read(OFFSET) or 0))


class MovableClock:
    """The demo's clock: the machine's and an offset that only grows, kept in the desk's notes.

    Made by `start`. `moved` is called after each move, so that whoever sleeps until a time wakes.
    """

    def __init__(self, desk: Desk, ahead: timedelta, base: SystemClock) -> None:
        self._desk = desk
        self._ahead = ahead
        self._base = base
        self.moved: Callable[[], None] = lambda: None

    @classmethod
    async def start(cls, desk: Desk, base: SystemClock | None = None) -> MovableClock:
        """The clock where it was left."""
        return cls(desk, await desk.run(offset_of), base or SystemClock())

    def now(self) -> datetime:
        """The demo's time, aware, in UTC."""
        return self._base.now() + self._ahead

    async def advance(self, by: timedelta) -> None:
        """Move ahead; a step backwards is a mistake of the program."""
        if by < timedelta(0):
            raise ValueError("the clock never goes backwards")
        ahead = self._ahead + by

        async def keep(uow: UnitOfWork) -> None:
            await uow.notes.write(OFFSET, repr(ahead.total_seconds()))

        # Kept first: a move that was not saved has not happened.
        await self._desk.run(keep)
        self._ahead = ahead
        self.moved()

    async def advance_to(self, at: datetime) -> None:
        """Move to an instant; one that has passed already leaves the clock where it is."""
        await self.advance(max(timedelta(0), at - self.now()))

    async def advance_to_next_alert(self) -> None:
        """Move to the instant of the next alert; stays where it is when there is none."""

        async def next_rung(uow: UnitOfWork) -> datetime | None:
            return await uow.cases.next_rung_at()

        at = await self._desk.run(next_rung)
        if at is not None:
            await self.advance_to(at)
