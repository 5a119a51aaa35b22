"""Why an answer is due when it is due: every counted, closed and paused stretch, to the second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from desk.promise import Cycle
from sla.calendar import Calendar, Segment, Stretch
from sla.due import Pauses, Rule, counted, pauses_of, reckon, unpaused


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the explanation; `total` is the working time counted by its end."""

    start: datetime
    end: datetime
    kind: Stretch
    total: timedelta


@dataclass(frozen=True)
class Explanation:
    """How a due time comes about: `target` of working time from `anchor` on, stretch by stretch.

    `severity` and `target` are those that set the due time, by `rule`: after a change that kept
    the older due time they are the older ones. The counted stretches add up to `target`. While
    paused before the due time it is not known: `due_at` is None, the stretches end now and `left`
    is what will be counted once the clock resumes. A cycle that is over keeps its recorded due
    time, also where the calendar has been changed since.
    """

    anchor: datetime
    severity: str
    target: timedelta
    stretches: tuple[Span, ...]
    counted: timedelta
    left: timedelta
    due_at: datetime | None
    rule: Rule
    met_at: datetime | None


def explain(cycle: Cycle, calendar: Calendar, now: datetime) -> Explanation:
    """The working of the due time in force, from its anchor to the due instant."""
    held = reckon(cycle, calendar, now)
    pauses = pauses_of(cycle, now)
    end = held.due_at
    if waiting := cycle.paused and held.due_at > cycle.pauses[-1].start:
        end = max(held.anchor, now.astimezone(UTC))
    spans = tuple(_spans(calendar, held.anchor, end, pauses))
    used = counted(calendar, held.anchor, end, pauses)
    known = held.due_at if cycle.running else cycle.due_at
    return Explanation(
        anchor=held.anchor,
        severity=held.grade.severity,
        target=held.grade.target,
        stretches=spans,
        counted=used,
        left=held.grade.target - used,
        due_at=None if waiting else known,
        rule=held.rule,
        met_at=cycle.met_at,
    )


def _spans(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses) -> Iterator[Span]:
    total = timedelta(0)
    for segment in _cover(calendar, start, end, pauses):
        if segment.kind is Stretch.COUNTED:
            total += segment.end - segment.start
        yield Span(segment.start, segment.end, segment.kind, total)


def _cover(calendar: Calendar, start: datetime, end: datetime, pauses: Pauses) -> Iterator[Segment]:
    """The stretches from `start` to `end` in order, without a gap."""
    cursor = start
    for resumed, stop in unpaused(start, pauses):
        begin = min(resumed, end)
        if cursor < begin:
            yield Segment(cursor, begin, Stretch.PAUSED)
        cursor = end if stop is None else min(stop, end)
        yield from calendar.segments(begin, cursor)
