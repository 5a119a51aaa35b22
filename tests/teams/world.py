"""A desk beside a Teams of our own: the people of `tests.world`, in tenants of theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.delivery import Delivery
from bot.teams import wire
from bot.teams.heard import Ear
from bot.teams.link import Link
from bot.teams.listening import Listening
from bot.teams.send import TeamsPlatform
from desk.people import Identity, Person, Place, PlaceKind
from desk.ports import UnitOfWork
from handlers.router import Router
from sla import watch
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.fakes.teams import Hand, Message, Teams, reading
from tests.talk import CATALOG

FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)  # 16:00 in Beijing
TENANTS = ("northwind", "contoso", "fabrikam")


def tenant_of(person: Person) -> str:
    """Whose tenant somebody is in; partners without one have none in these tests."""
    if person.partner_id is None:
        return "home"
    return person.partner_id if person.partner_id in TENANTS else ""


@dataclass
class World:
    """Everything that a test may look at; `now` is everybody's time."""

    teams: Teams
    desk: StoredDesk
    link: Link
    ear: Ear
    delivery: Delivery
    files: FileStore
    now: datetime = FRIDAY
    wakes: list[int] = field(default_factory=list)
    hands: dict[str, Hand] = field(default_factory=dict)

    def hand(self, person: str) -> Hand:
        """Somebody at their Teams."""
        return self.hands.setdefault(person, Hand(self.teams, person))

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    async def rest(self) -> None:
        """Until everything that is due was swept, sent and answered."""
        await self.link.settled()
        await self.desk.run(lambda uow: watch.sweep(uow, CATALOG, self.now))
        while await self.delivery.run_once():
            await self.link.settled()

    def messages(self, place: str, thread: str = "") -> list[Message]:
        """What stands in a place or in one of its threads."""
        found = [one for one in self.teams.places[place].messages if not one.deleted]
        return [one for one in found if not thread or thread in {one.thread, one.id}]

    def texts(self, place: str, thread: str = "") -> list[str]:
        """The same as somebody reads it."""
        return [reading.shown(one.card) or one.text for one in self.messages(place, thread)]


def people(teams: Teams) -> None:
    """Everybody's tenant and account."""
    teams.tenant("home", "Vendor")
    for tenant in TENANTS:
        teams.tenant(tenant, tenant.title())
    for person in world.PEOPLE:
        tenant = tenant_of(person)
        if tenant:
            teams.user(person.id, tenant, person.name, person.email or "")
    staff = [one.id for one in world.PEOPLE if one.is_vendor]
    teams.channel("cloud", "support-cloud", "home", staff, "support")
    teams.channel("operators", "operators", "home", staff, "support")
    north = [one.id for one in world.PEOPLE if one.partner_id == "northwind"]
    teams.channel("northwind-help", "northwind", "northwind", north, "northwind-team")


async def settle(uow: UnitOfWork, teams: Teams) -> None:
    """Everybody into the desk, with their accounts and channels in Teams."""
    for partner in world.PARTNERS:
        await uow.people.put_partner(partner)
    for person in world.PEOPLE:
        user = teams.users.get(person.id)
        own = (Identity("teams", user.tenant, user.aad),) if user else person.identities
        await uow.people.put_person(replace(person, identities=own))
    for key, kind, programs, partners in (
        ("cloud", PlaceKind.ENGINEERS, ("psp",), ()),
        ("operators", PlaceKind.OPERATORS, (), ()),
        ("northwind-help", PlaceKind.PARTNER, (), ("northwind",)),
    ):
        place = teams.places[key]
        made = Place(
            key, kind, "teams", place.tenant, place.id, f"#{place.name}", programs, (), partners
        )
        await uow.people.put_place(made)


@asynccontextmanager
async def open_world(folder: Path, **more: Any) -> AsyncIterator[World]:
    """A desk in memory beside a Teams with everybody in it; `more` are settings."""
    holder: list[World] = []

    def now() -> datetime:
        return holder[0].now if holder else FRIDAY

    teams = Teams(now)
    people(teams)
    async with (
        teams.running(),
        await StoredDesk.open("sqlite://:memory:") as desk,
        await Link.open(teams.settings(**more), now) as link,
    ):
        await desk.run(lambda uow: settle(uow, teams))
        files = FileStore(str(folder / "files"))
        ear = Ear(link, desk, files, now)
        delivery = Delivery(desk, lambda: CATALOG, {"teams": TeamsPlatform(ear)}, now)
        made = World(teams, desk, link, ear, delivery, files)
        holder.append(made)
        async with _serving(made, Router(desk, lambda: CATALOG)):
            for person in teams.users:
                await made.hand(person).installs()
            await made.rest()
            for place in teams.places.values():
                place.messages.clear()
            yield made


@asynccontextmanager
async def _serving(made: World, router: Router) -> AsyncIterator[None]:
    app = web.Application()
    made.ear.attend(router, lambda: made.wakes.append(1))
    listening = Listening(made.ear, lambda: made.now, lambda: made.wakes.append(1))
    wire.routes(app, made.link, listening.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.teams.delivery.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    made.teams.delivery.signs = not made.link.settings.anonymous
    try:
        yield
    finally:
        await runner.cleanup()
