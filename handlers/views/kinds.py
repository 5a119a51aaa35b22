"""The views: what a conversation answers with, as domain data. `cards.to_card` draws each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from desk.case import Case, Verb
from desk.errors import Refusal
from desk.notices import Side
from desk.people import Partner, Person
from desk.records import Attachment, Entry, LedgerLine, Message
from handlers.intents import ListCases, ShowQueue
from handlers.views.vocabulary import Button, Form, Words
from sla.clock import Explanation, Standing
from sla.entitlements import Left, Period
from sla.plans import Plan, Program, Severity


@dataclass(frozen=True, slots=True)
class Face:
    """A case with everything that is needed to show it: names for keys, and where its clock is."""

    case: Case
    partner: Partner
    program: Program
    plan: Plan
    severity: Severity
    standing: Standing
    now: datetime
    owner: Person | None = None
    tam: Person | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case's card. `side` decides what is said, `verbs` which buttons it has."""

    face: Face
    side: Side
    verbs: frozenset[Verb]
    lead: Words = ()


@dataclass(frozen=True, slots=True)
class OpenedView:
    """The answer to an opened case: number, due time, what is left of the quota."""

    face: Face
    left: Left | None
    period: Period | None


@dataclass(frozen=True, slots=True)
class CasesView:
    """A page of cases, for a partner ("mine") or for an engineer ("queue")."""

    what: Literal["mine", "queue"]
    faces: tuple[Face, ...]
    intent: ListCases | ShowQueue
    show: str
    words: str
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class TimelineView:
    """Everything that happened to a case, as far as the reader may know."""

    face: Face
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]
    names: dict[str, str]
    side: Side


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why is it due then: every stretch of its clock."""

    face: Face
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class QuotaView:
    """What is left of a partner's quota, with the lines of the ledger."""

    partner: Partner
    program: Program
    plan: Plan
    left: Left
    used: int
    owed: int
    package_units: int
    period: Period | None
    lines: tuple[LedgerLine, ...]


@dataclass(frozen=True, slots=True)
class TamView:
    """Who the TAM is, whether they are on duty, and who covers. `on_duty_at` is the next time."""

    partner: Partner
    plan: Plan
    program: Program
    tam: Person | None
    on_duty: bool
    on_duty_at: datetime | None
    cover: Person | None
    now: datetime


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One line of a TAM's partners."""

    partner: Partner
    plan: Plan
    open_cases: int
    overdue: int
    left: Left


@dataclass(frozen=True, slots=True)
class PartnersView:
    """A TAM's partners: cases, quota, standing."""

    rows: tuple[PartnerRow, ...]


@dataclass(frozen=True, slots=True)
class FormView:
    """A form to be filled in, with what it is about above it.

    `kept` says that it holds what somebody typed earlier and did not send.
    """

    title: str
    form: Form
    lead: Words = ()
    case_id: int | None = None
    kept: Words = ()


@dataclass(frozen=True, slots=True)
class HelpView:
    """What can be done here; `unknown` is what was not understood."""

    unknown: str
    buttons: tuple[Button, ...]
    name: str


@dataclass(frozen=True, slots=True)
class RefusalView:
    """What was refused, why, and what can be done instead; the home zone is the reader's."""

    refusal: Refusal
    buttons: tuple[Button, ...] = ()
    home_zone: str = ""
    home_name: str = ""


@dataclass(frozen=True, slots=True)
class DoneView:
    """A short answer to something done."""

    words: Words
    case_id: int | None = None
    buttons: tuple[Button, ...] = ()
    tone: Literal["done", "notice", "calm"] = "done"


@dataclass(frozen=True, slots=True)
class AlertView:
    """A rung of the ladder, said where it is addressed. `mention` are the people it names.

    `side` is who reads it: the engineers' channel, or a person who is told what is at stake.
    """

    face: Face
    rung: str
    mention: tuple[Person, ...]
    reader: Literal["channel", "tam", "duty_manager", "owner"]
    verbs: frozenset[Verb]


@dataclass(frozen=True, slots=True)
class DigestView:
    """Alerts that had to wait for a busy place and are said at once, the worst first.

    `late` is how long ago the oldest of them was due to be said; `mention` is everybody whom any
    of them names.
    """

    faces: tuple[Face, ...]
    mention: tuple[Person, ...]
    late: timedelta


@dataclass(frozen=True, slots=True)
class PingView:
    """A TAM, or who stands in, is told of a case."""

    face: Face
    why: Literal["opened", "called", "objected", "cover"]
    by: str
    reason: str
    instead_of: str | None
    verbs: frozenset[Verb]


@dataclass(frozen=True, slots=True)
class SaidView:
    """A message of the other side, with its files; it says so when it was edited or deleted.

    `author_id` lets a platform show the writer's own account and picture. `alone`: it is read
    outside the case's thread, so it has to say which case it belongs to.
    """

    number: str
    case_id: int
    author: str
    from_partner: bool
    text: str
    files: tuple[Attachment, ...] = ()
    edited: bool = False
    deleted: bool = False
    author_id: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class NewsView:
    """Something that happened to a case, for a thread or a person.

    `alone`: it is read outside the case's thread, so it has to say which case it is about.
    """

    face: Face
    entry: Entry
    names: dict[str, str]
    side: Side
    verbs: frozenset[Verb]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class SignInView:
    """A personal link into the web chat, good once and until `until`."""

    url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class TroubleView:
    """For the operators: what failed, and how to mend it.

    With a `title` it is no notice that failed, and `key` names no line of the ledger.
    """

    key: str
    what: str
    mend: str
    title: str = ""


View = (
    CaseView
    | OpenedView
    | CasesView
    | TimelineView
    | WhyView
    | QuotaView
    | TamView
    | PartnersView
    | FormView
    | HelpView
    | RefusalView
    | DoneView
    | AlertView
    | DigestView
    | PingView
    | SaidView
    | NewsView
    | TroubleView
    | SignInView
)
