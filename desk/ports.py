"""What the desk needs of its storage: protocols in the desk's own words.

Every method runs inside one transaction, begun and committed by `Desk.run`. Times are aware.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from desk.case import Case
from desk.events import Event
from desk.linking import Codes, Installations, References
from desk.notices import Planned, Side
from desk.people import Identity, Partner, Person, Place, PlaceKind, Role
from desk.records import (
    Attachment,
    CaseFilter,
    ChatMessage,
    Delivery,
    Draft,
    Entry,
    LedgerLine,
    Message,
    OutboxRow,
    Page,
    Post,
    QuotaUse,
    Seen,
    SignInLink,
    ThreadRef,
)

T = TypeVar("T")


class Cases(Protocol):
    """The cases."""

    async def get(self, case_id: int) -> Case | None: ...
    async def add(self, case: Case) -> Case:
        """Store a new case (its `id` is ignored) and return it with its number."""

    async def save(self, case: Case) -> Case:
        """Store a changed case; raises `Stale` ("stale.version") if somebody wrote first."""

    async def find(self, wanted: CaseFilter, page: int = 1, size: int = 10) -> Page: ...
    async def due(self, now: datetime, limit: int) -> Sequence[Case]:
        """Cases whose next rung is due, the earliest first, locked against other sweepers."""

    async def next_rung_at(self) -> datetime | None: ...
    async def running(self, after_id: int, limit: int) -> Sequence[Case]:
        """Cases with a clock that runs, in order of id: to wind them again in batches."""

    async def count_open(self, partner_id: str) -> int: ...


class Timeline(Protocol):
    """What happened, in order."""

    async def add(self, event: Event, *, internal: bool = False) -> Entry: ...
    async def get(self, entry_id: int) -> Entry | None: ...
    async def of(self, case_id: int) -> Sequence[Entry]: ...


class Messages(Protocol):
    """What was said."""

    async def add(self, message: Message) -> Message: ...
    async def get(self, message_id: int) -> Message | None: ...
    async def by_source(self, source: str) -> Message | None: ...
    async def save(self, message: Message) -> None: ...
    async def renamed(self, old: str, new: str) -> None:
        """A place has another name: sources that began with `old` begin with `new`."""

    async def of(self, case_id: int) -> Sequence[Message]: ...
    async def file(self, key: str) -> tuple[Message, Attachment] | None: ...


class People(Protocol):
    """Partners, persons and places, as the roster says."""

    async def partner(self, partner_id: str) -> Partner | None: ...
    async def partners(self) -> Sequence[Partner]: ...
    async def person(self, person_id: str) -> Person | None: ...
    async def persons(self, role: Role | None = None) -> Sequence[Person]: ...
    async def by_identity(self, identity: Identity) -> Person | None: ...
    async def by_email(self, email: str) -> Person | None: ...
    async def partner_of_workspace(self, platform: str, workspace: str) -> Partner | None: ...
    async def put_partner(self, partner: Partner) -> None: ...
    async def put_person(self, person: Person) -> None: ...
    async def put_place(self, place: Place) -> None: ...
    async def link_workspace(
        self, platform: str, workspace: str, partner_id: str, *, by_code: bool = False
    ) -> None: ...
    async def unlink_workspace(self, platform: str, workspace: str) -> None: ...
    async def workspaces(self, *, by_code: bool | None = None) -> Mapping[tuple[str, str], str]:
        """The partner's id of every linked (platform, workspace), or of those linked that way."""

    async def remove_person(self, person_id: str) -> None: ...
    async def remove_partner(self, partner_id: str) -> None: ...
    async def remove_place(self, place_id: str) -> None: ...
    async def place(self, place_id: str) -> Place | None: ...
    async def place_at(self, platform: str, workspace: str, channel: str) -> Place | None: ...
    async def places(self, kind: PlaceKind | None = None) -> Sequence[Place]: ...


class Ledger(Protocol):
    """The exact quota: counters that cannot pass their cap, and a line for every unit."""

    async def use(self, partner_id: str, period: str) -> QuotaUse: ...
    async def take(self, line: LedgerLine, cap: int) -> bool:
        """Take a unit of the plan while used < cap, or of a package; False where none is left."""

    async def owe(self, line: LedgerLine) -> None: ...
    async def give_back(self, case_id: int, at: datetime, by: str, note: str) -> bool:
        """Return the unit that the case took, in the period in which it was taken, once."""

    async def add_package(self, line: LedgerLine, units: int) -> QuotaUse:
        """A package became effective; owed units are settled from it first."""

    async def lines(self, partner_id: str, period: str) -> Sequence[LedgerLine]: ...


