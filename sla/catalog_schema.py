"""The shape of a program's file: what must be in it, of which type, in which words.

What can be judged key by key is judged here; what takes two keys is judged in `sla.catalog_build`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from sla.ladder import Tell
from sla.plans import Access, Interval, Mark, WhenExhausted
from sla.toml_source import Table

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

LONGEST = timedelta(days=366)
UNITS = {"s": 1, "min": 60, "h": 3600}
A_DURATION = re.compile(r"(\d+) ?(s|min|h|working days?)")

Windows = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A duration as written: fixed time, and working days whose length their calendar knows."""

    fixed: timedelta
    working_days: int = 0


def parse_span(value: Any) -> Span:
    """A duration in words: "30 min", "1 h 30 min", "1 working day"."""
    example = 'such as "30 min", "3 h" or "1 working day"'
    if not isinstance(value, str):
        raise ValueError(f"must be a duration in quotes, {example}")
    if re.fullmatch(rf"{A_DURATION.pattern}( {A_DURATION.pattern})*", value.strip()) is None:
        raise ValueError(f'"{value}" is not a duration: write whole numbers with a unit, {example}')
    seconds = days = 0
    for number, unit in A_DURATION.findall(value):
        if len(number) > 9:
            raise ValueError(f'"{value}" is longer than a year')
        if unit in UNITS:
            seconds += int(number) * UNITS[unit]
        else:
            days += int(number)
    if seconds + days * 86400 > LONGEST.total_seconds():
        raise ValueError(f'"{value}" is longer than a year')
    return Span(timedelta(seconds=seconds), days)


def _positive(value: Any) -> Span:
    span = parse_span(value)
    if span == Span(timedelta(0)):
        raise ValueError("must be longer than nothing")
    return span


def _plain(value: Any) -> timedelta:
    span = parse_span(value)
    if span.working_days:
        raise ValueError("cannot be given in working days here: write hours or minutes")
    return span.fixed


def _lasting(value: Any) -> timedelta:
    if not (length := _plain(value)):
        raise ValueError("must be longer than nothing")
    return length


def _window(value: Any) -> tuple[time, time]:
    """A stretch of a day; whether it makes sense is judged when the calendar is built."""
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be hours in quotes, such as "09:00-12:00"')
    h1, m1, h2, m2 = (int(part) for part in found.groups())
    if (h2, m2) == (24, 0):
        h2 = 0  # The end of a day is written 24:00 or 00:00.
    try:
        return time(h1, m1), time(h2, m2)
    except ValueError:
        raise ValueError(f'"{value}" is not a time of day: 00:00 to 23:59') from None


def _money(value: Any) -> tuple[Decimal, str]:
    found = (
        re.fullmatch(r"(\d[\d,]*(?:\.\d+)?) ([A-Z]{3})", value) if isinstance(value, str) else None
    )
    if found is None:
        raise ValueError('must be an amount with its currency, such as "1000.00 USD"')
    return Decimal(found[1].replace(",", "")), found[2]


def _target(value: Any) -> Any:
    """`"30 min"` is short for `{ within = "30 min" }`."""
    return value if isinstance(value, dict) else {"within": value}


def _key(value: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]*", value) is None:
        raise ValueError("must be a key: lower-case letters, digits and _, a letter first")
    return value


def _country(value: str) -> str:
    if re.fullmatch(r"[A-Z]{2}", value) is None:
        raise ValueError('must be a country of two capital letters, such as "CN"')
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


