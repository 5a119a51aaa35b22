"""A desk beside a Slack of our own: the people of `tests.world`, in workspaces of theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.delivery import Delivery
from bot.slack.deps import Settings
from bot.slack.link import Link
from bot.slack.send import SlackPlatform
from bot.slack.socket import Socket
from bot.slack.wire import routes
from desk.people import Identity, Person, Place, PlaceKind
from desk.ports import UnitOfWork
from handlers.router import Router
from sla import watch
from storage.cipher import Cipher
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.fakes.slack import Channel, Hand, Slack, at_once
from tests.slack.watched import Watched
from tests.talk import CATALOG

FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)  # 16:00 in Beijing
VENDOR = "TVENDOR"
TEAMS = {"northwind": "TNORTH", "contoso": "TCONTO", "fabrikam": "TFABRI"}
KEY = "k" * 48


def account(person: str) -> str:
    """Somebody's id in Slack."""
    return f"U{person.upper()}"


def team_of(person: Person) -> str:
    """Somebody's own workspace; partners without one have none in these tests."""
    return VENDOR if person.partner_id is None else TEAMS.get(person.partner_id, "")


async def _not_yet() -> None:
    """Nothing is running that could be started again."""


@dataclass
class World:
    """Everything that a test may look at; `now` is everybody's time.

    `restart` makes what listens anew: what it only remembered is forgotten then. `watched` is what
    the program has of `desk`.
    """

    slack: Slack
    desk: StoredDesk
    watched: Watched
    link: Link
    platform: SlackPlatform
    delivery: Delivery
    files: FileStore
    folder: Path
    now: datetime = FRIDAY
    wakes: list[int] = field(default_factory=list)
    socket: Socket | None = None
    pauses: list[float] = field(default_factory=list)
    go_on: asyncio.Semaphore | None = None
    restart: Callable[[], Awaitable[None]] = _not_yet

    async def pause(self, seconds: float) -> None:
        """How the program waits between two tries: not at all, or until the test says `go_on`."""
        self.pauses.append(seconds)
        self.slack.stirred()
        if seconds and self.go_on is not None:
            await self.go_on.acquire()

    def hand(self, person: str) -> Hand:
        """Somebody at their Slack."""
        return Hand(self.slack, account(person))

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    async def rest(self) -> None:
        """Until everything that is due was swept, sent and answered."""
        await self.slack.settled()
        await self.link.settled()
        await self.desk.run(lambda uow: watch.sweep(uow, CATALOG, self.now))
        while await self.delivery.run_once():
            await self.slack.settled()
            await self.link.settled()

    def texts(self, channel: str, *, alone: str = "") -> list[str]:
        """What stands in a channel, for everybody, or for one person alone."""
        from tests.fakes.slack import reading

        place = self.slack.channels[channel]
        said = place.said_alone if alone else place.messages
        return [
            reading.shown(one.blocks) or one.text for one in said if not alone or one.to == alone
        ]

    def direct(self, person: str) -> Channel:
        """Somebody's conversation with the app."""
        return self.hand(person).desk()


def people(slack: Slack) -> None:
    """Everybody's workspace and account."""
    slack.team(VENDOR, "Vendor")
    for partner, team in TEAMS.items():
        slack.team(team, partner.title())
    for person in world.PEOPLE:
        team = team_of(person)
        if team:
            slack.user(account(person.id), team, person.name, person.email or "")


def places(slack: Slack) -> None:
    """The vendor's channels, and one that is shared with partners over Slack Connect."""
    staff = [account(one.id) for one in world.PEOPLE if one.is_vendor]
    slack.channel("CCLOUD", "support-cloud", [VENDOR], staff)
    slack.channel("COPS", "operators", [VENDOR], staff, private=True)
    north, conto = account("nora"), account("carla")
    slack.channel("CNORTH", "northwind", [VENDOR, "TNORTH"], [*staff, north, account("nils")])
    slack.channel("CSHARED", "shared", [VENDOR, "TNORTH", "TCONTO"], [*staff, north, conto])


async def settle(uow: UnitOfWork) -> None:
    """Everybody into the desk, with their accounts and channels in Slack."""
    for partner in world.PARTNERS:
        await uow.people.put_partner(partner)
    for person in world.PEOPLE:
        team = team_of(person)
        own = (Identity("slack", team, account(person.id)),) if team else ()
        await uow.people.put_person(replace(person, identities=own or person.identities))
    for place in (
        _place("support-cloud", PlaceKind.ENGINEERS, "CCLOUD", "psp"),
        _place("operators", PlaceKind.OPERATORS, "COPS"),
        _place("northwind", PlaceKind.PARTNER, "CNORTH", partners=("northwind",)),
        _place("shared", PlaceKind.PARTNER, "CSHARED", partners=("northwind", "contoso")),
    ):
        await uow.people.put_place(place)


def _place(
    key: str, kind: PlaceKind, channel: str, *programs: str, partners: tuple[str, ...] = ()
) -> Place:
    return Place(key, kind, "slack", VENDOR, channel, f"#{key}", programs, (), partners)


@asynccontextmanager
async def open_world(folder: Path, *, socket: bool = False, **more: Any) -> AsyncIterator[World]:
    """A desk in memory beside a Slack with everybody in it; `more` are settings."""
    holder: list[World] = []

    def now() -> datetime:
        return holder[0].now if holder else FRIDAY

    slack = Slack(now)
    slack.delivery.says_hello = more.pop("says_hello", True)
    people(slack)
    token = slack.install(VENDOR)
    async with (
        slack.running(),
        await StoredDesk.open("sqlite://:memory:", cipher=Cipher(KEY), patience=60.0) as desk,
    ):
        await desk.run(settle)
        settings = Settings(
            signing_secret="" if socket else slack.secret,
            app_token="xapp-1-A0DESK" if socket else "",
            bot_token=more.pop("bot_token", token),
            api_url=f"{slack.url}/api/",
            **more,
        )
        files = FileStore(str(folder / "files"))
        watched = Watched(desk)
        async with await Link.open(watched, files, settings, now, now) as link:
            platform = SlackPlatform(link)
            delivery = Delivery(desk, lambda: CATALOG, {"slack": platform}, now)
            link.pause = at_once
            made = World(slack, desk, watched, link, platform, delivery, files, folder)
            holder.append(made)
            async with _serving(made, Router(watched, lambda: CATALOG)):
                yield made


@asynccontextmanager
async def _serving(made: World, router: Router) -> AsyncIterator[None]:
    for team in TEAMS.values():
        await installed(made, team)
    places(made.slack)
    async with AsyncExitStack() as running:

        async def start() -> None:
            await running.aclose()
            app = web.Application()
            wake = partial(made.wakes.append, 1)
            listening = routes(app, made.link, router, lambda: made.now, wake)
            runner = web.AppRunner(
                app, access_log=None, shutdown_timeout=0.2, auto_decompress=False
            )
            await runner.setup()
            running.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            made.slack.delivery.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            if made.link.settings.app_token:
                made.socket = await running.enter_async_context(
                    Socket(made.link, listening, made.pause)
                )
                await made.slack.delivery.connected.wait()

        made.restart = start
        await start()
        yield


async def installed(made: World, team: str) -> None:
    """The app in a partner's own workspace, as its installation leaves it."""
    from desk.linking import Installation

    slack = made.slack
    install = slack.installs[slack.install(team)]
    row = Installation(
        "slack", team, install.token, bot_user=install.bot_user, bot_id=install.bot_id,
        scopes=tuple(install.scopes), name=slack.teams[team].name,
    )  # fmt: skip
    await made.desk.run(lambda uow: uow.installations.put(row))
