"""The verbs that move a case.

Every verb takes the time at which it is said, returns `(Case, events)`, and raises `Stale` where
the case has moved on. Verbs record facts; due times follow when `sla.clock` winds the cycle.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desk import events
from desk.case import REOPEN_WITHIN, Case, Ground, State, Verb, check
from desk.errors import Stale
from desk.events import Event
from desk.promise import Acknowledgement, Cycle, Grade, MetBy

Moved = tuple[Case, tuple[Event, ...]]


def claim(case: Case, by: str, now: datetime) -> Moved:
    """An engineer takes the case. It meets a clock that is met by acceptance, and no other."""
    check(case, Verb.CLAIM)
    if case.owner_id is not None:
        raise Stale(
            code="stale.claimed",
            what=f"{case.number} is claimed already, so nothing was changed.",
            case_id=case.id,
        )
    moved = _accept(case, now)
    state = State.WORKING if case.state is State.NEW else case.state
    moved = replace(moved, owner_id=by, claimed_once=True, state=state)
    return moved, (events.Claimed(case.id, by, now),)


def hand_over(case: Case, by: str, to: str, now: datetime) -> Moved:
    """Give the case to another engineer; whoever receives it has accepted it."""
    check(case, Verb.HAND_OVER)
    state = State.WORKING if case.state is State.NEW else case.state
    moved = replace(_accept(case, now), owner_id=to, claimed_once=True, state=state)
    return moved, (events.HandedOver(case.id, by, now, to),)


def reply(case: Case, by: str, now: datetime) -> Moved:
    """A public reply by the vendor meets the clock; who answers an unowned case owns it."""
    check(case, Verb.REPLY)
    moved = _answer(case, by, now)
    state = State.WORKING if case.state is State.NEW else case.state
    return replace(moved, state=state), (events.Replied(case.id, by, now),)


def wait(case: Case, by: str, now: datetime, *, asked: bool) -> Moved:
    """Wait on the partner. Only a question that the partner can read moves the clock.

    With a question (`asked`) a first-reply clock is met by it, and a clock that still runs is
    paused; without one every clock keeps running.
    """
    check(case, Verb.WAIT)
    moved = case
    if asked:
        moved = _public(case, by, now)
        moved = moved.with_cycle(moved.cycle.pause(now))
    moved = replace(moved, state=State.WAITING)
    return moved, (events.WaitingOnPartner(case.id, by, now, asked),)


def hear_partner(case: Case, by: str, now: datetime) -> Moved:
    """The partner wrote: a case that waited on them is worked on again, and its clock goes on."""
    check(case, Verb.ADD)
    if case.state is not State.WAITING:
        return case, (events.PartnerAdded(case.id, by, now),)
    state = State.NEW if case.owner_id is None else State.WORKING
    moved = replace(case.with_cycle(case.cycle.resume(now)), state=state)
    return moved, (events.PartnerAdded(case.id, by, now), events.Resumed(case.id, by, now))


def regrade(case: Case, by: str, grade: Grade, rank: int, reason: str) -> Moved:
    """Change the severity, with a reason the partner sees; the clock is to be wound afterwards."""
    check(case, Verb.REGRADE)
    if grade.severity == case.severity:
        raise Stale(
            code="stale.same_severity",
            what=f"{case.number} has that severity already, so nothing was changed.",
            case_id=case.id,
        )
    moved = replace(case.with_cycle(case.cycle.regrade(grade)), rank=rank)
    event = events.Regraded(case.id, by, grade.at, case.severity, grade.severity, reason)
    return moved, (event,)


def reject(
    case: Case, by: str, ground: Ground, now: datetime, *, duplicate_of: int | None = None
) -> Moved:
    """The vendor will not work on it; its quota unit goes back."""
    check(case, Verb.REJECT)
    moved = replace(
        case.with_cycle(case.cycle.end(now)),
        state=State.REJECTED,
        ended_at=now,
        ground=ground,
        duplicate_of=duplicate_of,
    )
    return moved, (events.Rejected(case.id, by, now, ground.value, duplicate_of),)


def resolve(case: Case, by: str, now: datetime) -> Moved:
    """Resolved, with an answer that the partner reads: it is a public reply too."""
    check(case, Verb.RESOLVE)
    moved = _answer(case, by, now)
    moved = moved.with_cycle(moved.cycle.resume(now))
    moved = replace(moved, state=State.RESOLVED, resolved_at=now, ended_at=now)
    return moved, (events.Resolved(case.id, by, now),)


def withdraw(case: Case, by: str, now: datetime) -> Moved:
    """The partner takes it back; unclaimed, its quota unit goes back too."""
    check(case, Verb.WITHDRAW)
    moved = replace(case.with_cycle(case.cycle.end(now)), state=State.WITHDRAWN, ended_at=now)
    return moved, (events.Withdrawn(case.id, by, now, unclaimed=not case.claimed_once),)


def confirm(case: Case, by: str, rating: int, comment: str, now: datetime) -> Moved:
    """The partner confirms the solution, rated 1 to 5."""
    check(case, Verb.CONFIRM)
    moved = replace(case, state=State.CONFIRMED, rating=rating, rating_comment=comment)
    return moved, (events.Confirmed(case.id, by, now, rating, comment),)


def reopen(case: Case, by: str, cycle: Cycle, reason: str, now: datetime) -> Moved:
    """Open it again within seven days of its resolution, with a new cycle; old verdicts stand."""
    check_reopen(case, now)
    state = State.NEW if case.owner_id is None else State.WORKING
    moved = replace(
        case, state=state, cycles=(*case.cycles, cycle), resolved_at=None, ended_at=None
    )
    return moved, (events.Reopened(case.id, by, now, reason),)


def object_to_regrade(case: Case, by: str, reason: str, now: datetime) -> Moved:
    """The partner objects to a re-grade, once a case; it goes to the TAM or the duty manager."""
    check_objection(case)
    return replace(case, objected_at=now), (events.Objected(case.id, by, now, reason),)


def check_reopen(case: Case, now: datetime) -> None:
    """Raise `Stale` unless the case may still be reopened."""
    check(case, Verb.REOPEN)
    if case.resolved_at is None or now - case.resolved_at > REOPEN_WITHIN:
        raise Stale(
            code="stale.reopen_window",
            what=f"{case.number} was resolved more than 7 days ago, so it stays closed.",
            next_step="Open a new case and name this one in it.",
            case_id=case.id,
        )


def check_objection(case: Case) -> None:
    """Raise `Stale` where there is no re-grade to object to, or an objection was made already."""
    check(case, Verb.OBJECT)
    if all(len(cycle.grades) == 1 for cycle in case.cycles):
        raise Stale(
            code="stale.no_regrade",
            what=f"The severity of {case.number} was never changed: nothing to object to.",
            case_id=case.id,
        )
    if case.objected_at is not None:
        raise Stale(
            code="stale.objected",
            what=f"An objection to {case.number} was made already; one is heard per case.",
            case_id=case.id,
        )


def acknowledge(case: Case, by: str, now: datetime) -> Moved:
    """Take the escalation: the ladder of this cycle stops for everybody."""
    check(case, Verb.ACKNOWLEDGE)
    taken = case.cycle.acknowledged
    if taken is not None:
        raise Stale(
            code="stale.acknowledged",
            what=f"The escalation of {case.number} is taken already, so nothing was changed.",
            case_id=case.id,
        )
    cycle = replace(case.cycle, acknowledged=Acknowledgement(by, now))
    return case.with_cycle(cycle), (events.Acknowledged(case.id, by, now),)


def _accept(case: Case, now: datetime) -> Case:
    if case.cycle.met_by is MetBy.ACCEPTED:
        return case.with_cycle(case.cycle.meet(now))
    return case


def _public(case: Case, by: str, now: datetime) -> Case:
    """A text of the vendor reached the partner: it meets a first-reply clock."""
    moved = replace(case, replied_once=True)
    if case.cycle.met_by is MetBy.FIRST_REPLY:
        moved = moved.with_cycle(case.cycle.meet(now))
    return moved


def _answer(case: Case, by: str, now: datetime) -> Case:
    """A full answer also accepts the case: somebody who answers has plainly taken it."""
    moved = _public(case, by, now)
    moved = moved.with_cycle(moved.cycle.meet(now))
    if moved.owner_id is None:
        moved = replace(moved, owner_id=by, claimed_once=True)
    return moved
