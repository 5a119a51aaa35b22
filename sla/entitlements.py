"""May this case be opened, what does it take, and when is the quota whole again.

Pure: the moment, the counters and the plan are arguments. The periods are the program's, in its
home time zone, whatever the zone of the server or of the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from desk.case import Category, Ground
from desk.errors import NotEntitled
from desk.events import Event, Rejected, Withdrawn
from desk.promise import MetBy
from desk.records import QuotaUse
from sla.plans import Plan, Program, Quota, Severity

Takes = Literal["none", "plan", "package", "owed"]

MET_BY_WORDS = {MetBy.ACCEPTED: "accepted", MetBy.FIRST_REPLY: "first reply"}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch for which a quota holds: from `start` until just before `end`, both in UTC.

    `key` names it in home time: "2026-02" for a month, its first day "2026-03-15" for a year.
    """

    start: datetime
    end: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The counters of one period, in cases: `used` of the plan, left of paid packages, owed."""

    used: int = 0
    packages_left: int = 0
    owed: int = 0

    @classmethod
    def of(cls, use: QuotaUse) -> Usage:
        """What the ledger keeps, as far as it matters here."""
        return cls(use.used, max(0, use.package_units - use.package_used), use.owed)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a period, in cases; all zero where `unlimited`."""

    plan_left: int = 0
    package_left: int = 0
    unlimited: bool = False

    @property
    def total(self) -> int:
        """Plan and packages together."""
        return self.plan_left + self.package_left


@dataclass(frozen=True, slots=True)
class Allowed:
    """The case may be opened, and where its unit comes from: the plan first, packages after it."""

    takes: Takes


@dataclass(frozen=True, slots=True)
class Refused:
    """The case may not be opened; the refusal is worded for the contact."""

    refusal: NotEntitled


def may_open(
    program: Program,
    plan: Plan,
    category: Category,
    severity: str,
    usage: Usage,
    period: Period | None,
) -> Allowed | Refused:
    """Whether a contact may open this case now; `period` is None only where there is no quota."""
    if not plan.offers(category):
        return Refused(_not_covered(program, plan, category))
    if plan.target(severity) is None or severity not in (s.key for s in plan.severities(category)):
        return Refused(_not_offered(program, plan, category, severity))
    quota = plan.quota
    if quota is None or category not in quota.counts:
        return Allowed("none")
    rest = left(quota, usage)
    if rest.plan_left:
        return Allowed("plan")
    if rest.package_left:
        return Allowed("package")
    if quota.when_exhausted == "accept_and_owe" and severity in quota.owed_severities:
        return Allowed("owed")
    if period is None:
        raise ValueError("a quota that counts needs its period")
    return Refused(_used_up(program, plan, quota, category, period))


def period_at(quota: Quota, program: Program, subscribed_on: date, now: datetime) -> Period:
    """The period that holds `now`: a month, or a year from the enrolment's anniversary, at home.

    Periods touch: one ends in the instant in which the next begins. 29 February has its
    anniversary on the 28th in other years.
    """
    zone = ZoneInfo(program.home_zone)
    if now.tzinfo is None:
        raise ValueError("`now` needs a time zone")
    day = now.astimezone(zone).date()
    index = _index(quota, subscribed_on, day)
    # Where a zone moved its clocks over midnight, the calendar day of an instant may run ahead of
    # the boundary or behind it; the boundary decides.
    while now < _midnight(_first_day(quota, subscribed_on, index), zone):
        index -= 1
    while now >= _midnight(_first_day(quota, subscribed_on, index + 1), zone):
        index += 1
    first = _first_day(quota, subscribed_on, index)
    after = _first_day(quota, subscribed_on, index + 1)
    key = f"{first:%Y-%m}" if quota.period == "month" else first.isoformat()
    return Period(_midnight(first, zone), _midnight(after, zone), key)


def left(quota: Quota | None, usage: Usage) -> Left:
    """What is left; never below nothing, even after a quota was made smaller."""
    if quota is None:
        return Left(unlimited=True)
    return Left(max(0, quota.units - usage.used), max(0, usage.packages_left))


def next_usage(quota: Quota, usage: Usage) -> Usage:
    """How the next period begins: packages are discarded, and owed units are taken from it."""
    settled = min(usage.owed, quota.units)
    return Usage(used=settled, owed=usage.owed - settled)


