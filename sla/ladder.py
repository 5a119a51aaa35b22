"""The ladder: who is told at which share of the response time, and again after a breach.

The steps are data of a program (in its file), and nothing here reads the clock: a sweep asks which
rung is due now, says it, and records it with `fired`. What was missed while nobody swept is never
replayed: only the nearest rung is said, and once the due time has passed only the breach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from desk.promise import Cycle
from sla.calendar import Calendar
from sla.due import pauses_of, reckon, spend


class Tell(StrEnum):
    """Whom a rung tells."""

    # The owner of the case, or the engineers' channel while nobody has claimed it.
    OWNER_OR_CHANNEL = "owner_or_channel"
    CHANNEL = "channel"
    # The engineers on duty, each with a mention.
    ENGINEERS = "engineers"
    TAM = "tam"
    DUTY_MANAGER = "duty_manager"


@dataclass(frozen=True)
class Step:
    """At `percent` of the response target, tell these people."""

    percent: int
    tell: tuple[Tell, ...]
    mention: bool = False


class BadLadder(ValueError):
    """A ladder that cannot be climbed; the text says why."""


@dataclass(frozen=True)
class Ladder:
    """The steps before the due time, who is told of a breach, and how often again.

    Repeats come every `repeat_every` of the plan's working time after the due time, at most
    `repeat_times` times. Mentions belong to the breach as well.
    """

    steps: tuple[Step, ...]
    breach: tuple[Tell, ...]
    repeat_every: timedelta
    repeat_times: int
    repeat: tuple[Tell, ...]

    def __post_init__(self) -> None:
        percents = [0, *(step.percent for step in self.steps), 100]
        if any(one >= other for one, other in pairwise(percents)):
            raise BadLadder("the steps must rise, from 1 to 99 percent")
        if self.repeat_times < 0:
            raise BadLadder("a breach cannot be repeated less than never")
        if self.repeat_times and self.repeat_every <= timedelta(0):
            raise BadLadder("a breach that is repeated needs a time between repeats")


@dataclass(frozen=True)
class Rung:
    """One moment of the ladder of one due time; `breach` marks the due time itself."""

    index: int
    key: str
    at: datetime
    tell: tuple[Tell, ...]
    mention: bool
    breach: bool


def rungs(cycle: Cycle, calendar: Calendar, ladder: Ladder) -> tuple[Rung, ...]:
    """Every rung of the due time in force, in order; none while paused: the times are not known.

    Shares are of the target in force from its anchor on, in working time without the pauses,
    so no rung falls at night or on a weekend.
    """
    return () if cycle.paused else tuple(_rungs(cycle, calendar, ladder))


def rung_due(cycle: Cycle, schedule: Sequence[Rung], now: datetime) -> Rung | None:
    """The one rung to say now, if any: the nearest that has passed and is still unsaid.

    Once the breach has passed nothing before it is said, and it is said itself before any repeat.
    A rung that was past when the due time was set is not news, except for the breach: a change of
    the calendar can move a due time into the past.
    """
    if not _climbing(cycle):
        return None
    passed = [rung for rung in _pending(cycle, schedule) if rung.at <= now]
    breach = next((rung for rung in passed if rung.breach), None)
    return breach or (passed[-1] if passed else None)


def fired(cycle: Cycle, schedule: Sequence[Rung], rung: Rung, now: datetime) -> Cycle:
    """The cycle after `rung` was said: all that had passed by `now` is done with, unsaid or not."""
    passed = [other.index for other in schedule if other.at <= now]
    said = replace(cycle, last_rung=max([rung.index, cycle.last_rung, *passed]))
    return replace(said, next_rung_at=next_at(said, schedule))


def next_at(cycle: Cycle, schedule: Sequence[Rung]) -> datetime | None:
    """When a sweep must look at this cycle next; None where there is nothing left to do.

    An acknowledged ladder says nothing more, yet its due time is still looked at, once, so that a
    breach gets into the record.
    """
    if not cycle.running or cycle.paused:
        return None
    if cycle.acknowledged is not None:
        recorded = any(b.due_at == cycle.due_at and b.void is None for b in cycle.breaches)
        return None if recorded else cycle.due_at
    return next((rung.at for rung in _pending(cycle, schedule)), None)


def _climbing(cycle: Cycle) -> bool:
    return cycle.running and not cycle.paused and cycle.acknowledged is None


def _pending(cycle: Cycle, schedule: Sequence[Rung]) -> Iterator[Rung]:
    """The rungs that are still to be said, in order, whether or not their time has come."""
    for rung in schedule:
        stale = cycle.armed_at is not None and rung.at < cycle.armed_at
        if rung.index > cycle.last_rung and (rung.breach or not stale):
            yield rung


def _rungs(cycle: Cycle, calendar: Calendar, ladder: Ladder) -> Iterator[Rung]:
    held = reckon(cycle, calendar)
    pauses = pauses_of(cycle, None)
    for index, step in enumerate(ladder.steps):
        share = held.grade.target * step.percent // 100
        at = spend(calendar, held.anchor, share, pauses)
        yield Rung(index, f"{step.percent}%", at, step.tell, step.mention, breach=False)
    breach = len(ladder.steps)
    yield Rung(breach, "breach", held.due_at, ladder.breach, mention=True, breach=True)
    at = held.due_at
    for count in range(1, ladder.repeat_times + 1):
        at = spend(calendar, at, ladder.repeat_every, pauses)
        key = f"breach+{count}"
        yield Rung(breach + count, key, at, ladder.repeat, mention=True, breach=False)
