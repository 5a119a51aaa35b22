"""Two replicas on one database, SQLite in a file and a real PostgreSQL: each notice once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.platform import Retryable
from desk.records import Delivery as Fate
from storage.desk import StoredDesk
from storage.migrate import migrate
from tests import world
from tests.fakes.alerting import Alerting
from tests.fakes.platform import well

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRES = pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=[SQLITE, POSTGRES])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_database")
        return url
    return f"sqlite:///{tmp_path}/desk.db"


@pytest_asyncio.fixture
async def url(empty_url: str) -> str:
    await migrate(empty_url)
    return empty_url


@pytest_asyncio.fixture
async def alerting(url: str) -> AsyncIterator[Alerting]:
    async with await StoredDesk.open(url, patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


@pytest_asyncio.fixture
async def second(url: str, alerting: Alerting) -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open(url, patience=30) as second:
        yield second


async def due(alerting: Alerting, cases: int) -> None:
    for _ in range(cases):
        await alerting.opened()
    alerting.later(minutes=15)


async def test_16_two_replicas_sweep_100_due_rungs_into_100_notices(
    alerting: Alerting, second: StoredDesk
) -> None:
    await due(alerting, 100)

    async def replica(desk: StoredDesk) -> None:
        for _ in range(5):
            await alerting.sweep(desk)

    await asyncio.gather(replica(alerting.desk), replica(second))  # type: ignore[arg-type]

    assert len(await alerting.fates()) == 100
    kept = [await alerting.case(row.planned.notice.case_id) for row in await alerting.rows()]  # type: ignore[union-attr]
    assert {case.version for case in kept} == {1}


async def test_16_two_deliveries_send_100_notices_once(
    alerting: Alerting, second: StoredDesk
) -> None:
    await due(alerting, 100)
    await alerting.sweep()
    deliveries = [alerting.delivery, alerting.another(second)]

    async def replica(number: int) -> None:
        for _ in range(20):
            await deliveries[number].run_once()

    await asyncio.gather(replica(0), replica(1))

    assert len(alerting.platform.posts) == 100
    assert max(Counter(post.key for post in alerting.platform.posts).values()) == 1
    assert set((await alerting.fates()).values()) == {Fate.SENT}


@pytest.mark.parametrize("busy", [True, False])
@pytest.mark.parametrize("before", [True, False])
async def test_16_killed_between_claiming_and_sending_it_is_sent_when_the_lease_ends(
    alerting: Alerting, second: StoredDesk, *, before: bool, busy: bool
) -> None:
    await due(alerting, 1)
    await alerting.sweep()
    hung = asyncio.Event()
    post = alerting.platform.post

    async def hang(*args, **more):  # type: ignore[no-untyped-def]
        if not before:
            await post(*args, **more)
        hung.set()
        await asyncio.Event().wait()

    alerting.platform.post = hang  # type: ignore[method-assign]
    victim = asyncio.get_running_loop().create_task(alerting.delivery.run_once())
    await hung.wait()
    alerting.platform.post = post  # type: ignore[method-assign]
    # The process dies: nothing of it runs any more, and nothing is written down.
    for task in alerting.delivery._sending:
        task.cancel()
    await asyncio.gather(victim, return_exceptions=True)

    other = alerting.another(second)
    alerting.later(seconds=59)
    assert await other.run_once() == 0
    alerting.now += timedelta(seconds=1)
    if busy:
        # The next try is refused in plain words: that the first is unknown is not forgotten.
        alerting.platform.before = lambda *_: Retryable("429", timedelta(seconds=5))
        assert await other.run_once() == 1
        alerting.platform.before = well
        alerting.later(seconds=5)
    assert await other.run_once() == 1
    assert await other.run_once() == 0

    assert len(alerting.platform.posts) == (1 if before else 2)
    (row,) = await alerting.rows()
    assert (row.state, row.attempts) == (Fate.SENT, 3 if busy else 2)
    assert row.address == "web:support-cloud (sent again)"
