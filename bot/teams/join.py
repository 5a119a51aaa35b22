"""Teams in the running program: opened, its route put in place, its platform handed to delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from bot.ports import FileStore, Router
from bot.teams import wire
from bot.teams.deps import Clock, Settings
from bot.teams.heard import Ear
from bot.teams.link import Link
from bot.teams.listening import Listening
from bot.teams.send import TeamsPlatform
from desk.ports import Desk
from sla.scheduler import Job


class TeamsChat:
    """Teams, joined. Made by `opened`; `routes` comes before anything is heard."""

    def __init__(self, link: Link, desk: Desk, files: FileStore, now: Clock) -> None:
        self._link = link
        self._desk = desk
        self._files = files
        self.speaks = Ear(link, desk, files, now)
        self.platform = TeamsPlatform(self.speaks)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, settings: Settings, desk: Desk, files: FileStore, now: Clock
    ) -> AsyncIterator[TeamsChat]:
        """The link to Teams, which is given back in the end. `now` is the desk's time, aware."""
        async with await Link.open(settings) as link:
            yield cls(link, desk, files, now)

    def routes(
        self, app: web.Application, router: Router, now: Clock, wake: Callable[[], None]
    ) -> None:
        """Put Teams' route into an application; `wake` is called after every commit."""
        self.speaks.attend(router, wake)
        wire.routes(app, self._link, Listening(self.speaks, now, wake).take)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Teams calls the desk: there is nothing to be held open."""
        yield

    def reached(self, url: str) -> str:
        """How it is reached, for whoever starts the program; `url` is the desk's own address."""
        trial = " (without sign-in, for a trial on this machine)"
        return f"over HTTP at {url}{wire.PATH}" + trial * self._link.settings.anonymous

    def jobs(self) -> Sequence[Job]:
        """What is done by the calendar: nothing."""
        return ()
