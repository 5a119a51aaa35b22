"""A chat platform that misbehaves on demand, with a transcript that reads like a chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.platform import Address, Sent
from handlers.views.cards import to_card
from handlers.views.kinds import View

# What goes wrong with a call, if anything: before it took effect, or after it did.
Fault = Callable[[Address, str], Exception | None]


def well(_to: Address, _key: str) -> Exception | None:
    """Nothing goes wrong."""
    return None


@dataclass(slots=True)
class Posted:
    """A message as the platform has it now."""

    id: str
    to: Address
    view: View
    key: str
    deleted: bool = False

    @property
    def where(self) -> str:
        place = self.to.channel or f"@{self.to.user}"
        return f"{place}/{self.to.thread}" if self.to.thread else place

    def __str__(self) -> str:
        return f"{self.where}: {to_card(self.view).summary}"


class FakePlatform:
    """Implements `bot.platform.Platform` in memory.

    `before` may refuse a call; `after` may fail one that took effect. With `unique` a second post
    with a known key finds the first, as the desk's own chat does it.
    """

    def __init__(self, name: str = "web", *, unique: bool = False) -> None:
        self._name = name
        self.unique = unique
        self.before: Fault = well
        self.after: Fault = well
        self.posts: list[Posted] = []
        self.updates: list[Posted] = []
        self.calls = 0
        self._news = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name

    @property
    def transcript(self) -> list[str]:
        """Every message in order, as "where: what it says"."""
        return [str(post) for post in self.posts if not post.deleted]

    def at(self, where: str) -> list[Posted]:
        """The messages of one place: "support-cloud", "@tara", "support-cloud/m1"."""
        return [post for post in self.posts if post.where == where and not post.deleted]

    async def has(self, count: int) -> None:
        """Until so many messages were posted."""
        while len(self.posts) < count:
            self._news.clear()
            await self._news.wait()

    async def post(self, to: Address, view: View, key: str) -> Sent:
        self.calls += 1
        # A real call gives others a chance to run.
        await asyncio.sleep(0)
        _raise(self.before(to, key))
        known = next((p for p in self.posts if self.unique and p.key == key), None)
        if known is None:
            known = Posted(f"m{len(self.posts) + 1}", to, view, key)
            self.posts.append(known)
            self._news.set()
        _raise(self.after(to, key))
        return Sent(to.channel or f"dm-{to.user}", known.id)

    async def update(self, to: Address, message_id: str, view: View) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        _raise(self.before(to, message_id))
        post = next(p for p in self.posts if p.id == message_id)
        post.view = view
        self.updates.append(post)
        _raise(self.after(to, message_id))

    async def delete(self, to: Address, message_id: str) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        _raise(self.before(to, message_id))
        next(p for p in self.posts if p.id == message_id).deleted = True
        _raise(self.after(to, message_id))


def _raise(fault: Exception | None) -> None:
    if fault is not None:
        raise fault
