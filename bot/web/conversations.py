"""The conversations of the web chat: who may read which, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.web.faults import BadRequest, NotFound
from bot.web.pages import MessageItem, PlaceItem
from desk.notices import Side
from desk.people import Person, Place, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import ChatMessage, ThreadRef
from handlers.exchange import Where
from handlers.intents import SendToPartner
from handlers.views.codec import BadCard, decode_card
from handlers.views.vocabulary import Button, Card

PLATFORM = "web"
DM = "dm:"
_CHANNEL = "channel:"
_STAFF = frozenset({Role.ENGINEER, Role.TAM, Role.DUTY_MANAGER})


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation that somebody may read; `place` is None for the own one with the desk."""

    conversation: str
    name: str
    topic: str
    place: Place | None = None

    @property
    def is_direct(self) -> bool:
        """Whether nobody else reads it."""
        return self.place is None

    @property
    def channel(self) -> str:
        """Its name towards the rest of the desk."""
        return self.conversation if self.place is None else self.place.channel

    def where(self, thread: int | None) -> Where:
        """Where something was said."""
        root = "" if thread is None else str(thread)
        return Where(PLATFORM, "", self.channel, root, direct=self.is_direct)


@dataclass(frozen=True, slots=True)
class Told:
    """A stored message with what is needed to show it: its author's name, its thread's case.

    `inside`: it was said among the vendor's people, and the partner has not been sent it.
    """

    message: ChatMessage
    author: str
    ref: ThreadRef | None
    inside: bool = False


def direct(person_id: str) -> str:
    """The conversation between a person and the desk."""
    return DM + person_id


def of_channel(channel: str) -> str:
    """The conversation that a channel is; one that is named already stays as it is."""
    return channel if channel.startswith((DM, _CHANNEL)) else _CHANNEL + channel


def channel_of(conversation: str) -> str:
    """The channel's name in the roster, or the conversation itself where it is a direct one."""
    return conversation.removeprefix(_CHANNEL)


def source_of(conversation: str, message_id: int) -> str:
    """The name of a message towards the rest of the desk, so that edits find it."""
    return f"{PLATFORM}::{conversation}:{message_id}"


async def redraw(uow: UnitOfWork, source: str, now: datetime) -> None:
    """Send a message to every page once more: something about it has changed."""
    message_id = source.rpartition(":")[2]
    if message_id.isdigit():
        await uow.chat.change(int(message_id), now, None)


def rooms_of(person: Person, places: Iterable[Place]) -> tuple[Room, ...]:
    """Every conversation that the person may read, their own with the desk first."""
    own = Room(direct(person.id), "Desk", "You and the desk. Nobody else reads this.")
    shared = [
        Room(of_channel(place.channel), place.name, _topic(place), place)
        for place in places
        if place.platform == PLATFORM and not place.archived and _reads(person, place)
    ]
    return own, *sorted(shared, key=lambda room: room.name.casefold())


def _topic(place: Place) -> str:
    """What the place is for, and above all who reads it."""
    match place.kind:
        case PlaceKind.ENGINEERS:
            return "New cases, alerts and internal threads. Only the vendor reads this."
        case PlaceKind.OPERATORS:
            return "What the desk could not do by itself. Only its operators read this."
        case PlaceKind.PARTNER if len(place.partner_ids) > 1:
            return "Several organisations and the vendor's desk. Each sees its own cases only."
        case PlaceKind.PARTNER:
            return "Your organisation and the vendor's desk."


def _reads(person: Person, place: Place) -> bool:
    match place.kind:
        case PlaceKind.PARTNER:
            return person.partner_id is not None and person.partner_id in place.partner_ids
        case PlaceKind.ENGINEERS:
            return person.is_vendor and bool(person.roles & _STAFF)
        case PlaceKind.OPERATORS:
            return person.is_vendor and Role.OPERATOR in person.roles


async def rooms(uow: UnitOfWork, person: Person) -> tuple[Room, ...]:
    """Every conversation that the person may read now."""
    return rooms_of(person, await uow.people.places())


