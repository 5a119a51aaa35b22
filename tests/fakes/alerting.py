"""A desk whose time a test moves by hand: cases, the watch, a delivery and a fake platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.delivery import Delivery
from desk import verbs
from desk.case import Case, Category, State
from desk.notices import CaseCard, Planned, Said, Side, ToChannel, ToThread
from desk.people import Coordination
from desk.ports import Desk
from desk.records import Delivery as Fate
from desk.records import Entry, Message, OutboxRow
from sla import clock, watch
from sla.catalog import PROGRAMS, Catalog
from tests.fakes.platform import FakePlatform

CATALOG = Catalog.load(PROGRAMS)

# A Friday, 16:00 in Beijing.
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)
PARTNERS = {"contoso": ("psp", "standard"), "northwind": ("psp", "premier")}
PRODUCT = "Cloud servers"

_numbers = count(1)


def min_(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


class Alerting:
    """What the composition root joins, with the time in the test's hand."""

    def __init__(self, desk: Desk, now: datetime = FRIDAY, *, unique: bool = False) -> None:
        self.desk = desk
        self.now = now
        self.catalog = CATALOG
        self.platform = FakePlatform(unique=unique)
        self.platforms = {"web": self.platform}
        self.delivery = self.another()

    def another(self, desk: Desk | None = None) -> Delivery:
        """One more delivery on the same platforms, as another process has it."""
        return Delivery(
            desk or self.desk,
            lambda: self.catalog,
            self.platforms,
            lambda: self.now,
            chance=lambda: 0.5,
        )

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    async def opened(
        self,
        severity: str = "production_down",
        partner: str = "contoso",
        *,
        owner: str | None = None,
        at: datetime | None = None,
    ) -> Case:
        """A case that was opened then, or now."""
        program, plan = PARTNERS[partner]
        promised = self.catalog.plan(program, plan)
        target = promised.targets[severity]
        when = at or self.now
        calendar = self.catalog.calendar(program, plan, severity)
        wound = clock.start(
            1, when, severity, target.within, calendar, target.met_by, promised.ladder
        )
        known = self.catalog.program(program).severity(severity)
        assert known is not None
        case = Case(
            id=0, partner_id=partner, opener_id="carla" if partner == "contoso" else "nora",
            program=program, plan=plan, category=Category.TECHNICAL, title="It is down",
            description="", product=PRODUCT, customer="", coordination=Coordination.INDEPENDENT,
            language="en", priority=promised.priority, rank=known.rank, opened_at=when,
            state=State.NEW, cycles=(wound,), owner_id=owner,
        )  # fmt: skip
        return await self.desk.run(lambda uow: uow.cases.add(case))

    async def sweep(self, desk: Desk | None = None) -> int:
        """One tick of the watch."""
        return await (desk or self.desk).run(lambda uow: watch.sweep(uow, self.catalog, self.now))

    async def deliver(self) -> None:
        """Everything that can be sent at this moment."""
        while await self.delivery.run_once():
            pass

    async def tick(self) -> None:
        await self.sweep()
        await self.deliver()

    async def saved(self, case: Case) -> Case:
        return await self.desk.run(lambda uow: uow.cases.save(case))

    async def planned(self, planned: Planned) -> bool:
        return await self.desk.run(lambda uow: uow.outbox.plan(planned, self.now))

    async def case(self, case_id: int) -> Case:
        found = await self.desk.run(lambda uow: uow.cases.get(case_id))
        assert found is not None
        return found

    async def changed(self, case: Case) -> Case:
        """Save a case after its clock was wound, as a conversation does."""
        promised = self.catalog.plan(case.program, case.plan)
        calendar = self.catalog.calendar_named(case.program, case.cycle.calendar)
        wound = clock.wind(case.cycle, calendar, promised.ladder, self.now)
        return await self.desk.run(lambda uow: uow.cases.save(case.with_cycle(wound)))

    async def replied(self, case_id: int, by: str = "mei") -> Case:
        moved, _ = verbs.reply(await self.case(case_id), by, self.now)
        return await self.changed(moved)

    async def rows(self, state: Fate | None = None, case_id: int | None = None) -> list[OutboxRow]:
        rows = await self.desk.run(
            lambda uow: uow.outbox.rows(case_id=case_id, state=state, limit=10_000)
        )
        return list(rows)

    async def fates(self, kind: str = "alert") -> dict[str, Fate]:
        """What became of every notice of a kind, by key."""
        return {r.planned.key: r.state for r in await self.rows() if r.planned.notice.kind == kind}

    async def timeline(self, case_id: int) -> list[Entry]:
        return list(await self.desk.run(lambda uow: uow.timeline.of(case_id)))

    async def with_card(self, case: Case, side: Side = Side.ENGINEERS) -> None:
        """Plan the case's card, as its opening does."""
        place = "support-cloud" if side is Side.ENGINEERS else "northwind"
        planned = Planned(
            f"case:{case.id}:card:{side}", CaseCard(case.id, side), ToChannel(place),
            f"case:{case.id}:{side}",
        )  # fmt: skip
        await self.planned(planned)

    async def said(self, case: Case, text: str) -> Message:
        """The partner writes, and the engineers' thread is to have it."""
        message = Message(0, case.id, case.opener_id, Side.PARTNER, True, text, self.now)
        message = replace(message, source=f"web::dm:{next(_numbers)}")
        kept = await self.desk.run(lambda uow: uow.messages.add(message))
        side = Side.ENGINEERS
        planned = Planned(
            f"case:{case.id}:said:{kept.id}:{side}", Said(case.id, kept.id),
            ToThread(case.id, side), f"case:{case.id}:{side}",
        )  # fmt: skip
        await self.planned(planned)
        return kept
