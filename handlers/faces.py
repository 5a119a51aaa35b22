"""A case with everything that is needed to show it, read in one place."""

from __future__ import annotations

from datetime import datetime

from desk.case import TRANSITIONS, Case, Verb
from desk.notices import Side
from desk.people import Partner, Person
from desk.ports import UnitOfWork
from desk.rights import CONTACT_VERBS, ENGINEER_VERBS, VENDOR_VERBS
from handlers.views.kinds import Face
from sla.catalog import Catalog, NotInCatalog
from sla.clock import standing
from sla.plans import Program, Severity

_SIDES = {
    Side.PARTNER: CONTACT_VERBS,
    Side.ENGINEERS: VENDOR_VERBS | ENGINEER_VERBS | {Verb.ACKNOWLEDGE},
}


async def face_of(uow: UnitOfWork, catalog: Catalog, case: Case, now: datetime) -> Face:
    """The case as it is `now` (aware): names for its keys, its people, where its clock stands.

    Raises `NotInCatalog` where the catalog no longer has the case's program, plan or calendar,
    and where the roster no longer has its partner.
    """
    partner = await uow.people.partner(case.partner_id)
    if partner is None:
        raise NotInCatalog(f'the partner "{case.partner_id}" of {case.number} is not in the roster')
    program = catalog.program(case.program)
    calendar = catalog.calendar_named(case.program, case.cycle.calendar)
    owner = await uow.people.person(case.owner_id) if case.owner_id else None
    tam = await uow.people.person(partner.tam_id) if partner.tam_id else None
    return Face(
        case=case,
        partner=partner,
        program=program,
        plan=catalog.plan(case.program, case.plan),
        severity=_severity(program, case),
        standing=standing(case.cycle, calendar, now),
        now=now,
        owner=owner,
        tam=tam,
    )


def verbs_of(
    case: Case, partner: Partner | None, tam: Person | None, *, side: Side
) -> frozenset[Verb]:
    """Every verb that the case's state allows on `side`: for cards that several people see.

    It is an offer, not a right: who presses is asked about their right again. Nothing is offered
    for a partner who has left the roster, and no call where there is no TAM to be called.
    """
    if partner is None:
        return frozenset()
    return frozenset(v for v in _SIDES[side] if _now_sayable(case, v, tam))


def _now_sayable(case: Case, verb: Verb, tam: Person | None) -> bool:
    allowed = TRANSITIONS.get(verb)
    if allowed is not None and case.state not in allowed:
        return False
    match verb:
        case Verb.CLAIM:
            return case.owner_id is None
        case Verb.CALL_TAM:
            return tam is not None
        case Verb.ACKNOWLEDGE:
            return case.cycle.running and case.cycle.acknowledged is None
        case Verb.OBJECT:
            regraded = any(len(cycle.grades) > 1 for cycle in case.cycles)
            return regraded and case.objected_at is None
        case _:
            return True


def _severity(program: Program, case: Case) -> Severity:
    """The severity in force; one that the catalog dropped is shown by its key."""
    known = program.severity(case.severity)
    return known or Severity(
        key=case.severity,
        name=case.severity.replace("_", " "),
        meaning="",
        category=case.category,
        mark="dot",
        rank=case.rank,
    )
