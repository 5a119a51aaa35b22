"""Working time against a minute-by-minute walk, against its own laws, and another library."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from businesstimedelta import BusinessTimeDelta, LunchTimeRule, Rules, WorkDayRule
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import Calendar, CalendarSpec, DayKind, HolidayTable, Stretch, Windows, build
from tests.sla.calendars import BEIJING, HOME, B, W

MINUTE = timedelta(minutes=1)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
# Around these the clocks of one of the zones change; some days of plain winter and year's end.
EDGES = [
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2026, 12, 30, tzinfo=UTC),
    datetime(2026, 2, 12, tzinfo=UTC),
]


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    """Some windows of a day after 05:00, and perhaps a night shift that ends by 05:00."""
    marks = draw(st.lists(st.integers(300, 1439), max_size=6, unique=True).map(sorted))
    clock = [time(mark // 60, mark % 60) for mark in marks]
    day = list(zip(clock[::2], clock[1::2], strict=False))
    if len(clock) % 2:
        end = draw(st.integers(0, 300))
        day.append((clock[-1], time(end // 60, end % 60)))
    return tuple(day)


@st.composite
def calendars(draw: st.DrawFn, start: datetime) -> Calendar:
    week = {day: draw(windows()) for day in range(7)}
    week[0] = week[0] or HOME
    near = st.integers(-2, 9).map(lambda n: (start + timedelta(days=n)).date())
    days = draw(st.dictionaries(near, st.sampled_from(DayKind), max_size=4))
    zone = draw(st.sampled_from(ZONES))
    spec = CalendarSpec("x", "x", zone, week, holidays="XX", overnight=True)
    return build(spec, HolidayTable("XX", days, frozenset({2026})))


starts = st.builds(
    lambda edge, minutes: edge + minutes * MINUTE, st.sampled_from(EDGES), st.integers(0, 4000)
)
asked = starts.flatmap(lambda start: st.tuples(st.just(start), calendars(start)))
spans = st.timedeltas(timedelta(microseconds=1), timedelta(days=3))


def open_minutes(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Each minute from `start` on, and whether it is open: the definition, walked.

    A wall clock that goes back is taken to stand still until it is where it was.
    """
    days = calendar._holidays
    assert days is not None
    minute, shown = start - timedelta(days=1), datetime.min  # noqa: DTZ901
    while True:
        shown = max(shown, minute.astimezone(calendar.zone).replace(tzinfo=None))
        if minute >= start:
            yield minute, is_open(calendar.spec, days.days, shown)
        minute += MINUTE


def is_open(spec: CalendarSpec, days: Any, wall: datetime) -> bool:
    def of(day: date) -> Windows:
        if days.get(day) is DayKind.HOLIDAY:
            return ()
        like = spec.make_up_like if days.get(day) is DayKind.WORKDAY else day.weekday()
        return spec.windows.get(like, ())

    today, yesterday, now = of(wall.date()), of(wall.date() - timedelta(days=1)), wall.time()
    return any(opens <= now and (now < closes or closes <= opens) for opens, closes in today) or (
        any(closes <= opens and now < closes for opens, closes in yesterday)
    )


@given(asked, st.integers(1, 900))
@settings(max_examples=120, deadline=None)
def test_add_and_between_agree_with_a_walk(
    question: tuple[datetime, Calendar], minutes: int
) -> None:
    start, calendar = question
    left, since, opening = minutes, 0, None
    for minute, counts in open_minutes(calendar, start):
        assert calendar.is_open(minute) is counts
        if counts:
            opening = opening or minute
            left -= 1
            since += 1
        if minute.minute == 17:
            assert calendar.between(start, minute + MINUTE) == since * MINUTE
        if not left:
            assert calendar.add(start, minutes * MINUTE) == minute + MINUTE
            break
    assert calendar.next_opening(start) == opening


@given(asked, spans)
@settings(max_examples=150, deadline=None)
def test_between_undoes_add(question: tuple[datetime, Calendar], duration: timedelta) -> None:
    start, calendar = question
    due = calendar.add(start, duration)
    assert calendar.between(start, due) == duration
    # The earliest such instant: a moment before it, less had been done.
    assert calendar.between(start, due - timedelta(microseconds=1)) < duration


@given(asked, spans, spans)
@settings(max_examples=150, deadline=None)
def test_add_is_additive_and_monotone(
    question: tuple[datetime, Calendar], one: timedelta, other: timedelta
) -> None:
    start, calendar = question
    both = calendar.add(start, one + other)
    assert calendar.add(calendar.add(start, one), other) == both
    assert calendar.add(start, one) < both
    assert calendar.add(start + other, one) >= calendar.add(start, one)


@given(asked, spans, spans)
@settings(max_examples=150, deadline=None)
def test_between_is_additive(
    question: tuple[datetime, Calendar], one: timedelta, other: timedelta
) -> None:
    start, calendar = question
    middle, end = start + one, start + one + other
    parts = calendar.between(start, middle) + calendar.between(middle, end)
    assert parts == calendar.between(start, end)


@given(asked, spans)
@settings(max_examples=150, deadline=None)
def test_segments_cover_and_add_up(question: tuple[datetime, Calendar], length: timedelta) -> None:
    start, calendar = question
    end = start + length
    found = list(calendar.segments(start, end))
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(one.kind is not other.kind for one, other in pairwise(found))
    work = [part.end - part.start for part in found if part.kind is Stretch.COUNTED]
    assert sum(work, timedelta()) == calendar.between(start, end)


def test_agrees_with_another_library() -> None:
    """businesstimedelta, an independent implementation, on home and office hours."""
    # It takes time zones of pytz only.
    zone = import_module("pytz").timezone("Asia/Shanghai")
    day = WorkDayRule(time(9), time(17, 30), list(range(5)), tz=zone)
    lunch = LunchTimeRule(time(12), time(13, 30), list(range(5)), tz=zone)
    office = WorkDayRule(time(9), time(18), list(range(5)), tz=zone)
    plain = build(CalendarSpec("h", "h", "Asia/Shanghai", dict.fromkeys(range(5), HOME)), None)
    begin = datetime(2026, 3, 2, tzinfo=BEIJING)
    for calendar, rules in [(plain, Rules([day, lunch])), (W, Rules([office]))]:
        for step in range(60):
            start = begin + step * timedelta(hours=7, minutes=13)
            end = start + step * timedelta(hours=5, minutes=41)
            theirs = rules.difference(start, end)
            seconds = theirs.hours * 3600 + theirs.seconds
            assert calendar.between(start, end) == timedelta(seconds=seconds)
            if step:
                work = BusinessTimeDelta(rules, hours=step // 3, seconds=60 * step)
                ours = timedelta(hours=step // 3, seconds=60 * step)
                assert calendar.add(start, ours) == start + work


def test_the_home_calendar_against_a_walk_over_a_year() -> None:
    """Every hour of 2026 in the home calendar, with its real holidays and make-up days."""
    minute = datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    assert B._holidays is not None
    for hour in range(365 * 24):
        wall = (minute + timedelta(hours=hour)).astimezone(BEIJING).replace(tzinfo=None)
        assert B.is_open(minute + timedelta(hours=hour)) is is_open(B.spec, B._holidays.days, wall)
