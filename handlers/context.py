"""What a conversation works with: who speaks, where, when, and one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk import events, rights
from desk.case import Case, Verb
from desk.events import Event
from desk.notices import Side
from desk.people import Partner, Person, Role
from desk.ports import UnitOfWork
from desk.records import Attachment, Entry
from handlers import announce, faces
from handlers.exchange import Answer, Audience, Reply, Sender, Where
from handlers.views.kinds import CaseView, DoneView, Face, View
from handlers.views.vocabulary import Button, Words
from sla import clock
from sla.catalog import Catalog
from sla.entitlements import gives_back

# Numbers from here on fit no column of a database, so no case has one.
BEYOND = 2**63

# What the partner may never read: the vendor's own dealings with a case.
INTERNAL = (
    events.RungReached,
    events.Acknowledged,
    events.HandedToCover,
    events.JoinedThread,
    events.HandedOver,
)

# What may answer or end a clock that is paused.
ANSWERING = frozenset(
    {Verb.CLAIM, Verb.HAND_OVER, Verb.REPLY, Verb.REJECT, Verb.RESOLVE, Verb.WITHDRAW}
)


@dataclass(frozen=True)
class Context:
    """One inbound event being handled. Times are aware; everything read or written is in `uow`.

    `sender` is `person` as their platform names them; `typed` says that it was said in words.
    """

    uow: UnitOfWork
    catalog: Catalog
    person: Person
    where: Where
    now: datetime
    event_id: str = ""
    source: str = ""
    public_url: str = ""
    sender: Sender | None = None
    typed: bool = False
    files: tuple[Attachment, ...] = ()

    async def case(self, case_id: int, verb: Verb) -> Case:
        """The case, if this person may do `verb` to it; raises `NotKnown` or `NotAllowed`."""
        found = await self.uow.cases.get(case_id) if 0 < case_id < BEYOND else None
        partner = await self.uow.people.partner(found.partner_id) if found else None
        tam = await self.tam_of(partner) if partner else None
        case = rights.require(self.person, verb, found, partner, tam)
        return self._settled(case) if verb in ANSWERING else case

    def _settled(self, case: Case) -> Case:
        """The case with a paused clock set to now: the answer is measured against that."""
        calendar = self.catalog.calendar_named(case.program, case.cycle.calendar)
        ladder = self.catalog.plan(case.program, case.plan).ladder
        return case.with_cycle(clock.settle(case.cycle, calendar, ladder, self.now))

    async def tam_of(self, partner: Partner) -> Person | None:
        """The partner's designated TAM, if its plan has one and the roster names one."""
        return await self.uow.people.person(partner.tam_id) if partner.tam_id else None

    async def keep(self, case: Case, happened: Sequence[Event]) -> tuple[Case, tuple[Entry, ...]]:
        """Store what a verb made of a case: its wound clock, its history, its quota, its card."""
        program = self.catalog.program(case.program)
        plan = self.catalog.plan(case.program, case.plan)
        calendar = self.catalog.calendar_named(program.key, case.cycle.calendar)
        before = await self.uow.cases.get(case.id)
        wound = clock.wind(case.cycle, calendar, plan.ladder, self.now)
        saved = await self.uow.cases.save(case.with_cycle(wound))
        entries = [
            await self.uow.timeline.add(event, internal=isinstance(event, INTERNAL))
            for event in (*self._breaches(before, saved), *happened)
        ]
        if gives_back(happened):
            note = "withdrawn" if isinstance(happened[0], events.Withdrawn) else "rejected"
            await self.uow.ledger.give_back(saved.id, self.now, self.person.id, note)
        await announce.refresh(self.uow, saved, self.now)
        return saved, tuple(entries[-len(happened) :]) if happened else ()

    def _breaches(self, before: Case | None, after: Case) -> list[Event]:
        """A breach that this very action brought to light: an answer that came too late."""
        known = {b.due_at for b in before.cycle.breaches} if before else set()
        fresh = [b for b in after.cycle.breaches if b.due_at not in known]
        return [events.Breached(after.id, "", self.now, b.due_at) for b in fresh]

    async def face(self, case: Case) -> Face:
        """The case with everything that is needed to show it."""
        return await faces.face_of(self.uow, self.catalog, case, self.now)

    def side(self, case: Case) -> Side:
        """Which side of a case this person is on."""
        return Side.ENGINEERS if self.person.is_vendor else Side.PARTNER

    async def verbs(self, case: Case) -> frozenset[Verb]:
        """What this very person may do to the case as it is now."""
        partner = await self.uow.people.partner(case.partner_id)
        if partner is None:
            return frozenset()
        tam = await self.tam_of(partner)
        offered = faces.verbs_of(case, partner, tam, side=self.side(case))
        return frozenset(v for v in offered if rights.may(self.person, v, case, partner, tam))

    async def view(self, case: Case, lead: Words = ()) -> CaseView:
        """The case's card for this person."""
        return CaseView(await self.face(case), self.side(case), await self.verbs(case), lead)

    async def done(self, case: Case, *words: str, buttons: tuple[Button, ...] = ()) -> Answer:
        """A short answer about a case, for the one who acted."""
        return answer(DoneView(words, case.id, buttons), case_id=case.id)

    def is_staff(self) -> bool:
        """Whether this person works on cases for the vendor."""
        return bool(self.person.roles & {Role.ENGINEER, Role.TAM, Role.DUTY_MANAGER})


def answer(*views: View, case_id: int | None = None, audience: Audience = Audience.ACTOR) -> Answer:
    """An answer of these views, to the one who acted unless said otherwise."""
    return Answer(tuple(Reply(view, audience) for view in views), case_id=case_id)
