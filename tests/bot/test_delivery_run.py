"""A delivery's loop: it begins at once when woken, outlives a database, drains when stopped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from structlog.testing import capture_logs

from bot.delivery import Delivery
from desk.errors import NotSaved
from desk.notices import Planned, ToPerson, Trouble
from desk.ports import Desk
from desk.records import Delivery as Fate
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


class Gate:
    """A desk whose database can be taken away."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.away = False
        self.refused = 0

    async def run(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        if self.away:
            self.refused += 1
            raise NotSaved("away")
        return await self.desk.run(work)


class Waits:
    """A wait that ends only when the delivery is woken; it says when the loop rests."""

    def __init__(self) -> None:
        self.resting = asyncio.Event()
        self.asked: list[float] = []

    async def __call__(self, event: asyncio.Event, seconds: float) -> None:
        self.asked.append(seconds)
        self.resting.set()
        await event.wait()
        self.resting.clear()


async def trouble(alerting: Alerting, key: str) -> None:
    notice = Trouble(key, "what", "mend")
    await alerting.planned(Planned(key, notice, ToPerson("dana"), f"order:{key}"))


def running(alerting: Alerting, desk: Desk, waits: Waits) -> Delivery:
    return Delivery(
        desk, lambda: alerting.catalog, alerting.platforms, lambda: alerting.now, wait=waits
    )


async def rest(waits: Waits) -> None:
    """Until the loop has nothing to do, and no lane wakes it again."""
    for _ in range(3):
        await waits.resting.wait()
        await asyncio.sleep(0)


async def test_it_delivers_when_it_is_woken_and_drains_when_it_is_stopped(
    alerting: Alerting,
) -> None:
    waits, stop = Waits(), asyncio.Event()
    delivery = running(alerting, alerting.desk, waits)
    task = asyncio.ensure_future(delivery.run(stop))
    await rest(waits)
    await trouble(alerting, "k1")
    assert alerting.platform.posts == []
    delivery.wake()
    await alerting.platform.has(1)
    await trouble(alerting, "k2")
    delivery.wake()
    await alerting.platform.has(2)
    stop.set()
    delivery.wake()
    await task

    assert [row.state for row in await alerting.rows()] == [Fate.SENT, Fate.SENT]
    assert max(waits.asked) <= 1


async def test_a_database_that_is_away_is_logged_once_and_waited_for(alerting: Alerting) -> None:
    gate, waits, stop = Gate(alerting.desk), Waits(), asyncio.Event()
    delivery = running(alerting, gate, waits)
    await trouble(alerting, "k1")
    gate.away = True
    with capture_logs() as logs:
        task = asyncio.ensure_future(delivery.run(stop))
        for _ in range(5):
            await waits.resting.wait()
            waits.resting.clear()
            delivery.wake()
        gate.away = False
        delivery.wake()
        await alerting.platform.has(1)
        stop.set()
        delivery.wake()
        await task

    assert gate.refused >= 5
    assert [line["event"] for line in logs] == ["delivery.not_saved"]
    assert [row.state for row in await alerting.rows()] == [Fate.SENT]


async def test_what_is_being_sent_when_it_stops_is_written_down(alerting: Alerting) -> None:
    waits, stop, go = Waits(), asyncio.Event(), asyncio.Event()
    delivery = running(alerting, alerting.desk, waits)
    post = alerting.platform.post

    async def slow(*args: Any) -> Any:
        sent = await post(*args)
        await go.wait()
        return sent

    alerting.platform.post = slow  # type: ignore[method-assign, assignment]
    await trouble(alerting, "k1")
    task = asyncio.ensure_future(delivery.run(stop))
    await alerting.platform.has(1)
    stop.set()
    delivery.wake()
    await asyncio.sleep(0)
    assert not task.done()
    go.set()
    await task

    assert [row.state for row in await alerting.rows()] == [Fate.SENT]