def gives_back(events: Iterable[Event]) -> bool:
    """Whether what happened gives the case's unit back, to the period in which it was taken.

    It does when the vendor rejects the case as a duplicate or as out of scope, and when the
    partner withdraws it before an engineer ever claimed it; nothing else does.
    """
    return any(
        (isinstance(event, Rejected) and event.ground in set(Ground))
        or (isinstance(event, Withdrawn) and event.unclaimed)
        for event in events
    )


# --- periods --------------------------------------------------------------------------------------


def _index(quota: Quota, subscribed_on: date, day: date) -> int:
    """Months or years counted from year 0: the period in which `day` lies on the home calendar."""
    if quota.period == "month":
        return day.year * 12 + day.month - 1
    return day.year if day >= _first_day(quota, subscribed_on, day.year) else day.year - 1


def _first_day(quota: Quota, subscribed_on: date, index: int) -> date:
    if quota.period == "month":
        return date(index // 12, index % 12 + 1, 1)
    try:
        return subscribed_on.replace(year=index)
    except ValueError:
        return date(index, 2, 28)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first time that a day's clocks show midnight, or would, had they not skipped it."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


# --- refusals -------------------------------------------------------------------------------------


def _not_covered(program: Program, plan: Plan, category: Category) -> NotEntitled:
    others = [p.name for p in program.plans.values() if p.offers(category)]
    offered = next((c for c in Category if plan.offers(c)), None)
    instead = f"Open a {offered} case. " if offered else ""
    return NotEntitled(
        code="entitlement.category",
        what=f"{plan.name} does not cover {category} cases, so this one was not opened.",
        why=f"{_who_does(others, program)}: each plan pays for the work that it includes.",
        next_step=f"{instead}{program.change_plan}",
    )


def _not_offered(program: Program, plan: Plan, category: Category, key: str) -> NotEntitled:
    asked = program.severity(key)
    name = f'"{asked.name}"' if asked else f'"{key}"'
    others = [p.name for p in program.plans.values() if p.target(key) is not None]
    if asked is not None and asked.category != category:
        why = f"It is a severity of {asked.category} cases, and this is a {category} case."
    else:
        why = f"{_who_does(others, program)}: experts are kept free for each promise that is made."
    nearest = _nearest(plan, category, asked)
    target = plan.targets[nearest.key]
    words = f"{MET_BY_WORDS[target.met_by]} in under {span(target.within)}"
    return NotEntitled(
        code="entitlement.severity",
        what=f"{plan.name} does not offer {name}, so this case was not opened.",
        why=why,
        next_step=f'Choose "{nearest.name}" ({words}). {program.change_plan}',
    )


def _nearest(plan: Plan, category: Category, asked: Severity | None) -> Severity:
    """The highest severity offered that is not above the one asked for; else the highest."""
    offered = plan.severities(category)
    rank = asked.rank if asked is not None and asked.category == category else 0
    return next((s for s in offered if s.rank >= rank), offered[-1])


def _used_up(
    program: Program, plan: Plan, quota: Quota, category: Category, period: Period
) -> NotEntitled:
    home = period.end.astimezone(ZoneInfo(program.home_zone))
    reset = f"{home:%A} {home.day} {home:%B %Y} {home:%H:%M}, {program.home_name} time"
    accepted = quota.owed_severities if quota.when_exhausted == "accept_and_owe" else ()
    owed = [f'"{s.name}"' for s in program.severities if s.key in accepted]
    still = f"A case of {' or '.join(owed)} is accepted all the same and owed. " if owed else ""
    return NotEntitled(
        code="entitlement.quota",
        what=f"0 of {quota.units} {category} cases are left this {quota.period}, "
        "so this one was not opened.",
        why=f"{plan.name} includes {quota.units} a {quota.period}, so that every partner is "
        f"answered in the promised time. All {quota.units} are back on {reset}.",
        next_step=f"{still}{quota.buy}",
        until=period.end,
    )


def _who_does(plans: list[str], program: Program) -> str:
    if not plans:
        return f"No plan of {program.name} does"
    *several, last = plans
    return f"{', '.join(several)} and {last} do" if several else f"{last} does"


def span(length: timedelta) -> str:
    """A length of time in its units: "15 min", "3 h", "1 h 30 min"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    units = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in units if number) or "0 min"
