"""Writing down what became of notices: at once, together where several end at the same moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from bot.outlets import MAYBE
from desk.errors import NotSaved
from desk.mishaps import survived
from desk.ports import Desk, UnitOfWork
from desk.records import OutboxRow
from sla.scheduler import QUIET

Work = Callable[[UnitOfWork], Awaitable[object]]

_log = structlog.get_logger(__name__)

# So many outcomes in one transaction, at most.
TOGETHER = 50


class Settling:
    """Keeps outcomes. What cannot be saved at once is kept, and saved by `catch_up`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._queue: list[tuple[Work, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._unsettled: list[Work] = []
        self._complained = -QUIET

    async def settle(self, work: Work) -> None:
        """Write down what happened; returns when it is on disk, or kept for `catch_up`."""
        done = asyncio.get_running_loop().create_future()
        self._queue.append((work, done))
        if self._writer is None:
            # Whoever settles while a transaction is under way shares the next one: the disk is
            # slower than everything else here.
            self._writer = asyncio.get_running_loop().create_task(self._write())
        await done

    async def put_back(self, rows: Sequence[OutboxRow], until: datetime, reason: str) -> None:
        """Give notices back that were not sent; they are taken up again at `until`."""
        kept = tuple(rows)
        await self.settle(lambda uow: put_back(uow, kept, until, reason))

    async def catch_up(self) -> None:
        """Write down what could not be saved before; raises `NotSaved` where it still cannot."""
        while self._unsettled:
            work = self._unsettled.pop(0)
            try:
                await self._one(work)
            except NotSaved:
                self._unsettled.insert(0, work)
                raise

    def complain(self, refused: NotSaved) -> None:
        """A database that is away is refused at every step: once a minute is enough."""
        now = time.monotonic()
        if now - self._complained >= QUIET:
            self._complained = now
            _log.error("delivery.not_saved", reason=str(refused))

    async def _write(self) -> None:
        while self._queue:
            batch, self._queue = self._queue[:TOGETHER], self._queue[TOGETHER:]
            works = [work for work, _ in batch]
            try:
                await self._together(works)
            except NotSaved as refused:
                self.complain(refused)
                self._unsettled.extend(works)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self._writer = None

    async def _together(self, works: Sequence[Work]) -> None:
        async def write(uow: UnitOfWork) -> None:
            for work in works:
                await work(uow)

        with survived(NotSaved) as mishap:
            await self._desk.run(write)
        if mishap.error is not None:
            # One of them is the culprit; the others are written down all the same.
            for work in works:
                await self._one(work)

    async def _one(self, work: Work) -> None:
        with survived(NotSaved) as mishap:
            await self._desk.run(work)
        if mishap.error is not None:
            # Its lease ends by itself, and it is sent again.
            _log.error("delivery.outcome_lost", exc_info=mishap.error)


async def put_back(
    uow: UnitOfWork, rows: Sequence[OutboxRow], until: datetime, reason: str
) -> None:
    """Plan notices again for `until`."""
    for row in rows:
        # The number of the try says later that its outcome is known.
        doubt = MAYBE if unknown(row) and MAYBE not in reason else ""
        await uow.outbox.retry(row.id, until, f"try {row.attempts}: {reason}{doubt}")


def unknown(row: OutboxRow) -> bool:
    """Whether any try before this one ended without anybody knowing how."""
    if row.attempts <= 1:
        return False
    return MAYBE in row.error or not row.error.startswith(f"try {row.attempts - 1}: ")
