"""What the web chat is given by the program around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from bot.ports import FileStore, Router
from desk.ports import Desk

if TYPE_CHECKING:
    from bot.web.live import Hub


class Clock(Protocol):
    """What time it is; the demo's clock can be moved as well (`MovableClock`)."""

    def now(self) -> datetime: ...


class MovableClock(Clock, Protocol):
    """The demo's clock."""

    async def advance(self, by: timedelta) -> None: ...
    async def advance_to_next_alert(self) -> None:
        """Move to the instant of the next alert; stays where it is when there is none."""


def _nothing() -> None:
    """Nobody waits for a commit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the web chat is run. `secret` signs the sessions; `public_url` is how it is reached.

    `loopback`: it listens on this machine alone, and answers to this machine's names alone.
    """

    secret: str
    public_url: str
    demo: bool = False
    loopback: bool = False

    @property
    def secure(self) -> bool:
        """Whether cookies travel over TLS only."""
        return urlsplit(self.public_url).scheme == "https"


@dataclass(frozen=True, slots=True)
class Deps:
    """The parts that the routes work with. `wake` is called after every commit of a request."""

    desk: Desk
    router: Router
    clock: Clock
    hub: Hub
    files: FileStore
    settings: Settings
    movable: MovableClock | None = None
    wake: Callable[[], None] = field(default=_nothing)


DEPS: web.AppKey[Deps] = web.AppKey("web_deps", Deps)
