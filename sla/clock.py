"""The response clock: starts a cycle, winds it after every change, and says where it stands.

Pure: `now` is an argument. The facts of a cycle are `desk.promise`; the due time that follows from
them is reckoned in `sla.due`, and its working is shown by `sla.explain`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from desk.promise import Breach, Cycle, Grade, MetBy
from sla.calendar import Calendar
from sla.due import Rule, counted, pauses_of, reckon
from sla.explain import Explanation, Span, explain
from sla.ladder import Ladder, next_at, rungs

__all__ = [
    "Explanation",
    "Mode",
    "Rule",
    "Span",
    "Standing",
    "explain",
    "settle",
    "standing",
    "start",
    "wind",
]

MOVED = "due time moved"


def start(
    number: int,
    at: datetime,
    severity: str,
    target: timedelta,
    calendar: Calendar,
    met_by: MetBy,
    ladder: Ladder,
) -> Cycle:
    """A new cycle opened `at`: due when `target` of the calendar's working time is used.

    The program's response-time rule: the clock starts with the opening, and work on a case that is
    opened outside working time starts when the office reopens.
    """
    opened = at.astimezone(UTC)
    due_at = calendar.add(opened, target)
    cycle = Cycle(
        number=number,
        calendar=calendar.spec.key,
        met_by=met_by,
        started_at=opened,
        grades=(Grade(opened, severity, target),),
        due_at=due_at,
        provisional=calendar.provisional(opened, due_at),
        armed_at=opened,
    )
    return replace(cycle, next_rung_at=next_at(cycle, rungs(cycle, calendar, ladder)))


def wind(cycle: Cycle, calendar: Calendar, ladder: Ladder, now: datetime) -> Cycle:
    """Bring a cycle in step with its facts: grades, pauses, the calendar, an acknowledgement.

    A due time that has moved arms a new generation of rungs, and the breach of the old one no
    longer counts; one that has not moved arms nothing. While paused there is no next rung, and
    the due time is left as it was until it is known, which is when the clock resumes. A cycle
    that is met or ended is returned as it is: its verdict is final.
    """
    if not cycle.running:
        return cycle
    if cycle.paused:
        return replace(cycle, next_rung_at=None)
    held = reckon(cycle, calendar)
    provisional = calendar.provisional(cycle.started_at, held.due_at)
    wound = replace(cycle, due_at=held.due_at, provisional=provisional)
    if held.due_at != cycle.due_at:
        wound = replace(
            wound,
            breaches=tuple(_void(breach) for breach in cycle.breaches),
            generation=cycle.generation + 1,
            armed_at=now.astimezone(UTC),
            last_rung=-1,
        )
    return replace(wound, next_rung_at=next_at(wound, rungs(wound, calendar, ladder)))


def settle(cycle: Cycle, calendar: Calendar, ladder: Ladder, now: datetime) -> Cycle:
    """A paused cycle with its due time as it is if the clock resumes `now`; any other as it is.

    To be asked before a verb that answers or ends a paused cycle: the due time on record is that
    of before the pause, and the answer would be measured against it.
    """
    if not cycle.paused:
        return cycle
    resumed = wind(cycle.resume(now), calendar, ladder, now)
    return replace(resumed, pauses=cycle.pauses, next_rung_at=None)


def _void(breach: Breach) -> Breach:
    return replace(breach, void=breach.void or MOVED)


class Mode(StrEnum):
    """What a clock is doing."""

    RUNNING = "running"
    # Owed an answer, but outside working time: it goes on when the office opens.
    CLOSED = "closed"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    # Answered at or after the due instant: the bound is strict.
    MISSED = "missed"
    # Answered in time after an earlier due time was breached and made void: no success, no miss.
    VOID = "void"
    ENDED = "ended"


@dataclass(frozen=True)
class Standing:
    """Where a clock stands at one moment.

    `used` and `left` are working time of the target in force; `left` is zero once overdue.
    `late_by` is elapsed time past the due instant, for a clock that is overdue or was missed.
    `met_in` is the working time from the opening to the answer. While paused `due_at` is the last
    one known, and moves on when the clock resumes. `resumes_at` is the next opening, while closed.
    """

    mode: Mode
    due_at: datetime
    used: timedelta
    left: timedelta
    late_by: timedelta
    met_at: datetime | None
    met_in: timedelta | None
    provisional: bool
    resumes_at: datetime | None


def standing(cycle: Cycle, calendar: Calendar, now: datetime) -> Standing:
    """Where the clock of a cycle stands `now`; a cycle that is over stands still for ever."""
    at = cycle.met_at or cycle.ended_at or now
    mode = _mode(cycle, calendar, now)
    pauses = pauses_of(cycle, at)
    held = reckon(cycle, calendar, at)
    used = counted(calendar, held.anchor, at, pauses)
    late_by = timedelta(0)
    if mode in {Mode.OVERDUE, Mode.MISSED}:
        late_by = at - cycle.due_at
    left = timedelta(0) if late_by else max(timedelta(0), held.grade.target - used)
    met_in = None
    if cycle.met_at is not None:
        met_in = counted(calendar, cycle.started_at, cycle.met_at, pauses)
    return Standing(
        mode=mode,
        due_at=cycle.due_at,
        used=used,
        left=left,
        late_by=late_by,
        met_at=cycle.met_at,
        met_in=met_in,
        provisional=cycle.provisional,
        resumes_at=calendar.next_opening(now) if mode is Mode.CLOSED else None,
    )


def _mode(cycle: Cycle, calendar: Calendar, now: datetime) -> Mode:
    if cycle.met_at is not None:
        if cycle.met_at >= cycle.due_at:
            return Mode.MISSED
        return Mode.VOID if cycle.breaches else Mode.MET
    if cycle.ended_at is not None:
        return Mode.ENDED
    if cycle.paused:
        return Mode.PAUSED
    if now >= cycle.due_at:
        return Mode.OVERDUE
    return Mode.RUNNING if calendar.is_open(now) else Mode.CLOSED
