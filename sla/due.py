"""When an answer is due: the grades of a cycle folded into one due time, and where it came from.

The program's response-time rule: a severity has a response target in working time, counted from
the opening, and stands still while the partner is asked. Once the severity is found wrong the
guarantee for the one first asked for is void, and the due time is folded on, grade by grade.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from desk.promise import Cycle, Grade
from sla.calendar import Calendar

# A pause that is over, or taken as over: its start and end.
Pauses = tuple[tuple[datetime, datetime], ...]


class Rule(StrEnum):
    """Which rule set the due time in force."""

    OPENED = "opened"
    # Graded down: opening + the new target.
    LOWERED = "lowered"
    # Graded down, yet opening + the new target would be sooner: the due time in force stays,
    # because asking for less must not bring a breach nearer.
    LOWERED_KEPT = "lowered_kept"
    # Graded up: the change + the new target.
    RAISED = "raised"
    # Graded up, yet the due time in force was sooner and stays.
    RAISED_KEPT = "raised_kept"


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A due time: the target of `grade`, in working time without pauses, from `anchor` on."""

    anchor: datetime
    grade: Grade
    rule: Rule
    due_at: datetime


def reckon(cycle: Cycle, calendar: Calendar, now: datetime | None = None) -> Reckoning:
    """Fold the grades of a cycle into the due time in force; an open pause is taken to end `now`.

    The program's rule for a re-grade: downwards, opening + new target; upwards, the earlier of the
    old due time and change + new target, so that a change never breaches at once. Pauses count in
    both, those before the change and those after it. Without `now` an open pause is left out. A
    grade given after the cycle was over names the case anew and owes nothing.
    """
    pauses = pauses_of(cycle, now)
    opened = cycle.started_at.astimezone(UTC)
    first = cycle.grades[0]
    held = Reckoning(opened, first, Rule.OPENED, spend(calendar, opened, first.target, pauses))
    over = cycle.met_at or cycle.ended_at
    for old, new in pairwise(g for g in cycle.grades if over is None or g.at <= over):
        if new.target == old.target:
            continue
        lower = new.target > old.target
        anchor = opened if lower else new.at.astimezone(UTC)
        due_at = spend(calendar, anchor, new.target, pauses)
        if lower:
            rule, kept, moves = Rule.LOWERED, Rule.LOWERED_KEPT, due_at >= held.due_at
        else:
            rule, kept, moves = Rule.RAISED, Rule.RAISED_KEPT, due_at < held.due_at
        held = Reckoning(anchor, new, rule, due_at) if moves else replace(held, rule=kept)
    return held


def pauses_of(cycle: Cycle, now: datetime | None) -> Pauses:
    """The pauses of a cycle in UTC; an open one ends `now`, or is left out without it."""
    ended = ((pause.start, pause.end or now) for pause in cycle.pauses)
    return tuple((start.astimezone(UTC), end.astimezone(UTC)) for start, end in ended if end)


def unpaused(start: datetime, pauses: Pauses) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches from `start` on in which the clock may run; the last one has no end."""
    cursor = start
    for begin, end in pauses:
        if begin > cursor:
            yield cursor, begin
        cursor = max(cursor, end)
    yield cursor, None


def spend(calendar: Calendar, start: datetime, duration: timedelta, pauses: Pauses) -> datetime:
    """The earliest instant at which `duration` of working time outside the pauses is used."""
    cursor, left = start, duration
    for begin, end in pauses:
        worked = calendar.between(cursor, begin)
        if worked >= left:
            break
        left -= worked
        cursor = max(cursor, end)
    return calendar.add(cursor, left)


def counted(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses) -> timedelta:
    """The working time outside the pauses from `start` to `end`; none where `end` is not later."""
    total = timedelta(0)
    for begin, stop in unpaused(start, pauses):
        total += calendar.between(begin, end if stop is None else min(stop, end))
    return total
