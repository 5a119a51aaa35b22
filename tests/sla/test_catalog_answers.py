"""What the catalog answers: calendars, due times, grace, other holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sla.calendar import DayKind, HolidayTable
from sla.catalog import PROGRAMS, Catalog, NotInCatalog

HOME = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


def beijing(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=HOME)


@pytest.mark.parametrize(
    ("program", "plan", "severity", "opened", "due"),
    [
        ("psp", "basic", "service_request", "2026-03-06 10:00", "2026-03-09 10:00"),
        ("psp", "basic", "service_request", "2026-03-07 15:00", "2026-03-09 17:30"),
        ("psp", "premier", "core_production_down", "2026-03-06 23:50", "2026-03-07 00:05"),
        ("spp", "certified", "critical", "2026-03-06 16:00", "2026-03-09 11:30"),
        # Over the Spring Festival of 2026: closed from Sunday 15 to Monday 23 February, and the
        # Saturday before it, 14 February, is worked.
        ("spp", "certified", "critical", "2026-02-13 16:00", "2026-02-14 11:30"),
        ("spp", "certified", "critical", "2026-02-14 16:00", "2026-02-24 11:30"),
    ],
)
def test_due_times_from_the_documents(
    catalog: Catalog, program: str, plan: str, severity: str, opened: str, due: str
) -> None:
    calendar = catalog.calendar(program, plan, severity)
    within = catalog.target(program, plan, severity).within
    assert calendar.add(beijing(opened), within) == beijing(due)


def test_partners_abroad_wait_longer_by_the_grace_alone(tmp_path: Path) -> None:
    text = (PROGRAMS / "spp.toml").read_text("utf-8")
    changed = text.replace('remote_region_grace = "0 min"', 'remote_region_grace = "2 h 30 min"')
    (tmp_path / "spp.toml").write_text(changed, "utf-8")
    program = Catalog.load(tmp_path).program("spp")
    plan = program.plans["certified"]
    target = plan.targets["critical"]
    assert program.within(target, plan, "cn") == timedelta(hours=4)
    assert program.within(target, plan, "DE") == timedelta(hours=6, minutes=30)


def test_other_holidays_rebuild_the_calendars_that_have_any(catalog: Catalog) -> None:
    assert catalog.regions == {"CN"}
    monday = date(2026, 3, 9)
    other = catalog.with_holidays(
        {"CN": HolidayTable("CN", {monday: DayKind.HOLIDAY}, frozenset({2026}))}
    )
    opened = beijing("2026-03-06 16:00")
    four = timedelta(hours=4)
    assert catalog.calendar_named("spp", "home").add(opened, four) == beijing("2026-03-09 11:30")
    assert other.calendar_named("spp", "home").add(opened, four) == beijing("2026-03-10 11:30")
    assert other.programs == catalog.programs
    assert other.calendar_named("psp", "always") is catalog.calendar_named("psp", "always")
    same = catalog.with_holidays({"DE": HolidayTable("DE", {}, frozenset())})
    assert same.calendars == catalog.calendars


def test_single_days_and_an_override_file_are_handed_on(tmp_path: Path) -> None:
    extra = {"CN": {date(2026, 3, 9): DayKind.HOLIDAY}}
    overrides = tmp_path / "days.toml"
    overrides.write_text("[CN.2026]\nholidays = [2026-03-10]\n", "utf-8")
    calendar = Catalog.load(overrides=overrides, extra=extra).calendar_named("spp", "home")
    assert calendar.next_opening(beijing("2026-03-07 10:00")) == beijing("2026-03-11 09:00")
    assert calendar.next_opening(beijing("2026-03-07 10:00")).tzinfo is UTC


def test_what_the_catalog_does_not_have_is_named(catalog: Catalog) -> None:
    for ask, words in (
        (lambda: catalog.program("x"), 'there is no program "x"'),
        (lambda: catalog.plan("x", "basic"), 'there is no program "x"'),
        (lambda: catalog.plan("psp", "gold"), 'program "psp" has no plan "gold"'),
        (lambda: catalog.calendar_named("psp", "x"), 'program "psp" has no calendar "x"'),
        (
            lambda: catalog.calendar("psp", "standard", "core_production_down"),
            'plan "standard" of "psp" does not offer "core_production_down"',
        ),
    ):
        with pytest.raises(NotInCatalog, match=words):
            ask()
