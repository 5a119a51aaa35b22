"""What goes wrong when it is told to: a storage, a disk, a router."""

from __future__ import annotations

from typing import Any

from desk.errors import NotSaved
from handlers.exchange import Answer
from storage.desk import StoredDesk


class Flaky:
    """A desk that fails when it is told to."""

    def __init__(self, desk: StoredDesk | None = None) -> None:
        self.desk = desk
        self.fails = 0

    async def run(self, work: Any) -> Any:
        if self.fails:
            self.fails -= 1
            raise NotSaved("locked")
        assert self.desk is not None
        return await self.desk.run(work)


class Broken:
    """A router whose storage does not keep anything, or which is at fault itself."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle(self, *_: object) -> Answer:
        raise self.error


class FullStore:
    """A disk with nothing left on it."""

    async def put(self, _key: str, content: Any) -> None:
        async for _ in content:
            raise NotSaved("No space left on device")

    async def delete(self, _key: str) -> None:
        raise NotSaved("No space left on device")
