"""A page of the web chat that stays open: loaded once, then kept up to date by the live stream."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientResponse

from tests.stories import markup
from tests.stories.markup import Node

if TYPE_CHECKING:
    from tests.stories.web_person import WebPerson

PATIENCE = 10.0


@dataclass(eq=False)
class WebPage:
    """One conversation, or one thread of it, before somebody's eyes."""

    person: WebPerson
    conversation: str
    thread: str
    messages: dict[str, Node] = field(default_factory=dict)
    whispers: list[Node] = field(default_factory=list)
    seq: int = 0
    topic: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Task[None] | None = None
    stream: ClientResponse | None = None

    async def look(self) -> None:
        """See what is there now; what came live must be what a fresh page shows."""
        fresh, seq = await self._load()
        if self.listening is None or self.listening.done():
            if not self.messages:
                self.messages, self.seq = fresh, seq
            await self._listen()
        try:
            async with asyncio.timeout(PATIENCE):
                while not self._same(fresh):
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            live = {key: node.text(lasting=True) for key, node in self.messages.items()}
            wanted = {key: node.text(lasting=True) for key, node in fresh.items()}
            raise AssertionError(f"the live page shows {live}, a fresh one {wanted}") from None
        # Relative times are counted by the page's own clock, which a fresh page has already.
        self.messages.update(fresh)

    def _same(self, fresh: dict[str, Node]) -> bool:
        return all(
            key in self.messages
            and self.messages[key].text(lasting=True) == node.text(lasting=True)
            for key, node in fresh.items()
        )

    async def _load(self) -> tuple[dict[str, Node], int]:
        html = await self.person.page(self.conversation, self.thread)
        page = markup.around(html)
        talk = page.one("section", cls="talk")
        assert talk is not None
        assert talk["data-conversation"] == self.conversation
        topic = talk.one("p", cls="topic")
        self.topic = topic.text() if topic else ""
        body = page.one("body")
        assert body is not None
        found = {one["data-id"]: one for one in markup.messages(html)}
        return found, int(body["data-seq"])

    async def _listen(self) -> None:
        query = {"conversation": self.conversation, "thread": self.thread, "seq": str(self.seq)}
        self.stream = await self.person.listen(query)
        self.listening = asyncio.create_task(self._follow(self.stream))

    async def _follow(self, stream: ClientResponse) -> None:
        name, last = "", ""
        try:
            async for raw in stream.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("id: "):
                    last = line[4:]
                elif line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self._event(name, json.loads(line[6:]), int(last or 0))
        except (ClientError, TimeoutError):
            pass  # it is opened again where it broke off
        finally:
            stream.close()

    def _event(self, name: str, data: dict[str, str], seq: int) -> None:
        self.seq = max(self.seq, seq)
        if name == "message":
            belongs = data["conversation"] == self.conversation and data["thread"] == self.thread
            if belongs or data["id"] in self.messages:
                (self.messages[data["id"]],) = markup.messages(data["html"])
        self.changed.set()

    @property
    def shown(self) -> list[Node]:
        """The messages, the oldest first; what only this person sees comes last."""
        return [self.messages[key] for key in sorted(self.messages, key=int)] + self.whispers

    def text(self) -> str:
        """What is read there."""
        return "\n".join(one.text() for one in self.shown)

    async def leave(self) -> None:
        """Close the page."""
        if self.stream is not None:
            self.stream.close()
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)
