"""The state of the fake Slack, and the few things that all of its parts do with it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.reading import Reader
from tests.fakes.slack.records import (
    Channel,
    Grant,
    Install,
    Json,
    Message,
    Said,
    StoredFile,
    Team,
    Trigger,
    User,
    View,
)
from tests.fakes.slack.unkindness import Unkindness

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MANIFEST = Path(__file__).parents[3] / "manifest.json"
APP = "A0DESK"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)


async def at_once(_seconds: float) -> None:
    """A pause in which nobody waits: time is a test's own."""


class Slack:
    """A whole Slack with one app. Its clock stands still until it is moved."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.at = NOON
        self._clock = clock
        self.manifest: Json = json.loads(MANIFEST.read_text(encoding="utf-8"))
        self.secret = SECRET
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.installs: dict[str, Install] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.prompts: dict[str, list[Json]] = {}
        self.codes: dict[str, Grant] = {}
        self.transcript: list[Said] = []
        self.calls: list[tuple[str, Json]] = []
        self.peers: set[Any] = set()
        self.unkind = Unkindness(self.seconds)
        self.delivery = Delivery(self)
        self.url = ""
        # More than this is never on one page of a list, whatever was asked for.
        self.page = 999
        self._noted = asyncio.Event()
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- time and names ---------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock() if self._clock else self.at

    def seconds(self) -> float:
        """The time in seconds since 1970."""
        return self.now().timestamp()

    def number(self) -> int:
        """A number that was not used before."""
        return next(self._numbers)

    def ts(self) -> str:
        """A time stamp that was not used before; later ones are greater."""
        return f"{int(self.seconds())}.{self.number():06d}"

    # --- who and where ----------------------------------------------------------------------------

    def team(self, key: str, name: str = "", enterprise: str = "") -> Team:
        """A workspace."""
        made = Team(key, name or key, enterprise)
        self.teams[key] = made
        return made

    def user(self, key: str, team: str, name: str, email: str = "") -> User:
        """Somebody with an account in a workspace."""
        picture = f"{self.url or 'http://127.0.0.1'}/pictures/{key}.png"
        made = User(key, team, name, email, picture=picture)
        self.users[key] = made
        return made

    def install(self, team: str, *, token: str = "", scopes: frozenset[str] | None = None) -> str:
        """Install the app into a workspace; returns its bot's token."""
        number = self.number()
        bot = User(f"UBOT{team}", team, "Partnerdesk", is_bot=True, bot_id=f"B{team}")
        self.users[bot.id] = bot
        granted = scopes if scopes is not None else self.scopes
        token = token or f"xoxb-{team}-{number}"
        self.installs[token] = Install(team, token, bot.id, bot.bot_id, granted)
        return token

    @property
    def scopes(self) -> frozenset[str]:
        """What the manifest asks for."""
        return frozenset(self.manifest["oauth_config"]["scopes"]["bot"])

    @property
    def subscribed(self) -> frozenset[str]:
        """The events that the manifest subscribes to."""
        events = self.manifest["settings"].get("event_subscriptions", {})
        return frozenset(events.get("bot_events", ()))

    def of_team(self, team: str) -> Install | None:
        """The app in a workspace, if it is there."""
        near = (team, self.teams[team].enterprise if team in self.teams else "")
        there = [one for one in self.installs.values() if one.team in near and not one.revoked]
        # The newest one: who installs the app again gets another token.
        return there[-1] if there else None

    def channel(
        self, key: str, name: str, teams: list[str], members: list[str], *, private: bool = False
    ) -> Channel:
        """A channel; the apps of its workspaces are in it."""
        bots = {one.bot_user for one in self.installs.values() if one.team in teams}
        made = Channel(key, name, teams, {*members, *bots}, private=private)
        self.channels[key] = made
        return made

    def direct(self, user: str, install: Install) -> Channel:
        """The conversation of somebody with the app."""
        key = f"D{user.removeprefix('U')}{install.team.removeprefix('T')}"
        if key not in self.channels:
            members = {user, install.bot_user}
            self.channels[key] = Channel(key, "", [install.team], members, direct=True)
        return self.channels[key]

    def share(self, user: str, install: Install) -> bool:
        """Whether somebody is in a channel with the app, and so is known to it."""
        both = {user, install.bot_user}
        return any(both <= one.members for one in self.channels.values() if not one.direct)

    def name_of(self, user: str) -> str:
        """What somebody is called."""
        found = self.users.get(user)
        return found.name if found else user

    def place_name(self, channel: Channel, who: str = "") -> str:
        """What the transcript calls a conversation in which `who` says something."""
        if channel.name:
            return f"#{channel.name}"
        people = sorted(channel.members - {who, *self.bots})
        return " with ".join(["direct", *(self.name_of(one) for one in people)])

    @property
    def bots(self) -> set[str]:
        """The accounts of the app."""
        return {one.bot_user for one in self.installs.values()}

    @property
    def reader(self) -> Reader:
        """Whoever keeps the transcript: in Beijing, and knows everybody's name."""
        return Reader(name_of=self.name_of)

    # --- what happens -----------------------------------------------------------------------------

    def note(self, who: str, what: str) -> None:
        """A line of the transcript."""
        self.transcript.append(Said(self.seconds(), who, what))
        self._noted.set()

    def called(self, method: str, arguments: Json) -> None:
        """A method of the Web API was called."""
        self.calls.append((method, arguments))
        self.stirred()

    def stirred(self) -> None:
        """Something happened: whoever waits `until` looks again."""
        self._noted.set()

    async def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until it is so: looked at again after everything that happens here."""
        async with asyncio.timeout(seconds):
            while not true():
                self._noted.clear()
                await self._noted.wait()

    def read_transcript(self) -> str:
        """The transcript, as a person reads it."""
        lines = []
        for one in self.transcript:
            at = datetime.fromtimestamp(one.at, UTC).strftime("%H:%M:%S")
            text = one.what.replace("\n", "\n" + " " * 12)
            lines.append(f"{at}  {one.who}: {text}")
        return "\n".join(lines)

    def trigger(self, user: str, team: str, view: str = "") -> str:
        """What comes with a press, so that the app may open a form."""
        number = self.number()
        made = Trigger(f"{number}.{int(self.seconds())}.{number:032x}", self.seconds(), user, team)
        made.view = view
        self.triggers[made.id] = made
        return made.id

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something happen meanwhile."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Until nothing happens meanwhile any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def view_of(self, user: str) -> View | None:
        """The modal that is on top before somebody."""
        mine = [one for one in self.views.values() if one.user == user and not one.closed]
        return mine[-1] if mine else None

    def messages(self, channel: str, *, thread: str | None = None) -> list[Message]:
        """The messages of a channel, or of one thread."""
        found = self.channels[channel].messages
        return [one for one in found if thread is None or thread in {one.ts, one.thread}]

    # --- running ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Slack]:
        """Serve the Web API on this machine, on a free port."""
        from tests.fakes.slack.server import application

        runner = web.AppRunner(application(self), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for user in self.users.values():
            user.picture = f"{self.url}/pictures/{user.id}.png"
        try:
            yield self
        finally:
            await self.delivery.close()
            for task in self._tasks:
                task.cancel()
            await runner.cleanup()
