"""What a program promises, as data: severities, plans, targets, quotas and allowances.

All of it is read from the catalog's files; nothing here knows a vendor, a number or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from desk.case import Category
from desk.people import Hours
from desk.promise import MetBy
from sla.calendar import CalendarSpec
from sla.ladder import Ladder

Mark = Literal["octagon", "triangle", "diamond", "circle", "square", "dot"]
Interval = Literal["month", "year"]
WhenExhausted = Literal["refuse", "accept_and_owe"]
Access = Literal["included", "may_apply", "preferred", "dedicated"]


@dataclass(frozen=True, slots=True)
class Severity:
    """How bad it is. `mark` is a shape that no other severity of the program has.

    `rank` is 0 for the highest; `category` says for which kind of case it can be asked.
    """

    key: str
    name: str
    meaning: str
    category: Category
    mark: Mark
    rank: int


@dataclass(frozen=True, slots=True)
class Target:
    """The response promised for a severity: before `within` of the calendar's time has passed.

    `within` is working time of the calendar named `calendar`, a key of the program's calendars.
    """

    severity: str
    within: timedelta
    calendar: str
    met_by: MetBy


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many cases a period holds, and what happens when they are used up.

    A month is a calendar month in the program's home zone, a year runs from the anniversary of
    the enrolment. Only cases of the categories in `counts` take a unit. A package adds
    `package_units` to the period in which it is paid (0: none can be bought). With
    "accept_and_owe" the severities in `owed_severities` are accepted beyond the quota. `buy` says
    in words how to get more, and from whom.
    """

    units: int
    period: Interval
    counts: frozenset[Category]
    package_units: int
    package_price: Money | None
    when_exhausted: WhenExhausted
    owed_severities: tuple[str, ...]
    buy: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """Something besides cases that a plan includes: days of assurance, consulting, training.

    `amount` counts `unit`s a `period`; None is no limit where `access` is "included" or
    "dedicated", and not a matter of number otherwise. `notice` is in working days; `longest` is
    the longest single booking. `yearly_billing_only` allowances are not for monthly subscribers.
    """

    key: str
    name: str
    access: Access = "included"
    amount: int | None = None
    unit: str = ""
    period: Interval | None = None
    notice: int = 0
    longest: timedelta | None = None
    yearly_billing_only: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan or level of a program: what it promises, how much of it, and in which order.

    `priority` 0 is served first, larger numbers later. `remote_region_grace` is working time that
    partners outside the home country may have to wait longer. `ladder` is the program's where the
    plan has none of its own. `tam_hours` are in the TAM's own zone. `must` is what the plan asks
    of the partner, in words.
    """

    key: str
    name: str
    program: str
    priority: int
    priority_name: str
    severities_offered: tuple[Severity, ...]
    targets: Mapping[str, Target]
    ladder: Ladder
    quota: Quota | None = None
    tam: bool = False
    tam_hours: Hours | None = None
    allowances: Mapping[str, Allowance] = field(default_factory=dict)
    remote_region_grace: timedelta = timedelta(0)
    fees: Mapping[Interval, Money] = field(default_factory=dict)
    must: tuple[str, ...] = ()

    def severities(self, category: Category) -> tuple[Severity, ...]:
        """The severities that can be asked for in a case of `category`, the highest first."""
        return tuple(s for s in self.severities_offered if s.category == category)

    def offers(self, category: Category) -> bool:
        """Whether the plan covers cases of `category` at all."""
        return any(s.category == category for s in self.severities_offered)

    def target(self, severity: str) -> Target | None:
        """What is promised for `severity`, a key; None where the plan does not offer it."""
        return self.targets.get(severity)

    def counts(self, category: Category) -> bool:
        """Whether a case of `category` takes a unit of a quota."""
        return self.quota is not None and category in self.quota.counts


@dataclass(frozen=True, slots=True)
class Program:
    """A partner program. `severities` are the highest first; `home_name` is what people call home.

    `home_country` (ISO 3166, two letters) decides who is remote. `products` is what a case can be
    about, `scope_out` what is not covered, in words for the reject form; `languages` (ISO 639)
    are those in which cases are answered. `change_plan` says in words how to get another plan.
    """

    key: str
    name: str
    home_zone: str
    home_name: str
    home_country: str
    severities: tuple[Severity, ...]
    plans: Mapping[str, Plan]
    calendars: Mapping[str, CalendarSpec]
    ladder: Ladder
    products: tuple[str, ...]
    scope_out: tuple[str, ...]
    languages: tuple[str, ...]
    change_plan: str

    def severity(self, key: str) -> Severity | None:
        """The severity with `key`, whether or not any plan offers it."""
        return next((s for s in self.severities if s.key == key), None)

    def within(self, target: Target, plan: Plan, country: str) -> timedelta:
        """The response target for a partner in `country`, longer by the plan's grace abroad."""
        abroad = country.upper() != self.home_country
        return target.within + (plan.remote_region_grace if abroad else timedelta(0))
