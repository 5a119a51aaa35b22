"""A desk that runs beside a story, on every platform alike: its time, its sweeps, its commands."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot import app as composition
from bot.clock import OFFSET, SystemClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.platform import Platform
from bot.upkeep import Programs
from desk.ports import UnitOfWork
from sla import watch
from sla.scheduler import Scheduler
from storage.desk import StoredDesk

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
class Running:
    """What a stage stands on: a real desk whose time, sweeps and sendings the story moves."""

    desk: StoredDesk
    settings: Settings
    programs: Programs
    clock: StoryClock
    platforms: Mapping[str, Platform]
    delivery: Delivery = field(init=False)
    scheduler: Scheduler = field(init=False)
    resting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        desk, programs = self.desk, self.programs
        self.delivery = Delivery(desk, programs, self.platforms, self.clock.now)
        self.scheduler = Scheduler(
            sweep=lambda now: desk.run(lambda uow: watch.sweep(uow, programs(), now)),
            next_due=lambda: desk.run(lambda uow: uow.cases.next_rung_at()),
            clock=self.clock.now,
        )

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

    async def settled(self) -> None:
        """Until nothing is under way on the platform itself."""

    async def rest(self) -> None:
        """Until everything that is due is swept and everything planned is sent."""
        async with self.resting:
            await self.settled()
            await self.scheduler.sweep_all()
            while await self.delivery.run_once():
                await self.settled()

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


def settings_in(folder: Path) -> Settings:
    """The settings of a desk whose data are in a folder."""
    return Settings(
        _env_file=None,
        port=0,
        database_url=SecretStr(f"sqlite:///{folder / 'desk.db'}"),
        files_url=SecretStr(str(folder / "files")),
        secret_key=SecretStr(SECRET),
    )


@asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[StoredDesk]:
    """The storage, migrated as the program does it."""
    await composition.prepare(settings)
    desk = await StoredDesk.open(settings.database_url.get_secret_value(), cipher=settings.cipher)
    try:
        yield desk
    finally:
        await desk.close()
