"""The web chat as a stage: the desk as the program joins it, on a real port, driven over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import SecretStr

from bot import app as composition
from bot.clock import OFFSET, SystemClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.platform import Platform
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from desk.ports import UnitOfWork
from handlers.router import Router
from handlers.sign_in import new_link
from sla import watch
from sla.scheduler import Scheduler
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.stories.stage import Person
from tests.stories.web_person import WebPerson

BEIJING = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2026, 3, 5, 15, tzinfo=BEIJING).astimezone(UTC)
SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"


@dataclass
class StoryClock:
    """Stands still between two sentences of a story."""

    at: datetime = THURSDAY

    def now(self) -> datetime:
        return self.at


@dataclass
class WebStage:
    """The desk with its web chat; implements `stage.Stage`."""

    desk: StoredDesk
    clock: StoryClock
    scheduler: Scheduler
    delivery: Delivery
    settings: Settings
    url: str
    people: dict[str, WebPerson] = field(default_factory=dict)
    resting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def person(self, key: str) -> Person:
        if key not in self.people:
            person = WebPerson(self, key)
            await person.sign_in()
            self.people[key] = person
        return self.people[key]

    async def link(self, key: str) -> str:
        """A one-time link, as an operator makes it."""
        return await self.desk.run(lambda uow: new_link(uow, key, self.clock.at))

    async def passes(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        until = self.clock.at + timedelta(days=days, hours=hours, minutes=minutes)
        # From rung to rung, as a running desk lives through them.
        while (due := await self._next_rung()) is not None and due <= until:
            self.clock.at = max(due, self.clock.at)
            await self.rest()
            if await self._next_rung() == due:
                raise AssertionError(f"the rung of {due} was swept and is still due")
        self.clock.at = until
        await self.rest()

    async def reaches(self, beijing: str) -> None:
        until = datetime.fromisoformat(beijing).replace(tzinfo=BEIJING)
        assert until >= self.clock.at, "time does not go backwards"
        await self.passes(minutes=(until - self.clock.at) / timedelta(minutes=1))

    async def _next_rung(self) -> datetime | None:
        return await self.desk.run(lambda uow: uow.cases.next_rung_at())

    async def rest(self) -> None:
        """Until everything that is due is swept and everything planned is sent."""
        async with self.resting:
            await self.scheduler.sweep_all()
            while await self.delivery.run_once():
                pass

    async def operator(self, *words: str) -> str:
        await self.desk.run(self._tell_time)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DESK_")}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            env=environment | {"DESK_DATABASE_URL": self.settings.database_url.get_secret_value()},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        text = said.decode()
        assert process.returncode == 0, text
        await self.rest()
        return text

    async def _tell_time(self, uow: UnitOfWork) -> None:
        """A command is a process of its own: it learns the story's time as it does the demo's."""
        ahead = self.clock.at - SystemClock().now()
        await uow.notes.write(OFFSET, repr(ahead.total_seconds()))

    async def leave(self) -> None:
        for person in self.people.values():
            await person.leave()


@asynccontextmanager
async def web_stage(folder: Path) -> AsyncIterator[WebStage]:
    """Join the parts as `bot.app` does, with the story's clock, and let people in."""
    settings = Settings(
        _env_file=None,
        port=0,
        database_url=SecretStr(f"sqlite:///{folder / 'desk.db'}"),
        files_url=SecretStr(str(folder / "files")),
        secret_key=SecretStr(SECRET),
    )
    await composition.prepare(settings)
    desk = await StoredDesk.open(settings.database_url.get_secret_value())
    try:
        await desk.run(world.settle)
        async with _serving(desk, settings) as stage:
            yield stage
    finally:
        await desk.close()


@asynccontextmanager
async def _serving(desk: StoredDesk, settings: Settings) -> AsyncIterator[WebStage]:
    programs, clock, hub = Programs.load(None, None), StoryClock(), Hub(desk)
    platforms: dict[str, Platform] = {"web": WebPlatform(desk, hub, clock)}
    delivery = Delivery(desk, programs, platforms, clock.now)
    scheduler = Scheduler(
        sweep=lambda now: desk.run(lambda uow: watch.sweep(uow, programs(), now)),
        next_due=lambda: desk.run(lambda uow: uow.cases.next_rung_at()),
        clock=clock.now,
    )
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
    stage = WebStage(desk, clock, scheduler, delivery, settings, url)
    try:
        yield stage
    finally:
        await stage.leave()
        await runner.cleanup()
