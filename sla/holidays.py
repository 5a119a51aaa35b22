"""The days of a region that differ from their weekday: holidays and make-up working days.

Where a year is not published, its statutory holidays are a guess and every due time that reaches
it is provisional. A dated file in this package corrects the libraries until they are updated.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import chinese_calendar
import holidays

from sla.calendar import DayKind, HolidayTable

__all__ = ["BadHolidays", "DayKind", "HolidayTable", "load", "missing_years"]

OVERRIDES = files("sla") / "holiday_overrides.toml"

# How far the statutory guess goes beyond the last published year; later years have weekdays only.
GUESS_YEARS = 10
# A library claims centuries; a support desk needs the years in which it has cases.
FIRST_YEAR, LAST_YEAR = 2000, 2060


class BadHolidays(ValueError):
    """A region that nobody knows, or an override file that cannot be read as one."""


def load(
    region: str,
    overrides: Traversable | None = None,
    extra: Mapping[date, DayKind] | None = None,
) -> HolidayTable:
    """The holidays and make-up working days of a region ("CN", "DE", "US" ...).

    What wins over what: `extra` (single days an operator has set), the override file (the one of
    this package unless another path is named), the published days, the statutory guess.
    """
    days, published = _china() if region == "CN" else _elsewhere(region)
    for year, notice in _notices(region, overrides or OVERRIDES).items():
        if notice.published:
            days = {day: kind for day, kind in days.items() if day.year != year}
            published |= {year}
        for day in notice.ordinary:
            days.pop(day, None)
        days.update(notice.days)
    days.update(extra or {})
    return HolidayTable(region, days, frozenset(published))


def missing_years(
    table: HolidayTable, today: date, ahead: timedelta = timedelta(days=60)
) -> tuple[int, ...]:
    """The years reached within `ahead` of today that are not published: warn the operators."""
    years = range(today.year, (today + ahead).year + 1)
    return tuple(year for year in years if year not in table.published)


def _china() -> tuple[dict[date, DayKind], set[int]]:
    """The State Council's notices as chinesecalendar has them, then the statutory days."""
    years = sorted({day.year for day in chinese_calendar.constants.holidays})
    days: dict[date, DayKind] = dict.fromkeys(chinese_calendar.constants.holidays, DayKind.HOLIDAY)
    days.update(dict.fromkeys(chinese_calendar.constants.workdays, DayKind.WORKDAY))
    for day in holidays.country_holidays("CN", years=range(years[-1] + 1, years[-1] + GUESS_YEARS)):
        days.setdefault(day, DayKind.HOLIDAY)
    return days, set(years)


def _elsewhere(region: str) -> tuple[dict[date, DayKind], set[int]]:
    """Any other region as the holidays library has it, for all the years that it claims."""
    try:
        known = holidays.country_holidays(region)
    except NotImplementedError:
        raise BadHolidays(f"there are no holidays known for {region!r}") from None
    years = range(max(known.start_year, FIRST_YEAR), min(known.end_year, LAST_YEAR) + 1)
    table = holidays.country_holidays(region, years=years)
    days: dict[date, DayKind] = dict.fromkeys(table, DayKind.HOLIDAY)
    days.update(dict.fromkeys(table.weekend_workdays, DayKind.WORKDAY))
    return {day: kind for day, kind in days.items() if day.year in years}, set(years)


@dataclass(frozen=True)
class _Notice:
    """What the override file says about one year."""

    published: bool
    ordinary: tuple[date, ...]
    days: dict[date, DayKind] = field(default_factory=dict)


def _notices(region: str, path: Traversable) -> dict[int, _Notice]:
    """The override file's years of a region, checked."""
    try:
        said: Any = tomllib.loads(path.read_text("utf-8")).get(region, {})
    except tomllib.TOMLDecodeError as wrong:
        raise BadHolidays(f"{path.name}: {wrong}") from None
    where = f"{path.name}: {region}"
    if not isinstance(said, dict):
        raise BadHolidays(f"{where}: a year is a table, such as [{region}.2027]")
    notices = {year: _notice(f"{where}.{year}", year, days) for year, days in said.items()}
    return {int(year): notice for year, notice in notices.items()}


def _notice(where: str, year: str, said: Any) -> _Notice:
    if not (year.isdecimal() and isinstance(said, dict)):
        raise BadHolidays(f"{where}: a year is a table, such as [CN.2027]")
    if unknown := set(said) - {"published", "source", "holidays", "workdays", "ordinary"}:
        raise BadHolidays(f"{where}: unknown key {', '.join(sorted(unknown))}")
    published = said.get("published", False)
    if not isinstance(published, bool):
        raise BadHolidays(f"{where}.published: true or false")
    seen: set[date] = set()
    closed, worked, ordinary = (
        _dates(f"{where}.{key}", int(year), said.get(key, []), seen)
        for key in ("holidays", "workdays", "ordinary")
    )
    kinds: dict[date, DayKind] = dict.fromkeys(closed, DayKind.HOLIDAY)
    kinds.update(dict.fromkeys(worked, DayKind.WORKDAY))
    return _Notice(published, tuple(ordinary), kinds)


def _dates(where: str, year: int, said: Any, seen: set[date]) -> list[date]:
    if not isinstance(said, list):
        raise BadHolidays(f"{where}: not a list of dates")
    for day in said:
        # A TOML date with a time is a date too, in Python, and would never match one.
        if type(day) is not date or day.year != year:
            raise BadHolidays(f"{where}: {day} is not a date of that year")
        if day in seen:
            raise BadHolidays(f"{where}: {day} is named twice")
        seen.add(day)
    return said
