"""A request becomes what somebody said: strict about everything that no page of ours would send."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields as fields_of_class

from bot.web.conversations import PLATFORM, Room, number, source_of
from bot.web.faults import BadRequest
from bot.web.forms import Given
from bot.web.visit import Visit
from desk.records import ChatMessage
from handlers import intent_codec, intents
from handlers.exchange import Inbound, Sender, Utterance
from handlers.fields import TEXT

_EVENT = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_LARGEST = 10**15


def event_id(here: Visit, given: Given) -> str:
    """The one name of this press: a second press of the same button or form is the same event."""
    said = given.fields.get("_event", "")
    if not _EVENT.fullmatch(said):
        raise _broken("It has no event of its own.")
    return f"{PLATFORM}:{here.person.id}:{said}"


def thread(given: Given) -> int | None:
    """The thread that a form was sent from."""
    return number(given.fields.get("_thread", ""))


def known_fields(given: Given, names: Iterable[str]) -> None:
    """Raise `BadRequest` where a form has other fields than these and those of every form."""
    extra = given.fields.keys() - {"_event", "_conversation", "_thread", *names}
    if extra:
        raise _broken("It has fields that do not belong to it.")


def intent(given: Given) -> intents.Intent:
    """The intent of a pressed button or a sent form, with what the form's fields hold."""
    try:
        begun = intent_codec.decode(given.fields.get("_intent", ""))
        names = {field.name for field in fields_of_class(begun)}
        known_fields(given, ("_intent", *names))
        filled = intent_codec.fill(begun, given.fields)
        # Once more through the codec: a form holds texts, and this field may be a number.
        wanted = intent_codec.build(intent_codec.tag(filled), intent_codec.fields_of(filled))
    except (intent_codec.BadIntent, RecursionError) as error:
        raise _broken("The desk does not know what it asks for.") from error
    for value in intent_codec.fields_of(wanted).values():
        if isinstance(value, int) and not 0 <= value <= _LARGEST:
            raise _broken("It asks for a number that nothing here has.")
    return wanted


def pressed(here: Visit, room: Room, given: Given, wanted: intents.Intent) -> Inbound:
    """A press, or a form that was sent."""
    return Inbound(
        event_id(here, given),
        sender(here),
        room.where(thread(given)),
        wanted,
        tuple(given.files),
    )


def said(here: Visit, room: Room, message: ChatMessage, event: str) -> Inbound:
    """A message that was written, and is in the chat already."""
    return Inbound(
        event,
        sender(here),
        room.where(message.thread),
        Utterance(message.body, source_of(message.conversation, message.id)),
        message.files,
    )


def sender(here: Visit) -> Sender:
    """Who speaks, as the session says."""
    return Sender(PLATFORM, "", here.person.id, here.person.name, here.person.email)


def too_long(text: str) -> str:
    """What is wrong with a message's text, or ""."""
    if len(text) <= TEXT:
        return ""
    return (
        f"This message has {len(text):,} characters; up to {TEXT:,} fit into one. "
        "Shorten it, or attach the text as a file."
    )


def _broken(why: str) -> BadRequest:
    return BadRequest("What was sent cannot be read.", why, "Reload the page and try again.")
