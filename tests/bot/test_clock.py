"""The demo's clock: moves ahead, stays there over a restart, never goes back."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MovableClock, SystemClock
from storage.desk import StoredDesk

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


class Fixed(SystemClock):
    def now(self) -> datetime:
        return NOON


async def test_the_machines_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_it_moves_ahead_and_stays_there_over_a_restart() -> None:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        clock = await MovableClock.start(desk, Fixed())
        moves: list[datetime] = []
        clock.moved = lambda: moves.append(clock.now())

        await clock.advance(timedelta(minutes=15))
        await clock.advance_to(NOON + timedelta(hours=2, microseconds=1))

        assert moves == [NOON + timedelta(minutes=15), NOON + timedelta(hours=2, microseconds=1)]
        assert (await MovableClock.start(desk, Fixed())).now() == clock.now()


async def test_it_never_goes_back() -> None:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        clock = await MovableClock.start(desk, Fixed())
        await clock.advance(timedelta(hours=1))

        await clock.advance_to(NOON)
        with pytest.raises(ValueError, match="never goes backwards"):
            await clock.advance(timedelta(seconds=-1))

        assert clock.now() == NOON + timedelta(hours=1)


async def test_without_an_alert_to_come_it_stays() -> None:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        clock = await MovableClock.start(desk, Fixed())

        await clock.advance_to_next_alert()

        assert clock.now() == NOON
