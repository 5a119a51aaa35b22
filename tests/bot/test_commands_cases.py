"""The commands that look into cases, quotas and notices, and the one that lets people in."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.sample import ROSTER
from handlers.exchange import Inbound, Sender, Where
from handlers.intents import ClaimCase, Intent, OpenCase, ReplyToPartner
from handlers.router import Router
from storage.desk import StoredDesk
from tests.bot.rosters import CATALOG
from tests.bot.terminal import forget_settings, typed

T = TypeVar("T")
URL = "sqlite:///var/desk.db"
OPENED = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sample() -> None:
    """A database with the sample roster."""
    assert typed("roster", "apply", ROSTER).exit_code == 0


def stored(work: Callable[[StoredDesk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with await StoredDesk.open(URL) as desk:
            return await work(desk)

    return asyncio.run(run())


def say(person: str, intent: Intent, at: datetime = OPENED) -> int:
    """Say something to the desk through its router; the case that it touched."""

    async def handle(desk: StoredDesk) -> int:
        router = Router(desk, lambda: CATALOG)
        where = Where("web", "", f"dm:{person}")
        answer = await router.handle(
            Inbound(f"test:{person}:{intent}", Sender("web", "", person), where, intent), at
        )
        assert answer.accepted
        assert answer.case_id is not None
        return answer.case_id

    return stored(handle)


def open_case(person: str = "grace-whitfield", title: str = "It is slow") -> int:
    return say(
        person,
        OpenCase(
            category="technical", severity="guidance", title=title, description="Since today.",
            product="Databases", customer="Own", language="en",
        ),
    )  # fmt: skip


def parsed(*words: object) -> Any:
    result = typed(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# --- cases ----------------------------------------------------------------------------------------


def test_cases_are_listed_and_narrowed(sample: None) -> None:
    number = open_case()
    other = open_case("anna-berg", "Another")
    say("chen-jie", ClaimCase(other))

    assert [case["id"] for case in parsed("case", "list")] == [other, number]
    assert [c["id"] for c in parsed("case", "list", "--partner", "northwind")] == [other]
    assert [c["id"] for c in parsed("case", "list", "--owner", "chen-jie")] == [other]
    assert [c["id"] for c in parsed("case", "list", "--unclaimed")] == [number]
    assert [c["id"] for c in parsed("case", "list", "--state", "new")] == [number]
    assert [c["id"] for c in parsed("case", "list", "--words", "slow")] == [number]
    assert parsed("case", "list", "--words", "nothing of the kind") == []
    table = typed("case", "list").stdout
    assert f"C-{number}" in table
    assert table.endswith("Page 1 of 1, 2 in all.\n")


def test_a_case_is_shown_whole(sample: None) -> None:
    number = open_case()
    say("chen-jie", ReplyToPartner(number, "Try this."), datetime(2026, 3, 9, 3, tzinfo=UTC))

    whole = parsed("case", "show", f"C-{number}")
    text = typed("case", "show", str(number)).stdout

    assert (whole["number"], whole["owner"], whole["clock"]) == (f"C-{number}", "chen-jie", "met")
    assert whole["due_at"] == "2026-03-09T18:00:00Z"
    assert whole["met_at"] == "2026-03-09T03:00:00Z"
    assert [entry["what"] for entry in whole["timeline"]] == ["Opened", "Replied"]
    assert [message["text"] for message in whole["messages"]] == ["Try this."]
    assert "chen-jie: Try this." in text


@pytest.mark.parametrize(
    ("number", "words"), [("C-999999", "There is no case C-999999."), ("x", "no case number")]
)
def test_a_case_that_is_not_there_is_said_so(sample: None, number: str, words: str) -> None:
    result = typed("case", "show", number)

    assert result.exit_code == 2
    assert words in result.stderr


def test_the_ledger_names_every_notice(sample: None) -> None:
    number = open_case()

    rows = parsed("ledger", "--case", f"C-{number}")

    assert {row["state"] for row in rows} == {"planned"}
    assert {"channel", "person"} <= {row["to"]["to"] for row in rows}
    assert parsed("ledger", "--state", "failed") == []
    assert typed("ledger", "--state", "failed").stdout == "No notice fits.\n"
    assert "case_card" in {row["notice"] for row in rows}
    assert typed("ledger", "--state", "lost").exit_code == 2


# --- quota ----------------------------------------------------------------------------------------


def test_quota_says_what_is_used_and_left_and_until_when(sample: None) -> None:
    number = open_case()

    march = parsed("quota", "--partner", "brightwater", "--at", "2026-03-15T00:00+08:00")
    april = parsed("quota", "--partner", "brightwater", "--at", "2026-04-01T00:00+08:00")

    assert (march["units"], march["used"], march["left"]) == (30, 1, 29)
    assert march["period"] == {
        "key": "2026-03",
        "start": "2026-02-28T16:00:00Z",
        "end": "2026-03-31T16:00:00Z",
    }
    assert march["resets_at"] == "2026-03-31T16:00:00Z"
    (line,) = march["ledger"]
    assert (line["move"], line["units"], line["case"]) == ("taken", -1, f"C-{number}")
    assert (april["used"], april["left"], april["ledger"]) == (0, 30, [])


def test_scenario_23_a_package_is_void_when_the_month_ends(sample: None) -> None:
    recorded = typed(
        "quota", "package", "-p", "brightwater", "--paid-at", "2026-01-31T23:00+08:00",
        "--note", "INV-7",
    )  # fmt: skip
    before = parsed("quota", "-p", "brightwater", "--at", "2026-01-31T23:59:59+08:00")
    after = parsed("quota", "-p", "brightwater", "--at", "2026-02-01T00:00:00+08:00")

    assert recorded.exit_code == 0
    assert "10 more cases for Brightwater Systems" in recorded.stdout
    assert "has ended already" in recorded.stderr
    assert before["packages"] == {"units": 10, "used": 0, "left": 10}
    assert (before["left"], before["ledger"][0]["note"]) == (40, "INV-7")
    assert (after["left"], after["packages"]["left"]) == (30, 0)


def test_quota_for_people_has_the_movements(sample: None) -> None:
    open_case()

    text = typed("quota", "-p", "brightwater", "--at", "2026-03-15T00:00").output

    assert "29 of 30 left until Wed 2026-04-01 00:00 Beijing time" in text
    assert "taken" in text
    assert "no zone" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quota",), "Which partner?"),
        (("quota", "-p", "nobody"), 'There is no partner "nobody". Known are: brightwater,'),
        (("quota", "package", "-p", "northwind"), "Premier sells no packages"),
        (
            ("quota", "package", "-p", "brightwater", "--paid-at", "2099-01-01T00:00Z"),
            "in the future",
        ),
    ],
)
def test_a_quota_that_cannot_be_is_refused(sample: None, words: tuple[str, ...], said: str) -> None:
    result = typed(*words)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_partner_without_a_limit_has_none(sample: None) -> None:
    facts = parsed("quota", "-p", "northwind")

    assert (facts["unlimited"], facts["left"], facts["period"]) == (True, None, None)
    assert "There is no limit." in typed("quota", "-p", "northwind").stdout


# --- signing in -----------------------------------------------------------------------------------


def test_signin_prints_a_link_and_keeps_only_its_hash(sample: None) -> None:
    result = typed("signin", "anna-berg")

    address, slash, token = result.stdout.strip().rpartition("/")
    assert (address, slash) == ("http://127.0.0.1:8080/signin", "/")
    assert "For Anna Berg: it works once, until" in result.stderr
    assert token.encode() not in Path("var/desk.db").read_bytes()


@pytest.mark.parametrize("person", ["nobody", "Anna Berg"])
def test_a_link_is_for_somebody_of_the_roster(sample: None, person: str) -> None:
    result = typed("signin", person)

    assert result.exit_code == 2
    assert f'There is nobody called "{person}"' in result.stderr


def test_a_link_is_for_somebody_who_is_in_the_web_chat() -> None:
    text = ROSTER.read_text("utf-8").replace(
        'email = "anna.berg@northwind.example"\nidentities = [{ platform = "web" }]',
        'email = "anna.berg@northwind.example"',
    )
    Path("mine.toml").write_text(text, "utf-8")
    typed("roster", "apply", "mine.toml")

    result = typed("signin", "anna-berg")

    assert result.exit_code == 2
    assert "Anna Berg has no identity in the web chat." in result.stderr
