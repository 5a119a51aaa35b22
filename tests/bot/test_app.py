"""The whole program as a process: starts, says so, refuses what is wrong, stops in order."""

import json
import signal
import socket
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.sample import ROSTER
from tests.bot.terminal import Started

SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"
MINE = """\
[partners.x]
name = "X"
program = "psp"
plan = "standard"
subscribed_on = 2026-01-01
billing = "yearly"
kind = "sales"
country = "FR"
time_zone = "Europe/Paris"

[people.luc]
name = "Luc"
partner = "x"
identities = [{ platform = "web" }]
"""


def started(cwd: Path, **settings: str) -> Started:
    return Started(cwd, "run", **{"DESK_PORT": "0"} | settings)


def fetched(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.loads(answer.read())


def rows(cwd: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(cwd / "var" / "desk.db")) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_first_start_makes_everything_and_one_signal_stops_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    with started(tmp_path) as desk:
        address = desk.ready()
        slack, teams = desk.line_with("Slack"), desk.line_with("Teams")

        assert fetched(f"{address}/healthz") == {"partnerdesk": "running"}
        assert fetched(f"{address}/readyz") == {"ready": True}
        with urllib.request.urlopen(address, timeout=10) as page:
            assert "Partnerdesk" in page.read().decode()
        assert desk.stop(number) == 0

    said = [line for line in desk.said if not line.startswith("Database: applied")]
    assert desk.said[0] == "Database: applied 0001_first.sql"
    assert said[0].startswith("The sample roster: 30 changes, 7 partners")
    assert said[1] == "Demo: 7 cases are on the desk"
    assert said[2] == f"Partnerdesk is ready: {address} (demo)"
    assert "off. SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET" in slack
    assert "off. MicrosoftAppId" in teams
    assert desk.said[-1] == "Stopped."
    assert desk.logged == []


def test_all_parts_together_may_take_less_than_the_five_seconds_promised() -> None:
    limits = [limit for name, limit in vars(app).items() if name.startswith("STOP_")]

    assert len(limits) > 3
    assert sum(limits) < 5


def test_nothing_is_breached_at_the_first_look_and_no_state_is_missing(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        desk.ready()
        assert desk.stop() == 0

    states = {state for (state,) in rows(tmp_path, "SELECT state FROM cases")}
    assert states == {"new", "working", "waiting", "resolved", "confirmed"}
    cycles = [json.loads(text)[0] for (text,) in rows(tmp_path, "SELECT cycles FROM cases")]
    assert not any(cycle.get("breaches") for cycle in cycles)
    assert rows(tmp_path, "SELECT count(*) FROM outbox WHERE state = 'failed'") == [(0,)]


def test_a_second_start_repeats_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        first.ready()
        first.stop()
    before = rows(tmp_path, "SELECT count(*) FROM cases")
    with started(tmp_path) as second:
        address = second.ready()
        second.stop()

    assert second.said[0] == f"Partnerdesk is ready: {address} (demo)"
    assert rows(tmp_path, "SELECT count(*) FROM cases") == before


def test_a_roster_of_ones_own_ends_the_demo_for_good(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE, "utf-8")
    with started(tmp_path) as demo:
        demo.ready()
        demo.stop()
    with started(tmp_path, DESK_ROSTER="mine.toml") as mine:
        line = mine.line_with("is ready")
        mine.stop()
    with started(tmp_path) as later:
        afterwards = later.line_with("is ready")
        later.stop()

    assert any(said.startswith("The roster: ") for said in mine.said)
    assert "(demo)" not in line
    assert "(demo)" not in afterwards


def test_with_a_secret_key_people_sign_in(tmp_path: Path) -> None:
    with started(tmp_path, DESK_SECRET_KEY=SECRET) as desk:
        line = desk.line_with("is ready")
        address = line.split()[3]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address, timeout=10)
        refused.value.close()
        assert refused.value.code == 401
        with Started(tmp_path, "signin", "anna-berg", DESK_PORT=address.split(":")[-1]) as signin:
            link = signin.line_with("/signin/")
            assert signin.ended() == 0
        with urllib.request.urlopen(link, timeout=10) as page:
            assert page.status == 200
        desk.stop()

    assert "(demo)" not in line
    assert link.startswith(address)


def test_a_taken_port_is_said_so_and_nothing_is_touched(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        with started(tmp_path, DESK_PORT=str(port)) as desk:
            assert desk.ended() == 2

    assert desk.logged[0].startswith(f"Port {port} on 127.0.0.1 is taken")
    assert f"DESK_PORT={port + 1}" in desk.logged[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DESK_PORT": "eighty"}, "DESK_PORT: must be a whole number"),
        ({"DESK_HOST": "0.0.0.0"}, "DESK_HOST: without DESK_SECRET_KEY"),
        ({"DESK_HOST": "203.0.113.7", "DESK_SECRET_KEY": SECRET}, "no address of this machine"),
        ({"DESK_SECRET_KEY": "short"}, "DESK_SECRET_KEY: must have 32 characters"),
        ({"DESK_ROSTER": "nowhere.toml"}, "nowhere.toml:1: cannot be read"),
        ({"DESK_PROGRAMS": "nowhere"}, "nowhere:1: has no program in it"),
        ({"DESK_HOLIDAYS": "nowhere.toml"}, "nowhere.toml"),
    ],
)
def test_what_is_wrong_at_the_start_is_refused_and_touches_nothing(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    with started(tmp_path, **settings) as desk:
        assert desk.ended() == 2

    assert words in "\n".join(desk.logged)
    assert "Traceback" not in "\n".join(desk.logged)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_roster_or_program_is_refused_with_its_lines_and_the_data_stay(
    tmp_path: Path,
) -> None:
    with started(tmp_path) as desk:
        desk.ready()
        desk.stop()
    before = rows(tmp_path, "SELECT id, plan FROM partners ORDER BY id")
    text = ROSTER.read_text("utf-8").replace('plan = "premier"', 'plan = "platinum"')
    (tmp_path / "bad.toml").write_text(text, "utf-8")
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "one.toml").write_text("key = 5\n", "utf-8")

    with started(tmp_path, DESK_ROSTER="bad.toml") as roster:
        assert roster.ended() == 2
    with started(tmp_path, DESK_PROGRAMS="programs") as programs:
        assert programs.ended() == 2

    assert len(roster.logged) == 2
    assert all(line.startswith("bad.toml:") and "platinum" in line for line in roster.logged)
    assert "one.toml:1: key: must be text in quotes" in "\n".join(programs.logged)
    assert rows(tmp_path, "SELECT id, plan FROM partners ORDER BY id") == before


def test_a_database_that_is_newer_is_refused(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        desk.ready()
        desk.stop()
    with closing(sqlite3.connect(tmp_path / "var" / "desk.db")) as database, database:
        database.execute("INSERT INTO schema_migrations VALUES ('9999_later.sql', 'x')")

    with started(tmp_path) as again:
        assert again.ended() == 2

    assert again.logged == [
        "The database is newer than this program: it has 9999_later.sql. Run the newer program."
    ]


def test_the_doctor_finds_the_running_desk_well(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        port = desk.ready().split(":")[-1]
        with Started(tmp_path, "doctor", DESK_PORT=port) as doctor:
            assert doctor.line_with("port") == "fine   port"
            doctor.ended()
        desk.stop()


def test_a_locked_database_is_logged_and_the_program_goes_on(tmp_path: Path) -> None:
    with started(tmp_path) as desk:
        address = desk.ready()
        with closing(sqlite3.connect(tmp_path / "var" / "desk.db", timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/readyz", timeout=10)
            assert refused.value.code == 503
            assert "ready" in json.loads(refused.value.read())
            refused.value.close()
            other.rollback()
        assert fetched(f"{address}/readyz") == {"ready": True}
        assert desk.stop() == 0

    logged = [json.loads(line) for line in desk.logged]
    assert all("could not be saved" in line["event"] or "not" in line["event"] for line in logged)
