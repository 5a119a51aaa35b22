"""The calendars of a program's file, built once, with what is wrong with them named by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sla.calendar import BadCalendar, Calendar, CalendarSpec, HolidayTable, build
from sla.catalog_schema import WEEKDAYS, CalendarTable, Span, Windows
from sla.holidays import BadHolidays
from sla.toml_source import KeyPath

DaysOf = Callable[[str], HolidayTable]
Complain = Callable[[KeyPath, str], None]

# A promise that takes longer is a slip of the pen, and its due time might lie beyond all calendars.
WEEKS = 52


class Calendars:
    """What the file says (`tables`), what that means (`specs`), and the calendars that work.

    `days_of` gives the holidays of a region; `fault` hears what is wrong, with its key.
    """

    def __init__(self, days_of: DaysOf, fault: Complain) -> None:
        self.days_of = days_of
        self.fault = fault
        self.tables: Mapping[str, CalendarTable] = {}
        self.specs: dict[str, CalendarSpec] = {}
        self.built: dict[str, Calendar] = {}

    def build(self, tables: Mapping[str, CalendarTable], home_zone: str) -> None:
        """Build every calendar; one without a zone of its own is in the home zone."""
        self.tables = tables
        for key, table in tables.items():
            self.specs[key] = _spec(key, table, home_zone)
            self._build(self.specs[key], table)

    def length(self, span: Span, calendar: str, path: KeyPath) -> timedelta:
        """A duration as working time: a working day is as long as the calendar's days are."""
        table = self.tables.get(calendar)
        if table is None:
            return span.fixed
        week = _lengths(table.hours.values())
        total = span.fixed + span.working_days * self._working_day(table, week, span, path)
        if week and total > WEEKS * sum(week, timedelta(0)):
            self.fault(path, f'takes more than {WEEKS} weeks of the working time of "{calendar}"')
        return total

    def _working_day(
        self, table: CalendarTable, week: Sequence[timedelta], span: Span, path: KeyPath
    ) -> timedelta:
        if span.working_days and table.always:
            self.fault(path, f'"{table.name}" has no working days: write hours')
        elif span.working_days and table.working_day is None and len(set(week)) > 1:
            reason = "write hours, or say in the calendar what its working_day is"
            self.fault(path, f'the days of "{table.name}" differ in length: {reason}')
        return table.working_day or next(iter(week), timedelta(0))

    def _build(self, spec: CalendarSpec, table: CalendarTable) -> None:
        path: KeyPath = ("calendars", spec.key)
        try:
            days = None if spec.holidays is None else self.days_of(spec.holidays)
        except BadHolidays as error:
            self.fault((*path, "holidays"), str(error))
            return
        try:
            self.built[spec.key] = build(spec, days)
        except BadCalendar as error:
            reason = str(error).removeprefix(f"calendar {spec.key}: ")
            self.fault((*path, *_part(table, reason)), reason)


def _spec(key: str, table: CalendarTable, home_zone: str) -> CalendarSpec:
    return CalendarSpec(
        key=key,
        name=table.name,
        zone=table.zone or home_zone,
        windows={WEEKDAYS.index(day): hours for day, hours in table.hours.items()},
        holidays=table.holidays,
        make_up_like=WEEKDAYS.index(table.make_up_like),
        always=table.always,
        overnight=table.overnight,
    )


def _part(table: CalendarTable, reason: str) -> tuple[str, ...]:
    """The key of a calendar that its fault is about, so that its line is the one to mend."""
    if "time zone" in reason:
        return ("zone",)
    if "make-up" in reason:
        return ("make_up_like",)
    words = (word.lower() for word in reason.split())
    named = next((word for word in words if word in table.hours), None)
    return ("hours", named) if named else ("hours",) if table.hours else ()


def _lengths(days: Iterable[Windows]) -> list[timedelta]:
    """How long the days of a week are that have any working time; midnight ends a day."""
    lengths = []
    for windows in days:
        total = timedelta(0)
        for opens, closes in windows:
            first = datetime.combine(date.min, opens)
            last = datetime.combine(date.min, closes)
            total += last - first if last > first else last - first + timedelta(days=1)
        lengths.append(total)
    return [length for length in lengths if length]
