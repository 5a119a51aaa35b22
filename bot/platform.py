"""What every chat platform can do for the desk, and the only three ways in which it may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from aiohttp import web

from bot.ports import Router
from handlers.views.kinds import View
from sla.scheduler import Job


class Retryable(Exception):
    """Try again, not before `after`; the desk waits with growing gaps where it is None."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Permanent(Exception):
    """This target will not take it: archived, left, blocked. The next target is told instead."""

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


class Gone(Permanent):
    """The message that was to be changed, or written under, is not there any more."""


class SignInBroken(Exception):
    """The platform does not accept the desk's own credentials any more: operators must mend it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes; `thread` is the id of the root message it belongs under."""

    platform: str
    workspace: str
    channel: str = ""
    user: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on a platform: where it really is, and its id there.

    `files` are the ids of what was sent with it, where the platform keeps them apart; `found` says
    that an earlier try had arrived.
    """

    channel: str
    message_id: str
    files: tuple[str, ...] = ()
    found: bool = False


class Platform(Protocol):
    """A chat platform. Adapters raise `Retryable`, `Permanent` or `SignInBroken`, nothing else."""

    @property
    def name(self) -> str:
        """The platform's key, as in the roster's identities."""

    async def post(self, to: Address, view: View, key: str) -> Sent:
        """Post `view`; `key` makes it one message however often it is tried, where possible."""

    async def update(self, to: Address, message_id: str, view: View) -> None:
        """Make an earlier message show `view`."""

    async def delete(self, to: Address, message_id: str) -> None:
        """Take an earlier message away."""


@runtime_checkable
class Doubting(Protocol):
    """A platform that has to look for a message before it is posted again."""

    def doubt(self, key: str, since: datetime) -> None:
        """What became of an earlier try under `key` is not known; none was before `since`."""


class Chat(Protocol):
    """A platform in the running program; its `routes` come before `listening`."""

    @property
    def platform(self) -> Platform:
        """What delivery speaks through."""

    def routes(
        self,
        app: web.Application,
        router: Router,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        """Put its routes into an application; `wake` is called after every commit."""

    def listening(self) -> AbstractAsyncContextManager[None]:
        """Listen where nothing calls us, as long as it is entered."""

    def reached(self, url: str) -> str:
        """How it is reached, for whoever starts the program; `url` is the desk's own address."""

    def jobs(self) -> Sequence[Job]:
        """What is done by the calendar."""