class Outbox(Protocol):
    """Notices to be delivered, each once."""

    async def plan(self, planned: Planned, now: datetime) -> bool:
        """Put it in; False (and nothing happens) where its key is there already."""

    async def claim(self, now: datetime, lease_until: datetime, limit: int) -> Sequence[OutboxRow]:
        """Lease what may be sent, urgent first, in order within each `order`."""

    async def sent(self, row_id: int, now: datetime, address: str, message_id: str) -> None: ...
    async def retry(self, row_id: int, not_before: datetime, error: str) -> None: ...
    async def failed(self, row_id: int, now: datetime, error: str) -> None: ...
    async def moot(self, row_id: int, now: datetime, reason: str) -> None:
        """Cancel one notice that is not to be said any more; the ledger says why."""

    async def supersede(self, ladder: str, now: datetime) -> int:
        """Cancel what is still planned for a ladder, or claimed and not sent yet."""

    async def acknowledge(self, ladder: str, now: datetime) -> int:
        """Mark the sent notices of a ladder as acknowledged."""

    async def get(self, row_id: int) -> OutboxRow | None: ...
    async def rows(
        self, *, case_id: int | None = None, state: Delivery | None = None, limit: int = 100
    ) -> Sequence[OutboxRow]: ...
    async def next_at(self) -> datetime | None: ...


class Posts(Protocol):
    """Where the desk's own messages are."""

    async def remember(self, post: Post) -> None: ...
    async def of(
        self, case_id: int, side: Side | None = None, what: str = ""
    ) -> Sequence[Post]: ...
    async def thread_of(
        self, platform: str, workspace: str, channel: str, thread: str
    ) -> ThreadRef | None: ...
    async def forget(self, post: Post) -> None: ...
    async def move(self, platform: str, workspace: str, old: str, new: str) -> None:
        """A channel has another id: what is posted in it is found under that."""


class Inbox(Protocol):
    """Inbound event ids: each is handled once."""

    async def enter(self, event_id: str, now: datetime) -> Seen | None:
        """None the first time; what is known of it where it was seen before."""

    async def touched(self, event_id: str, case_id: int) -> None: ...


class Notes(Protocol):
    """Small facts of the installation itself: the demo's clock, sign-in links, job runs."""

    async def read(self, name: str) -> str | None: ...
    async def write(self, name: str, value: str) -> None: ...
    async def add_link(self, link: SignInLink) -> None: ...
    async def use_link(self, secret_hash: str, now: datetime) -> SignInLink | None:
        """The link, marked used, if it is good and was not used before; None otherwise."""

    async def job_ran(self, job: str, period: str) -> bool:
        """Record that a job runs for a period; False where another run did."""


class Chat(Protocol):
    """The desk's own chat: conversations and their messages."""

    async def add(self, message: ChatMessage) -> ChatMessage:
        """Store a message (its `id` and `seq` are ignored); one with a known `key` is returned."""

    async def get(self, message_id: int) -> ChatMessage | None: ...
    async def change(
        self, message_id: int, at: datetime, body: str | None, *, deleted: bool = False
    ) -> ChatMessage | None:
        """Replace the body (None keeps it) or mark it deleted; it gets a new `seq`."""

    async def of(
        self,
        conversation: str,
        thread: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[ChatMessage]:
        """The newest messages of a conversation, or of a thread with its root, oldest first."""

    async def since(
        self, seq: int, conversations: Sequence[str], limit: int = 200
    ) -> Sequence[ChatMessage]:
        """Every message of these conversations that changed after `seq`, in order of change."""

    async def last_seq(self) -> int: ...
    async def mark_read(self, person_id: str, conversation: str, seq: int) -> None: ...
    async def unread(self, person_id: str, conversations: Sequence[str]) -> Mapping[str, int]:
        """How many messages of others each conversation has that this person has not read."""


class Drafts(Protocol):
    """What people typed and did not send, one draft a person, form and case."""

    async def keep(self, draft: Draft) -> None: ...
    async def get(self, person_id: str, form: str, case_id: int) -> Draft | None: ...
    async def drop(self, person_id: str, form: str, case_id: int) -> None: ...
    async def forget_old(self, before: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction and what is in it."""

    @property
    def cases(self) -> Cases: ...
    @property
    def timeline(self) -> Timeline: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def people(self) -> People: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def posts(self) -> Posts: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def chat(self) -> Chat: ...
    @property
    def installations(self) -> Installations: ...
    @property
    def references(self) -> References: ...
    @property
    def codes(self) -> Codes: ...
    @property
    def drafts(self) -> Drafts: ...


class Desk(Protocol):
    """The storage as a whole."""

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run `work` in one transaction and commit it; raises `NotSaved` where it was not kept.

        The transaction survives the cancellation of its caller: it is committed or rolled back
        whole, never left half open.
        """
