"""What must be said, to whom: data with a dedupe key, planned in the outbox, never rendered here.

A notice is written in the transaction of the change that caused it, and sent after its commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Side(StrEnum):
    """The two threads of a case: what the partner reads, and what stays inside."""

    PARTNER = "partner"
    ENGINEERS = "engineers"


@dataclass(frozen=True, slots=True)
class ToChannel:
    """A message in the channel that the roster calls `place_id`."""

    place_id: str
    to: Literal["channel"] = "channel"


@dataclass(frozen=True, slots=True)
class ToThread:
    """A message in one thread of a case, on whichever platform that thread lives."""

    case_id: int
    side: Side
    to: Literal["thread"] = "thread"


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A direct message to a person, on a platform on which they have an identity."""

    person_id: str
    to: Literal["person"] = "person"


Recipient = ToChannel | ToThread | ToPerson


@dataclass(frozen=True, slots=True)
class CaseCard:
    """The case's card, as the first message of its thread on `side`."""

    case_id: int
    side: Side
    kind: Literal["case_card"] = "case_card"


@dataclass(frozen=True, slots=True)
class RefreshCard:
    """Every posted card of the case on `side` is to show the case as it is now."""

    case_id: int
    side: Side
    kind: Literal["refresh_card"] = "refresh_card"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of one side arrives in the other side's thread, with its files."""

    case_id: int
    message_id: int
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True)
class SaidChanged:
    """A message that was passed on has been edited or deleted: its copies follow."""

    case_id: int
    message_id: int
    deleted: bool
    kind: Literal["said_changed"] = "said_changed"


@dataclass(frozen=True, slots=True)
class Alert:
    """A rung of the ladder was reached: a warning, or a breach and what follows it.

    `rung` is the rung's key ("75%", "breach", "breach+1"); `at` when it was due (UTC);
    `mention` the people it names; `generation` guards against a due time that has moved since.
    """

    case_id: int
    cycle: int
    generation: int
    rung: str
    at: datetime
    due_at: datetime
    mention: tuple[str, ...] = ()
    kind: Literal["alert"] = "alert"


@dataclass(frozen=True, slots=True)
class TamPing:
    """The TAM, or whoever stands in, is told of a case; `reason` is in the words of `by`."""

    case_id: int
    why: Literal["opened", "called", "objected", "cover"]
    by: str
    reason: str = ""
    instead_of: str | None = None
    kind: Literal["tam_ping"] = "tam_ping"


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to the case that a thread or a person should read: entry `entry_id`."""

    case_id: int
    entry_id: int
    kind: Literal["news"] = "news"


@dataclass(frozen=True, slots=True)
class Trouble:
    """For the operators: `key` of a notice that could not be delivered, why, and how to mend it.

    With a `title` it is about something else that they should know.
    """

    key: str
    what: str
    mend: str
    title: str = ""
    kind: Literal["trouble"] = "trouble"


Notice = CaseCard | RefreshCard | Said | SaidChanged | Alert | TamPing | News | Trouble


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice, to whom it goes, and the key that makes it one: the database keeps it unique.

    `order` groups what must stay in sequence (a thread, a channel, a person); `urgency` sorts a
    storm, 0 first; `ladder` names the ladder ("42:1" = case 42, cycle 1) that an acknowledgement
    cancels; `not_before` delays it (UTC).
    """

    key: str
    notice: Notice
    recipient: Recipient
    order: str
    urgency: int = 5
    ladder: str | None = None
    not_before: datetime | None = None
