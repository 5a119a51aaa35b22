"""Who is on duty, who stands in, and which channel a case belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from desk.duty import (
    duty_manager,
    engineer_place,
    next_on_duty,
    on_call,
    on_duty,
    operator_place,
)
from desk.people import Hours, Person, Place, PlaceKind, Role

DAY = Hours((0, 1, 2, 3, 4), time(9), time(17))
NIGHT = Hours((4,), time(22), time(6))


def person(key: str, hours: Hours | None = DAY, **more: Any) -> Person:
    return Person(key, key.title(), frozenset({Role.TAM}), "Asia/Shanghai", hours=hours, **more)


def beijing(text: str) -> datetime:
    """A time of day in March 2026 in Beijing: "06 16:00" is Friday afternoon."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, int(day), tzinfo=UTC).replace(hour=hour, minute=minute) - EIGHT


EIGHT = timedelta(hours=8)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        (DAY, "06 08:59", False),
        (DAY, "06 09:00", True),
        (DAY, "06 16:59", True),
        (DAY, "06 17:00", False),
        (DAY, "07 12:00", False),
        (None, "07 03:00", True),
        (NIGHT, "06 21:59", False),
        (NIGHT, "06 22:00", True),
        (NIGHT, "07 05:59", True),  # Saturday morning belongs to Friday's night
        (NIGHT, "07 06:00", False),
        (NIGHT, "07 23:00", False),
        (NIGHT, "06 03:00", False),
    ],
)
def test_hours_are_wall_clock_hours_of_their_weekday(
    hours: Hours | None, when: str, expected: bool
) -> None:
    assert on_duty(person("tara", hours), beijing(when)) is expected


def test_off_by_their_own_word_is_off() -> None:
    assert not on_duty(person("tara", None, on_duty=False), beijing("06 12:00"))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("06 08:00", "06 09:00"),
        ("06 09:00", "09 09:00"),
        ("07 12:00", "09 09:00"),
    ],
)
def test_when_they_are_back(when: str, expected: str) -> None:
    assert next_on_duty(person("tara"), beijing(when)) == beijing(expected)


def test_nobody_is_back_who_never_leaves_or_never_comes() -> None:
    noon = beijing("06 12:00")
    assert next_on_duty(person("tara", None), noon) is None
    assert next_on_duty(person("tara", Hours(())), noon) is None
    assert next_on_duty(person("tara", on_duty=False), noon) is None
    weekly = Hours((4,), time(9), time(17))
    assert next_on_duty(person("tara", weekly), noon) == beijing("13 09:00")


def test_the_tam_then_the_cover_then_a_manager_on_duty_then_anybody() -> None:
    noon, night = beijing("06 12:00"), beijing("06 20:00")
    tara, theo = person("tara"), person("theo")
    awake, asleep = person("dana", None), person("duke")
    for tam, cover, managers, now, expected in (
        (tara, theo, [awake], noon, ("tara", None)),
        (tara, person("theo", None), [awake], night, ("theo", "tara")),
        (tara, theo, [asleep, awake], night, ("dana", "tara")),
        (tara, theo, [asleep], night, ("duke", "tara")),
        (tara, theo, [], night, ("theo", "tara")),
        (tara, None, [], night, ("tara", None)),
        (None, None, [awake], noon, ("dana", None)),
    ):
        found = on_call(tam, cover, managers, now)
        assert found is not None
        assert (found.person.id, found.instead_of and found.instead_of.id) == expected
    assert on_call(None, None, [], noon) is None


def test_the_duty_manager_awake_is_asked_first() -> None:
    night = beijing("06 20:00")
    asleep = replace(person("duke"), roles=frozenset({Role.DUTY_MANAGER}))
    awake = replace(person("dana", None), roles=frozenset({Role.DUTY_MANAGER}))
    assert duty_manager([person("tara"), asleep, awake], night) == awake
    assert duty_manager([asleep], night) == asleep
    assert duty_manager([person("tara")], night) is None


def channel(key: str, kind: PlaceKind = PlaceKind.ENGINEERS, **more: Any) -> Place:
    return Place(key, kind, "web", "", key, f"#{key}", **more)


def test_a_case_goes_to_the_channel_that_knows_it_best() -> None:
    anything = channel("anything")
    cloud = channel("cloud", programs=("psp",))
    data = channel("data", programs=("psp",), products=("Databases",))
    gone = channel("gone", products=("Databases",), archived=True)
    shared = channel("shared", PlaceKind.PARTNER)
    places = [shared, anything, cloud, gone, data]
    assert engineer_place(places, "psp", "Databases") == data
    assert engineer_place(places, "psp", "Security") == cloud
    assert engineer_place(places, "spp", "Databases") == anything
    assert engineer_place([shared, cloud], "spp", "x") is None


def test_the_operators_channel_unless_it_is_archived() -> None:
    operators = channel("ops", PlaceKind.OPERATORS)
    assert operator_place([channel("a"), operators]) == operators
    assert operator_place([replace(operators, archived=True)]) is None
