"""From the outbox to the platforms: at least once, in order, the worst first, never silently lost.

A batch of notices is leased and sorted into lanes (a thread, a channel, a person); each lane is
sent one by one, and every notice is settled at once. A crash leaves a lease that ends by itself.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import structlog

from bot.dispatch import Dispatch
from bot.outlets import Held, Outlets
from bot.platform import Platform
from bot.readings import Reading, Readings
from bot.settling import Settling
from desk.errors import NotSaved
from desk.mishaps import survived
from desk.notices import Alert
from desk.ports import Desk
from desk.records import OutboxRow
from sla.catalog import Catalog
from sla.scheduler import LONGEST_SLEEP, SHORTEST_SLEEP, Wait, wait

_log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
# Nothing is begun in the last part of a lease: whoever takes the notice next must find it unsent.
SENDING = 0.6
BATCH = 100
# More lanes than this at once, and the next batch waits.
LANES = 32
# More alerts than this that have waited for one place for so long are said as one.
FEW, TOO_LONG = 5, timedelta(seconds=10)


class Delivery:
    """Sends what is planned. Several may run at once, here and in other processes.

    `catalog` gives the catalog in force; `clock` is the desk's own time (UTC, and it may jump);
    `chance` gives numbers from 0 to 1 for the gaps between tries.
    """

    def __init__(
        self,
        desk: Desk,
        catalog: Callable[[], Catalog],
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
        *,
        chance: Callable[[], float] = random.random,
        wait: Wait = wait,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._readings = Readings(desk, catalog, clock)
        self._settling = Settling(desk)
        self._dispatch = Dispatch(
            self._readings, self._settling, Outlets(platforms, clock, chance), clock
        )
        self._wait = wait
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        # One at a time in a lane, also where a lane's next notices are leased meanwhile.
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # The lanes whose place refused a digest: it is the first thing that they say next.
        self._crowded: set[str] = set()

    def wake(self) -> None:
        """Look into the outbox at once: something was planned."""
        self._woken.set()

    async def run_once(self) -> int:
        """Send what can be sent now, and return how many notices were taken in hand."""
        taken, lanes = await self._begin()
        await asyncio.gather(*lanes)
        return taken

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set and `wake` was called, then finish what is being sent."""
        while not stop.is_set():
            # Cleared before the look: what is planned meanwhile must not be slept through.
            self._woken.clear()
            seconds = LONGEST_SLEEP
            with survived() as mishap:
                taken, _ = await self._begin()
                seconds = 0.0 if taken else await self._idle()
            if isinstance(mishap.error, NotSaved):
                self._settling.complain(mishap.error)
            elif mishap.error is not None:
                _log.error("delivery.failed", exc_info=mishap.error)
            if len(self._sending) >= LANES:
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
            if seconds and not stop.is_set():
                await self._wait(self._woken, seconds)
        while self._sending:
            await asyncio.wait(tuple(self._sending))
        try:
            await self._settling.catch_up()
        except NotSaved as refused:
            self._settling.complain(refused)

    async def _idle(self) -> float:
        """For how many seconds there is nothing to do; another process may plan something."""
        due = await self._desk.run(lambda uow: uow.outbox.next_at())
        if due is None:
            return LONGEST_SLEEP
        left = (due - self._clock()) / timedelta(seconds=1)
        # What is due and was not taken is held back by something that is being sent right now.
        return min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP)

    async def _begin(self) -> tuple[int, list[asyncio.Task[None]]]:
        """Lease a batch and set its lanes going."""
        # Before anything else: a lease on what was sent already may be about to end.
        await self._settling.catch_up()
        now = self._clock()
        rows = await self._desk.run(lambda uow: uow.outbox.claim(now, now + LEASE, BATCH))
        try:
            readings = await self._readings.of(rows) if rows else []
        except NotSaved:
            await self._settling.put_back(rows, now, "the change could not be saved")
            raise
        lanes: dict[str, list[Reading]] = {}
        for reading in readings:
            lanes.setdefault(reading.row.planned.order, []).append(reading)
        tasks = []
        for order, lane in lanes.items():
            task = asyncio.get_running_loop().create_task(self._lane(order, lane, now))
            self._sending.add(task)
            task.add_done_callback(self._lane_done)
            tasks.append(task)
        return len(rows), tasks

    def _lane_done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        # The next notice of a thread can be leased only now.
        self.wake()

    async def _lane(self, order: str, readings: Sequence[Reading], leased: datetime) -> None:
        lock = self._lanes.setdefault(order, asyncio.Lock())
        left = list(readings)
        async with lock:
            with survived() as mishap:
                await self._send_lane(order, left, leased)
            if mishap.error is None:
                return
            if isinstance(mishap.error, NotSaved):
                # Nothing of these was sent: they are given back as soon as that can be saved.
                self._settling.complain(mishap.error)
                why = "the change could not be saved"
            else:
                _log.error("delivery.lane_failed", order=order, exc_info=mishap.error)
                why = "the desk made a mistake"
            await self._settling.put_back(_rows(left), self._clock() + TOO_LONG, why)

    async def _send_lane(self, order: str, left: list[Reading], leased: datetime) -> None:
        """Send the notices of a lane; what is done with is taken out of `left`."""
        # The worst is said by itself, unless the place had no room for what came after it.
        singly = order not in self._crowded
        while left:
            now = self._clock()
            if not timedelta(0) <= now - leased < LEASE * SENDING:
                kept = _rows(left)
                left.clear()
                # Once a lease has ended the notices may be in somebody else's hands.
                if now - leased < LEASE:
                    await self._settling.put_back(kept, now, "not reached in time")
                return
            late = [] if singly else _late(left, now)
            group = late if len(late) > FEW else left[:1]
            try:
                await (
                    self._dispatch.digest(group)
                    if len(group) > 1
                    else self._dispatch.send(group[0])
                )
            except Held as held:
                if len(group) > 1:
                    self._crowded.add(order)
                await self._dispatch.hold(_rows(left), held)
                left.clear()
                return
            if len(group) > 1:
                self._crowded.discard(order)
            done = {reading.row.id for reading in group}
            left[:] = [reading for reading in left if reading.row.id not in done]
            singly = False


def _rows(readings: Sequence[Reading]) -> tuple[OutboxRow, ...]:
    return tuple(reading.row for reading in readings)


def _late(readings: Sequence[Reading], now: datetime) -> list[Reading]:
    """The alerts of one place that have waited too long to be said one by one."""
    late = [
        reading
        for reading in readings
        if isinstance(reading.row.planned.notice, Alert) and now - reading.row.planned_at > TOO_LONG
    ]
    place = late[0].row.planned.recipient if late else None
    return [reading for reading in late if reading.row.planned.recipient == place]
