"""`partnerdesk due`: the same arithmetic as the desk's, for people and for machines."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.bot.terminal import forget_settings, typed


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def due(program: str, plan: str, severity: str, opened: str, *more: str) -> dict[str, Any]:
    result = typed(
        "due", "--program", program, "--plan", plan, "--severity", severity,
        "--opened", opened, *more, "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


@pytest.mark.parametrize(
    ("program", "plan", "severity", "opened", "at"),
    [
        # critical of program B, opened Friday 16:00, is due Monday 11:30
        ("spp", "certified", "critical", "2026-03-06T16:00+08:00", "2026-03-09T03:30:00Z"),
        # Basic: opened Friday 10:00, due Monday 10:00; opened Saturday, due Monday 17:30
        ("psp", "basic", "service_request", "2026-03-06T10:00+08:00", "2026-03-09T02:00:00Z"),
        ("psp", "basic", "service_request", "2026-03-07T12:00+08:00", "2026-03-09T09:30:00Z"),
        # Scenario 1: 24/7, 15 minutes, opened 23:50
        (
            "psp",
            "premier",
            "core_production_down",
            "2026-03-06T23:50+08:00",
            "2026-03-06T16:05:00Z",
        ),
        # Scenario 14: opened 08:50 in Beijing while Berlin begins its summer time
        ("psp", "premier", "production_down", "2026-03-29T08:50+08:00", "2026-03-29T01:20:00Z"),
        ("psp", "premier", "production_down", "2026-03-29T01:50+01:00", "2026-03-29T01:20:00Z"),
        # Over the long holiday, and into a make-up working Saturday
        ("spp", "certified", "critical", "2026-02-14T15:00+08:00", "2026-02-24T02:30:00Z"),
    ],
)
def test_it_is_due_when_the_program_says(
    program: str, plan: str, severity: str, opened: str, at: str
) -> None:
    assert due(program, plan, severity, opened)["due"] == at


def test_scenario_1_has_its_rungs() -> None:
    said = due("psp", "premier", "core_production_down", "2026-03-06T23:50+08:00")

    assert said["rungs"][:4] == [
        {"rung": "50%", "at": "2026-03-06T15:57:30Z"},
        {"rung": "75%", "at": "2026-03-06T16:01:15Z"},
        {"rung": "90%", "at": "2026-03-06T16:03:30Z"},
        {"rung": "breach", "at": "2026-03-06T16:05:00Z"},
    ]


def test_the_stretches_cover_the_time_without_a_gap_and_add_up() -> None:
    said = due("spp", "certified", "critical", "2026-03-06T16:00+08:00")

    stretches = said["stretches"]
    assert [(s["kind"], s["seconds"]) for s in stretches] == [
        ("counted", 5400),
        ("closed", 228600),
        ("counted", 9000),
    ]
    assert stretches[0]["start"] == said["opened"]
    assert stretches[-1]["end"] == said["due"]
    assert all(a["end"] == b["start"] for a, b in pairwise(stretches))


def test_scenario_5_a_pause_moves_it_and_is_shown() -> None:
    said = due(
        "psp", "standard", "production_exception", "2026-03-06T16:00+08:00",
        "--paused", "2026-03-06T17:00+08:00/2026-03-09T10:00+08:00",
    )  # fmt: skip

    assert said["due"] == "2026-03-09T04:00:00Z"
    assert [s["kind"] for s in said["stretches"]] == ["counted", "paused", "counted"]


def test_several_pauses_may_come_in_any_order() -> None:
    said = due(
        "psp", "standard", "production_down", "2026-03-06T16:00Z",
        "--paused", "2026-03-06T16:20Z/2026-03-06T16:30Z",
        "--paused", "2026-03-06T16:05Z/2026-03-06T16:15Z",
    )  # fmt: skip

    assert said["due"] == "2026-03-06T16:50:00Z"


def test_a_time_without_a_zone_is_home_time_and_said_so() -> None:
    result = typed(
        "due", "-p", "spp", "-l", "certified", "-s", "critical", "-o", "2026-03-06T16:00", "--json"
    )

    assert json.loads(result.stdout)["due"] == "2026-03-09T03:30:00Z"
    assert result.stderr == "--opened 2026-03-06T16:00 has no zone: taken as Beijing time.\n"


def test_people_read_home_time_and_utc_and_durations_in_words() -> None:
    result = typed(
        "due", "-p", "spp", "-l", "certified", "-s", "critical", "-o", "2026-03-06T16:00+08:00"
    )

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "Certified promises the first reply for critical in less than 4 h, in Beijing working time."
    )
    assert lines[2] == "Due    Mon 2026-03-09 11:30 Beijing time (Mon 2026-03-09 03:30 UTC)"
    assert any(line.endswith("closed   2 d 15 h 30 min") for line in lines)
    assert lines[-1] == "  Counted: 4 h"


def test_working_time_is_told_in_hours_however_long() -> None:
    lines = typed(
        "due", "-p", "spp", "-l", "certified", "-s", "inquiry", "-o", "2026-03-06T16:00+08:00"
    ).stdout.splitlines()

    assert "in less than 48 h, in Beijing working time." in lines[0]
    assert lines[-1] == "  Counted: 48 h"


def test_a_year_whose_holidays_are_guessed_is_provisional() -> None:
    assert due("spp", "certified", "inquiry", "2031-01-02T10:00+08:00")["provisional"]
    assert not due("psp", "premier", "guidance", "2031-01-02T10:00+08:00")["provisional"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--program": "abc"}, 'there is no program "abc"'),
        ({"--plan": "gold"}, 'program "psp" has no plan "gold"'),
        ({"--severity": "core_production_down"}, 'does not offer "core_production_down"'),
        ({"--opened": "yesterday"}, '--opened: "yesterday" is no time'),
        ({"--opened": "2026-02-30"}, '--opened: "2026-02-30" is no time'),
        ({"--paused": "2026-03-06T17:00Z"}, "is no pause. Write its two ends as FROM/TO"),
        ({"--paused": "2026-03-06T17:00Z/2026-03-06T16:30Z"}, "ends before it begins"),
        ({"--paused": "2026-03-06T15:00Z/2026-03-06T16:30Z"}, "begins before the case is opened"),
        ({"--paused": "a/b"}, '--paused: "a" is no time'),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(changed: dict[str, str], words: str) -> None:
    given = {
        "--program": "psp",
        "--plan": "standard",
        "--severity": "guidance",
        "--opened": "2026-03-06T16:00Z",
    } | changed

    result = typed("due", *(word for pair in given.items() for word in pair))

    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""
