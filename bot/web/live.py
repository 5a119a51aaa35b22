"""The live stream: what changes in a conversation reaches every page that shows it.

One task reads what was committed after the last look, whenever somebody says so and once a
second besides, because another process may have written. It only puts rows into the streams'
hands; each stream draws and sends them at its own pace, so that a slow page holds up nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot.web.conversations import Told, rooms_of, told
from desk.mishaps import survived
from desk.ports import Desk, UnitOfWork
from desk.records import ChatMessage
from handlers.views.codec import BadCard, decode_card

_log = structlog.get_logger(__name__)
_TICK = 1.0
_LIMIT = 200
_MOST_PENDING = 1000
_MOST_STREAMS = 12  # of one person: many more than tabs anybody reads


@dataclass(frozen=True, slots=True)
class Batch:
    """What a stream is handed: the changed messages of its conversation, oldest change first.

    `cases` are those whose cards changed anywhere that its reader may read; `unread` counts after
    all of it, and `seq` is the change up to which it reaches.
    """

    told: tuple[Told, ...]
    cases: frozenset[int]
    unread: dict[str, int]
    seq: int


@dataclass(eq=False, slots=True)
class Stream:
    """One page that listens. `fed` is the change up to which it was given everything."""

    person_id: str
    conversation: str
    fed: int
    batches: deque[Batch] = field(default_factory=deque)
    pending: int = 0
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    clock_moved: bool = False
    touched: set[int] = field(default_factory=set)

    def close(self) -> None:
        """End it: the page comes back by itself, and catches up."""
        self.closed = True
        self.woken.set()

    def give(self, batch: Batch) -> None:
        """Hand it a batch; a page that has not taken the earlier ones for long is let go."""
        self.batches.append(batch)
        self.pending += len(batch.told)
        self.fed = max(self.fed, batch.seq)
        if self.pending > _MOST_PENDING:
            self.close()
        self.woken.set()


class Hub:
    """All streams of this process, and the one task that feeds them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._streams: list[Stream] = []
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Something was committed: look now."""
        self._work.set()

    def clock_moved(self) -> None:
        """The demo's clock was moved: every page is to know."""
        for stream in self._streams:
            stream.clock_moved = True
            stream.woken.set()

    def touched(self, person_id: str, case_id: int) -> None:
        """This person did something to a case: their pages that show it are to draw it again."""
        for stream in self._streams:
            if stream.person_id == person_id:
                stream.touched.add(case_id)
                stream.woken.set()

    async def open(self, person_id: str, conversation: str, after: int) -> Stream:
        """A new stream, with everything of its conversation that changed after `after`."""
        stream = Stream(person_id, conversation, after)
        more = True
        while more:
            batch, more = await self._desk.run(lambda uow: _caught_up(uow, stream))
            stream.give(batch)
        own = [one for one in self._streams if one.person_id == person_id and not one.closed]
        for old in own[: max(0, len(own) + 1 - _MOST_STREAMS)]:
            old.close()
        self._streams.append(stream)
        self.wake()
        return stream

    def leave(self, stream: Stream) -> None:
        """The page has gone."""
        if stream in self._streams:
            self._streams.remove(stream)

    async def running(self, _app: web.Application) -> AsyncIterator[None]:
        """Feed the streams for as long as the application runs."""
        task = asyncio.create_task(self._feed())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def close(self, _app: web.Application) -> None:
        """Let every page go, so that the server can stop."""
        for stream in self._streams:
            stream.close()

    async def _feed(self) -> None:
        while True:
            # Without a page nothing has to be looked for.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), _TICK if self._streams else None)
            self._work.clear()
            with survived() as mishap:
                while await self.sweep():
                    pass
            if mishap.error is not None:
                # A locked database or a full disk: the pages wait, and the next look finds it.
                _log.error("web.live.failed", exc_info=mishap.error)
                await asyncio.sleep(_TICK)

    async def sweep(self) -> bool:
        """Read what was committed and hand it out; returns whether there is more."""
        streams = [stream for stream in self._streams if not stream.closed]
        if not streams:
            return False
        given, more = await self._desk.run(lambda uow: _news(uow, streams))
        for stream, batch in given:
            stream.give(batch)
        return more


async def _caught_up(uow: UnitOfWork, stream: Stream) -> tuple[Batch, bool]:
    # Read before the rows: what is committed in between is fed twice rather than never.
    last = await uow.chat.last_seq()
    # A page may know a later change than the database after a restored backup: it starts anew.
    stream.fed = min(stream.fed, last)
    person = await uow.people.person(stream.person_id)
    found = rooms_of(person, await uow.people.places()) if person else ()
    readable = [room.conversation for room in found]
    shown = [stream.conversation] if stream.conversation in readable else []
    rows = await uow.chat.since(stream.fed, shown, _LIMIT) if shown else []
    more = len(rows) == _LIMIT
    seq = rows[-1].seq if more else max([last, *(row.seq for row in rows)])
    unread = dict(await uow.chat.unread(stream.person_id, readable))
    drawn = {one.message.id: one for one in await told(uow, rows)}
    return _batch(rows, drawn, stream, unread, seq), more


async def _news(
    uow: UnitOfWork, streams: Sequence[Stream]
) -> tuple[list[tuple[Stream, Batch]], bool]:
    after = min(stream.fed for stream in streams)
    if await uow.chat.last_seq() <= after:
        return [], False
    places = await uow.people.places()
    readable: dict[str, list[str]] = {}
    for person_id in {stream.person_id for stream in streams}:
        person = await uow.people.person(person_id)
        found = rooms_of(person, places) if person else ()
        readable[person_id] = [room.conversation for room in found]
    every = sorted({one for conversations in readable.values() for one in conversations})
    rows = await uow.chat.since(after, every, _LIMIT)
    if not rows:
        return [], False
    drawn = {one.message.id: one for one in await told(uow, rows)}
    changed = {row.conversation for row in rows}
    given = []
    unread: dict[str, dict[str, int]] = {}
    for stream in streams:
        who, mine = stream.person_id, readable[stream.person_id]
        if changed.isdisjoint(mine):
            stream.fed = max(stream.fed, rows[-1].seq)
            continue
        if who not in unread:
            unread[who] = dict(await uow.chat.unread(who, mine))
        own = [row for row in rows if row.conversation in mine and row.seq > stream.fed]
        given.append((stream, _batch(own, drawn, stream, unread[who], rows[-1].seq)))
    return given, len(rows) == _LIMIT


def _batch(
    rows: Sequence[ChatMessage],
    drawn: Mapping[int, Told],
    stream: Stream,
    unread: dict[str, int],
    seq: int,
) -> Batch:
    """What this stream is to be told of `rows`, which are all of conversations it may read."""
    here = tuple(drawn[row.id] for row in rows if row.conversation == stream.conversation)
    cases = {case_id for row in rows if (case_id := _case_of(row)) is not None}
    return Batch(here, frozenset(cases), unread, seq)


def _case_of(row: ChatMessage) -> int | None:
    """The case whose card the message is."""
    if row.kind != "card":
        return None
    try:
        return decode_card(row.body).case_id
    except BadCard:
        return None
