"""A simple model of the desk: a quota of counters, and a clock that walks minute by minute.

Written from the program documents alone; it shares no code with what it is compared to. Times are
whole minutes, and no public holiday lies in the weeks in which it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
OPEN = ("new", "working", "waiting")

TARGETS = {
    "production_down": timedelta(minutes=30),
    "production_exception": timedelta(hours=3),
    "system_exception": timedelta(hours=8),
    "guidance": timedelta(hours=16),
    "service_request": timedelta(hours=7),  # one working day
}


def month(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m")


def at_work(at: datetime) -> bool:
    local = at.astimezone(BEIJING)
    clock = local.hour * 60 + local.minute
    return local.weekday() < 5 and (540 <= clock < 720 or 810 <= clock < 1050)


@dataclass
class Cycle:
    """One run of a clock: the targets it has had, and the pauses in which it stood still."""

    started: datetime
    grades: list[tuple[datetime, timedelta]]
    accepted_meets: bool
    pauses: list[list[datetime | None]] = field(default_factory=list)
    met: datetime | None = None
    ended: datetime | None = None
    taken: bool = False
    voided: bool = False

    @property
    def running(self) -> bool:
        return self.met is None and self.ended is None

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None

    def due(self, now: datetime) -> datetime:
        """When an answer is due, if a pause that is open ends now."""
        if self.accepted_meets:
            return self._walked(now)
        opened = self.started
        due = opened + self.grades[0][1]
        for (_, old), (at, new) in zip(self.grades, self.grades[1:], strict=False):
            if new > old:
                due = max(due, opened + new)
            elif new < old:
                due = min(due, at + new)
        return due

    def _walked(self, now: datetime) -> datetime:
        left, at = self.grades[-1][1], self.started
        while left:
            still = any(start <= at < (end or now) for start, end in self.pauses)  # type: ignore[operator]
            if at_work(at) and not still:
                left -= MINUTE
            at += MINUTE
        return at

    def pause(self, now: datetime) -> None:
        if self.running and not self.paused:
            self.pauses.append([now, None])

    def go_on(self, now: datetime) -> None:
        if self.paused:
            self.pauses[-1][1] = now

    def meet(self, now: datetime) -> None:
        if self.running:
            self.go_on(now)
            self.met = now

    def end(self, now: datetime) -> None:
        if self.running:
            self.go_on(now)
            self.ended = now

    def verdict(self) -> str:
        """What is said of it once it is over, for ever."""
        if self.met is None:
            return "ended"
        if self.met >= self.due(self.met):
            return "missed"
        return "void" if self.voided else "met"


@dataclass
class ModelCase:
    """A case, as far as its clock and its unit go."""

    severity: str
    cycles: list[Cycle]
    state: str = "new"
    owner: str | None = None
    claimed: bool = False
    unit: tuple[str, str] | None = None
    resolved: datetime | None = None
    objected: bool = False

    @property
    def clock(self) -> Cycle:
        return self.cycles[-1]

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def own(self, who: str) -> None:
        self.claimed = True
        self.owner = who

    def answer(self, who: str, now: datetime) -> None:
        self.clock.meet(now)
        if self.owner is None:
            self.own(who)
        if self.state == "new":
            self.state = "working"

    def ask(self, now: datetime) -> None:
        if self.clock.accepted_meets:
            self.clock.pause(now)
        else:
            self.clock.meet(now)

    def regrade(self, severity: str, now: datetime) -> None:
        if self.clock.running:
            self.clock.voided = self.clock.voided or now >= self.clock.due(now)
            self.clock.grades.append((now, TARGETS[severity]))
            self.clock.taken = False
        self.severity = severity


@dataclass
class Counter:
    """One month of a partner's quota."""

    used: int = 0
    bought: int = 0
    spent: int = 0


class Quota:
    """Counters a month; what a package leaves is gone with its month."""

    def __init__(self, units: int) -> None:
        self._units = units
        self.months: dict[str, Counter] = {}

    def of(self, key: str) -> Counter:
        return self.months.setdefault(key, Counter())

    def take(self, key: str) -> str | None:
        counter = self.of(key)
        if counter.used < self._units:
            counter.used += 1
            return "plan"
        if counter.spent < counter.bought:
            counter.spent += 1
            return "package"
        return None

    def give_back(self, case: ModelCase) -> None:
        if case.unit is None:
            return
        key, pool = case.unit
        if pool == "plan":
            self.of(key).used -= 1
        else:
            self.of(key).spent -= 1
        case.unit = None
