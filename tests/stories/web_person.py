"""Somebody in a browser: reads what the pages show, and posts what their buttons and forms post."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from urllib.parse import quote

from aiohttp import ClientResponse, ClientSession, ClientTimeout, CookieJar, FormData

from tests.stories import markup
from tests.stories.markup import Node
from tests.stories.stage import DESK, FORM, Button, CannotSee, File, Nothing
from tests.stories.web_form import WebForm
from tests.stories.web_page import WebPage

_events = count(1)


class Site(Protocol):
    """Where the web chat is, and who lets people in."""

    @property
    def url(self) -> str: ...
    async def link_of(self, key: str) -> str:
        """The secret of a one-time link for somebody."""

    async def rest(self) -> None:
        """Until everything planned is sent."""


@dataclass(frozen=True)
class WebFile:
    """The address of a file, as a page shows it."""

    name: str
    path: str


@dataclass(frozen=True)
class WebButton:
    """A button on a page that somebody has open."""

    person: WebPerson
    page: WebPage
    intent: str
    asks: str

    async def pressed(self, *, delivered: int = 1) -> str:
        fields = {"_intent": self.intent, "_event": event()}
        return await self.person.post("/act", fields, self.page, delivered)


def event() -> str:
    """The name of a press, as the page's script makes one."""
    return f"story-event-{next(_events):08}"


