"""Reading what notices come to, many in one transaction, and knowing when that is out of date."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog

from bot.faces import Draft, draft
from desk.errors import NotSaved
from desk.mishaps import survived
from desk.ports import Desk, UnitOfWork
from desk.records import OutboxRow
from sla.catalog import Catalog

_log = structlog.get_logger(__name__)

# A draft older than this, in seconds, is read again before it is sent.
FRESH = 0.5


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The desk itself could not make a draft: a mistake of the program."""

    mistake: Exception


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice and what it came to; `read_at` is in seconds of a clock that never jumps."""

    row: OutboxRow
    found: Draft | Puzzle
    read_at: float

    @property
    def fresh(self) -> bool:
        """Whether it may be sent as it is."""
        return time.monotonic() - self.read_at < FRESH


class Readings:
    """Makes drafts of notices as things are now."""

    def __init__(
        self, desk: Desk, catalog: Callable[[], Catalog], clock: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._catalog = catalog
        self._clock = clock

    async def of(self, rows: Sequence[OutboxRow]) -> list[Reading]:
        """A reading of each, in one transaction; raises `NotSaved` where there is no database."""
        with survived(NotSaved) as mishap:
            return await self._together(rows)
        mistake = mishap.error
        if len(rows) == 1 and mistake is not None:
            _log.error("delivery.draft_failed", key=rows[0].planned.key, exc_info=mistake)
            return [Reading(rows[0], Puzzle(mistake), time.monotonic())]
        # One of them is the culprit; the others are not to suffer for it.
        return [reading for row in rows for reading in await self.of([row])]

    async def again(self, reading: Reading) -> Reading:
        """The same notice, read again unless that was just done."""
        return reading if reading.fresh else (await self.of([reading.row]))[0]

    async def _together(self, rows: Sequence[OutboxRow]) -> list[Reading]:
        now, catalog = self._clock(), self._catalog()

        async def read(uow: UnitOfWork) -> list[Reading]:
            begun = time.monotonic()
            known = cast(UnitOfWork, _Known(uow))
            return [Reading(row, await draft(known, catalog, row, now), begun) for row in rows]

        return await self._desk.run(read)


class _Known:
    """A unit of work that asks for each person, partner, place and case once.

    A storm is about few people in few places, and nothing changes within a transaction that only
    reads.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.people = _Once(uow.people)
        self.cases = _Once(uow.cases)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)


class _Once:
    """A repository whose answers to the same question are remembered."""

    def __init__(self, asked: object) -> None:
        self._asked = asked
        self._answers: dict[tuple[object, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        async def ask(*question: object) -> Any:
            if (name, *question) not in self._answers:
                self._answers[name, *question] = await getattr(self._asked, name)(*question)
            return self._answers[name, *question]

        return ask
