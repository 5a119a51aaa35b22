"""What happened to a case, in the past tense. Each becomes a line of its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `case_id`, done by person `by` ("" = the desk itself) at `at`."""

    case_id: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A contact opened the case; `severity` is the one asked for."""

    severity: str


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    """An engineer took it."""


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """It was given to person `to`."""

    to: str


@dataclass(frozen=True, slots=True)
class Replied(Event):
    """The vendor answered the partner."""


@dataclass(frozen=True, slots=True)
class PartnerAdded(Event):
    """The partner wrote in the case."""


@dataclass(frozen=True, slots=True)
class WaitingOnPartner(Event):
    """The vendor waits on the partner; `asked` says whether the partner was asked something."""

    asked: bool


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The partner answered: the clock goes on."""


@dataclass(frozen=True, slots=True)
class Regraded(Event):
    """The severity changed from `before` to `after`, for `reason`."""

    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected(Event):
    """The vendor will not work on it, on `ground`; `duplicate_of` is the other case's id."""

    ground: str
    duplicate_of: int | None


@dataclass(frozen=True, slots=True)
class Resolved(Event):
    """The vendor says that it is solved."""


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """The partner took it back; `unclaimed` says whether nobody had claimed it yet."""

    unclaimed: bool


@dataclass(frozen=True, slots=True)
class Confirmed(Event):
    """The partner confirmed the solution and rated it."""

    rating: int
    comment: str


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    """The partner opened it again, for `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Objected(Event):
    """The partner objected to a re-grade, for `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class TamCalled(Event):
    """The partner called their TAM, for `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """A TAM or duty manager took the escalation."""


@dataclass(frozen=True, slots=True)
class JoinedThread(Event):
    """A TAM joined the internal thread."""


@dataclass(frozen=True, slots=True)
class HandedToCover(Event):
    """A TAM handed the escalation to person `to`."""

    to: str


@dataclass(frozen=True, slots=True)
class RungReached(Event):
    """The ladder's rung `rung` ("50%", "breach", "breach+1" ...) was reached."""

    rung: str


@dataclass(frozen=True, slots=True)
class Breached(Event):
    """The due time `due_at` passed without an answer."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarChanged(Event):
    """A change of the calendar moved the due time from `before` to `after`."""

    before: datetime
    after: datetime
