"""A bad roster is refused whole, with the line, the key and the reason of every fault."""

from pathlib import Path

import pytest

from bot.roster.read import read_roster
from sla.toml_source import BadFile
from tests.bot.rosters import CATALOG, SMALL, changed, roster_of

# What is changed, the line and the key that are blamed, and the words that say why.
FAULTS = [
    # --- a key by itself
    ('name = "Northwind"', "", "1: partners.northwind.name", "is missing"),
    ('name = "Northwind"', "name = 5", "2: partners.northwind.name", "must be text in quotes"),
    ('name = "Northwind"', 'name = " "', "2: partners.northwind.name", "must not be empty"),
    ('name = "Northwind"', 'name = "N\\u0000"', "2: partners.northwind.name", "must be one line"),
    (
        "subscribed_on = 2026-03-02",
        'subscribed_on = "soon"',
        "5: partners.northwind.subscribed_on",
        "must be a date",
    ),
    (
        'kind = "solution"\ncountry = "DE"',
        'kind = "solution"\nctry = "DE"',
        "8: partners.northwind.ctry",
        "is not a known key",
    ),
    (
        'country = "DE"',
        'country = "Germany"',
        "8: partners.northwind.country",
        'there is no country "Germany"',
    ),
    (
        'country = "DE"',
        'country = "XX"',
        "8: partners.northwind.country",
        'there is no country "XX"',
    ),
    (
        'time_zone = "Asia/Kolkata"',
        'time_zone = "Asia/Kalkutta"',
        "21: partners.lumen.time_zone",
        'there is no time zone "Asia/Kalkutta"',
    ),
    (
        'time_zone = "Asia/Kolkata"',
        'time_zone = "../etc/passwd"',
        "21: partners.lumen.time_zone",
        "there is no time zone",
    ),
    (
        'time_zone = "Asia/Kolkata"',
        'time_zone = "Asia/Kolkata"\nlanguage = "klingon"',
        "22: partners.lumen.language",
        'there is no language "klingon"',
    ),
    (
        "[partners.lumen]",
        "[partners.lumen]\nbiling = 1",
        "14: partners.lumen.biling",
        'did you mean "billing"?',
    ),
    (
        "[partners.lumen]",
        '[partners."Lumen Robotics"]',
        '13: partners."Lumen Robotics"',
        "must be a key",
    ),
    (
        'email = "anna@northwind.example"',
        'email = "anna at northwind"',
        "26: people.anna.email",
        "must be an e-mail address",
    ),
    (
        'roles = ["engineer", "duty_manager"]',
        'roles = ["enginer"]',
        "37: people.chen.roles[1]",
        "must be one of",
    ),
    (
        'hours = "22:00-06:00"',
        'hours = "22-06"',
        "52: people.lin.duty.hours",
        "must be hours in quotes",
    ),
    (
        'hours = "22:00-06:00"',
        'hours = "22:00-25:00"',
        "52: people.lin.duty.hours",
        "is not a time of day",
    ),
    (
        'hours = "22:00-06:00"',
        'hours = "09:00-09:00"',
        "52: people.lin.duty.hours",
        "must not end when they begin",
    ),
    (
        'weekdays = ["monday", "friday"]',
        "weekdays = []",
        "52: people.lin.duty.weekdays",
        "must have 1 or more in it",
    ),
    (
        'platform = "web"\nchannel = "support"',
        'platform = "irc"\nchannel = "support"',
        "58: channels.everything.platform",
        "must be one of",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "why"), FAULTS)
def test_a_fault_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, where: str, why: str
) -> None:
    with pytest.raises(BadFile) as caught:
        roster_of(tmp_path, changed(old, new))

    lines = str(caught.value).splitlines()
    assert any(line.startswith(f"roster.toml:{where}") and why in line for line in lines), lines


def test_every_fault_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    text = changed('tam = "oliver"', 'tam = "nobody"').replace('"certified"', '"certain"')
    text = text.replace('cover = "oliver"', 'cover = "lin"')

    with pytest.raises(BadFile) as caught:
        roster_of(tmp_path, text)

    assert [fault.line for fault in caught.value.faults] == [10, 16, 53]


def test_a_fault_of_a_value_hides_none_of_what_the_file_refers_to(tmp_path: Path) -> None:
    text = changed('kind = "solution"\ncountry = "DE"', 'kind = "solution"\ncountry = "Germany"')
    text = text.replace('tam = "oliver"', 'tam = "nobody"').replace('"certified"', '"certain"')
    text = text.replace('cover = "oliver"', 'cover = "lin"')

    with pytest.raises(BadFile) as caught:
        roster_of(tmp_path, text)

    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (8, "partners.northwind.country"),
        (10, "partners.northwind.tam"),
        (16, "partners.lumen.plan"),
        (53, "people.lin.cover"),
    ]


def test_a_reference_that_is_no_key_is_blamed_once(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as caught:
        roster_of(tmp_path, changed('tam = "oliver"', 'tam = "Oliver Hartmann"'))

    (fault,) = caught.value.faults
    assert (fault.line, fault.key) == (10, "partners.northwind.tam")
    assert "must be a key" in fault.reason


@pytest.mark.parametrize("text", ["partners = 5", "[partners]\nnorthwind = 5", "people = [1]"])
def test_what_is_no_table_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadFile, match="must be a table"):
        roster_of(tmp_path, text)


def test_a_table_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"roster\.toml:\d+: is not TOML"):
        roster_of(tmp_path, SMALL + '\n[people.anna]\nname = "Other"\n')


def test_a_file_that_is_absent_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"roster\.toml:1: cannot be read: No such file"):
        read_roster(tmp_path / "roster.toml", CATALOG)