Text = Annotated[str, AfterValidator(_text)]
Key = Annotated[str, AfterValidator(_key)]
Positive = Annotated[Span, PlainValidator(_positive)]
Length = Annotated[timedelta, PlainValidator(_plain)]
Lasting = Annotated[timedelta, PlainValidator(_lasting)]
Window = Annotated[tuple[time, time], PlainValidator(_window)]
Price = Annotated[tuple[Decimal, str], PlainValidator(_money)]
Percent = Annotated[int, Field(ge=1, le=99)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Tells = Annotated[tuple[Tell, ...], Field(min_length=1)]


class HomeTable(Table):
    """Where the vendor is at home: the zone of every period, and the country nobody is far from."""

    zone: Text
    name: Text
    country: Annotated[str, AfterValidator(_country)]


class SeverityTable(Table):
    """A severity; the order of the file is the order from the highest to the lowest."""

    name: Text
    meaning: Text
    category: Literal["technical", "service"]
    mark: Mark


class CalendarTable(Table):
    """Working time: `always`, or `hours` a weekday in a zone, with a region's holidays.

    `make_up_like` is the weekday whose hours a make-up working day has. `working_day` says how
    long "1 working day" is where the days differ.
    """

    name: Text
    always: bool = False
    zone: Text | None = None
    holidays: Text | None = None
    hours: dict[Weekday, tuple[Window, ...]] = Field(default_factory=dict)
    overnight: bool = False
    make_up_like: Weekday = "monday"
    working_day: Lasting | None = None


class StepTable(Table):
    """A rung: at `percent` of the target, tell these, and mention them by name from here up."""

    percent: Percent
    tell: Tells
    mention: bool = False


class BreachTable(Table):
    """Who is told when the due time passes, and how often again until somebody answers."""

    tell: Tells
    repeat_tell: Tells | None = None
    repeat_every: Lasting | None = None
    repeat_times: Annotated[int, Field(ge=1, le=100)] | None = None


class LadderTable(Table):
    """The escalation: steps before the due time, and the breach."""

    steps: tuple[StepTable, ...] = ()
    breach: BreachTable


class TargetTable(Table):
    """A promise; calendar and what meets it default to the plan's."""

    within: Positive
    calendar: Key | None = None
    met_by: Literal["accepted", "first_reply"] | None = None


class QuotaTable(Table):
    """How many cases a period holds."""

    units: Count
    period: Interval
    counts: Annotated[tuple[Literal["technical", "service"], ...], Field(min_length=1)]
    package_units: Count = 0
    package_price: Price | None = None
    when_exhausted: WhenExhausted = "refuse"
    owed_severities: tuple[Key, ...] = ()
    buy: Text


class AllowanceTable(Table):
    """Something besides cases: how much, how often, and how long ahead it must be asked for."""

    name: Text
    access: Access = "included"
    amount: Annotated[int, Field(ge=1)] | None = None
    unit: str = ""
    period: Interval | None = None
    notice_working_days: Count = 0
    longest: Lasting | None = None
    yearly_billing_only: bool = False
    note: str = ""


class TamHoursTable(Table):
    """When a designated TAM is on duty, in the TAM's own zone."""

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: Window


class PlanTable(Table):
    """A plan: every severity of the program has a target here, or is named as not offered."""

    name: Text
    priority: Count
    priority_name: Text
    calendar: Key
    met_by: Literal["accepted", "first_reply"]
    targets: Annotated[
        dict[Key, Annotated[TargetTable, BeforeValidator(_target)]], Field(min_length=1)
    ]
    not_offered: tuple[Key, ...] = ()
    quota: QuotaTable | None = None
    tam: bool = False
    tam_hours: TamHoursTable | None = None
    remote_region_grace: Length = timedelta(0)
    fees: dict[Interval, Price] = Field(default_factory=dict)
    must: tuple[Text, ...] = ()
    allowances: dict[Key, AllowanceTable] = Field(default_factory=dict)
    ladder: LadderTable | None = None


class ProgramTable(Table):
    """The whole file."""

    key: Key
    name: Text
    change_plan: Text
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    products: Annotated[tuple[Text, ...], Field(min_length=1)]
    scope_out: tuple[Text, ...] = ()
    home: HomeTable
    severities: Annotated[dict[Key, SeverityTable], Field(min_length=1)]
    calendars: Annotated[dict[Key, CalendarTable], Field(min_length=1)]
    ladder: LadderTable
    plans: Annotated[dict[Key, PlanTable], Field(min_length=1)]
