"""What somebody looks at: the page, its columns, older messages, and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.attached import may_see
from bot.web import conversations, read, render
from bot.web.conversations import Room, Told, number
from bot.web.demo import stage
from bot.web.faults import NotFound
from bot.web.pages import Conversation, Demo, Page, PlaceItem
from bot.web.visit import SESSIONS, Visit, visit
from desk.mishaps import survived
from desk.notices import Side
from desk.people import Person, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import ChatMessage, ThreadRef
from handlers.exchange import Inbound
from handlers.intents import ShowCase
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card

_log = structlog.get_logger(__name__)
_SIZE = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says of a conversation, read in one transaction."""

    place: Room
    thread: int | None
    ref: ThreadRef | None
    told: tuple[Told, ...]
    older: str
    unread: int
    places: tuple[PlaceItem, ...]
    seq: int
    demo: Demo | None


async def home(request: web.Request) -> web.Response:
    """GET /: to the own conversation with the desk."""
    here = await visit(request, begin=True)
    address = "/c/" + quote(conversations.direct(here.person.id), safe=":")
    return _kept(request, here, web.Response(status=302, headers={"Location": address}))


async def page(request: web.Request) -> web.Response:
    """GET /c/{conversation}: the whole page, or one of its columns for the page's scripts."""
    here = await visit(request, begin=True)
    fragment = request.headers.get("X-Fragment", "")
    wanted = request.match_info["conversation"]
    thread = number(request.query.get("thread", ""))
    asked = number(request.query.get("case", ""))
    seen = await here.deps.desk.run(lambda uow: _seen(uow, here, wanted, thread))
    talk = _conversation(here.person, seen)
    if fragment == "conversation":
        html = render.conversation(here.viewer, talk, here.now)
    else:
        case_id = asked if asked is not None or seen.ref is None else seen.ref.case_id
        cards = await _focus(here, case_id) if case_id is not None else ()
        if fragment == "focus":
            html = render.focus(here.viewer, cards, here.now)
        else:
            whole = Page(here.viewer, seen.places, talk, here.now, seen.seq, cards, demo=seen.demo)
            html = render.page(whole)
    response = web.Response(text=html, content_type="text/html", charset="utf-8")
    response.headers["X-Seq"] = str(seen.seq)
    return _kept(request, here, response)


async def older(request: web.Request) -> web.Response:
    """GET /older: the messages before the first one on the page."""
    here = await visit(request)
    wanted = request.query.get("conversation", "")
    thread = number(request.query.get("thread", ""))
    before = number(request.query.get("before", ""))

    async def find(uow: UnitOfWork) -> tuple[list[Told], str]:
        place = await conversations.room(uow, here.person, wanted)
        await conversations.root(uow, place, thread)
        rows, first = await _rows(uow, place, thread, before)
        return await conversations.told(uow, rows), first

    found, first = await here.deps.desk.run(find)
    items = [conversations.item(one, here.person) for one in found]
    html = render.older(here.viewer, items, first, here.now)
    response = web.Response(text=html, content_type="text/html", charset="utf-8")
    response.headers["X-Older"] = first
    return response


async def file(request: web.Request) -> web.StreamResponse:
    """GET /files/{key}: the bytes, for those who may see the message they belong to."""
    here = await visit(request)
    key = request.match_info["key"]
    missing = NotFound("There is no such file.")

    async def find(uow: UnitOfWork) -> tuple[str, int]:
        found = await uow.messages.file(key)
        if found is None or not await may_see(uow, here.person, found[0]):
            raise missing
        return found[1].name, found[1].size

    name, size = await here.deps.desk.run(find)
    pieces = here.deps.files.stream(key)
    try:
        first = await anext(pieces, b"")
    except FileNotFoundError as error:
        raise missing from error
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Length": str(size),
        }
    )
    await response.prepare(request)
    try:
        with survived(ConnectionError) as mishap:
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
    except ConnectionError:
        return response  # nobody waits for the rest
    if mishap.error is not None:
        _log.error("web.file.failed", key=key, exc_info=mishap.error)
        # Its length was promised already: a broken connection says that it is not whole.
        request.protocol.force_close()
        return response
    await response.write_eof()
    return response


