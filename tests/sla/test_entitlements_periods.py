"""When a period begins and ends: at home, wherever the server and the reader are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.entitlements import (
    Period,
    Usage,
    next_usage,
    period_at,
)
from sla.plans import Interval
from tests.sla.programs import CERTIFIED, ENROLLED, NOW, PSP, SPP, STANDARD, quota_of, utc


@pytest.mark.parametrize(
    ("now", "key", "start", "end"),
    [
        ("2026-01-31T15:59:59", "2026-01", "2025-12-31T16:00", "2026-01-31T16:00"),
        ("2026-01-31T16:00:00", "2026-02", "2026-01-31T16:00", "2026-02-28T16:00"),
        ("2026-12-31T16:00:00", "2027-01", "2026-12-31T16:00", "2027-01-31T16:00"),
        ("2028-02-10T00:00:00", "2028-02", "2028-01-31T16:00", "2028-02-29T16:00"),
    ],
)
def test_a_month_is_a_calendar_month_in_beijing(now: str, key: str, start: str, end: str) -> None:
    found = period_at(quota_of(STANDARD), PSP, ENROLLED, utc(now))
    assert found == Period(utc(start), utc(end), key)
    assert found.end.tzinfo is UTC


def test_a_package_of_31_january_is_void_at_midnight() -> None:
    bought = datetime(2026, 1, 31, 23, tzinfo=ZoneInfo("Asia/Shanghai"))
    first = period_at(quota_of(STANDARD), PSP, ENROLLED, bought)
    second = period_at(quota_of(STANDARD), PSP, ENROLLED, first.end)
    assert first.key == "2026-01"
    assert first.end == bought + timedelta(hours=1)
    assert second.key == "2026-02"
    assert next_usage(quota_of(STANDARD), Usage(30, packages_left=9)) == Usage()


@pytest.mark.parametrize(
    ("enrolled", "now", "key", "start", "end"),
    [
        (
            (2024, 3, 15),
            "2026-03-14T15:59:59",
            "2025-03-15",
            "2025-03-14T16:00",
            "2026-03-14T16:00",
        ),
        (
            (2024, 3, 15),
            "2026-03-14T16:00:00",
            "2026-03-15",
            "2026-03-14T16:00",
            "2027-03-14T16:00",
        ),
        (
            (2024, 2, 29),
            "2026-02-27T16:00:00",
            "2026-02-28",
            "2026-02-27T16:00",
            "2027-02-27T16:00",
        ),
        (
            (2024, 2, 29),
            "2027-02-27T16:00:00",
            "2027-02-28",
            "2027-02-27T16:00",
            "2028-02-28T16:00",
        ),
        (
            (2024, 2, 29),
            "2028-02-28T16:00:00",
            "2028-02-29",
            "2028-02-28T16:00",
            "2029-02-27T16:00",
        ),
        # Before the enrolment itself: still a period, so that nothing breaks on an early case.
        (
            (2024, 3, 15),
            "2024-01-01T00:00:00",
            "2023-03-15",
            "2023-03-14T16:00",
            "2024-03-14T16:00",
        ),
    ],
)
def test_a_program_year_runs_from_the_anniversary(
    enrolled: tuple[int, int, int], now: str, key: str, start: str, end: str
) -> None:
    found = period_at(quota_of(CERTIFIED), SPP, date(*enrolled), utc(now))
    assert found == Period(utc(start), utc(end), key)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        period_at(quota_of(STANDARD), PSP, ENROLLED, NOW.replace(tzinfo=None))


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def server_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    del os.environ["TZ"]
    if before is not None:  # pragma: no cover - depends on the machine
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("server_zone")
def test_the_zone_of_the_server_makes_no_difference() -> None:
    last = utc("2026-01-31T15:59:59")
    for now, key in ((last, "2026-01"), (last + timedelta(seconds=1), "2026-02")):
        # The same instant, also as the server would write it in its own zone.
        for same in (now, now.astimezone()):
            assert period_at(quota_of(STANDARD), PSP, ENROLLED, same).key == key


def test_a_server_that_starts_elsewhere_finds_the_same_period() -> None:
    program = (
        "from datetime import UTC, date, datetime, timedelta\n"
        "from sla.catalog import Catalog\n"
        "from sla.entitlements import period_at\n"
        "psp = Catalog.load().program('psp')\n"
        "last = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)\n"
        "for now in (last, last + timedelta(seconds=1)):\n"
        "    found = period_at(psp.plans['standard'].quota, psp, date(2024, 3, 15), now)\n"
        "    print(found.key, found.start.isoformat(), found.end.isoformat())\n"
    )
    said = {
        zone: subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for zone in ("UTC", "America/New_York", "Pacific/Auckland")
    }
    assert set(said.values()) == {
        "2026-01 2025-12-31T16:00:00+00:00 2026-01-31T16:00:00+00:00\n"
        "2026-02 2026-01-31T16:00:00+00:00 2026-02-28T16:00:00+00:00\n"
    }


# St. John's set its clocks back over midnight into the month before; Samoa left out a whole day.
ZONES = ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Beirut"]
INSTANTS = st.integers(0, 110 * 366 * 86400).map(lambda s: utc("1990-01-01") + timedelta(seconds=s))
INTERVALS = st.sampled_from(["month", "year"])
DATES = st.dates(date(2000, 1, 1), date(2030, 1, 1)) | st.just(date(2024, 2, 29))


@given(INSTANTS, INTERVALS, DATES, st.sampled_from(ZONES))
def test_periods_touch_and_cover_every_instant(
    now: datetime, interval: Interval, enrolled: date, zone: str
) -> None:
    quota = replace(quota_of(STANDARD), period=interval)
    program = replace(PSP, home_zone=zone)
    found = period_at(quota, program, enrolled, now)
    assert found.start <= now < found.end
    assert period_at(quota, program, enrolled, found.start) == found
    assert period_at(quota, program, enrolled, found.end - timedelta(microseconds=1)) == found
    after = period_at(quota, program, enrolled, found.end)
    before = period_at(quota, program, enrolled, found.start - timedelta(microseconds=1))
    assert (before.end, after.start) == (found.start, found.end)
    assert before.key < found.key < after.key


def test_a_month_that_began_twice_begins_once() -> None:
    """At 00:01 on 1 November 2009 St. John's went back to 23:01 on 31 October."""
    quota, program = quota_of(STANDARD), replace(PSP, home_zone="America/St_Johns")
    first = utc("2009-11-01T02:30")
    again = first + timedelta(minutes=30)
    assert again.astimezone(ZoneInfo("America/St_Johns")).month == 10
    assert period_at(quota, program, ENROLLED, first).key == "2009-11"
    assert period_at(quota, program, ENROLLED, again).key == "2009-11"
    assert period_at(quota, program, ENROLLED, first - timedelta(seconds=1)).key == "2009-10"


def test_a_year_begins_when_midnight_was_skipped() -> None:
    """At 23:30 on 30 March 1919 Toronto went on to 00:30 on the 31st."""
    quota, program = quota_of(CERTIFIED), replace(SPP, home_zone="America/Toronto")
    skipped = utc("1919-03-31T04:30")
    assert skipped.astimezone(ZoneInfo("America/Toronto")).day == 31
    before = period_at(quota, program, date(1910, 3, 31), skipped)
    after = period_at(quota, program, date(1910, 3, 31), skipped + timedelta(minutes=30))
    assert (before.key, after.key) == ("1918-03-31", "1919-03-31")
    assert before.end == after.start
