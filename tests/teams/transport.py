"""The transport of Teams beside a Teams of our own, without a desk behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.teams.adapter import Adapter
from bot.teams.link import Link
from bot.teams.received import Invoked, Received
from bot.teams.turns import Turns
from bot.teams.wire import routes
from tests.fakes.teams import Hand, Teams
from tests.fakes.teams.records import Json


@dataclass
class Transport:
    """What a test may look at; `now` is everybody's time."""

    teams: Teams
    link: Link
    received: list[Received] = field(default_factory=list)
    answer: Invoked | None = None
    breaks: Exception | None = None
    bot: Turns | None = None

    @property
    def now(self) -> datetime:
        """The time, aware."""
        return self.teams.at

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.teams.at += timedelta(**delta)

    def hand(self, person: str) -> Hand:
        """Somebody at their Teams."""
        return Hand(self.teams, person)

    def message(self, text: str = "hello", **more: Any) -> Json:
        """Somebody's message to the app, as Teams would bring it."""
        place, user = self.teams.places["nora"], self.teams.users["nora"]
        made = self.teams.delivery.shaped("message", place, user, text=text)
        return {**made, **more}


@asynccontextmanager
async def open_transport(**more: Any) -> AsyncIterator[Transport]:
    """A Teams with somebody in it, and our side of the wire; `more` are settings."""
    teams = Teams()
    teams.tenant("northwind", "Northwind")
    teams.user("nora", "northwind", "Nora Weiss", "nora@northwind.example")
    teams.user("nils", "northwind", "Nils Berg", "nils@northwind.example")
    teams.user("mei", "northwind", "Mei Lin")
    teams.channel("support", "support", "northwind", ["nora", "nils", "mei"])
    teams.group("lunch", "lunch", "northwind", ["nora", "nils"])
    async with teams.running(), await Link.open(teams.settings(**more), teams.now) as link:
        made = Transport(teams, link)
        async with _serving(made):
            yield made


@asynccontextmanager
async def _serving(made: Transport) -> AsyncIterator[None]:
    async def handler(received: Received) -> Invoked | None:
        made.received.append(received)
        if made.bot is not None:
            return await Adapter(made.link.connector).turn(received, made.bot)
        if made.breaks is not None:
            raise made.breaks
        return made.answer

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="fine")

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    routes(app, made.link, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.teams.delivery.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    made.teams.delivery.signs = not made.link.settings.anonymous
    try:
        yield
    finally:
        await runner.cleanup()