async def room(uow: UnitOfWork, person: Person, conversation: str) -> Room:
    """The conversation; raises `NotFound` where it is missing or not for this person."""
    for one in await rooms(uow, person):
        if one.conversation == conversation:
            return one
    raise NotFound("There is no such conversation.")


async def root(uow: UnitOfWork, here: Room, thread: int | None) -> ThreadRef | None:
    """The case whose thread this is, if it is one's; raises `NotFound` for no thread of `here`."""
    if thread is None:
        return None
    message = await uow.chat.get(thread)
    if message is None or message.conversation != here.conversation or message.thread is not None:
        raise NotFound("There is no such thread.")
    return await uow.posts.thread_of(PLATFORM, "", here.channel, str(thread))


def number(text: str) -> int | None:
    """A message's id, None for an empty text; raises `BadRequest` for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise BadRequest("There is no message of that name.", "", "Reload the page and try again.")
    return int(text)


async def told(uow: UnitOfWork, messages: Sequence[ChatMessage]) -> list[Told]:
    """The messages with what is needed to show them."""
    names: dict[str, str] = {"": "Partnerdesk"}
    for author_id in {message.author_id for message in messages} - {""}:
        author = await uow.people.person(author_id)
        names[author_id] = author.name if author else "Somebody who has left"
    refs: dict[tuple[str, int], ThreadRef | None] = {}
    for message in messages:
        if message.thread is not None and (message.conversation, message.thread) not in refs:
            refs[message.conversation, message.thread] = await uow.posts.thread_of(
                PLATFORM, "", channel_of(message.conversation), str(message.thread)
            )
    found = []
    for message in messages:
        ref = refs.get((message.conversation, message.thread)) if message.thread else None
        inside = await _is_inside(uow, message, ref)
        found.append(Told(message, names[message.author_id], ref, inside))
    return found


async def _is_inside(uow: UnitOfWork, message: ChatMessage, ref: ThreadRef | None) -> bool:
    if ref is None or ref.side is not Side.ENGINEERS or message.kind != "text":
        return False
    # It is in the chat a moment before it is in the case.
    stored = await uow.messages.by_source(source_of(message.conversation, message.id))
    return stored is None or not stored.public


def item(one: Told, person: Person) -> MessageItem:
    """The message as this person sees it."""
    message = one.message
    is_text = message.kind == "text"
    gone = message.deleted_at is not None
    mine = is_text and not gone and message.author_id == person.id
    card, text = None, "" if gone else message.body
    if not is_text:
        text = ""
        if not gone:
            try:
                card = decode_card(message.body)
            except BadCard:
                text = "This message was written by an earlier version and cannot be shown."
    return MessageItem(
        id=str(message.id),
        author=one.author,
        at=message.at,
        text=text,
        card=card,
        mine=mine,
        edited=is_text and message.edited_at is not None and not gone,
        deleted=gone,
        replies=message.replies,
        files=() if gone else message.files,
        internal=_is_unsaid(one, card),
        actions=() if gone else _actions(one, person),
    )


def _is_unsaid(one: Told, card: Card | None) -> bool:
    """Whether the partner has not read it: what was sent to them stands out from remarks."""
    if one.ref is None or one.ref.side is not Side.ENGINEERS:
        return False
    return one.inside if card is None else card.about != "said"


def _actions(one: Told, person: Person) -> tuple[Button, ...]:
    works = bool(person.roles & {Role.ENGINEER, Role.DUTY_MANAGER})
    if one.ref is None or not one.inside or not works:
        return ()
    source = source_of(one.message.conversation, one.message.id)
    return (Button("Send to partner", SendToPartner(one.ref.case_id, source=source)),)


def place_items(
    found: Sequence[Room], unread: Mapping[str, int], current: str
) -> tuple[PlaceItem, ...]:
    """The places column."""
    return tuple(
        PlaceItem(
            room.conversation,
            room.name,
            "desk" if room.is_direct else "channel",
            unread.get(room.conversation, 0),
            room.conversation == current,
        )
        for room in found
    )
