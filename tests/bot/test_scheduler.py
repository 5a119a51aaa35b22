"""The scheduler's shell: it sweeps in time, is woken, survives faults, and drains when stopped."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from desk.errors import NotSaved
from desk.ports import UnitOfWork
from sla import watch
from sla.scheduler import DAY, LONGEST_SLEEP, Job, Scheduler, once, rewind_all
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import FRIDAY, Alerting


class Steps:
    """A wait that ends when the test says so, and notes for how long it was asked to last."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._go = asyncio.Event()
        self._reached = asyncio.Event()

    async def __call__(self, event: asyncio.Event, seconds: float) -> None:
        self.asked.append(seconds)
        self._reached.set()
        go = asyncio.ensure_future(self._go.wait())
        woken = asyncio.ensure_future(event.wait())
        await asyncio.wait({go, woken}, return_when=asyncio.FIRST_COMPLETED)
        for task in (go, woken):
            task.cancel()
        self._go.clear()

    async def settled(self) -> float:
        """Until the loop waits; returns for how many seconds."""
        await self._reached.wait()
        self._reached.clear()
        return self.asked[-1]

    async def step(self) -> float:
        self._go.set()
        return await self.settled()


class Desk:
    """A sweep that only counts, with a time that stands still."""

    def __init__(self) -> None:
        self.now = FRIDAY
        self.due: datetime | None = None
        self.sweeps = 0
        self.looks: list[int] = []
        self.faults: list[Exception] = []
        self.planned = 0

    async def sweep(self, now: datetime) -> int:
        assert now == self.now
        self.sweeps += 1
        if self.faults:
            raise self.faults.pop(0)
        return self.looks.pop(0) if self.looks else 0

    async def next_due(self) -> datetime | None:
        return self.due

    def count(self) -> None:
        self.planned += 1


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest_asyncio.fixture
async def made(steps: Steps, desk: Desk) -> AsyncIterator[Callable[..., Scheduler]]:
    schedulers: list[Scheduler] = []

    def make(*jobs: Job) -> Scheduler:
        one = Scheduler(
            desk.sweep, desk.next_due, lambda: desk.now, jobs, desk.count, batch=2, wait=steps
        )
        schedulers.append(one)
        one.start()
        return one

    yield make
    for scheduler in schedulers:
        await scheduler.stop()


Make = Callable[..., Scheduler]


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        (None, LONGEST_SLEEP),
        (timedelta(hours=6), LONGEST_SLEEP),
        (timedelta(milliseconds=250), 0.25),
        (timedelta(0), 0.1),
        (-timedelta(hours=6), 0.1),
    ],
)
async def test_it_sleeps_until_something_is_due_but_never_long(
    made: Make, steps: Steps, desk: Desk, ahead: timedelta | None, seconds: float
) -> None:
    desk.due = None if ahead is None else desk.now + ahead
    made()

    assert await steps.settled() == seconds


async def test_a_full_batch_is_followed_by_the_next_at_once(
    made: Make, steps: Steps, desk: Desk
) -> None:
    desk.looks = [2, 2, 1]
    made()
    await steps.settled()

    assert desk.sweeps == 3
    assert desk.planned == 3


async def test_it_is_woken(made: Make, steps: Steps, desk: Desk) -> None:
    scheduler = made()
    await steps.settled()
    scheduler.wake()
    await steps.settled()

    assert desk.sweeps == 2


async def test_being_woken_during_a_sweep_is_not_slept_through(
    made: Make, steps: Steps, desk: Desk
) -> None:
    scheduler = made()
    await steps.settled()
    sweep = desk.sweep

    async def sweep_and_wake(now: datetime) -> int:
        if desk.sweeps == 1:
            scheduler.wake()
        return await sweep(now)

    scheduler._sweep = sweep_and_wake
    await steps.step()
    await steps.settled()

    assert desk.sweeps == 3


async def test_a_fault_is_logged_once_a_minute_and_the_sweep_goes_on(
    made: Make, steps: Steps, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.faults = [NotSaved("away"), NotSaved("away"), RuntimeError("a mistake")]
    with caplog.at_level(logging.ERROR, "sla.scheduler"):
        made()
        await steps.settled()
        for _ in range(3):
            await steps.step()

    assert desk.sweeps == 4
    assert [record.message for record in caplog.records] == [
        "The sweep could not be saved and is tried again: away"
    ]


async def test_jobs_run_at_the_start_and_a_failing_one_hurts_nobody(
    made: Make, steps: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[datetime] = []

    async def work(now: datetime) -> None:
        ran.append(now)

    async def fail(_now: datetime) -> None:
        raise RuntimeError("no")

    scheduler = made(Job("good", work, "5 3 * * *"), Job("bad", fail, "*/5 * * * *"))
    await steps.settled()
    await scheduler.stop()

    assert ran == [FRIDAY]
    assert "The job bad failed: no" in caplog.text


async def test_stopping_waits_for_what_is_under_way(made: Make, steps: Steps) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_now: datetime) -> None:
        begun.set()
        await go.wait()
        ended.set()

    scheduler = made(Job("slow", slow, "0 * * * *"))
    await begun.wait()
    stopping = asyncio.ensure_future(scheduler.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    go.set()
    await stopping

    assert ended.is_set()
    assert steps.asked[-1] == LONGEST_SLEEP


async def test_the_calendar_is_in_utc_coalesces_and_forgives(made: Make) -> None:
    async def work(_now: datetime) -> None: ...

    scheduler = made(Job("nightly", work, "30 2 * * *", at_start=False))
    jobs = {job.id: job for job in scheduler._calendar.get_jobs()}

    assert set(jobs) == {"sweep", "nightly"}
    for job in jobs.values():
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
    # 02:30 in Berlin happens twice on this night; in UTC it happens once.
    trigger, fires = jobs["nightly"].trigger, []
    at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    for _ in range(2):
        at = trigger.get_next_fire_time(None, at)
        fires.append(at)
        at += timedelta(seconds=1)
    assert fires[1] - fires[0] == timedelta(days=1)


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


async def test_a_job_is_done_once_a_period_by_whoever_comes_first(alerting: Alerting) -> None:
    ran = []

    async def work(_uow: UnitOfWork, now: datetime) -> None:
        ran.append(now)

    job = once(alerting.desk, "nightly", work, DAY)
    for hours in (0, 1, 15, 1, 24):
        alerting.later(hours=hours)
        await job(alerting.now)

    assert [at.day for at in ran] == [6, 7, 8]


async def test_every_running_clock_is_reckoned_again_in_batches(alerting: Alerting) -> None:
    for _ in range(230):
        await alerting.opened()
    await rewind_all(alerting.desk, alerting.catalog, alerting.now)

    assert {r.planned.notice.kind for r in await alerting.rows()} == set()


async def test_it_drives_the_watch_and_wakes_the_delivery(alerting: Alerting, steps: Steps) -> None:
    await alerting.opened()
    woken: list[None] = []
    scheduler = Scheduler(
        lambda now: alerting.desk.run(lambda uow: watch.sweep(uow, alerting.catalog, now)),
        lambda: alerting.desk.run(lambda uow: uow.cases.next_rung_at()),
        lambda: alerting.now,
        planned=lambda: woken.append(None),
        wait=steps,
    )
    scheduler.start()
    alerting.later(minutes=14, seconds=59)
    assert await steps.settled() == LONGEST_SLEEP
    await steps.step()
    alerting.later(hours=6)
    await steps.step()
    await scheduler.stop()

    assert len(woken) == 1
    assert {key.split(":")[-2] for key in await alerting.fates()} == {"breach"}
