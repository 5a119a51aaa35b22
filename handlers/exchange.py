"""What comes in from a platform and what goes back: the whole contract between `bot` and here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desk.records import Attachment
from handlers.intents import Intent
from handlers.views.kinds import View


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a platform says is speaking, authenticated by it; `name` and `email` as it knows them."""

    platform: str
    workspace: str
    user: str
    name: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The conversation it was said in; `thread` is the root message's id, "" at the top."""

    platform: str
    workspace: str
    channel: str
    thread: str = ""
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words typed by a person; `source` names the message, so that edits find it later."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from a platform. `event_id` is unique per event, the same at every redelivery."""

    event_id: str
    sender: Sender
    where: Where
    said: Intent | Utterance
    files: tuple[Attachment, ...] = ()


class Audience(StrEnum):
    """Who is to see a reply: the person alone, or everybody where it was said."""

    ACTOR = "actor"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Reply:
    """A view, and who is to see it."""

    view: View
    audience: Audience = Audience.ACTOR


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an inbound event.

    `accepted` is False where nothing was changed because of a refusal or wrong fields;
    `case_id` is the case that it touched, so that a live platform can show it. `again` says that
    the event was answered before: nothing was done, and this shows what came of it then.
    """

    replies: tuple[Reply, ...] = ()
    accepted: bool = True
    case_id: int | None = None
    again: bool = False
