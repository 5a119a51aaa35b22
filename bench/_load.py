"""A client that costs little beside what it measures: prepared bytes out, whole answers in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

# Longer than Slack waits: what takes this long has failed.
PATIENCE = 10.0


@dataclass
class Timings:
    """How long each request took, in seconds, and all of them together; how many failed."""

    each: list[float] = field(default_factory=list)
    together: float = 0.0
    failed: int = 0


class _Connection(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[bytes] | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head) and self._answered is not None:
            self._answered.set_result(self._read)
            self._read, self._answered = b"", None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None:
            self._answered.set_exception(exc or ConnectionResetError("closed by the server"))

    async def ask(self, request: bytes) -> bytes:
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        answered = self._answered
        self._transport.write(request)
        return await answered

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A request as bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def load(port: int, requests: Sequence[bytes], at_once: int, expected: bytes) -> Timings:
    """Send all of them over `at_once` connections; an answer that is good holds `expected`."""
    timings = Timings()
    loop = asyncio.get_running_loop()
    waiting = iter(requests)

    async def worker() -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        try:
            for request in waiting:
                begun = perf_counter()
                answer = await connection.ask(request)
                timings.each.append(perf_counter() - begun)
                good = answer.startswith(b"HTTP/1.1 200 ") and expected in answer
                timings.failed += not good
        finally:
            connection.close()

    begun = perf_counter()
    async with asyncio.timeout(PATIENCE * len(requests)):
        await asyncio.gather(*(worker() for _ in range(at_once)))
    timings.together = perf_counter() - begun
    return timings
