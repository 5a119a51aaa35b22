"""Where the holidays come from, and what wins over what."""

from datetime import date
from pathlib import Path

import pytest

from sla.holidays import BadHolidays, DayKind, load, missing_years

HOLIDAY, WORKDAY = DayKind.HOLIDAY, DayKind.WORKDAY


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 1, 1), HOLIDAY),
        (date(2026, 1, 4), WORKDAY),
        (date(2026, 2, 28), WORKDAY),
        (date(2026, 3, 6), None),
        (date(2026, 10, 7), HOLIDAY),
        (date(2026, 10, 10), WORKDAY),
        # Statutory days of a year that nobody has published: a guess.
        (date(2027, 1, 1), HOLIDAY),
        (date(2027, 10, 1), HOLIDAY),
    ],
)
def test_china(day: date, kind: DayKind | None) -> None:
    table = load("CN")
    assert table.days.get(day) is kind
    assert (day.year in table.published) is (day.year <= 2026)


def test_another_region() -> None:
    table = load("DE")
    assert table.days[date(2026, 10, 3)] is HOLIDAY
    assert 2040 in table.published


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(BadHolidays, match="'ATLANTIS'"):
        load("ATLANTIS")


def test_an_override_corrects_single_days_and_what_an_operator_sets_wins(tmp_path: Path) -> None:
    path = tmp_path / "days.toml"
    path.write_text(
        "[CN.2026]\nholidays = [2026-03-06, 2026-03-09]\nworkdays = [2026-03-07]\n"
        "ordinary = [2026-01-04]\n"
    )
    table = load("CN", path, {date(2026, 3, 9): WORKDAY})
    assert table.days[date(2026, 3, 6)] is HOLIDAY
    assert table.days[date(2026, 3, 7)] is WORKDAY
    assert table.days[date(2026, 3, 9)] is WORKDAY
    assert date(2026, 1, 4) not in table.days
    assert table.days[date(2026, 1, 1)] is HOLIDAY


def test_an_override_that_publishes_a_year_drops_the_guess(tmp_path: Path) -> None:
    path = tmp_path / "days.toml"
    path.write_text("[CN.2027]\npublished = true\nsource = 'x'\nholidays = [2027-01-04]\n")
    table = load("CN", path)
    assert [day for day in table.days if day.year == 2027] == [date(2027, 1, 4)]
    assert 2027 in table.published
    assert load("DE", path).days == load("DE").days


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[CN.2027]\nholiday = [2027-01-01]\n", r"days.toml: CN.2027: unknown key holiday"),
        ("[CN.2027]\nholidays = [2026-01-01]\n", "2026-01-01 is not a date of that year"),
        ("[CN.2027]\nholidays = ['2027-01-01']\n", "not a date"),
        ("[CN.2027]\nholidays = [2027-01-01T00:00:00]\n", "not a date"),
        ("[CN.2027]\nholidays = [2027-01-01]\nordinary = [2027-01-01]\n", "named twice"),
        ("[CN.2027\n", "days.toml: "),
        ("[CN.next]\n", "CN.next: a year"),
        ("[CN]\n2027 = 1\n", "CN.2027: a year"),
        ("CN = 1\n", "CN: a year"),
        ("[CN.2027]\nholidays = 1\n", "CN.2027.holidays: not a list"),
        ("[CN.2027]\npublished = 'no'\n", "published: true or false"),
    ],
)
def test_a_bad_override_is_refused_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "days.toml"
    path.write_text(text)
    with pytest.raises(BadHolidays, match=reason):
        load("CN", path)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 10, 1), ()),
        (date(2026, 11, 1), ()),
        (date(2026, 11, 22), (2027,)),
        (date(2027, 1, 5), (2027,)),
    ],
)
def test_operators_are_warned_two_months_ahead(today: date, missing: tuple[int, ...]) -> None:
    assert missing_years(load("CN"), today) == missing
