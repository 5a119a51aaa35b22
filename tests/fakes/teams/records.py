"""What a Teams of our own remembers: tenants, people, conversations, messages, dialogs, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["personal", "groupChat", "channel"]

CARD = "application/vnd.microsoft.card.adaptive"
FILE = "application/vnd.microsoft.teams.file.download.info"
CONSENT = "application/vnd.microsoft.teams.card.file.consent"


@dataclass(eq=False)
class Tenant:
    """An organisation."""

    id: str
    name: str


@dataclass(eq=False)
class User:
    """An account: `id` is what bots know it by, `aad` what its tenant does."""

    id: str
    aad: str
    tenant: str
    name: str
    email: str = ""


@dataclass(eq=False)
class Message:
    """A message. `views` are cards that one person sees in place of the one that was sent.

    `shared` are files that its readers see, of which the app is not told.
    """

    id: str
    place: str
    author: str
    text: str
    thread: str = ""
    attachments: list[Json] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    channel_data: Json = field(default_factory=dict)
    reactions: dict[str, set[str]] = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    shared: list[Json] = field(default_factory=list)
    by_app: bool = False
    edited: bool = False
    deleted: bool = False

    @property
    def card(self) -> Json:
        """Its card, {} where it has none."""
        cards = [one["content"] for one in self.attachments if one["contentType"] == CARD]
        return dict(cards[0]) if cards else {}

    @property
    def alerts(self) -> bool:
        """Whether it shows in the activity feed."""
        return bool(self.channel_data.get("notification", {}).get("alert"))


@dataclass(eq=False)
class Place:
    """A conversation. The app is `installed` there or not; with `consent` it hears everything."""

    id: str
    kind: Kind
    tenant: str
    name: str
    members: list[str]
    team: str = ""
    installed: bool = False
    blocked: bool = False
    consent: bool = False
    gone: bool = False
    messages: list[Message] = field(default_factory=list)

    def find(self, message_id: str) -> Message | None:
        """A message that was not deleted."""
        return next(
            (one for one in self.messages if one.id == message_id and not one.deleted), None
        )


@dataclass(eq=False)
class Dialog:
    """What stands before somebody: a card in a window, or a line of text."""

    title: str = ""
    card: Json = field(default_factory=dict)
    text: str = ""
    command: str = ""
    about: Json = field(default_factory=dict)
    typed: Json = field(default_factory=dict)


@dataclass(eq=False)
class StoredFile:
    """A file where Teams keeps files."""

    name: str
    content: bytes
    ready: bool = True


@dataclass(frozen=True)
class Said:
    """One line of the transcript."""

    at: float
    who: str
    what: str
