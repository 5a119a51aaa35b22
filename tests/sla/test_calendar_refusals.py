"""What no calendar may be, and what none may be asked: scenario 12."""

from datetime import UTC, datetime, time, timedelta

import pytest

from sla.calendar import BadCalendar, Calendar, CalendarSpec, HolidayTable, OutOfRange, build
from tests.sla.calendars import ALWAYS, HOME, OFFICE, W, at


@pytest.mark.parametrize("calendar", [W, ALWAYS], ids=["office", "always"])
def test_12_the_arithmetic_always_ends(calendar: Calendar) -> None:
    """Scenario 12: an absurd question is refused with words; it never runs for ever."""
    with pytest.raises(OutOfRange, match="1970 to 2200"):
        calendar.add(at("03-06 09:00"), timedelta(days=200 * 365))
    with pytest.raises(ValueError, match="negative"):
        calendar.add(at("03-06 09:00"), timedelta(minutes=-1))


def test_12_a_time_out_of_range_is_refused() -> None:
    with pytest.raises(OutOfRange):
        W.is_open(datetime(1, 1, 1, tzinfo=UTC))
    with pytest.raises(OutOfRange):
        W.next_opening(datetime(2210, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (CalendarSpec("x", "x", "Asia/Shanghai"), "no working time at all"),
        (CalendarSpec("x", "x", "Asia/Shanghai", {0: ()}), "no working time at all"),
        (
            CalendarSpec("x", "x", "Asia/Shanghai", {0: ((time(18), time(9)),)}),
            "Monday 18:00-09:00 ends before it starts",
        ),
        (
            CalendarSpec("x", "x", "Asia/Shanghai", {0: ((time(9), time(9)),)}),
            "ends before it starts",
        ),
        (
            CalendarSpec(
                "x", "x", "Asia/Shanghai", {2: ((time(9), time(12)), (time(11), time(15)))}
            ),
            "Wednesday 09:00-12:00 and Wednesday 11:00-15:00 overlap",
        ),
        (
            CalendarSpec(
                "x",
                "x",
                "Asia/Shanghai",
                {6: ((time(22), time(6)),), 0: ((time(5), time(9)),)},
                overnight=True,
            ),
            "Sunday 22:00-06:00 and Monday 05:00-09:00 overlap",
        ),
        (CalendarSpec("x", "x", "Mars/Olympus", {0: OFFICE}), "no time zone 'Mars/Olympus'"),
        (CalendarSpec("x", "x", "", {0: OFFICE}), "no time zone"),
        (CalendarSpec("x", "x", "Asia/Shanghai", {7: OFFICE}), "from 0"),
        (CalendarSpec("x", "x", "UTC", {0: OFFICE}, always=True), "neither windows nor holidays"),
        (CalendarSpec("x", "x", "UTC", always=True, holidays="CN"), "neither windows nor"),
        (CalendarSpec("x", "x", "UTC", {0: OFFICE}, holidays="CN"), "holidays of CN are missing"),
    ],
)
def test_12_a_calendar_that_cannot_work_is_refused_with_the_reason(
    spec: CalendarSpec, reason: str
) -> None:
    """Scenario 12: refused when it is loaded."""
    with pytest.raises(BadCalendar, match=reason):
        build(spec, None)


def test_12_make_up_days_need_windows_to_be_like() -> None:
    spec = CalendarSpec("x", "x", "UTC", {1: HOME}, holidays="CN")
    with pytest.raises(BadCalendar, match="make-up working days"):
        build(spec, HolidayTable("CN", {}, frozenset()))
