"""The desk's storage under the eyes of a test: counted, and away when the test says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from desk.errors import NotSaved
from desk.ports import UnitOfWork
from storage.desk import StoredDesk

T = TypeVar("T")


class Watched:
    """Implements `desk.ports.Desk` over a real one.

    `runs` counts the transactions; the next `refuses` of them are refused.
    """

    def __init__(self, desk: StoredDesk) -> None:
        self._desk = desk
        self.runs = 0
        self.refuses = 0

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        self.runs += 1
        if self.refuses:
            self.refuses -= 1
            raise NotSaved("The change could not be saved: the test does not want it")
        return await self._desk.run(work)
