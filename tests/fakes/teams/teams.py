"""The state of the fake Teams, and the few things that all of its parts do with it."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.teams.deps import Settings
from tests.fakes.teams import reading
from tests.fakes.teams.delivery import Delivery
from tests.fakes.teams.records import (
    Dialog,
    Json,
    Message,
    Place,
    Said,
    StoredFile,
    Tenant,
    User,
)
from tests.fakes.teams.signing import Signer
from tests.fakes.teams.unkindness import Unkindness

APP = "11111111-2222-3333-4444-555555555555"
PASSWORD = "the~password"
NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)
NAME = "Partnerdesk"


class Teams:
    """A whole Teams with one app. Its clock stands still until it is moved."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.at = NOON
        self._clock = clock
        self.app_id, self.password = APP, PASSWORD
        self.bot = f"28:{APP}"
        self.home = guid("home")
        self.tenants: dict[str, Tenant] = {}
        self.users: dict[str, User] = {}
        self.places: dict[str, Place] = {}
        self.dialogs: dict[str, Dialog] = {}
        self.files: dict[str, StoredFile] = {}
        self.tokens: dict[str, float] = {}
        self.transcript: list[Said] = []
        self.calls: list[tuple[str, Json]] = []
        self.asked: list[str] = []
        self.unkind = Unkindness(self.seconds)
        self.signer = Signer(self.app_id, self.seconds)
        self.delivery = Delivery(self)
        self.url = ""
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._noted = asyncio.Event()

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

    def message_id(self) -> str:
        """The id of a new message: the time in milliseconds, later ones are greater."""
        return str(int(self.seconds() * 1000) + self.number())

    @property
    def service_url(self) -> str:
        """Where the Connector is."""
        return f"{self.url}/emea/"

    def settings(self, **more: Any) -> Settings:
        """How an app is connected to this Teams."""
        given: dict[str, Any] = {
            "app_id": self.app_id,
            "password": self.password,
            "tenant_id": self.home,
            "metadata_url": f"{self.url}/v1/.well-known/openidconfiguration",
            "login_url": f"{self.url}/login",
            "trial": True,
            "loopback": True,
        }
        return Settings(**{**given, **more})

    # --- who and where ----------------------------------------------------------------------------

    def tenant(self, key: str, name: str = "") -> Tenant:
        """An organisation."""
        made = Tenant(guid(key), name or key)
        self.tenants[key] = made
        return made

    def user(self, key: str, tenant: str, name: str, email: str = "") -> User:
        """Somebody with an account in an organisation; they have the app."""
        made = User(f"29:1{key}", guid(f"user {key}"), self.tenants[tenant].id, name, email)
        self.users[key] = made
        self.places[key] = Place(
            f"a:1{key}", "personal", made.tenant, "", [made.id], installed=True
        )
        return made

    def channel(self, key: str, name: str, tenant: str, people: list[str], team: str = "") -> Place:
        """A channel of a team that has the app; the team's first channel has its own id."""
        made = Place(
            f"19:{key}@thread.tacv2", "channel", self.tenants[tenant].id, name,
            [self.users[one].id for one in people], f"19:{team or key}@thread.tacv2",
            installed=True,
        )  # fmt: skip
        self.places[key] = made
        return made

    def group(self, key: str, name: str, tenant: str, people: list[str]) -> Place:
        """A group chat that has the app."""
        made = Place(
            f"19:{key}@thread.v2", "groupChat", self.tenants[tenant].id, name,
            [self.users[one].id for one in people], installed=True,
        )  # fmt: skip
        self.places[key] = made
        return made

    def place_of(self, conversation: str) -> Place | None:
        """A conversation by its id, or by that of a thread in it."""
        wanted = conversation.partition(";")[0]
        return next((one for one in self.places.values() if one.id == wanted), None)

    def user_of(self, user_id: str) -> User | None:
        """Somebody by either of their ids."""
        return next((one for one in self.users.values() if user_id in {one.id, one.aad}), None)

    def name_of(self, user_id: str) -> str:
        """What somebody is called."""
        found = self.user_of(user_id)
        return found.name if found else NAME if user_id == self.bot else user_id

    # --- what happens -----------------------------------------------------------------------------

    def note(self, who: str, what: str) -> None:
        """A line of the transcript."""
        self.transcript.append(Said(self.seconds(), who, what))
        self._noted.set()

    async def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until it is so: looked at again after everything that is said here."""
        async with asyncio.timeout(seconds):
            while not true():
                self._noted.clear()
                await self._noted.wait()

    def note_message(self, place: Place, message: Message, how: str = "") -> None:
        """A line for a message, as it reads now."""
        where = f"#{place.name}" if place.name else "chat"
        inside = " (thread)" if message.thread else ""
        who = f"{self.name_of(message.author)} in {where}{inside}{f' ({how})' if how else ''}"
        files = "".join(f"\n📎 {one['name']}" for one in message.attachments if one.get("name"))
        alert = "🔔 " if message.alerts else ""
        self.note(who, alert + (reading.shown(message.card) or message.text) + files)

    def read_transcript(self) -> str:
        """The transcript, as a person reads it."""
        lines = []
        for one in self.transcript:
            at = datetime.fromtimestamp(one.at, UTC).strftime("%H:%M:%S")
            text = one.what.replace("\n", "\n" + " " * 12)
            lines.append(f"{at}  {one.who}: {text}")
        return "\n".join(lines)

    def messages(self, key: str, *, thread: str | None = None) -> list[Message]:
        """The messages of a conversation that are there, or of one thread."""
        found = [one for one in self.places[key].messages if not one.deleted]
        return [one for one in found if thread is None or thread in {one.id, one.thread}]

    def texts(self, key: str) -> list[str]:
        """What stands in a conversation."""
        return [reading.shown(one.card) or one.text for one in self.messages(key)]

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something happen meanwhile."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Until nothing happens meanwhile any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    # --- running ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Teams]:
        """Serve everything on this machine, on a free port."""
        from tests.fakes.teams.server import application

        runner = web.AppRunner(application(self), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self.unkind.released.set()
            await self.delivery.close()
            for task in self._tasks:
                task.cancel()
            await runner.cleanup()


def guid(key: str) -> str:
    """An id as the directory has them, always the same for a key."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"teams:{key}"))
