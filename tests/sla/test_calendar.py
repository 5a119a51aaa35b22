"""Working time in plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.calendar import (
    Calendar,
    CalendarSpec,
    DayKind,
    HolidayTable,
    Stretch,
    build,
)
from tests.sla.calendars import ALWAYS, B_SPEC, B, W, at, closed_on, span

NIGHT = CalendarSpec(
    "night",
    "nights",
    "Europe/Berlin",
    {d: ((time(22), time(6)),) for d in range(7)},
    overnight=True,
)


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "due"),
    [
        (ALWAYS, "03-06 23:50", "0:15", "03-07 00:05"),
        (W, "03-06 17:30", "3:00", "03-09 11:30"),
        (W, "03-06 18:00", "0:30", "03-09 09:30"),
        (W, "03-06 17:59:30", "0:01", "03-09 09:00:30"),
        (W, "03-06 09:00", "8:00", "03-06 17:00"),
        (W, "03-06 09:00", "9:00", "03-06 18:00"),
        (W, "03-07 15:00", "0:20", "03-09 09:20"),
        (B, "03-06 16:00", "4:00", "03-09 11:30"),
        (B, "03-06 10:00", "7:00", "03-09 10:00"),
        (B, "03-07 10:00", "7:00", "03-09 17:30"),
        # The earliest instant: 12:00 as the office closes, not 13:30 when it reopens.
        (B, "03-06 11:00", "1:00", "03-06 12:00"),
        (B, "03-06 12:30", "0:00:01", "03-06 13:30:01"),
        # A Saturday that is worked, and the Spring Festival behind it.
        (B, "02-13 17:00", "1:00", "02-14 09:30"),
        (B, "02-14 17:00", "1:00", "02-24 09:30"),
        (B, "2025-12-31 17:00", "1:00", "2026-01-04 09:30"),
        # A zero target is due as soon as anybody could have worked.
        (B, "03-07 10:00", "0:00", "03-09 09:00"),
        (B, "03-06 10:00", "0:00", "03-06 10:00"),
        (ALWAYS, "03-07 10:00", "0:00", "03-07 10:00"),
    ],
)
def test_add(calendar: Calendar, start: str, duration: str, due: str) -> None:
    assert calendar.add(at(start), span(duration)) == at(due)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "worked"),
    [
        (W, "03-07 15:00", "03-09 09:20", "0:20"),
        (B, "03-06 09:00", "03-06 17:30", "7:00"),
        (B, "03-06 12:00", "03-06 13:30", "0:00"),
        (B, "03-06 17:30", "03-06 09:00", "0:00"),
        (ALWAYS, "03-06 17:30", "03-06 09:00", "0:00"),
        (ALWAYS, "03-06 17:30", "03-07 09:00:05", "15:30:05"),
        # The whole of 2026: 248 working days.
        (B, "01-01 00:00", "2027-01-01 00:00", f"{248 * 7}:00"),
    ],
)
def test_between(calendar: Calendar, start: str, end: str, worked: str) -> None:
    assert calendar.between(at(start), at(end)) == span(worked)


def test_nothing_is_rounded() -> None:
    start = at("03-06 17:59:59") + timedelta(microseconds=999_999)
    assert W.add(start, timedelta(microseconds=3)) == at("03-09 09:00") + timedelta(microseconds=2)
    assert W.between(start, at("03-09 09:00")) == timedelta(microseconds=1)


def test_answers_are_utc_whatever_the_zone_of_the_question() -> None:
    asked = datetime(2026, 3, 6, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert B.add(asked, span("1:00")).tzinfo is UTC
    assert B.add(asked, span("1:00")) == at("03-06 17:00")


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(TypeError):
        B.add(datetime(2026, 3, 6), span("1:00"))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "is_open", "opening"),
    [
        ("03-06 08:59:59", False, "03-06 09:00"),
        ("03-06 09:00", True, "03-06 09:00"),
        ("03-06 12:00", False, "03-06 13:30"),
        ("03-06 17:30", False, "03-09 09:00"),
        # Make-up working days of the notice for 2026.
        *((f"{day} 10:00", True, f"{day} 10:00") for day in ("01-04", "02-14", "02-28")),
        *((f"{day} 10:00", True, f"{day} 10:00") for day in ("05-09", "09-20", "10-10")),
        ("10-01 10:00", False, "10-08 09:00"),
        ("2025-12-31 18:00", False, "2026-01-04 09:00"),
        # On the last days of a year the next opening lies in the next.
        ("2026-12-31 17:30", False, "2027-01-04 09:00"),
    ],
)
def test_opening(moment: str, is_open: bool, opening: str) -> None:
    assert B.is_open(at(moment)) is is_open
    assert B.next_opening(at(moment)) == at(opening)


def test_always_open() -> None:
    assert ALWAYS.is_open(at("03-07 03:00"))
    assert ALWAYS.next_opening(at("03-07 03:00")) == at("03-07 03:00")
    [only] = ALWAYS.segments(at("03-07 03:00"), at("03-09 03:00"))
    assert (only.start, only.end, only.kind) == (
        at("03-07 03:00"),
        at("03-09 03:00"),
        Stretch.COUNTED,
    )
    assert not list(ALWAYS.segments(at("03-07 03:00"), at("03-07 03:00")))


def test_segments_cover_a_stretch_without_a_gap() -> None:
    seen = [
        (segment.start, segment.end, str(segment.kind))
        for segment in B.segments(at("03-06 11:00"), at("03-09 10:00"))
    ]
    assert seen == [
        (at("03-06 11:00"), at("03-06 12:00"), "counted"),
        (at("03-06 12:00"), at("03-06 13:30"), "closed"),
        (at("03-06 13:30"), at("03-06 17:30"), "counted"),
        (at("03-06 17:30"), at("03-09 09:00"), "closed"),
        (at("03-09 09:00"), at("03-09 10:00"), "counted"),
    ]


def test_segments_that_end_where_the_known_table_ends() -> None:
    fresh = build(B_SPEC, HolidayTable("CN", {}, frozenset()))
    *_, last = fresh.segments(at("12-31 09:00"), at("12-31 23:59"))
    assert (last.start, last.end, last.kind) == (
        at("12-31 17:30"),
        at("12-31 23:59"),
        Stretch.CLOSED,
    )


@pytest.mark.parametrize(
    ("start", "hours"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=UTC), 8),
        # The night in which the clocks go forward has 7 hours, the one in which they go back 9.
        (datetime(2026, 3, 28, 12, tzinfo=UTC), 7),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), 9),
    ],
)
def test_a_night_shift_is_measured_in_elapsed_hours(start: datetime, hours: int) -> None:
    nights = build(NIGHT, None)
    assert nights.between(start, start + timedelta(days=1)) == timedelta(hours=hours)
    assert nights.is_open(datetime(2026, 1, 1, 3, tzinfo=ZoneInfo("Europe/Berlin")))


@pytest.mark.parametrize(
    ("day", "window", "minutes"),
    [
        # New York skips 02:00 to 03:00 on 8 March: what lies in it does not happen.
        (date(2026, 3, 8), (time(2, 15), time(2, 45)), 0),
        (date(2026, 3, 8), (time(2, 30), time(4)), 60),
        (date(2026, 3, 8), (time(1), time(2, 30)), 60),
        # 01:00 to 02:00 comes twice on 1 November: a time is taken when it first comes.
        (date(2026, 11, 1), (time(1, 15), time(1, 45)), 30),
        (date(2026, 11, 1), (time(0, 30), time(2)), 150),
        (date(2026, 11, 1), (time(1, 30), time(3)), 150),
    ],
)
def test_windows_at_a_change_of_the_clocks(
    day: date, window: tuple[time, time], minutes: int
) -> None:
    spec = CalendarSpec("ny", "ny", "America/New_York", {6: (window,)})
    start = datetime.combine(day, time(0), tzinfo=ZoneInfo("America/New_York"))
    end = start.astimezone(UTC) + timedelta(days=1)
    assert build(spec, None).between(start, end) == timedelta(minutes=minutes)


def test_a_night_shift_runs_on_into_a_holiday_and_does_not_begin_on_one() -> None:
    days = {date(2026, 5, 1): DayKind.HOLIDAY}
    spec = replace(NIGHT, holidays="XX")
    nights = build(spec, HolidayTable("XX", days, frozenset({2026})))
    berlin = ZoneInfo("Europe/Berlin")
    assert nights.is_open(datetime(2026, 5, 1, 5, tzinfo=berlin))
    assert not nights.is_open(datetime(2026, 5, 1, 23, tzinfo=berlin))


def test_a_make_up_day_that_overlaps_the_night_before_counts_once() -> None:
    windows = {0: ((time(4), time(12)),), 4: ((time(22), time(6)),)}
    spec = CalendarSpec("x", "x", "Asia/Shanghai", windows, holidays="XX", overnight=True)
    days = {date(2026, 3, 7): DayKind.WORKDAY}
    mixed = build(spec, HolidayTable("XX", days, frozenset({2026})))
    # Friday 22:00 to Saturday 12:00, without counting 04:00 to 06:00 twice.
    assert mixed.between(at("03-06 12:00"), at("03-08 12:00")) == timedelta(hours=14)


def test_windows_that_touch_are_one_stretch() -> None:
    windows = dict.fromkeys(range(7), ((time(0), time(0)),))
    whole = build(CalendarSpec("x", "x", "Asia/Shanghai", windows), None)
    assert [s.kind for s in whole.segments(at("03-06 11:00"), at("03-19 11:00"))] == [
        Stretch.COUNTED
    ]
    assert whole.next_opening(at("03-06 11:00")) == at("03-06 11:00")
    assert whole.add(at("12-31 23:00"), span("2:00")) == at("2027-01-01 01:00")


def test_a_year_without_a_working_day_is_passed_over() -> None:
    year = [date(2030, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = [str(day) for day in year]
    opening = closed_on(W, *closed).next_opening(at("2030-02-01 10:00"))
    assert opening == at("2031-01-01 09:00")
    due = closed_on(W, *closed).add(at("2030-02-01 10:00"), span("1:00"))
    assert due == at("2031-01-01 10:00")
    assert closed_on(W, *closed).add(at("2031-01-01 08:00"), span("1:00")) == due


def test_questions_may_come_in_any_order_of_years() -> None:
    fresh = build(B_SPEC, HolidayTable("CN", {}, frozenset()))
    for year in (2026, 2019, 2044, 2026, 1975):
        assert fresh.add(at(f"{year}-06-15 08:00"), span("0:01")) == fresh.next_opening(
            at(f"{year}-06-15 08:00")
        ) + span("0:01")


def test_a_year_that_is_not_published_is_provisional() -> None:
    assert not B.provisional(at("12-31 10:00"), at("12-31 17:00"))
    assert B.provisional(at("12-31 10:00"), at("2027-01-01 00:00"))
    assert not W.provisional(at("12-31 10:00"), at("2027-01-01 00:00"))
