"""The doctor looks at the roster, the files and the port, and is a command."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.surgery import (
    MIGRATION,
    edited,
    free_port,
    only,
    statement,
    with_sample,
    wrong,
)
from tests.bot.terminal import forget_settings, typed


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESK_PORT", free_port())


@pytest.fixture
def sample() -> None:
    with_sample()


# --- the roster -----------------------------------------------------------------------------------


def test_a_roster_file_with_faults(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.toml").write_text("[partners.x]\nname = 'X'\n", "utf-8")
    monkeypatch.setenv("DESK_ROSTER", "mine.toml")

    found = wrong()

    assert {one.part for one in found} == {"roster file"}
    assert "mine.toml:1: partners.x.program: is missing" in {one.wrong for one in found}


def test_a_roster_file_that_is_absent(sample: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_ROSTER", "mine.toml")

    assert "mine.toml:1: cannot be read" in only().wrong


def test_a_database_without_people() -> None:
    assert typed("migrate").exit_code == 0

    assert only().wrong == "the roster is empty"


def test_a_program_without_an_engineers_channel() -> None:
    edited('programs = ["spp"]', 'programs = ["psp"]')

    one = only()

    assert one.wrong == "channels: Solution Partner Program has no engineers' channel"
    assert 'add one that serves "engineers" of "spp"' in one.mend


def test_a_partner_whose_tam_has_no_identity() -> None:
    edited(
        'cover = "lin-mei"\nidentities = [{ platform = "web" }]',
        'cover = "lin-mei"',
    )

    one = only()

    assert "partners northwind: its TAM Oliver Hartmann has no identity" in one.wrong
    assert "add identities to people.oliver-hartmann" in one.mend


def test_a_plan_that_the_catalog_has_lost(sample: None) -> None:
    statement("UPDATE partners SET plan = 'gold' WHERE id = 'kestrel'")

    assert 'partners kestrel: is on plan "gold" of "spp"' in only().wrong


# --- files and the port ---------------------------------------------------------------------------


def test_a_directory_of_files_that_cannot_be_written(
    sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a-file").write_text("in the way")
    monkeypatch.setenv("DESK_FILES_URL", "a-file/files")

    one = only()

    assert one.wrong.startswith("attachments cannot be kept: ")
    assert "DESK_FILES_URL" in one.mend


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("DESK_PORT", str(port))
        # Whoever asks it something is answered by nobody.
        server.settimeout(0)
        yield port


def test_a_port_that_is_taken(sample: None, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doctor.ANSWER_WITHIN", 0.05)

    one = only()

    assert one.wrong.startswith(f"Port {taken} on 127.0.0.1 is taken")
    assert f"DESK_PORT={taken + 1}" in one.wrong


# --- the command ----------------------------------------------------------------------------------


def test_the_command_says_it_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    result = typed("doctor")
    machines = typed("doctor", "--json")

    assert result.exit_code == 1
    assert f"wrong  database: The migration {MIGRATION} has not been applied" in result.stdout
    assert machines.exit_code == 1
    assert "database" in {one["part"] for one in json.loads(machines.stdout)}


def test_the_command_ends_with_0_where_all_is_well(
    sample: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever day it is: every year that a test can be run in is published.
    years = range(2026, 2060)
    text = "".join(f"[CN.{year}]\npublished = true\nholidays = [{year}-01-01]\n" for year in years)
    Path("days.toml").write_text(text)
    monkeypatch.setenv("DESK_HOLIDAYS", "days.toml")

    result = typed("doctor")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "Everything is in order."
