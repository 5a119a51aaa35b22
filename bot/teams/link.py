"""The desk's link to Teams: one session, the keys, the token, the Connector."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog

from bot.teams.auth import Gate
from bot.teams.connector import CONNECT, TOTAL, Connector
from bot.teams.deps import Clock, Settings, wall
from bot.teams.keys import Keys
from bot.teams.tokens import Tokens
from bot.teams.transfer import Transfer
from desk.mishaps import survived
from storage.desk import within

_log = structlog.get_logger(__name__)


class Link:
    """What listening and sending share. Made by `open`, ended by `close`."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, wall: Clock) -> None:
        self.settings = settings
        self.wall = wall
        self._session = session
        self._keys = Keys(session, settings.metadata_url, wall)
        self._tokens = Tokens(session, settings, wall)
        self.gate = Gate(settings, self._keys, wall)
        self.connector = Connector(session, self._tokens, settings, wall)
        self.transfer = Transfer(session, self._tokens, settings)
        self._later: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, settings: Settings, wall: Clock = wall) -> Self:
        """With a session of its own; `wall` is the machine's time, aware."""
        session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TOTAL, connect=CONNECT),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return cls(session, settings, wall)

    def later(self, what: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do what need not be done before Teams is answered; it never fails whoever asked."""
        task = asyncio.get_running_loop().create_task(self._guarded(what, work))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return task

    async def _guarded(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        # Whoever was waiting for an answer has had it: there is no hurry any more.
        with survived() as mishap, within(None):
            await work
        if mishap.error is not None:
            _log.error("teams.later_failed", what=what, exc_info=mishap.error)

    async def settled(self) -> None:
        """Until everything that was put off is done."""
        while self._later:
            await asyncio.wait(tuple(self._later))

    async def close(self) -> None:
        """End what is under way, and give the connections back."""
        if self._later:
            _, late = await asyncio.wait(tuple(self._later), timeout=1.0)
            for task in late:
                task.cancel()
        await self._keys.close()
        await self._tokens.close()
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()
