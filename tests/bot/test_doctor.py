"""The doctor: each fault is found, and the mend is said with it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.findings import Finding
from desk.linking import Installation
from storage.cipher import Cipher
from storage.desk import StoredDesk
from tests.bot.surgery import (
    MARCH,
    MIGRATION,
    NOVEMBER,
    SECRET,
    examined,
    free_port,
    only,
    statement,
    with_sample,
    wrong,
)
from tests.bot.terminal import forget_settings


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESK_PORT", free_port())


@pytest.fixture
def sample() -> None:
    with_sample()


def test_a_desk_in_order_is_in_order(sample: None) -> None:
    found = examined()

    assert [one.part for one in found] == [
        "settings",
        "programs",
        "calendars",
        "database",
        "roster",
        "files",
        "port",
    ]
    assert not any(one.wrong for one in found)


# --- settings -------------------------------------------------------------------------------------


def test_a_secret_of_the_wrong_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", "hunter2")

    first, rest = wrong()

    assert first.wrong.startswith("DESK_SECRET_KEY: must have 32 characters or more; make one with")
    assert "hunter2" not in first.wrong
    assert rest.wrong == "nothing else was looked at"


def test_a_host_that_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_HOST", "0.0.0.0")

    assert wrong()[0].wrong.startswith("DESK_HOST: without DESK_SECRET_KEY")


def test_a_misspelt_variable(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DATABSE_URL", "sqlite:///other.db")

    one = only()

    assert one.wrong == "DESK_DATABSE_URL is not a setting"
    assert one.mend == "Did you mean DESK_DATABASE_URL?"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "DESK_PUBLIC_URL is not set"),
        ("http://desk.example.com", "sessions would travel in the clear"),
    ],
)
def test_a_desk_for_others_without_a_good_public_url(
    sample: None, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("DESK_HOST", "0.0.0.0")
    monkeypatch.setenv("DESK_SECRET_KEY", SECRET)
    monkeypatch.setenv("DESK_PUBLIC_URL", url)

    assert words in only().wrong


# --- programs and calendars -----------------------------------------------------------------------


def test_a_year_without_a_holiday_table(sample: None) -> None:
    one = only(NOVEMBER)

    assert one.part == "calendars"
    assert one.wrong.startswith("the holidays of 2027 in CN are not published")
    assert "[CN.2027]" in one.mend
    assert "DESK_HOLIDAYS" in one.mend


def test_a_file_of_holidays_mends_it(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("days.toml").write_text("[CN.2027]\npublished = true\nholidays = [2027-01-01]\n")
    monkeypatch.setenv("DESK_HOLIDAYS", "days.toml")

    assert wrong(NOVEMBER) == []


def test_a_file_of_holidays_that_is_broken(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("days.toml").write_text("[CN.2027]\nholidays = [2026-01-01]\n")
    monkeypatch.setenv("DESK_HOLIDAYS", "days.toml")

    assert any("2026-01-01 is not a date of that year" in one.wrong for one in wrong())


def test_faults_of_the_programs_with_their_lines(
    sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("programs").mkdir()
    Path("programs/mine.toml").write_text('key = "mine"\n', "utf-8")
    monkeypatch.setenv("DESK_PROGRAMS", "programs")

    found = wrong()

    assert {one.part for one in found} == {"programs"}
    assert found[0].wrong.startswith("mine.toml:1: ")
    assert "partnerdesk catalog check" in found[0].mend


# --- the database ---------------------------------------------------------------------------------


def test_a_database_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    one = only()

    assert one.wrong == f"The migration {MIGRATION} has not been applied"
    assert "run `partnerdesk migrate`" in one.mend
    assert not Path("var/desk.db").exists()


def test_a_database_that_is_newer(sample: None) -> None:
    statement("INSERT INTO schema_migrations VALUES ('9999_later.sql', 'x')")

    one = only()

    assert "newer than this program: it has 9999_later.sql" in one.wrong
    assert one.mend.startswith("Start the version of the desk that made it")


def test_a_database_whose_migration_was_edited(sample: None) -> None:
    statement("UPDATE schema_migrations SET checksum = 'x'")

    one = only()

    assert f"{MIGRATION} was edited" in one.wrong
    assert one.mend == "Put the migration back as it was released."


def test_a_database_that_is_none(sample: None) -> None:
    Path("var/desk.db").write_bytes(b"this is a text" * 100)

    one = only()

    assert one.wrong.startswith("The database cannot be read: ")
    assert one.mend.startswith("Check DESK_DATABASE_URL")


def test_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DATABASE_URL", "postgres://desk:swordfish@127.0.0.1:1/desk")

    one = only()

    assert one.wrong.startswith("The database cannot be read: ")
    assert "swordfish" not in one.wrong


def test_a_database_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DATABASE_URL", "sqlite://:memory:")

    assert "everything is gone when the desk stops" in only().wrong


def test_a_quota_whose_books_disagree(sample: None) -> None:
    statement(
        "INSERT INTO quota (partner_id, period, cap, used, package_units, package_used, owed) "
        "VALUES ('brightwater', '2026-03', 30, 7, 0, 0, 0)"
    )

    one = only()

    assert (one.part, "brightwater, 2026-03" in one.wrong) == ("quota", True)


# --- other people's workspaces --------------------------------------------------------------------

URL = "sqlite:///var/desk.db"


def installed(workspace: str, **more: object) -> None:
    """The desk is installed in a workspace of Slack's."""

    async def put() -> None:
        one = replace(Installation("slack", workspace, "xoxb-1", name="Acme"), **more)  # type: ignore[arg-type]  # a test's shorthand
        async with await StoredDesk.open(URL, cipher=Cipher(SECRET)) as desk:
            await desk.run(lambda uow: uow.installations.put(one))

    asyncio.run(put())


def of_workspaces() -> list[Finding]:
    return [one for one in examined() if one.part == "workspaces"]


def test_a_workspace_in_order_is_in_order(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", SECRET)
    assert of_workspaces() == []
    installed("T1", expires_at=MARCH + timedelta(hours=1))
    statement("INSERT INTO workspaces (platform, workspace, partner_id) VALUES ('slack','T1','p')")
    assert of_workspaces() == [Finding("workspaces")]


def test_a_workspace_that_is_nobodys(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET_KEY", SECRET)
    installed("T1")
    (one,) = of_workspaces()
    assert one.wrong == (
        "slack T1 (Acme): it is linked with no partner, so nobody there can do anything"
    )
    assert "`partnerdesk partner invite PARTNER`" in one.mend
    # The vendor's own is nobody's, and is right so.
    statement("UPDATE places SET platform = 'slack', workspace = 'T1' WHERE kind = 'engineers'")
    assert of_workspaces() == [Finding("workspaces")]


def test_tokens_that_cannot_be_used(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    installed("T1", expires_at=MARCH)
    (one,) = of_workspaces()
    assert "DESK_SECRET_KEY is not set" in one.wrong
    monkeypatch.setenv("DESK_SECRET_KEY", SECRET[::-1])
    (one,) = of_workspaces()
    assert "another DESK_SECRET_KEY" in one.wrong
    assert "install the desk there again" in one.mend
    monkeypatch.setenv("DESK_SECRET_KEY", SECRET)
    ended, nobodys = of_workspaces()
    assert "its token has ended" in ended.wrong
    assert "linked with no partner" in nobodys.wrong
