"""What a page of the web chat shows: plain data between the routes and the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from desk.people import Person
from desk.records import Attachment
from handlers.views.vocabulary import Button, Card


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their person, and the token that their forms must carry."""

    person: Person
    csrf: str
    partner_name: str = ""


@dataclass(frozen=True, slots=True)
class PlaceItem:
    """A line of the places column. `conversation` is "dm:PERSON" or "channel:NAME"."""

    conversation: str
    name: str
    kind: Literal["desk", "channel", "direct"]
    unread: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True)
class MessageItem:
    """A message to be drawn. `author` is a name, "Partnerdesk" for the desk itself.

    `text` or `card` is set; `mine` offers edit and delete; `only_you` marks an answer that
    nobody else sees and that is not stored; `replies` counts the thread's answers; `actions` are
    buttons of this one message, such as passing it on from the internal thread to the partner.
    """

    id: str
    author: str
    at: datetime
    text: str = ""
    card: Card | None = None
    mine: bool = False
    only_you: bool = False
    edited: bool = False
    deleted: bool = False
    replies: int = 0
    files: tuple[Attachment, ...] = ()
    internal: bool = False
    actions: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The middle column: a conversation, or one thread of it (`thread` is its root's id, or "").

    `note` says who reads what is written here ("Only the vendor reads this thread"); `older` is
    the id before which more messages can be fetched, "" for none; `unread_from` is the id of the
    first message that the viewer has not read, "" for none.
    """

    conversation: str
    name: str
    topic: str
    messages: tuple[MessageItem, ...]
    thread: str = ""
    note: str = ""
    older: str = ""
    unread_from: str = ""
    placeholder: str = "Write a message"


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody that the demo can be looked at as."""

    person_id: str
    name: str
    what: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Demo:
    """The stage machinery above the product: the clock that can be moved, and who one is."""

    now: datetime
    personas: tuple[Persona, ...]
    next_alert_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. `focus` is the case (or other card) in the right column."""

    viewer: Viewer
    places: tuple[PlaceItem, ...]
    conversation: Conversation
    now: datetime
    seq: int
    focus: tuple[Card, ...] = ()
    demo: Demo | None = None
