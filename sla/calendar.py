"""Working time: when the desk works, and how long a stretch of it lasts.

The answers are exact. Every boundary is kept as whole microseconds since 1970 in UTC, so nothing is
rounded, and a duration is elapsed time, so a summer-time change neither gives nor takes an hour.
Results are aware datetimes in UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sla.hours import BadCalendar, CalendarSpec, DayKind, HolidayTable, Windows, check

__all__ = [
    "BadCalendar",
    "Calendar",
    "CalendarSpec",
    "DayKind",
    "HolidayTable",
    "OutOfRange",
    "Segment",
    "Stretch",
    "Windows",
    "build",
]

# Beyond these years no answer is worth having, and without an end a search could go on for ever.
FIRST_YEAR, LAST_YEAR = 1970, 2200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = timedelta(days=1)


class Stretch(StrEnum):
    """What the clock does in a stretch of time."""

    COUNTED = "counted"
    CLOSED = "closed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch from `start` up to, and without, `end`."""

    start: datetime
    end: datetime
    kind: Stretch


class OutOfRange(ValueError):
    """A question about a time for which no calendar is kept."""


def build(spec: CalendarSpec, days: HolidayTable | None) -> Calendar:
    """Make the calendar of `spec`; `days` are the holidays of the region it names.

    Raises `BadCalendar` where the spec is nonsense, so that it is refused when it is loaded.
    """
    zone = check(spec, days)
    return Calendar(spec, zone, days if spec.holidays else None)


class Calendar:
    """Working time as arithmetic. Make one with `build`.

    The boundaries are tabulated a year at a time, when a question first reaches that year.
    """

    def __init__(self, spec: CalendarSpec, zone: ZoneInfo, days: HolidayTable | None) -> None:
        self.spec = spec
        self.zone = zone
        self._holidays = days
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._table = _Table([], 0, 0)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant at which `duration` of working time has been used since `start`.

        Earliest: an hour that is used up as the office closes at 12:00 ends at 12:00, not when it
        reopens. A duration of zero ends at the next opening: before it nobody could have worked.
        """
        if duration <= timedelta(0):
            if duration < timedelta(0):
                raise ValueError("a working duration cannot be negative")
            return self.next_opening(start)
        at = (start - _EPOCH) // _MICROSECOND
        if self.spec.always:
            return _moment(_within(at + duration // _MICROSECOND))
        table = self._table
        if not table.low <= at < table.high:
            table = self._reach(at, at)
        work = table.worked(at) + duration // _MICROSECOND
        while work > table.total:
            table = self._reach(at, table.high)
            work = table.worked(at) + duration // _MICROSECOND
        return _EPOCH + timedelta(microseconds=table.at(work))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`, exact; none where the end is not later."""
        first, last = _instant(start), _instant(end)
        if last <= first:
            return timedelta(0)
        if self.spec.always:
            return timedelta(microseconds=last - first)
        table = self._reach(first, last)
        return timedelta(microseconds=table.worked(last) - table.worked(first))

    def segments(self, start: datetime, end: datetime) -> Iterator[Segment]:
        """The counted and closed stretches that cover `start` to `end` without a gap, in order."""
        cursor, last = _instant(start), _instant(end)
        if self.spec.always and cursor < last:
            yield Segment(_moment(cursor), _moment(last), Stretch.COUNTED)
            return
        while cursor < last:
            is_open, change = self._reach(cursor, last).change(cursor)
            stop = last if change is None else min(change, last)
            kind = Stretch.COUNTED if is_open else Stretch.CLOSED
            yield Segment(_moment(cursor), _moment(stop), kind)
            cursor = stop

    def is_open(self, at: datetime) -> bool:
        """Whether working time counts at this instant; the closing instant is closed."""
        instant = _instant(at)
        return self.spec.always or self._reach(instant, instant).change(instant)[0]

    def next_opening(self, at: datetime) -> datetime:
        """The first instant from `at` on at which working time counts: `at` itself when open."""
        instant = _instant(at)
        if self.is_open(at):
            return _moment(instant)
        table = self._reach(instant, instant)
        while (opens := table.change(instant)[1]) is None:
            table = self._reach(instant, table.high)
        return _moment(opens)

    def provisional(self, start: datetime, end: datetime) -> bool:
        """Whether this stretch touches a year whose holidays are not published yet."""
        if self._holidays is None:
            return False
        first, last = start.astimezone(self.zone).year, end.astimezone(self.zone).year
        return any(year not in self._holidays.published for year in range(first, last + 1))

    def _reach(self, first: int, last: int) -> _Table:
        """A table that covers both instants; it grows by whole years and keeps what it had."""
        table = self._table
        if table.low <= first and last < table.high:
            return table
        if table.total:
            first, last = min(first, table.low), max(last, table.high)
        low = _moment(_within(first)).astimezone(self.zone).year
        high = _moment(_within(last)).astimezone(self.zone).year
        windows = [window for year in range(low - 1, high + 1) for window in self._year(year)]
        begin, end = (
            _wall(datetime.combine(date(year, 1, 1), time.min), self.zone)
            for year in (low, high + 1)
        )
        self._table = _Table(windows, begin, end)
        return self._table

    def _year(self, year: int) -> list[tuple[int, int]]:
        """The opening windows that begin in a local year, in order; a few milliseconds, once."""
        if year not in self._years:
            first = date(year, 1, 1)
            count = (date(year + 1, 1, 1) - first).days
            days = (first + timedelta(days=n) for n in range(count))
            self._years[year] = [window for day in days for window in self._day(day)]
        return self._years[year]

    def _day(self, day: date) -> Iterator[tuple[int, int]]:
        """The opening windows that begin on a local day.

        A night shift belongs to the day on which it begins, also when it runs into a holiday.
        """
        kind = self._holidays.days.get(day) if self._holidays else None
        if kind is DayKind.HOLIDAY:
            return
        weekday = self.spec.make_up_like if kind is DayKind.WORKDAY else day.weekday()
        for opens, closes in sorted(self.spec.windows.get(weekday, ())):
            until = day + _DAY if closes <= opens else day
            start = _wall(datetime.combine(day, opens), self.zone)
            end = _wall(datetime.combine(until, closes), self.zone)
            if start < end:
                yield start, end


