"""The shell that runs the watch: a loop that sweeps in time, and a few jobs by the calendar.

What is due is a query over rows, so nothing is remembered here: a restart, a suspended machine or
a clock that jumps loses nothing, and the outbox's keys let nothing be said twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from desk.errors import NotSaved
from desk.mishaps import survived
from desk.ports import Desk, UnitOfWork
from sla import watch
from sla.catalog import Catalog

log = logging.getLogger(__name__)

# The sweep sleeps until something is due, but never longer than this, in seconds: another process
# may have moved a due time nearer, and the clock that is asked may have jumped.
LONGEST_SLEEP = 1.0
# What falls due within a tenth of a second is swept together: each sweep waits for the disk once.
SHORTEST_SLEEP = 0.1

# What is refused again and again is logged once in so many seconds.
QUIET = 60.0

DAY, HOUR = "%Y-%m-%d", "%Y-%m-%dT%H"

Wait = Callable[[asyncio.Event, float], Awaitable[None]]


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Return when `event` is set, or after so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done by the calendar: `cron` has five fields, in UTC.

    It is also run at the start, because nobody ran it while the desk was down; `once` keeps it
    from being done twice in a period, by this process or another.
    """

    name: str
    run: Callable[[datetime], Awaitable[object]]
    cron: str
    at_start: bool = True


def once(
    desk: Desk, name: str, work: Callable[[UnitOfWork, datetime], Awaitable[object]], period: str
) -> Callable[[datetime], Awaitable[object]]:
    """A job's callable that does `work` in one transaction, once a `period` (`DAY` or `HOUR`)."""

    async def run(now: datetime) -> None:
        async def guarded(uow: UnitOfWork) -> None:
            if await uow.notes.job_ran(name, now.astimezone(UTC).strftime(period)):
                await work(uow, now)

        await desk.run(guarded)

    return run


async def rewind_all(desk: Desk, catalog: Catalog, now: datetime) -> None:
    """Reckon every running clock again with this catalog, a batch a transaction."""
    reached = 0

    async def batch(uow: UnitOfWork) -> int | None:
        return await watch.rewind(uow, catalog, now, reached)

    while (last := await desk.run(batch)) is not None:
        reached = last


class Scheduler:
    """Sweeps, and runs jobs. What it runs is handed in: it knows no storage and no platform.

    `sweep(now)` looks at one batch of at most `batch` cases and says at how many; `next_due` says
    when the next is due; `planned` is called after a sweep that may have put something into the
    outbox. `clock` gives the time of the desk, which may run differently from the machine's.
    """

    def __init__(
        self,
        sweep: Callable[[datetime], Awaitable[int]],
        next_due: Callable[[], Awaitable[datetime | None]],
        clock: Callable[[], datetime],
        jobs: Sequence[Job] = (),
        planned: Callable[[], None] = lambda: None,
        *,
        batch: int = 100,
        wait: Wait = wait,
    ) -> None:
        self._sweep = sweep
        self._next_due = next_due
        self._clock = clock
        self._jobs = jobs
        self._planned = planned
        self._batch = batch
        self._wait = wait
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._complained: dict[str, float] = {}
        self._calendar = _calendar()

    def start(self) -> None:
        """Begin, in the running event loop: the sweep at once, then what is to run at the start."""
        self._stopping = False
        self._begin_loop()
        self._calendar.add_job(
            self._keep_sweeping, IntervalTrigger(seconds=30, timezone=UTC), id="sweep"
        )
        for job in self._jobs:
            trigger = CronTrigger.from_crontab(job.cron, timezone=UTC)
            self._calendar.add_job(self._run, trigger, args=[job], id=job.name)
            if job.at_start:
                task = asyncio.get_running_loop().create_task(self._run(job))
                self._running.add(task)
        self._calendar.start()

    def wake(self) -> None:
        """Sweep at once: a due time may have been set, or the clock moved."""
        self._woken.set()

    async def stop(self) -> None:
        """Begin nothing more, and let what is under way come to its end."""
        self._stopping = True
        self.wake()
        if self._calendar.running:
            self._calendar.pause()
        if self._loop is not None:
            await asyncio.wait([self._loop])
        # APScheduler cancels what it runs when it is shut down, so that is waited for first.
        while self._running:
            await asyncio.wait(tuple(self._running))
        if self._calendar.running:
            self._calendar.shutdown(wait=False)
            await asyncio.sleep(0)

    async def sweep_all(self) -> float:
        """Look at everything that is due now; returns for how many seconds nothing will be."""
        while not self._stopping:
            looked = await self._sweep(self._clock())
            if looked:
                self._planned()
            if looked < self._batch:
                break
        due = await self._next_due()
        if due is None:
            return LONGEST_SLEEP
        left = (due - self._clock()) / timedelta(seconds=1)
        return min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP)

    async def _keep_sweeping(self) -> None:
        """The interval job: whatever happens to the loop, it is begun again."""
        self._begin_loop()

    def _begin_loop(self) -> None:
        if not self._stopping and (self._loop is None or self._loop.done()):
            self._loop = asyncio.get_running_loop().create_task(self._sweep_for_ever())

    async def _sweep_for_ever(self) -> None:
        while not self._stopping:
            # Cleared before the sweep: what is set while it runs must not be slept through.
            self._woken.clear()
            seconds = LONGEST_SLEEP
            with survived() as mishap:
                seconds = await self.sweep_all()
            if mishap.error is not None:
                saved = not isinstance(mishap.error, NotSaved)
                words = "failed" if saved else "could not be saved"
                self._complain("sweep", f"The sweep {words} and is tried again", mishap.error)
            if not self._stopping:
                await self._wait(self._woken, seconds)

    async def _run(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        try:
            with survived() as mishap:
                await job.run(self._clock())
                self._planned()
            if mishap.error is not None:
                self._complain(job.name, f"The job {job.name} failed", mishap.error)
        finally:
            if task is not None:
                self._running.discard(task)

    def _complain(self, about: str, words: str, error: Exception) -> None:
        now = time.monotonic()
        if now - self._complained.get(about, -QUIET) < QUIET:
            return
        self._complained[about] = now
        unexpected = None if isinstance(error, NotSaved) else error
        log.error("%s: %s", words, error, exc_info=unexpected)


def _calendar() -> AsyncIOScheduler:
    calendar = AsyncIOScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    calendar.add_listener(_listen, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return calendar


def _listen(event: Any) -> None:
    error = getattr(event, "exception", None)
    if event.code == EVENT_JOB_MAX_INSTANCES:
        log.warning("The job %s still runs, so it was not begun again", event.job_id)
    else:
        log.error("The job %s did not run: %s", event.job_id, error or "missed", exc_info=error)
