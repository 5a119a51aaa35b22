"""Working time as the catalog states it: windows, holidays, and what makes a calendar nonsense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)

Windows = tuple[tuple[time, time], ...]


class DayKind(StrEnum):
    """A day that differs from its weekday."""

    HOLIDAY = "holiday"
    # A make-up working day: a weekend day that is worked in return for a longer holiday.
    WORKDAY = "workday"


@dataclass(frozen=True)
class HolidayTable:
    """The days of a region that differ from their weekday.

    `published` holds the years whose days are official; in any other year they are a guess.
    """

    region: str
    days: Mapping[date, DayKind]
    published: frozenset[int]


@dataclass(frozen=True)
class CalendarSpec:
    """Working time as the catalog states it.

    `windows` maps a weekday (Monday is 0) to its opening windows in the wall time of `zone`. A
    window that ends at 00:00 ends with its day; one that ends earlier than it starts is a night
    shift, and only a calendar with `overnight` may have those: otherwise it is a slip of the pen.
    `holidays` names the region whose holidays close the desk and whose make-up working days open
    it, with the windows of weekday `make_up_like`. `always` means 24/7, without windows or
    holidays.
    """

    key: str
    name: str
    zone: str
    windows: Mapping[int, Windows] = field(default_factory=dict)
    holidays: str | None = None
    make_up_like: int = 0
    always: bool = False
    overnight: bool = False


class BadCalendar(ValueError):
    """A calendar that cannot work; the text says why, for the person who wrote it."""


def check(spec: CalendarSpec, days: HolidayTable | None) -> ZoneInfo:
    """Refuse nonsense with `BadCalendar`; the zone of a calendar that can work."""
    zone = _zone(spec)
    if spec.always:
        if spec.windows or spec.holidays:
            raise BadCalendar(f"calendar {spec.key}: 24/7 has neither windows nor holidays")
        return zone
    _check_windows(spec)
    if spec.holidays is not None:
        if days is None or days.region != spec.holidays:
            raise BadCalendar(f"calendar {spec.key}: the holidays of {spec.holidays} are missing")
        if not spec.windows.get(spec.make_up_like):
            raise BadCalendar(
                f"calendar {spec.key}: make-up working days are like a day without windows"
            )
    return zone


def _zone(spec: CalendarSpec) -> ZoneInfo:
    try:
        return ZoneInfo(spec.zone)
    except (LookupError, ValueError, OSError):
        raise BadCalendar(f"calendar {spec.key}: there is no time zone {spec.zone!r}") from None


def _check_windows(spec: CalendarSpec) -> None:
    """Refuse windows that contradict each other, with the reason."""
    if not any(spec.windows.values()):
        raise BadCalendar(f"calendar {spec.key}: it has no working time at all")
    if not set(spec.windows) <= set(range(7)):
        raise BadCalendar(f"calendar {spec.key}: a weekday is a number from 0 (Monday) to 6")
    week = sorted(_in_week(spec))
    week.append((week[0][0] + 7 * _DAY, week[0][0] + 7 * _DAY, week[0][2]))
    for (_, end, one), (start, _, other) in pairwise(week):
        if start < end:
            raise BadCalendar(f"calendar {spec.key}: {one} and {other} overlap")


def _in_week(spec: CalendarSpec) -> Iterator[tuple[timedelta, timedelta, str]]:
    """Every window as its start and end since Monday 00:00, with words for it."""
    for weekday, windows in spec.windows.items():
        for opens, closes in windows:
            words = f"{WEEKDAYS[weekday]} {opens:%H:%M}-{closes:%H:%M}"
            past_midnight = closes <= opens
            if past_midnight and closes != _MIDNIGHT and not spec.overnight:
                raise BadCalendar(
                    f"calendar {spec.key}: {words} ends before it starts"
                    " (a night shift needs overnight = true)"
                )
            start = weekday * _DAY + _since_midnight(opens)
            end = (weekday + past_midnight) * _DAY + _since_midnight(closes)
            yield start, end, words


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
