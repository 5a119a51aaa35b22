"""A small desk with its web chat, on a port of this machine and a clock that stands still."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.platform import Address
from bot.web.deps import Deps, Settings
from bot.web.live import Hub
from bot.web.send import WebPlatform
from bot.web.wire import routes
from desk.notices import Side
from desk.people import Billing, Identity, Partner, Person, Place, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import Post
from handlers.intent_codec import encode
from handlers.intents import Intent, OpenCase
from handlers.router import Router
from handlers.sign_in import new_link
from handlers.views.kinds import DoneView
from sla.catalog import Catalog
from storage.desk import StoredDesk
from storage.files import FileStore

NOON = datetime(2026, 3, 6, 4, tzinfo=UTC)  # a Friday, noon in Beijing
OPEN = OpenCase(
    category="technical",
    severity="production_down",
    title="The queue stands still",
    description="Nothing is delivered since noon.",
    product="Cloud servers",
    customer="A bank",
    language="en",
)
_catalog = Catalog.load()
_events = count(1)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    async def advance(self, by: timedelta) -> None:
        self.at += by

    async def advance_to_next_alert(self) -> None:
        self.at += timedelta(hours=1)


@dataclass
class World:
    """Everything that a test may look at, and browsers for its people."""

    desk: StoredDesk
    files: FileStore
    clock: Clock
    hub: Hub
    platform: WebPlatform
    server: TestServer
    wakes: list[int]
    clients: list[TestClient] = field(default_factory=list)

    async def browser(self, person_id: str | None = None) -> Browser:
        """A browser, signed in as somebody, or as nobody."""
        client: TestClient = TestClient(self.server)
        self.clients.append(client)
        browser = Browser(client, person_id or "")
        if person_id is not None:
            token = await self.desk.run(lambda uow: new_link(uow, person_id, self.clock.at))
            page = await browser.get(f"/signin/{token}")
            csrf = csrf_of(await page.text())
            entered = await browser.post(f"/signin/{token}", {"_csrf": csrf})
            assert entered.status == 303
            page = await browser.get(f"/c/dm:{person_id}")
            assert page.status == 200
            browser.csrf = csrf_of(await page.text())
        return browser

    async def thread(self, case_id: int, side: Side, address: Address) -> int:
        """A case's thread on this platform, as the delivery makes it: its root's id."""
        sent = await self.platform.post(address, DoneView((f"C-{case_id}",)), f"{case_id}:{side}")
        post = Post(case_id, side, "card", "web", "", sent.channel, sent.message_id)
        await self.desk.run(lambda uow: uow.posts.remember(post))
        return int(sent.message_id)

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        await self.server.close()
        await self.desk.close()


@dataclass
class Browser:
    """Somebody's browser: it sends what a browser sends, and keeps its cookie."""

    client: TestClient
    person_id: str
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=headers, allow_redirects=False)

    async def post(self, path: str, data: Any, **headers: str) -> ClientResponse:
        headers = {"Sec-Fetch-Site": "same-origin", **headers}
        return await self.client.post(path, data=data, headers=headers, allow_redirects=False)

    def form(self, fields: dict[str, str], **given: Any) -> dict[str, str]:
        where = given.get("where") or f"dm:{self.person_id}"
        return {
            "_csrf": self.csrf,
            "_event": given.get("event") or f"event-{next(_events):06}",
            "_conversation": where,
            "_thread": str(given.get("thread") or ""),
            **fields,
        }

    async def say(self, text: str, **given: Any) -> ClientResponse:
        return await self.post("/say", self.sent({"text": text}, **given))

    async def act(self, intent: Intent, **given: Any) -> ClientResponse:
        fields = {"_intent": encode(intent), **given.pop("fields", {})}
        return await self.post("/act", self.sent(fields, **given))

    def sent(
        self, fields: dict[str, str], files: Iterable[tuple[str, bytes]] = (), **given: Any
    ) -> FormData:
        form = FormData(default_to_multipart=True)
        for name, text in self.form(fields, **given).items():
            form.add_field(name, text)
        for name, body in files:
            form.add_field("files", body, filename=name, content_type="text/plain")
        return form


async def open_world(folder: str, *, demo: bool = False, **parts: Any) -> World:
    """A desk in memory with a few people, and its web chat."""
    desk = await StoredDesk.open("sqlite://:memory:")
    await desk.run(_people)
    clock, hub, wakes = Clock(), Hub(parts.get("watched") or desk), list[int]()
    files = parts.get("files") or FileStore(folder)
    deps = Deps(
        desk=desk,
        router=parts.get("router") or Router(desk, lambda: _catalog),
        clock=clock,
        hub=hub,
        files=files,
        settings=Settings("s" * 40, "http://desk.example", demo=demo, **parts.get("settings", {})),
        movable=clock if demo else None,
        wake=lambda: wakes.append(1),
    )
    app = web.Application()
    routes(app, deps)
    server = TestServer(app)
    await server.start_server()
    return World(desk, files, clock, hub, WebPlatform(desk, hub, clock), server, wakes)


async def _people(uow: UnitOfWork) -> None:
    for key, program, plan in (("acme", "psp", "premier"), ("rival", "psp", "premier")):
        await uow.people.put_partner(
            Partner(
                key, key.title(), program, plan, date(2026, 1, 1), Billing.YEARLY,
                "solution", "DE", "Europe/Berlin", tam_id="tom",
            )
        )  # fmt: skip
    for person_id, role, partner_id in (
        ("ada", Role.CONTACT, "acme"),
        ("ari", Role.CONTACT, "acme"),
        ("ben", Role.CONTACT, "rival"),
        ("eve", Role.ENGINEER, None),
        ("tom", Role.TAM, None),
        ("oda", Role.OPERATOR, None),
    ):
        identity = Identity("web", "", person_id)
        zone = "Asia/Shanghai" if partner_id is None else "Europe/Berlin"
        person = Person(
            person_id, person_id.title(), frozenset({role}), zone,
            partner_id=partner_id, identities=(identity,),
        )  # fmt: skip
        await uow.people.put_person(person)
    for name, kind, partners in (
        ("support", PlaceKind.ENGINEERS, ()),
        ("acme", PlaceKind.PARTNER, ("acme",)),
        ("rival", PlaceKind.PARTNER, ("rival",)),
        ("operators", PlaceKind.OPERATORS, ()),
    ):
        await uow.people.put_place(
            Place(f"p-{name}", kind, "web", "", name, f"#{name}", partner_ids=partners)
        )


def csrf_of(html: str) -> str:
    found = re.search(r'(?:data-csrf|name="_csrf" value)="([0-9a-f]{64})"', html)
    assert found, html
    return found[1]
