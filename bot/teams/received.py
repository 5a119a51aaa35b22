"""What Teams brings: an activity as it came; only its outline is known to be sound. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Payload = Mapping[str, Any]

_LONGEST_ID = 1000
_NEEDED = ("type", "serviceUrl", "channelId")
_TEXTS = ("id", "name", "text", "replyToId", "locale", "action")
_TIMES = ("timestamp", "localTimestamp", "expiration")
_OBJECTS = ("conversation", "from", "recipient", "channelData")
_LISTS = (
    "attachments",
    "entities",
    "membersAdded",
    "membersRemoved",
    "reactionsAdded",
    "reactionsRemoved",
)


class Malformed(ValueError):
    """This is no activity; the text says what of it is wrong."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, and the Connector through which it is reached.

    The id of a thread in a channel is the channel's with its root: `19:…@thread.tacv2;messageid=1`.
    """

    service_url: str
    id: str
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """An activity. Who sent it is proven once it has passed the gate; what it says is not."""

    raw: Payload

    @property
    def type(self) -> str:
        """What kind of thing happened: `message`, `invoke`, `conversationUpdate`."""
        return text_at(self.raw, "type")

    @property
    def name(self) -> str:
        """Of an invoke: what is asked for, like `adaptiveCard/action`."""
        return text_at(self.raw, "name")

    @property
    def channel(self) -> str:
        """Through which of the service's channels it came: Teams is one of them."""
        return text_at(self.raw, "channelId")

    @property
    def at(self) -> Conversation:
        """Where it happened."""
        conversation = text_at(self.raw, "conversation", "id")
        return Conversation(text_at(self.raw, "serviceUrl"), conversation, self.tenant)

    @property
    def tenant(self) -> str:
        """The organisation in which it happened; botbuilder's own model loses it."""
        return text_at(self.raw, "channelData", "tenant", "id") or text_at(
            self.raw, "conversation", "tenantId"
        )

    @property
    def value(self) -> Payload:
        """Of an invoke: its particulars."""
        return map_at(self.raw, "value")


@dataclass(frozen=True, slots=True)
class Invoked:
    """The answer to an invoke: an HTTP status, and a body as JSON has it, None for none."""

    body: Any = None
    status: int = 200


def read(body: bytes) -> Received:
    """The activity of a request's body; raises `Malformed`.

    What has passed here can be taken apart without asking, piece by piece, whether it is there.
    """
    try:
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Malformed("JSON") from error
    if not isinstance(found, dict):
        raise Malformed("an object")
    for name in _NEEDED:
        if not isinstance(found.get(name), str) or not found[name]:
            raise Malformed(name)
    for name in _TEXTS:
        if not isinstance(found.get(name), str | None):
            raise Malformed(name)
    for name in _OBJECTS:
        if not isinstance(found.get(name), dict | None):
            raise Malformed(name)
    for name in _LISTS:
        _check_list(name, found.get(name))
    for name in _TIMES:
        _check_time(name, found.get(name))
    if not 0 < len(text_at(found, "conversation", "id")) <= _LONGEST_ID:
        raise Malformed("conversation.id")
    return Received(found)


def _check_list(name: str, value: Any) -> None:
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Malformed(name)


def _check_time(name: str, value: Any) -> None:
    if value is None:
        return
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed(name) from error


def text_at(payload: Any, *path: str) -> str:
    """The text where the path leads, "" where there is none."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload if isinstance(payload, str) else ""


def map_at(payload: Any, *path: str) -> Payload:
    """The object where the path leads, an empty one where there is none."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload if isinstance(payload, Mapping) else {}


def list_at(payload: Any, *path: str) -> Sequence[Payload]:
    """The objects in the list where the path leads."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    found = payload if isinstance(payload, list) else []
    return [one for one in found if isinstance(one, Mapping)]