async def _seen(uow: UnitOfWork, here: Visit, wanted: str, thread: int | None) -> Seen:
    # Before the messages: what is committed in between comes again over the stream.
    seq = await uow.chat.last_seq()
    rooms = await conversations.rooms(uow, here.person)
    place = next((one for one in rooms if one.conversation == wanted), None)
    if place is None:
        raise NotFound("There is no such conversation.")
    # A thread is asked for by any of its messages.
    asked = await uow.chat.get(thread) if thread is not None else None
    thread = asked.thread if asked is not None and asked.thread is not None else thread
    ref = await conversations.root(uow, place, thread)
    rows, first = await _rows(uow, place, thread, None)
    unread = await uow.chat.unread(here.person.id, [one.conversation for one in rooms])
    return Seen(
        place,
        thread,
        ref,
        tuple(await conversations.told(uow, rows)),
        first,
        unread.get(place.conversation, 0),
        conversations.place_items(rooms, unread, place.conversation),
        seq,
        await stage(uow, here),
    )


async def _rows(
    uow: UnitOfWork, place: Room, thread: int | None, before: int | None
) -> tuple[Sequence[ChatMessage], str]:
    """A page of messages, and the id before which there are more, "" for none."""
    rows = await uow.chat.of(place.conversation, thread, before, _SIZE + 1)
    if len(rows) <= _SIZE:
        return rows, ""
    return rows[-_SIZE:], str(rows[-_SIZE].id)


def _conversation(person: Person, seen: Seen) -> Conversation:
    note, placeholder = _who_reads(person, seen)
    topic = (
        seen.place.topic
        if seen.ref is None
        else f"Everything that is said about C-{seen.ref.case_id} here."
    )
    return Conversation(
        conversation=seen.place.conversation,
        name=seen.place.name,
        topic=topic,
        messages=tuple(conversations.item(one, person) for one in seen.told),
        thread="" if seen.thread is None else str(seen.thread),
        note=note,
        older=seen.older,
        unread_from=_unread_from(person, seen),
        placeholder=placeholder,
    )


def _who_reads(person: Person, seen: Seen) -> tuple[str, str]:
    """Who reads what is written here, and what to write."""
    place = seen.place.place
    if seen.ref is not None and seen.ref.side is Side.ENGINEERS:
        return f"Internal, on C-{seen.ref.case_id}: only the vendor reads this thread.", (
            "Write to your colleagues"
        )
    if seen.ref is not None:
        return (
            f"Your colleagues and the vendor's engineers read this thread of C-{seen.ref.case_id}.",
            ("Write to the engineers"),
        )
    if place is None:
        return "Only the desk reads this.", f"Ask the desk: {_sayings(person)}, help"
    if place.kind is PlaceKind.PARTNER:
        return "Everybody in this channel and the desk read this.", "Write to the channel"
    return "Only the vendor reads this channel.", "Write to the channel"


def _sayings(person: Person) -> str:
    """What somebody like this person says most."""
    if not person.is_vendor:
        return "new case, my cases, quota"
    if Role.TAM in person.roles:
        return "my partners, queue, C-1042"
    return "queue, C-1042, on duty"


def _unread_from(person: Person, seen: Seen) -> str:
    """The first message not read yet, where the count of unread ones tells which it is."""
    if seen.thread is not None or any(one.message.replies for one in seen.told):
        return ""
    others = [
        one.message
        for one in seen.told
        if one.message.author_id != person.id and one.message.deleted_at is None
    ]
    if not seen.unread or not others:
        return ""
    return str(others[-min(seen.unread, len(others))].id)


async def _focus(here: Visit, case_id: int) -> tuple[Card, ...]:
    """The case as it is now, for whoever may see it; in the words of a refusal otherwise."""
    where = Room(conversations.direct(here.person.id), "", "").where(None)
    # Looking is one event for ever: seen again, it is answered with the case as it is now.
    event = f"{conversations.PLATFORM}:{here.person.id}:look:{case_id}"
    inbound = Inbound(event, read.sender(here), where, ShowCase(case_id))
    answer = await here.deps.router.handle(inbound, here.now)
    return tuple(to_card(reply.view) for reply in answer.replies)


def _kept(request: web.Request, here: Visit, response: web.Response) -> web.Response:
    if here.fresh:
        request.app[SESSIONS].write(here.session, response)
    return response
