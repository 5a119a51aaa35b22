"""What was promised for a case, as facts: grades, pauses, breaches and the cycle that holds them.

A cycle is one run of the response clock. A case has one from its opening, and a new one each time
it is reopened. Nothing here computes a due time: `sla.clock` winds a cycle from these facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class MetBy(StrEnum):
    """What meets the clock (plan data: Basic is met by acceptance, all others by a first reply)."""

    ACCEPTED = "accepted"
    FIRST_REPLY = "first_reply"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the partner was asked and the clock stood still; open without `end`."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A severity that the case has had, from `at` on, and the response target owed for it."""

    at: datetime
    severity: str
    target: timedelta


@dataclass(frozen=True, slots=True)
class Breach:
    """A due time that passed unmet. It stays for ever; `void` names why it no longer counts."""

    due_at: datetime
    severity: str
    void: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took an escalation, and when: it stops the ladder of the cycle for everybody."""

    person_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of the response clock.

    `grades[0]` is the severity first asked for, at `started_at`. `due_at`, `provisional` and
    `next_rung_at` are kept in step by `sla.clock.wind`; once `met_at` or `ended_at` is set they
    are frozen, so that a later change of the calendar cannot touch the verdict.
    `generation` grows whenever the due time moves, so that rungs armed for an old one never fire.
    `last_rung` is the index of the latest rung fired in this generation, -1 for none.
    """

    number: int
    calendar: str
    met_by: MetBy
    started_at: datetime
    grades: tuple[Grade, ...]
    due_at: datetime
    provisional: bool = False
    pauses: tuple[Pause, ...] = ()
    breaches: tuple[Breach, ...] = ()
    met_at: datetime | None = None
    ended_at: datetime | None = None
    acknowledged: Acknowledgement | None = None
    generation: int = 1
    armed_at: datetime | None = None
    last_rung: int = -1
    next_rung_at: datetime | None = None

    @property
    def severity(self) -> str:
        """The severity in force."""
        return self.grades[-1].severity

    @property
    def target(self) -> timedelta:
        """The response target in force."""
        return self.grades[-1].target

    @property
    def running(self) -> bool:
        """Whether the clock is still owed an answer (it may be paused)."""
        return self.met_at is None and self.ended_at is None

    @property
    def paused(self) -> bool:
        """Whether the clock stands still, waiting for the partner."""
        return self.running and bool(self.pauses) and self.pauses[-1].end is None

    def pause(self, at: datetime) -> Cycle:
        """Stand still from `at` on; a cycle that is paused or over is returned as it is."""
        if not self.running or self.paused:
            return self
        return replace(self, pauses=(*self.pauses, Pause(at)))

    def resume(self, at: datetime) -> Cycle:
        """Go on at `at`; a cycle that is not paused is returned as it is."""
        if not self.paused:
            return self
        return replace(self, pauses=(*self.pauses[:-1], Pause(self.pauses[-1].start, at)))

    def meet(self, at: datetime) -> Cycle:
        """Record the answer; an answer at or after the due instant leaves a breach behind.

        The bound is strict: a response exactly at the due instant is late.
        """
        if not self.running:
            return self
        closed = self.resume(at)
        return replace(closed.note_breach(at), met_at=at, next_rung_at=None)

    def end(self, at: datetime) -> Cycle:
        """Stop without an answer (withdrawn, rejected): nothing is owed any more."""
        if not self.running:
            return self
        return replace(self.resume(at).note_breach(at), ended_at=at, next_rung_at=None)

    def note_breach(self, now: datetime) -> Cycle:
        """Record that the due time passed unmet, once a due time; a pause holds the clock open."""
        if not self.running or self.paused or now < self.due_at:
            return self
        if any(b.due_at == self.due_at and b.void is None for b in self.breaches):
            return self
        return replace(self, breaches=(*self.breaches, Breach(self.due_at, self.severity)))

    def regrade(self, grade: Grade) -> Cycle:
        """Change the severity; a breach that has happened stays in the record, marked void.

        Both grades stay in the history; the due time follows when the clock is wound again. Where
        the promise is met or over already, only the severity's name changes. An acknowledgement
        was given for the old promise and does not silence the new one.
        """
        if not self.running:
            return replace(self, grades=(*self.grades, grade))
        noted = self.note_breach(grade.at)
        void = tuple(replace(b, void=b.void or "severity re-graded") for b in noted.breaches)
        return replace(noted, breaches=void, grades=(*self.grades, grade), acknowledged=None)
