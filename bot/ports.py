"""What every chat platform is given by the program around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from handlers.exchange import Answer, Inbound


class Router(Protocol):
    """Where every inbound event goes."""

    async def handle(self, inbound: Inbound, now: datetime) -> Answer: ...


class FileStore(Protocol):
    """Where the bytes of attachments are; raises `NotSaved` where it cannot keep them."""

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None: ...
    def stream(self, key: str) -> AsyncIterator[bytes]:
        """The bytes, in pieces; raises `FileNotFoundError` where they are gone."""

    async def delete(self, key: str) -> None: ...
