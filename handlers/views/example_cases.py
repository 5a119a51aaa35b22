"""The people and cases of the example views: a small world of its own, at one fixed moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from desk.case import Case, Category, State
from desk.people import Billing, Coordination, Hours, Partner, Person, Role
from desk.promise import Cycle, Grade, MetBy
from handlers.views.kinds import Face
from sla import clock
from sla.catalog import PROGRAMS, Catalog

CATALOG = Catalog.load(PROGRAMS)

# A Friday, 16:00 in Beijing.
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)

REASON = "The whole shop is down since the release of 08:40; every customer is affected."


def _person(key: str, name: str, role: Role, zone: str = "Asia/Shanghai") -> Person:
    hours = Hours() if role is Role.TAM else None
    return Person(key, name, frozenset({role}), zone, hours=hours)


MEI = _person("mei", "Mei Lin", Role.ENGINEER)
OMAR = _person("omar", "Omar Haddad", Role.ENGINEER, "Europe/Berlin")
TARA = _person("tara", "Tara Singh", Role.TAM)
THEO = _person("theo", "Theo Brandt", Role.TAM, "Europe/Berlin")
NAMES = {p.id: p.name for p in (MEI, OMAR, TARA, THEO)} | {"nora": "Nora Weiss"}

NORTHWIND = Partner(
    "northwind",
    "Northwind",
    "psp",
    "premier",
    date(2025, 3, 15),
    Billing.YEARLY,
    "solution",
    "DE",
    "Europe/Berlin",
    tam_id="tara",
)


def a_face(
    state: State = State.NEW,
    cycle: Cycle | None = None,
    owner: Person | None = None,
    now: datetime = NOW,
    met_by: MetBy = MetBy.FIRST_REPLY,
) -> Face:
    """Case C-1042, production down, opened five minutes before `NOW`."""
    program, plan = CATALOG.program("psp"), CATALOG.plan("psp", "premier")
    cycle = cycle or started("always", 30, met_by=met_by)
    severity = program.severity(cycle.severity)
    if severity is None:
        raise ValueError("the examples and the catalog disagree")
    case = Case(
        id=1042,
        partner_id=NORTHWIND.id,
        opener_id="nora",
        program="psp",
        plan="premier",
        category=Category.TECHNICAL,
        title="Orders cannot be paid",
        description="Since 08:40 every payment answers 502.",
        product="Databases",
        customer="",
        coordination=Coordination.INDEPENDENT,
        language="en",
        priority=0,
        rank=1,
        opened_at=cycle.started_at,
        state=state,
        cycles=(cycle,),
        owner_id=owner.id if owner else None,
        claimed_once=owner is not None,
    )
    stands = clock.standing(cycle, CATALOG.calendar_named("psp", cycle.calendar), now)
    return Face(case, NORTHWIND, program, plan, severity, stands, now, owner, TARA)


def started(
    calendar: str,
    minutes: int,
    at: datetime = NOW - timedelta(minutes=5),
    met_by: MetBy = MetBy.FIRST_REPLY,
) -> Cycle:
    """A clock that was started with a target of so many minutes."""
    ladder = CATALOG.plan("psp", "premier").ladder
    hours = CATALOG.calendar_named("psp", calendar)
    target = timedelta(minutes=minutes)
    return clock.start(1, at, "production_down", target, hours, met_by, ladder)


def standings() -> dict[str, Face]:
    """A case in every standing that its clock can have."""
    plain, later = started("always", 30), NOW + timedelta(minutes=30)
    office = started("home", 420, NOW, MetBy.ACCEPTED)
    night = NOW + timedelta(hours=8)
    grade = Grade(later, "guidance", timedelta(hours=16))
    void = plain.note_breach(later).regrade(grade)
    void = _wound(void, later).meet(later + timedelta(minutes=1))
    late_pause = plain.note_breach(later).pause(later)
    return {
        "running": a_face(),
        "nearly due": a_face(State.WORKING, plain, MEI, NOW + timedelta(minutes=20)),
        "outside working hours": a_face(State.NEW, office, None, night),
        "paused": a_face(State.WAITING, plain.pause(NOW), None, later),
        "paused when it was overdue": a_face(State.WAITING, late_pause, None, later),
        "overdue": a_face(State.WORKING, plain, MEI, later),
        "met": a_face(State.WORKING, plain.meet(NOW), MEI),
        "missed": a_face(State.RESOLVED, plain.meet(later), MEI, later),
        "void": a_face(State.WORKING, void, MEI, later + timedelta(minutes=1)),
        "ended": a_face(State.WITHDRAWN, plain.end(NOW)),
        "confirmed": a_face(State.CONFIRMED, plain.meet(NOW), MEI),
        "rejected": a_face(State.REJECTED, plain.end(NOW), MEI),
    }


def _wound(cycle: Cycle, now: datetime) -> Cycle:
    ladder = CATALOG.plan("psp", "premier").ladder
    return clock.wind(cycle, CATALOG.calendar_named("psp", cycle.calendar), ladder, now)


def longest() -> Face:
    """A case with the longest texts that the desk takes."""
    face = a_face(State.WORKING, None, replace(MEI, name="Mei " + "Lin" * 30))
    case = replace(
        face.case,
        title=("Zahlungen schlagen fehl 支付失败 " * 7)[:200],
        description="Since 08:40 every payment answers 502. " * 256,
        customer="C" * 200,
    )
    return replace(face, case=case, partner=replace(face.partner, name=("Northwind " * 10).strip()))