class WebPerson:
    """Implements `stage.Person`."""

    def __init__(self, stage: Site, key: str) -> None:
        self.stage = stage
        self.key = key
        self.name = key
        self.browser = ClientSession(
            stage.url,
            cookie_jar=CookieJar(unsafe=True),
            timeout=ClientTimeout(total=30, sock_read=None),
            headers={"Origin": stage.url},
        )
        self.csrf = ""
        self.pages: dict[tuple[str, str], WebPage] = {}
        self.threads: dict[str, WebPage] = {}
        self.form: WebForm | None = None
        self.carried: list[tuple[str, bytes]] = []

    # --- signing in, and reading pages ------------------------------------------------------------

    async def sign_in(self) -> None:
        """Use a one-time link up, as often as the session has ended."""
        path = f"/signin/{await self.stage.link_of(self.key)}"
        async with self.browser.get(path) as answer:
            door = markup.read(await answer.text())
        form = door.one("form", method="post")
        token = door.one("input", name="_csrf")
        assert form is not None
        assert token is not None
        fields = {"_csrf": token["value"]}
        async with self.browser.post(form["action"], data=fields) as answer:
            home = markup.read(await answer.text())
            assert answer.status == 200, home.text()
        me = home.one("bdi", cls="me-name")
        assert me is not None
        self.name = me.text()
        self._remember(home)

    def _remember(self, page: Node) -> None:
        body = page.one("body")
        self.csrf = body["data-csrf"] if body else ""

    async def page(self, conversation: str, thread: str = "") -> str:
        """A whole page, freshly loaded; raises `CannotSee`."""
        path = f"/c/{quote(conversation, safe=':')}"
        query = {"thread": thread} if thread else {}
        async with self.browser.get(path, params=query) as answer:
            status, text = answer.status, await answer.text()
        if status == 401:
            await self.sign_in()
            return await self.page(conversation, thread)
        if status != 200:
            raise CannotSee(markup.read(text).text())
        self._remember(markup.around(text))
        return text

    async def listen(self, query: Mapping[str, str]) -> ClientResponse:
        """The live stream, which stays open."""
        endless = ClientTimeout(total=None)
        answer = await self.browser.get("/events", params=dict(query), timeout=endless)
        assert answer.status == 200, await answer.text()
        return answer

    async def _open(self, conversation: str, thread: str = "") -> WebPage:
        page = self.pages.setdefault((conversation, thread), WebPage(self, conversation, thread))
        await page.look()
        return page

    async def _places(self) -> dict[str, str]:
        """The conversations that the left column offers, by name."""
        home = markup.around(await self.page(f"dm:{self.key}"))
        found = {}
        for link in home.all("a", cls="place"):
            name = link.one(cls="place-name")
            assert name is not None
            found[name.text().lstrip("#")] = link["data-place"]
        return found

    async def _at(self, place: str) -> WebPage:
        if place == DESK:
            return await self._open(f"dm:{self.key}")
        if place.startswith("#"):
            conversation = (await self._places()).get(place.lstrip("#"))
            if conversation is None:
                raise CannotSee(place)
            return await self._open(conversation)
        return await self._thread(place)

    async def _thread(self, number: str) -> WebPage:
        """The thread under a case's card, wherever this person sees that card."""
        if number in self.threads:
            await self.threads[number].look()
            return self.threads[number]
        for conversation in (await self._places()).values():
            shown = (await self._open(conversation)).shown
            for message in shown:
                if message.one(data_card_case=number.removeprefix("C-")) is None:
                    continue
                if message.has("only-you"):
                    continue
                page = WebPage(self, conversation, message["data-id"])
                await page.look()
                if number in page.topic.rstrip(".").split():
                    page = self.pages.setdefault((conversation, page.thread), page)
                    self.threads[number] = page
                    return page
                await page.leave()
        raise CannotSee(number)

    # --- what people do ---------------------------------------------------------------------------

    async def sees(self, place: str = DESK) -> str:
        if place == FORM:
            if self.form is None:
                raise CannotSee("no form is open")
            typed = "\n".join(value for value in self.form.values.values() if value)
            return f"{self.form.card.text()}\n{typed}"
        return (await self._at(place)).text()

    async def says(self, words: str, at: str = DESK, *, delivered: int = 1) -> str:
        page = await self._at(at)
        return await self.post("/say", {"text": words, "_event": event()}, page, delivered)

    async def attaches(self, name: str, content: bytes) -> None:
        self.carried.append((name, content))

    async def finds(self, label: str, on: str = "", at: str = "", beside: str = "") -> Button:
        for page in await self._before(on, at):
            for message in reversed(page.shown):
                if on and not at and message.one(data_card_case=on.removeprefix("C-")) is None:
                    continue
                if beside and beside not in message.text():
                    continue
                for button in message.all("button", attr="data-intent"):
                    if button.text() == label:
                        return WebButton(
                            self, page, button["data-intent"], button.get("data-question")
                        )
        seen = [page.text() for page in await self._before(on, at)]
        raise Nothing(f"{self.name} finds no button {label!r} in: {seen}")

    async def _before(self, on: str, at: str) -> list[WebPage]:
        """The pages on which somebody would look: around the case, the desk, every channel."""
        if at:
            return [await self._at(at)]
        pages = []
        if on:
            try:
                thread = await self._thread(on)
            except CannotSee:
                pass
            else:
                pages += [await self._open(thread.conversation), thread]
        pages.append(await self._at(DESK))
        pages += [await self._open(one) for one in (await self._places()).values()]
        return pages

    async def presses(self, label: str, on: str = "", at: str = "", beside: str = "") -> str:
        return await (await self.finds(label, on, at, beside)).pressed()

    async def fills(self, fields: Mapping[str, str], then: str, *, delivered: int = 1) -> str:
        form = self.form
        if form is None:
            raise Nothing("no form is open")
        for label, value in fields.items():
            form.fill(label, value)
        form.sends(then)
        sent = form.values | {"_intent": form.intent, "_event": form.event}
        page = await self._open(form.conversation, form.thread)
        return await self.post("/act", sent, page, delivered)

    async def edits(self, words: str, to: str, at: str) -> str:
        return await self._change("edit", words, at, {"text": to})

    async def deletes(self, words: str, at: str) -> str:
        return await self._change("delete", words, at, {})

    async def _change(self, how: str, words: str, at: str, fields: dict[str, str]) -> str:
        page = await self._at(at)
        for message in reversed(page.shown):
            if words in message.text() and message.one("button", attr=f"data-{how}"):
                path = f"/message/{message['data-id']}/{how}"
                return await self.post(path, fields | {"_event": event()}, page)
        raise Nothing(f"{self.name} has no message to {how} with {words!r} in: {page.text()}")

    async def finds_file(self, name: str, at: str) -> File:
        page = await self._at(at)
        for link in page.shown[::-1]:
            for one in link.all("a", download=name):
                return WebFile(name, one["href"])
        raise Nothing(f"no file {name!r} in: {page.text()}")

    async def fetches(self, file: File) -> bytes | None:
        assert isinstance(file, WebFile)
        async with self.browser.get(file.path) as answer:
            content = await answer.read()
            return content if answer.status == 200 else None

    # --- posting ----------------------------------------------------------------------------------

    async def post(
        self, path: str, fields: Mapping[str, str], page: WebPage, delivered: int = 1
    ) -> str:
        """Post as the page's script does, `delivered` times at once; returns what was answered."""
        before = {key: node.text(lasting=True) for key, node in page.messages.items()}
        once = [self._send(path, fields, page) for _ in range(delivered)]
        answers = await asyncio.gather(*once)
        self.carried.clear()
        await self.stage.rest()
        await page.look()
        said = [
            node.text()
            for key, node in page.messages.items()
            if node.text(lasting=True) != before.get(key) and not node.has("mine")
        ]
        for answer in answers:
            said += self._take(answer, page, path)
        return "\n".join(said)

    def _body(self, fields: Mapping[str, str], page: WebPage) -> FormData:
        body = FormData(default_to_multipart=True)
        where = {"_conversation": page.conversation, "_thread": page.thread}
        for name, value in ({"_csrf": self.csrf} | where | dict(fields)).items():
            body.add_field(name, value)
        for name, content in self.carried:
            body.add_field("files", content, filename=name, content_type="text/plain")
        return body

    async def _send(self, path: str, fields: Mapping[str, str], page: WebPage) -> dict[str, Any]:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
        body = self._body(fields, page)
        async with self.browser.post(path, data=body, headers=headers) as answer:
            said: dict[str, Any] = json.loads(await answer.text())
            assert answer.status < 500, said
        if answer.status == 401:
            # The session has ended: the page asks to sign in, and the press is made again.
            await self.sign_in()
            return await self._send(path, fields, page)
        return said

    def _take(self, answer: dict[str, Any], page: WebPage, path: str) -> Iterable[str]:
        whispers = [markup.read(html).one("article") for html in answer["messages"]]
        for whisper in whispers:
            assert whisper is not None
            page.whispers.append(whisper)
            yield whisper.text()
        if answer["error"]:
            yield answer["error"]
        elif answer["form"]:
            self.form = WebForm(
                markup.read(answer["form"]), page.conversation, page.thread, event()
            )
            yield self.form.card.text()
        elif path == "/act" and answer["accepted"]:
            self.form = None

    async def leave(self) -> None:
        for page in self.pages.values():
            await page.leave()
        await self.browser.close()
