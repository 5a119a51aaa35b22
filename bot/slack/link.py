"""The desk's link to Slack: one session, the installations, the people, and what draws for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

from bot.ports import FileStore
from bot.slack.api import SlackApi
from bot.slack.deps import Clock, Settings, wall
from bot.slack.installs import Installs
from bot.slack.looks import Looks
from bot.slack.people import People
from desk.mishaps import survived
from desk.notices import Trouble
from desk.ports import Desk
from handlers import announce
from storage.desk import within

_log = structlog.get_logger(__name__)

# What is under way in the end may still take so long, in seconds.
LAST = 0.4


class Link:
    """What listening and sending share. Made by `open`, ended by `close`.

    `pause` waits for so many seconds: before Slack may be asked again, or more has been typed.
    """

    def __init__(
        self,
        desk: Desk,
        files: FileStore,
        settings: Settings,
        api: SlackApi,
        now: Clock,
        wall: Clock,
    ) -> None:
        self.desk = desk
        self.files = files
        self.settings = settings
        self.api = api
        self.now = now
        self.wall = wall
        self.installs = Installs(desk, api, settings, wall)
        self.people = People(desk, api, self.installs, wall)
        self.looks = Looks(desk, settings.public_url, now)
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._later: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls, desk: Desk, files: FileStore, settings: Settings, now: Clock, wall: Clock = wall
    ) -> Self:
        """With a session of its own. `now` is the desk's time, `wall` the machine's; both aware."""
        return cls(desk, files, settings, await SlackApi.open(settings.api_url, wall), now, wall)

    def later(self, what: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do what need not be done before Slack is answered; it never fails whoever asked."""
        task = asyncio.get_running_loop().create_task(self._guarded(what, work))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return task

    async def _guarded(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        # Whoever was waiting for an answer has had it: there is no hurry any more.
        with survived() as mishap, within(None):
            await work
        if mishap.error is not None:
            _log.error("slack.later_failed", what=what, exc_info=mishap.error)

    async def tell(self, key: str, what: str, mend: str, title: str = "") -> None:
        """Tell the operators something, once a `key`, and how to mend it."""
        told, now = Trouble(key, what, mend, title), self.now()
        await self.desk.run(lambda uow: announce.operators(uow, f"trouble:{key}", told, now))

    async def settled(self) -> None:
        """Until everything that was put off is done."""
        while self._later:
            await asyncio.wait(tuple(self._later))

    async def close(self) -> None:
        """End what is under way, and give the connections back."""
        if self._later:
            _, late = await asyncio.wait(tuple(self._later), timeout=LAST)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.installs.close()
        await self.api.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()
