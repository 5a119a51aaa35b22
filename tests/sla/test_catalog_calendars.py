"""A calendar that cannot work is refused when it is loaded; others say how long a day is."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from tests.sla.program_file import GOOD, edited, faults, load

OVERLAP = "Monday 09:00-12:00 and Monday 11:00-17:00 overlap"
NIGHT = "(a night shift needs overnight = true)"


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        (
            'friday = ["09:00-16:00"]',
            'friday = ["16:00-09:00"] #!',
            "calendars.office.hours.friday",
            f"Friday 16:00-09:00 ends before it starts {NIGHT}",
        ),
        (
            'monday = ["09:00-12:00", "13:30-17:30"]',
            'monday = ["09:00-12:00", "11:00-17:00"] #!',
            "calendars.office.hours.monday",
            OVERLAP,
        ),
        (
            "[calendars.office.hours]",
            "[calendars.none] #!\nname = 'None'\n[calendars.office.hours]",
            "calendars.none",
            "it has no working time at all",
        ),
        (
            "[calendars.office.hours]",
            "[calendars.none]\nname = 'None'\n[calendars.none.hours] #!\nmonday = []\n"
            "[calendars.office.hours]",
            "calendars.none.hours",
            "it has no working time at all",
        ),
        (
            "always = true",
            'always = true\nhours.monday = ["09:00-12:00"] #!',
            "calendars.always.hours",
            "24/7 has neither windows nor holidays",
        ),
        (
            'name = "Office"',
            'name = "Office"\nzone = "Nowhere/Town" #!',
            "calendars.office.zone",
            "there is no time zone 'Nowhere/Town'",
        ),
        (
            'name = "Office"',
            'name = "Office"\nmake_up_like = "sunday" #!',
            "calendars.office.make_up_like",
            "make-up working days are like a day without windows",
        ),
        (
            'holidays = "CN"',
            'holidays = "XX" #!',
            "calendars.office.holidays",
            "there are no holidays known for 'XX'",
        ),
        *(
            (
                'friday = ["09:00-16:00"]',
                f"friday = [{words}] #!",
                "calendars.office.hours.friday[1]",
                'must be hours in quotes, such as "09:00-12:00"',
            )
            for words in ('"9-12"', '"09:00 - 12:00"', "9", '"morning"')
        ),
        *(
            (
                'friday = ["09:00-16:00"]',
                f'friday = ["{words}"] #!',
                "calendars.office.hours.friday[1]",
                f'"{words}" is not a time of day: 00:00 to 23:59',
            )
            for words in ("09:00-25:00", "09:60-12:00", "24:00-12:00", "09:00-24:01")
        ),
        (
            'friday = ["09:00-16:00"]',
            'fryday = ["09:00-16:00"] #!',
            "calendars.office.hours.fryday",
            'must be one of "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" '
            'or "sunday"',
        ),
    ],
)
def test_a_calendar_that_cannot_work_is_refused(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    text, line = edited(old, new)
    assert ("demo.toml", line, key, reason) in faults(tmp_path, text)


def test_a_promise_in_a_calendar_without_hours_is_told_once(tmp_path: Path) -> None:
    hours = GOOD[GOOD.index("[calendars.office.hours]") : GOOD.index("[[ladder.steps]]")]
    assert faults(tmp_path, GOOD.replace(hours, "")) == [
        ("demo.toml", 34, "calendars.office", "it has no working time at all")
    ]


def test_days_that_differ_in_length_need_a_working_day(tmp_path: Path) -> None:
    text = GOOD.replace('friday = ["09:00-16:00"]', 'friday = ["09:00-15:00"]')
    reason = (
        'the days of "Office" differ in length: '
        "write hours, or say in the calendar what its working_day is"
    )
    assert [(key, why) for *_, key, why in faults(tmp_path, text)] == [
        ("plans.one.targets.slow.within", reason),
        ("plans.one.targets.request", reason),
    ]
    said = text.replace('name = "Office"', 'name = "Office"\nworking_day = "6 h 30 min"')
    targets = load(tmp_path, said).plan("demo", "one").targets
    assert targets["slow"].within == timedelta(hours=6, minutes=30)
    assert targets["request"].within == timedelta(hours=13)


def test_a_day_may_end_at_midnight_or_after_it(tmp_path: Path) -> None:
    text = GOOD.replace(
        'name = "Office"', 'name = "Office"\novernight = true\nmake_up_like = "tuesday"'
    )
    hours = 'monday = ["00:00-24:00"]\ntuesday = ["12:00-00:00", "00:00-12:00"]\n'
    night = 'thursday = ["20:00-20:00"]'
    text = text.replace('monday = ["09:00-12:00", "13:30-17:30"]', hours + night)
    catalog = load(tmp_path, text.replace('friday = ["09:00-16:00"]', "friday = []"))
    assert catalog.plan("demo", "one").targets["slow"].within == timedelta(hours=24)
    spec = catalog.program("demo").calendars["office"]
    assert spec.windows[0] == ((time(0), time(0)),)
    assert spec.make_up_like == 1
