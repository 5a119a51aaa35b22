"""Slack as a stage: the desk beside a Slack of the project's own, over HTTP or Socket Mode.

Partners live in workspaces of their own, in which the app is installed, the vendor's people in the
vendor's; one channel is shared by two partners over Slack Connect. The web chat runs beside it.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import SecretStr

from bot import listening
from bot.config import Settings
from bot.platform import Platform
from bot.slack.join import SlackChat, settings_of
from bot.slack.link import Link
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from desk.linking import Installation
from desk.people import Identity, Place, PlaceKind
from desk.people import Person as Somebody
from desk.ports import UnitOfWork
from handlers.router import Router
from storage.desk import StoredDesk
from storage.files import FileStore
from tests import world
from tests.fakes.slack import Hand, Slack, at_once
from tests.fakes.slack.reading import Reader
from tests.stories.running import SECRET, Running, StoryClock, settings_in, stored
from tests.stories.slack_person import SlackPerson
from tests.stories.stage import Person

VENDOR = "TVENDOR"
STAFF = [one for one in world.PEOPLE if one.is_vendor]


def team_of(partner: str | None) -> str:
    """The workspace of a partner's people, or of the vendor's."""
    return f"T{partner.upper()}" if partner else VENDOR


def account(person: str) -> str:
    """Somebody's id in Slack."""
    return f"U{person.upper()}"


@dataclass
class SlackStage(Running):
    """The desk with Slack and its web chat; implements `stage.Stage`."""

    slack: Slack
    link: Link
    url: str
    people: dict[str, SlackPerson] = field(default_factory=dict)

    async def person(self, key: str) -> Person:
        if key not in self.people:
            somebody = next(one for one in world.PEOPLE if one.id == key)
            reader = Reader(ZoneInfo(somebody.time_zone), self.slack.name_of)
            self.people[key] = SlackPerson(self, key, Hand(self.slack, account(key)), reader)
        return self.people[key]

    async def link_of(self, key: str) -> str:
        """The secret of a one-time link, as the desk gives it to whoever asks."""
        person = self.people[key]
        return await person.asks_the_way()

    async def settled(self) -> None:
        while await self.slack.delivery.again():
            pass
        await self.slack.settled()
        await self.link.settled()

    async def leave(self) -> None:
        for person in self.people.values():
            await person.leave()

    def transcript(self) -> str:
        return self.slack.read_transcript()


@asynccontextmanager
async def slack_stage(folder: Path, *, by_line: bool = False) -> AsyncIterator[SlackStage]:
    """Join the parts as `bot.app` does, beside a Slack with everybody in it.

    `by_line`: the desk calls Slack and stays on the line, as Socket Mode does it.
    """
    settings, clock = settings_in(folder), StoryClock()
    slack = Slack(clock.now)
    _people(slack)
    async with slack.running(), stored(settings) as desk:
        token = slack.install(VENDOR)
        for partner in world.PARTNERS:
            await desk.run(_installing(slack, partner.id))
        _channels(slack)
        await desk.run(_settle)
        (door,) = listening.take("127.0.0.1", 0)
        slack.delivery.app_url = f"http://127.0.0.1:{door.getsockname()[1]}"
        settings = settings.model_copy(update=_connected(slack, token, by_line=by_line))
        async with _serving(desk, settings, slack, clock, door) as stage:
            yield stage


def _connected(slack: Slack, token: str, *, by_line: bool) -> dict[str, object]:
    """What an operator sets so that the desk and Slack find each other."""
    listens = {"slack_signing_secret": SecretStr(slack.secret)}
    if by_line:
        listens = {"slack_app_token": SecretStr("xapp-1-A0DESK")}
    return {
        **listens,
        "slack_bot_token": SecretStr(token),
        "slack_api_url": f"{slack.url}/api/",
        "public_url": slack.delivery.app_url,
    }


@asynccontextmanager
async def _serving(
    desk: StoredDesk, settings: Settings, slack: Slack, clock: StoryClock, door: socket.socket
) -> AsyncIterator[SlackStage]:
    programs, hub = Programs.load(None, None), Hub(desk)
    files = FileStore(settings.files_url.get_secret_value())
    async with AsyncExitStack() as stack:
        url = slack.delivery.app_url
        opened = await Link.open(desk, files, settings_of(settings), clock.now, clock.now)
        link = await stack.enter_async_context(opened)
        link.pause = at_once
        chat = SlackChat(link)
        platforms: dict[str, Platform] = {
            "slack": chat.platform,
            "web": WebPlatform(desk, hub, clock),
        }
        stage = SlackStage(desk, settings, programs, clock, platforms, slack, link, url)
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
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, door).start()
        await stack.enter_async_context(chat.listening())
        if link.settings.app_token:
            await slack.delivery.connected.wait()
        yield stage


# --- who is where ---------------------------------------------------------------------------------


def _people(slack: Slack) -> None:
    slack.team(VENDOR, "Vendor")
    for partner in world.PARTNERS:
        slack.team(team_of(partner.id), partner.name)
    for one in world.PEOPLE:
        slack.user(account(one.id), team_of(one.partner_id), one.name, one.email or "")


def _installing(slack: Slack, partner: str) -> Callable[[UnitOfWork], Awaitable[None]]:
    """The app in a partner's workspace, as its installation and the partner's code leave it."""
    team = team_of(partner)
    made = slack.installs[slack.install(team)]
    row = Installation(
        "slack", team, made.token, bot_user=made.bot_user, bot_id=made.bot_id,
        scopes=tuple(made.scopes), name=slack.teams[team].name,
    )  # fmt: skip

    async def work(uow: UnitOfWork) -> None:
        await uow.installations.put(row)

    return work


def _channels(slack: Slack) -> None:
    staff = [account(one.id) for one in STAFF]
    slack.channel("CCLOUD", "support-cloud", [VENDOR], staff)
    slack.channel("CSDK", "support-sdk", [VENDOR], staff)
    slack.channel("COPERATORS", "operators", [VENDOR], staff, private=True)
    northwind, contoso = team_of("northwind"), team_of("contoso")
    slack.channel("CNORTHWIND", "northwind", [northwind], [account("nora"), account("nils")])
    both = [account("nora"), account("nils"), account("carla")]
    slack.channel("CSHARED", "shared", [VENDOR, northwind, contoso], [*staff, *both])


async def _settle(uow: UnitOfWork) -> None:
    """The world of the tests, with accounts and channels in Slack."""
    await world.settle(uow)
    for one in world.PEOPLE:
        await uow.people.put_person(replace(one, identities=(_identity(one), *one.identities)))
    for place in world.PLACES:
        await uow.people.put_place(_placed(place))


def _identity(one: Somebody) -> Identity:
    return Identity("slack", team_of(one.partner_id), account(one.id))


def _placed(place: Place) -> Place:
    ours = place.kind is not PlaceKind.PARTNER or len(place.partner_ids) > 1
    workspace = VENDOR if ours else team_of(place.partner_ids[0])
    channel = f"C{place.id.removeprefix('support-').upper()}"
    return replace(place, platform="slack", workspace=workspace, channel=channel)
