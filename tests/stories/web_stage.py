"""The web chat as a stage: the desk as the program joins it, on a real port, driven over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bot.config import Settings
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from handlers.router import Router
from handlers.sign_in import new_link
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.stories.running import SECRET, Running, StoryClock, settings_in, stored
from tests.stories.stage import Person
from tests.stories.web_person import WebPerson


@dataclass
class WebStage(Running):
    """The desk with its web chat; implements `stage.Stage`."""

    url: str = ""
    people: dict[str, WebPerson] = field(default_factory=dict)

    async def person(self, key: str) -> Person:
        if key not in self.people:
            person = WebPerson(self, key)
            await person.sign_in()
            self.people[key] = person
        return self.people[key]

    async def link_of(self, key: str) -> str:
        """The secret of a one-time link, as an operator makes it."""
        return await self.desk.run(lambda uow: new_link(uow, key, self.clock.at))

    async def leave(self) -> None:
        for person in self.people.values():
            await person.leave()

    def transcript(self) -> str:
        """What stands on the pages that people have open."""
        pages = (page for person in self.people.values() for page in person.pages.values())
        return "\n\n".join(
            f"{page.person.name} in {page.conversation} {page.thread}\n{page.text()}"
            for page in pages
        )


@asynccontextmanager
async def web_stage(folder: Path) -> AsyncIterator[WebStage]:
    """Join the parts as `bot.app` does, with the story's clock, and let people in."""
    settings = settings_in(folder)
    async with stored(settings) as desk:
        await desk.run(world.settle)
        async with _serving(desk, settings) as stage:
            yield stage


@asynccontextmanager
async def _serving(desk: StoredDesk, settings: Settings) -> AsyncIterator[WebStage]:
    programs, clock, hub = Programs.load(None, None), StoryClock(), Hub(desk)
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    parts = deps.Deps(
        desk=desk,
        router=Router(desk, programs),
        clock=clock,
        hub=hub,
        files=FileStore(settings.files_url.get_secret_value()),
        settings=deps.Settings(SECRET, "http://127.0.0.1", loopback=True),
    )
    wire.routes(app, parts)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    stage = WebStage(
        desk, settings, programs, clock, {"web": WebPlatform(desk, hub, clock)}, url=url
    )
    try:
        yield stage
    finally:
        await stage.leave()
        await runner.cleanup()