class _Table:
    """Opening windows as sorted integers, with the work done by the end of each.

    Answers hold for instants from `low` up to `high`. The windows may begin a while before `low`,
    because a night shift of the day before reaches into the first day.
    """

    __slots__ = ("ends", "high", "low", "starts", "sums", "total")

    def __init__(self, windows: list[tuple[int, int]], low: int, high: int) -> None:
        self.low, self.high = low, high
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sums: list[int] = []
        self.total = 0
        for start, end in windows:
            # Windows that touch are one; a make-up day can even overlap the night shift before it.
            if self.ends and start <= self.ends[-1]:
                more = max(0, end - self.ends[-1])
                self.ends[-1] += more
                self.sums[-1] += more
            else:
                more = end - start
                self.starts.append(start)
                self.ends.append(end)
                self.sums.append(self.total + more)
            self.total += more

    def worked(self, at: int) -> int:
        """The work done before `at`."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        missing = self.ends[index] - at
        return self.sums[index] - missing if missing > 0 else self.sums[index]

    def at(self, work: int) -> int:
        """The earliest instant at which `work` is done."""
        index = bisect_left(self.sums, work)
        return self.ends[index] - (self.sums[index] - work)

    def change(self, at: int) -> tuple[bool, int | None]:
        """Whether `at` is open, and until when; None where it stays closed in this table."""
        index = bisect_right(self.starts, at)
        if index and at < self.ends[index - 1]:
            return True, self.ends[index - 1]
        return False, self.starts[index] if index < len(self.starts) else None


def _instant(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _moment(instant: int) -> datetime:
    return _EPOCH + timedelta(microseconds=instant)


def _within(instant: int) -> int:
    # A day's margin, because the local year may differ from that of UTC.
    if not _FIRST <= instant < _LAST:
        raise OutOfRange(f"working time is known from {FIRST_YEAR} to {LAST_YEAR} only")
    return instant


_FIRST = _instant(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
_LAST = _instant(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


def _wall(wall: datetime, zone: ZoneInfo) -> int:
    """The first instant at which the clock on the wall shows `wall`, or has jumped past it.

    So a time that occurs twice is taken the first time, and windows never cross each other.
    """
    first, second = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    before, after = _instant(second), _instant(first)
    if before >= after:
        return after
    # The wall time was skipped: the instant of the jump lies in between.
    jumped = second.utcoffset()
    while after - before > _SECOND:
        middle = (before + after) // (2 * _SECOND) * _SECOND
        if _moment(middle).astimezone(zone).utcoffset() == jumped:
            after = middle
        else:
            before = middle
    return after
