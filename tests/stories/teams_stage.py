"""Teams as a stage: the desk beside a Teams of the project's own, over signed HTTP.

Partners live in tenants of their own, the vendor's people in the vendor's; one channel is shared by
people of three tenants. The web chat runs beside it.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot import listening
from bot.config import Settings
from bot.platform import Platform
from bot.teams.join import TeamsChat
from bot.teams.link import Link
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from desk.people import Identity
from desk.people import Person as Somebody
from desk.people import Place as Named
from desk.ports import UnitOfWork
from handlers.router import Router
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.fakes.teams import Hand, Teams
from tests.stories.running import SECRET, Running, StoryClock, settings_in, stored
from tests.stories.stage import Person
from tests.stories.teams_person import TeamsPerson

VENDOR = "home"
# A machine's clock goes on between two sentences of a story: so much whenever it is looked at.
TICK = timedelta(seconds=0.25)


@dataclass
class Wall:
    """The machine's time, by which Teams is not asked too much at once."""

    story: StoryClock
    looked: int = 0

    def now(self) -> datetime:
        self.looked += 1
        return self.story.at + self.looked * TICK


@dataclass
class TeamsStage(Running):
    """The desk with Teams and its web chat; implements `stage.Stage`."""

    teams: Teams
    link: Link
    url: str
    people: dict[str, TeamsPerson] = field(default_factory=dict)

    async def person(self, key: str) -> Person:
        if key not in self.people:
            self.people[key] = TeamsPerson(self, key, Hand(self.teams, key))
        return self.people[key]

    async def link_of(self, key: str) -> str:
        """The secret of a one-time link, as the desk gives it to whoever asks."""
        return await self.people[key].asks_the_way()

    async def settled(self) -> None:
        await self.teams.settled()
        await self.link.settled()

    async def leave(self) -> None:
        for person in self.people.values():
            await person.leave()

    def transcript(self) -> str:
        return self.teams.read_transcript()


@asynccontextmanager
async def teams_stage(folder: Path) -> AsyncIterator[TeamsStage]:
    """Join the parts as `bot.app` does, beside a Teams with everybody in it."""
    settings, clock = settings_in(folder), StoryClock()
    teams = Teams(clock.now)
    _people(teams)
    _channels(teams)
    async with teams.running(), stored(settings) as desk:
        await desk.run(lambda uow: _settle(uow, teams))
        (door,) = listening.take("127.0.0.1", 0)
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        teams.delivery.app_url = url
        settings = settings.model_copy(update={"public_url": url})
        async with _serving(desk, settings, teams, clock, door) as stage:
            await _met(stage)
            yield stage


@asynccontextmanager
async def _serving(
    desk: StoredDesk, settings: Settings, teams: Teams, clock: StoryClock, door: socket.socket
) -> AsyncIterator[TeamsStage]:
    programs, hub = Programs.load(None, None), Hub(desk)
    files = FileStore(settings.files_url.get_secret_value())
    async with AsyncExitStack() as stack:
        url = teams.delivery.app_url
        opened = await Link.open(teams.settings(public_url=url), Wall(clock).now)
        link = await stack.enter_async_context(opened)
        chat = TeamsChat(link, desk, files, clock.now)
        platforms: dict[str, Platform] = {
            "teams": chat.platform,
            "web": WebPlatform(desk, hub, clock),
        }
        stage = TeamsStage(desk, settings, programs, clock, platforms, teams, link, url)
        stack.push_async_callback(stage.leave)
        router, app = Router(desk, programs, url), web.Application()
        wire.routes(
            app,
            deps.Deps(
                desk=desk, router=router, clock=clock, hub=hub, files=files,
                settings=deps.Settings(SECRET, url, loopback=True),
            ),
        )  # fmt: skip
        chat.routes(app, router, clock.now, lambda: None)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, door).start()
        yield stage


async def _met(stage: TeamsStage) -> None:
    """Everybody adds the app, is greeted, and clears their table."""
    for person in stage.teams.users:
        await Hand(stage.teams, person).installs()
    await stage.rest()
    for place in stage.teams.places.values():
        place.messages.clear()


# --- who is where ---------------------------------------------------------------------------------


def tenant_of(person: Somebody) -> str:
    """The tenant of a partner's people, or of the vendor's."""
    return person.partner_id or VENDOR


def _people(teams: Teams) -> None:
    teams.tenant(VENDOR, "Vendor")
    for partner in world.PARTNERS:
        teams.tenant(partner.id, partner.name)
    for one in world.PEOPLE:
        teams.user(one.id, tenant_of(one), one.name, one.email or "")


def _channels(teams: Teams) -> None:
    staff = [one.id for one in world.PEOPLE if one.is_vendor]
    partners = ["nora", "nils", "carla"]
    for name in ("support-cloud", "support-sdk", "operators"):
        # Their owner lets the desk hear everything there.
        teams.channel(name, name, VENDOR, staff, "support").consent = True
    teams.channel("northwind", "northwind", "northwind", ["nora", "nils"], "northwind-team")
    teams.channel("shared", "shared", VENDOR, [*staff, *partners], "shared-team")


async def _settle(uow: UnitOfWork, teams: Teams) -> None:
    """The world of the tests, with accounts and channels in Teams."""
    await world.settle(uow)
    for one in world.PEOPLE:
        user = teams.users[one.id]
        own = Identity("teams", user.tenant, user.aad)
        await uow.people.put_person(replace(one, identities=(own, *one.identities)))
    for place in world.PLACES:
        await uow.people.put_place(_placed(place, teams))


def _placed(place: Named, teams: Teams) -> Named:
    channel = teams.places[place.id]
    return replace(place, platform="teams", workspace=channel.tenant, channel=channel.id)
