"""A case: what it is, its states, and the one table of what may be said in which state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.errors import Stale
from desk.people import Coordination
from desk.promise import Cycle


class State(StrEnum):
    """Where a case stands. Only NEW, WORKING and WAITING are open."""

    NEW = "new"
    WORKING = "working"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class Category(StrEnum):
    """Service cases are about the account; only technical ones count against the quota."""

    SERVICE = "service"
    TECHNICAL = "technical"


class Verb(StrEnum):
    """What can be done to a case; `desk.rights.may` says by whom, `TRANSITIONS` says when."""

    SEE = "see"
    SEE_INTERNAL = "see_internal"
    ADD = "add"
    NOTE = "note"
    CLAIM = "claim"
    HAND_OVER = "hand_over"
    REPLY = "reply"
    WAIT = "wait"
    REGRADE = "regrade"
    REJECT = "reject"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    OBJECT = "object"
    CALL_TAM = "call_tam"
    ACKNOWLEDGE = "acknowledge"


class Ground(StrEnum):
    """Why the vendor rejects a case; either gives the quota unit back."""

    DUPLICATE = "duplicate"
    OUT_OF_SCOPE = "out_of_scope"


OPEN = frozenset({State.NEW, State.WORKING, State.WAITING})
ENDED = frozenset(State) - OPEN

REOPEN_WITHIN = timedelta(days=7)

# The one table: the states in which a verb may be said. Verbs that are absent may always be said.
TRANSITIONS: dict[Verb, frozenset[State]] = {
    Verb.ADD: OPEN | {State.RESOLVED},
    Verb.CLAIM: OPEN,
    Verb.HAND_OVER: OPEN,
    Verb.REPLY: OPEN,
    Verb.WAIT: frozenset({State.NEW, State.WORKING}),
    Verb.REGRADE: OPEN,
    Verb.REJECT: OPEN,
    Verb.RESOLVE: OPEN,
    Verb.WITHDRAW: OPEN,
    Verb.CONFIRM: frozenset({State.RESOLVED}),
    Verb.REOPEN: frozenset({State.RESOLVED, State.CONFIRMED}),
    Verb.OBJECT: OPEN | {State.RESOLVED},
    Verb.CALL_TAM: OPEN,
    Verb.ACKNOWLEDGE: OPEN,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a contact opened. `id` is the speakable number (42 is shown as C-42).

    `cycles` is never empty once the case is opened; the last one is in force. `version` grows with
    every change that is stored: of two who change the same version, the second is refused.
    """

    id: int
    partner_id: str
    opener_id: str
    program: str
    plan: str
    category: Category
    title: str
    description: str
    product: str
    customer: str
    coordination: Coordination
    language: str
    priority: int
    rank: int
    opened_at: datetime
    state: State
    cycles: tuple[Cycle, ...]
    owner_id: str | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    duplicate_of: int | None = None
    ground: Ground | None = None
    rating: int | None = None
    rating_comment: str = ""
    objected_at: datetime | None = None
    claimed_once: bool = False
    replied_once: bool = False
    version: int = 0

    @property
    def number(self) -> str:
        """The short, speakable number."""
        return f"C-{self.id}"

    @property
    def cycle(self) -> Cycle:
        """The cycle in force."""
        return self.cycles[-1]

    @property
    def severity(self) -> str:
        """The severity in force: a catalog key."""
        return self.cycle.severity

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.state in OPEN

    def with_cycle(self, cycle: Cycle) -> Case:
        """The same case with its cycle in force replaced (wound again, paused, met ...)."""
        return replace(self, cycles=(*self.cycles[:-1], cycle))


def check(case: Case, verb: Verb) -> None:
    """Raise `Stale` unless `verb` may be said in the case's state."""
    allowed = TRANSITIONS.get(verb)
    if allowed is not None and case.state not in allowed:
        stays = case.is_open and verb is not Verb.WAIT
        is_now = f"{'still' if stays else 'already'} {STATE_WORDS[case.state]}"
        raise Stale(
            code=f"stale.{verb}",
            what=f"{case.number} is {is_now}, so nothing was changed.",
            case_id=case.id,
        )


STATE_WORDS: dict[State, str] = {
    State.NEW: "new",
    State.WORKING: "being worked on",
    State.WAITING: "waiting on the partner",
    State.RESOLVED: "resolved",
    State.CONFIRMED: "confirmed and closed",
    State.WITHDRAWN: "withdrawn",
    State.REJECTED: "rejected",
}
