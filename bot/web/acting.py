"""What somebody does on a page: press, send a form, write, edit, delete, read."""

from __future__ import annotations

import contextlib

import structlog
from aiohttp import web

from bot.attached import forget_unused
from bot.web import read
from bot.web.answers import hand_in, result, tell
from bot.web.conversations import Room, number, redraw, room, root, source_of
from bot.web.faults import BadRequest, NotFound
from bot.web.forms import Given
from bot.web.visit import Visit, posted
from desk.errors import NotSaved
from desk.ports import UnitOfWork
from desk.records import ChatMessage, ThreadRef
from handlers.exchange import Inbound
from handlers.intents import DeleteMessage, EditMessage, Intent, SendToPartner

_log = structlog.get_logger(__name__)


async def act(request: web.Request) -> web.Response:
    """POST /act: a button was pressed, or a form sent."""
    here, given = await posted(request)
    try:
        wanted = read.intent(given)
        place, _ = await _place(here, given)
        inbound = read.pressed(here, place, given, wanted)
        answer = await hand_in(here, inbound)
    finally:
        await forget_unused(here.deps.desk, here.deps.files, given.files)
    if isinstance(wanted, SendToPartner) and answer.accepted:
        # It has been sent, whether or not its button can be taken away at once.
        with contextlib.suppress(NotSaved):
            await here.deps.desk.run(lambda uow: redraw(uow, wanted.source, here.now))
            here.deps.hub.wake()
    return await tell(here, place, inbound, answer)


async def say(request: web.Request) -> web.Response:
    """POST /say: a message was written."""
    here, given = await posted(request)
    kept: tuple[str, ...] = ()
    try:
        event = read.event_id(here, given)
        read.known_fields(given, ("text",))
        place, ref = await _place(here, given)
        if error := _unfit(given, ref):
            return result(accepted=False, error=error, status=422)
        message = await _store(here, place, given, event)
        kept = tuple(file.key for file in message.files)
    finally:
        for file in given.files:
            if file.key not in kept:
                await here.deps.files.delete(file.key)
    inbound = read.said(here, place, message, event)
    return await tell(here, place, inbound, await hand_in(here, inbound))


def _unfit(given: Given, ref: ThreadRef | None) -> str:
    """Why this message is not taken, or ""."""
    text = given.fields.get("text", "")
    if given.files and ref is None:
        return (
            "Files belong to a case, and are seen by those who may see it. "
            "Attach them when you open the case, or in its thread."
        )
    if not text.strip() and not given.files:
        return "There is nothing in this message yet."
    return read.too_long(text)


async def _store(here: Visit, place: Room, given: Given, event: str) -> ChatMessage:
    new = ChatMessage(
        id=0,
        conversation=place.conversation,
        thread=read.thread(given),
        author_id=here.person.id,
        kind="text",
        body=given.fields.get("text", "").strip(),
        at=here.now,
        key=f"said:{event}",
        files=tuple(given.files),
    )
    stored = await here.deps.desk.run(lambda uow: uow.chat.add(new))
    here.deps.hub.wake()
    return stored


async def edit(request: web.Request) -> web.Response:
    """POST /message/{id}/edit: somebody changed what they wrote."""
    here, given = await posted(request)
    await given.forget(here.deps.files)
    read.known_fields(given, ("text",))
    text = given.fields.get("text", "").strip()
    if not text:
        error = "There is nothing in it. To take it back, delete it."
        return result(accepted=False, error=error, status=422)
    if error := read.too_long(text):
        return result(accepted=False, error=error, status=422)
    return await _change(request, here, given, text)


async def delete(request: web.Request) -> web.Response:
    """POST /message/{id}/delete: somebody took back what they wrote."""
    here, given = await posted(request)
    await given.forget(here.deps.files)
    read.known_fields(given, ())
    return await _change(request, here, given, None)


async def _change(
    request: web.Request, here: Visit, given: Given, text: str | None
) -> web.Response:
    message_id = number(request.match_info["id"]) or 0

    async def find(uow: UnitOfWork) -> tuple[Room, ChatMessage, bool]:
        message = await uow.chat.get(message_id)
        if message is None or message.author_id != here.person.id or message.kind != "text":
            raise NotFound("There is no such message of yours.")
        if message.deleted_at is not None:
            raise NotFound("This message was deleted.")
        place = await room(uow, here.person, message.conversation)
        source = source_of(message.conversation, message.id)
        return place, message, await uow.messages.by_source(source) is not None

    place, message, of_a_case = await here.deps.desk.run(find)
    response = result()
    if of_a_case:
        source = source_of(message.conversation, message.id)
        wanted: Intent = DeleteMessage(source) if text is None else EditMessage(source, text)
        event = read.event_id(here, given)
        inbound = Inbound(event, read.sender(here), place.where(message.thread), wanted)
        answer = await hand_in(here, inbound)
        response = await tell(here, place, inbound, answer)
        if not answer.accepted:
            return response  # the case's message stays as it is, and so does its twin here
    await here.deps.desk.run(
        lambda uow: uow.chat.change(message.id, here.now, text, deleted=text is None)
    )
    here.deps.hub.wake()
    return response


async def mark_read(request: web.Request) -> web.Response:
    """POST /read: somebody has seen a conversation up to a change."""
    here, given = await posted(request)
    await given.forget(here.deps.files)
    read.known_fields(given, ("seq",))
    seq = number(given.fields.get("seq", ""))
    if seq is None:
        raise BadRequest("There is no such place in the conversation.")

    async def mark(uow: UnitOfWork) -> None:
        place = await room(uow, here.person, given.fields.get("_conversation", ""))
        # Never ahead of what there is: a message that is still to come has not been read.
        upto = min(seq, await uow.chat.last_seq())
        await uow.chat.mark_read(here.person.id, place.conversation, upto)

    await here.deps.desk.run(mark)
    return result()


async def _place(here: Visit, given: Given) -> tuple[Room, ThreadRef | None]:
    """Where a form was sent from: its conversation, and the case whose thread it is."""

    async def find(uow: UnitOfWork) -> tuple[Room, ThreadRef | None]:
        place = await room(uow, here.person, given.fields.get("_conversation", ""))
        return place, await root(uow, place, read.thread(given))

    return await here.deps.desk.run(find)
