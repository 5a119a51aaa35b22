"""The watch: asks the ladder of every due case what is to be said now, and puts it in the outbox.

Each function is the work of one transaction, and takes `now` (aware). Nothing is sent from here.
What was missed while nobody swept is not replayed: the ladder names the nearest rung alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from desk import duty
from desk.case import Case
from desk.errors import Stale
from desk.events import Breached, CalendarChanged, RungReached
from desk.notices import (
    Alert,
    Planned,
    RefreshCard,
    Side,
    ToChannel,
    ToPerson,
    ToThread,
    Trouble,
)
from desk.people import Person, Place, PlaceKind, Role
from desk.ports import UnitOfWork
from sla.calendar import Calendar
from sla.catalog import Catalog, NotInCatalog
from sla.clock import wind
from sla.ladder import Ladder, Rung, Tell, fired, next_at, rung_due, rungs

# A case whose promise the catalog no longer knows is looked at again after this long.
ASIDE = timedelta(hours=1)

# Alerts come before everything else that is planned (5 where nothing is said).
_AHEAD = 1000


async def sweep(uow: UnitOfWork, catalog: Catalog, now: datetime, limit: int = 100) -> int:
    """Say what is due at `now`, for at most `limit` cases; returns how many were looked at.

    A full batch means that more may be waiting. Cases that somebody else changes at this very
    moment are left to the next sweep.
    """
    due = await uow.cases.due(now, limit)
    if not due:
        return 0
    roster = await _roster(uow, now)
    for case in due:
        rewound = await _rewound(uow, catalog, case, now)
        if rewound is not None:
            await _look(uow, catalog, roster, rewound, now)
    return len(due)


async def rewind(
    uow: UnitOfWork, catalog: Catalog, now: datetime, after_id: int, limit: int = 100
) -> int | None:
    """Reckon running clocks again after a change of the calendar: the cases after `after_id`.

    Returns the last id of the batch, None once there are no more. A due time that moves arms new
    rungs, once, and leaves one line in the history; closed cases are not touched. Called again
    without a further change, nothing happens.
    """
    cases = await uow.cases.running(after_id, limit)
    for case in cases:
        await _rewound(uow, catalog, case, now)
    return cases[-1].id if len(cases) == limit else None


async def provisional_warning(
    uow: UnitOfWork, catalog: Catalog, now: datetime, ahead: timedelta = timedelta(days=60)
) -> int:
    """Tell the operators of years within `ahead` whose holidays are missing, once a year.

    Returns how many years were told of for the first time.
    """
    told = 0
    for calendar in catalog.calendars.values():
        region, today = calendar.spec.holidays, now.astimezone(calendar.zone)
        for year in range(today.year, (today + ahead).year + 1):
            summer = datetime(year, 7, 1, tzinfo=UTC)
            if region is None or not calendar.provisional(summer, summer):
                continue
            what = f"The holidays of {year} in region {region} are not known yet."
            mend = (
                f"Once they are published, add them to the holiday file under [{region}.{year}]; "
                f"until then due times that reach {year} are shown as provisional."
            )
            title = "Holidays are not known yet"
            trouble = Trouble(f"holidays:{region}:{year}", what, mend, title)
            told += await tell_operators(uow, trouble, now)
    return told


async def tell_operators(
    uow: UnitOfWork, trouble: Trouble, now: datetime, *, once: str = ""
) -> bool:
    """Put trouble before the operators: in their channel, or each duty manager without one.

    Said once for each `trouble.key`, or for each `once`; whether it was news is returned.
    """
    key = f"trouble:{once or trouble.key}"
    place = duty.operator_place(await uow.people.places(PlaceKind.OPERATORS))
    if place is not None:
        to = ToChannel(place.id)
        return await uow.outbox.plan(Planned(key, trouble, to, f"channel:{place.id}"), now)
    people = await uow.people.persons(Role.DUTY_MANAGER)
    news = False
    for person in people or await uow.people.persons(Role.OPERATOR):
        planned = Planned(f"{key}:{person.id}", trouble, ToPerson(person.id), f"person:{person.id}")
        news = await uow.outbox.plan(planned, now) or news
    return news


@dataclass(frozen=True, slots=True)
class _Roster:
    """Those whom a sweep may have to tell, read once for all its cases."""

    places: Sequence[Place]
    on_duty: Sequence[Person]
    managers: Sequence[Person]


async def _roster(uow: UnitOfWork, now: datetime) -> _Roster:
    engineers = await uow.people.persons(Role.ENGINEER)
    return _Roster(
        places=await uow.people.places(PlaceKind.ENGINEERS),
        on_duty=[person for person in engineers if duty.on_duty(person, now)],
        managers=await uow.people.persons(Role.DUTY_MANAGER),
    )


async def _look(
    uow: UnitOfWork, catalog: Catalog, roster: _Roster, case: Case, now: datetime
) -> None:
    """Say the one rung of a case that is due, and note what is to be looked at next."""
    cycle, (calendar, ladder) = case.cycle, _promise(catalog, case)
    schedule = rungs(cycle, calendar, ladder)
    rung = rung_due(cycle, schedule, now)
    # Without a rung it is acknowledged: a breach gets into the record, and nobody is alarmed.
    after = cycle.note_breach(now) if rung is None or rung.breach else cycle
    if rung is not None:
        after = fired(after, schedule, rung, now)
    else:
        after = replace(after, next_rung_at=next_at(after, schedule))
    if after == cycle:
        return
    try:
        saved = await uow.cases.save(case.with_cycle(after))
    except Stale:
        return
    if len(after.breaches) > len(cycle.breaches):
        await uow.timeline.add(Breached(case.id, "", now, cycle.due_at))
        await _refresh(uow, saved, now)
    if rung is None:
        return
    if not rung.breach:
        await uow.timeline.add(RungReached(case.id, "", now, rung.key), internal=True)
    if cycle.generation > 1 and cycle.last_rung < 0:
        # The first rung of a due time that has moved: what still waits was armed for the old one.
        await uow.outbox.supersede(ladder_of(saved), now)
    await _tell(uow, roster, saved, rung, now)


def _promise(catalog: Catalog, case: Case) -> tuple[Calendar, Ladder]:
    calendar = catalog.calendar_named(case.program, case.cycle.calendar)
    return calendar, catalog.plan(case.program, case.plan).ladder


async def _rewound(uow: UnitOfWork, catalog: Catalog, case: Case, now: datetime) -> Case | None:
    """The case with its clock in step with the catalog, saved if that changed it.

    A sweep asks for it too: the calendar may have changed a moment ago, and a rung of the old due
    time must not be said. None where the case is to be left alone for now.
    """
    before = case.cycle
    try:
        after = wind(before, *_promise(catalog, case), now)
        if after == before:
            return case
        saved = await uow.cases.save(case.with_cycle(after))
    except Stale:
        return None
    except (NotInCatalog, ValueError) as fault:
        await _set_aside(uow, case, fault, now)
        return None
    if after.due_at != before.due_at:
        await uow.outbox.supersede(ladder_of(saved), now)
        await uow.timeline.add(CalendarChanged(case.id, "", now, before.due_at, after.due_at))
    if (after.due_at, after.provisional) != (before.due_at, before.provisional):
        await _refresh(uow, saved, now)
    return saved


async def _set_aside(uow: UnitOfWork, case: Case, fault: Exception, now: datetime) -> None:
    """Keep one case that cannot be reckoned from holding up the others, and say so."""
    later = replace(case.cycle, next_rung_at=now + ASIDE)
    try:
        await uow.cases.save(case.with_cycle(later))
    except Stale:
        return
    what = f"The clock of {case.number} cannot be reckoned: {fault}."
    mend = "Put the program, plan and calendar that it was opened under back into the catalog."
    day = now.astimezone(UTC).date()
    title = "A clock cannot be reckoned"
    await tell_operators(uow, Trouble(f"case:{case.id}:clock:{day}", what, mend, title), now)


async def _refresh(uow: UnitOfWork, case: Case, now: datetime) -> None:
    for side in Side:
        key = f"case:{case.id}:refresh:{side}:{case.version}"
        to, order = ToThread(case.id, side), f"case:{case.id}:{side}"
        await uow.outbox.plan(Planned(key, RefreshCard(case.id, side), to, order), now)


def ladder_of(case: Case) -> str:
    """The name of the ladder of the cycle in force, as an acknowledgement cancels it."""
    return f"{case.id}:{case.cycle.number}"


def urgency(case: Case) -> int:
    """How an alert is sorted, the smallest first: by severity, then by what the plan promises."""
    return 10 * case.rank + case.priority - _AHEAD


async def _tell(uow: UnitOfWork, roster: _Roster, case: Case, rung: Rung, now: datetime) -> None:
    cycle = case.cycle
    stem = f"case:{case.id}:c{cycle.number}:g{cycle.generation}:{cycle.met_by}:{rung.key}"
    told: set[ToChannel | ToPerson] = set()
    async for name, to in _targets(uow, roster, case, rung, now):
        if to in told:
            continue
        told.add(to)
        alert = Alert(
            case_id=case.id,
            cycle=cycle.number,
            generation=cycle.generation,
            rung=rung.key,
            at=rung.at,
            due_at=cycle.due_at,
            mention=_mentioned(roster, case) if name == "channel" and rung.mention else (),
        )
        order = f"channel:{to.place_id}" if isinstance(to, ToChannel) else f"person:{to.person_id}"
        await uow.outbox.plan(
            Planned(f"{stem}:{name}", alert, to, order, urgency(case), ladder_of(case)), now
        )


def _mentioned(roster: _Roster, case: Case) -> tuple[str, ...]:
    """The owner, on duty or not, and the engineers on duty."""
    owner = (case.owner_id,) if case.owner_id else ()
    return (*owner, *(p.id for p in roster.on_duty if p.id != case.owner_id))


async def _targets(
    uow: UnitOfWork, roster: _Roster, case: Case, rung: Rung, now: datetime
) -> AsyncIterator[tuple[str, ToChannel | ToPerson]]:
    """Whom a rung tells, each under the name that its key ends with."""
    tell = set(rung.tell)
    own = Tell.OWNER_OR_CHANNEL in tell
    if own and case.owner_id:
        yield "owner", ToPerson(case.owner_id)
    if tell & {Tell.CHANNEL, Tell.ENGINEERS} or (own and not case.owner_id):
        place = duty.engineer_place(roster.places, case.program, case.product)
        if place is not None:
            yield "channel", ToChannel(place.id)
        else:
            await _no_channel(uow, case, now)
            if case.owner_id:
                yield "owner", ToPerson(case.owner_id)
            else:
                tell.add(Tell.DUTY_MANAGER)
    if Tell.TAM in tell:
        called = await _on_call(uow, roster, case, now)
        if called is not None:
            yield "tam", ToPerson(called.person.id)
    manager = duty.duty_manager(roster.managers, now)
    if Tell.DUTY_MANAGER in tell and manager is not None:
        yield "duty_manager", ToPerson(manager.id)


async def _on_call(
    uow: UnitOfWork, roster: _Roster, case: Case, now: datetime
) -> duty.OnCall | None:
    partner = await uow.people.partner(case.partner_id)
    tam = await uow.people.person(partner.tam_id) if partner and partner.tam_id else None
    cover = await uow.people.person(tam.cover_id) if tam and tam.cover_id else None
    return duty.on_call(tam, cover, roster.managers, now)


async def _no_channel(uow: UnitOfWork, case: Case, now: datetime) -> None:
    what = f"No engineers' channel serves {case.product} in {case.program} ({case.number})."
    mend = "Add an engineers' channel for this program or product to the roster and apply it."
    day = now.astimezone(UTC).date()
    key = f"no_channel:{case.program}:{case.product}:{day}"
    await tell_operators(uow, Trouble(key, what, mend), now)
