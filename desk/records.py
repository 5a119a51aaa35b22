"""What the desk keeps besides its cases: plain records that storage and conversations exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.case import Case, State
from desk.events import Event
from desk.notices import Planned, Side


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; every given field narrows. `words` searches number, title and text."""

    partner_ids: tuple[str, ...] | None = None
    states: frozenset[State] | None = None
    owner_id: str | None = None
    unclaimed: bool = False
    words: str = ""
    order: str = "newest"  # or "queue": priority, severity, due time


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases: `number` from 1, of `pages`; `total` cases altogether."""

    cases: tuple[Case, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; the bytes live in the file store under `key`. `size` in bytes."""

    key: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """Something said in a case. `side` is the thread it was said in; `public` reaches the partner.

    `source` names the platform message it came from, `platform:workspace:channel:id`, so that
    edits and deletions find it; "" for a text given in a form.
    """

    id: int
    case_id: int
    author_id: str
    side: Side
    public: bool
    text: str
    at: datetime
    source: str = ""
    files: tuple[Attachment, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's timeline. `internal` lines are never shown to the partner."""

    id: int
    event: Event
    internal: bool


class Move(StrEnum):
    """What a line of the quota ledger did."""

    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    OWED = "owed"
    SETTLED = "settled"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement of the quota. `units` is signed: -1 taken, +1 given back, +10 a package.

    `pool` is "plan" or "package"; `balance` is what was left of plan and packages after it.
    """

    id: int
    partner_id: str
    period: str
    at: datetime
    move: Move
    units: int
    pool: str
    case_id: int | None
    by: str
    note: str
    balance: int | None


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """The counters of one partner's period: `used` of the plan, packages bought and used, owed."""

    used: int = 0
    package_units: int = 0
    package_used: int = 0
    owed: int = 0


class Delivery(StrEnum):
    """What became of a notice."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A planned notice and its fate. `attempts` counts claims; `address` is where it went."""

    id: int
    planned: Planned
    state: Delivery
    planned_at: datetime
    attempts: int
    claimed_until: datetime | None = None
    sent_at: datetime | None = None
    address: str = ""
    message_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """A message that the desk has on a platform and may have to change: a card or a passed-on text.

    `what` is "card" or "message:17"; `thread` is the root message's id where it is a reply.
    """

    case_id: int
    side: Side
    what: str
    platform: str
    workspace: str
    channel: str
    message_id: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """Which case's thread a platform conversation is."""

    case_id: int
    side: Side


@dataclass(frozen=True, slots=True)
class Seen:
    """An inbound event that was handled before, and the case it touched, if any."""

    event_id: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A personal one-time link: only the hash of its secret is kept."""

    secret_hash: str
    person_id: str
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed into a form and did not send: `form` is the tag of its intent.

    `case_id` is 0 for a form that is about no case.
    """

    person_id: str
    form: str
    case_id: int
    values: Mapping[str, str]
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message in the desk's own chat, for people who have no other.

    `conversation` is "dm:PERSON" or "channel:NAME"; `thread` is the id of the root message of a
    thread, None at the top. `author_id` is "" for the desk itself. `body` is an encoded view
    (`kind` "card") or plain text (`kind` "text"). `key` is the outbox key, unique, so that a
    second delivery finds the first. `seq` grows with every change anywhere, for catching up.
    """

    id: int
    conversation: str
    thread: int | None
    author_id: str
    kind: str
    body: str
    at: datetime
    key: str | None = None
    files: tuple[Attachment, ...] = ()
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    seq: int = 0
    replies: int = 0
