"""The commands that read and mend the desk: sentences for people, JSON for machines, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.commands import NOUNS
from bot.sample import ROSTER
from tests.bot.terminal import forget_settings, typed


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sample() -> None:
    """A database with the sample roster."""
    assert typed("roster", "apply", ROSTER).exit_code == 0


def parsed(*words: object) -> Any:
    result = typed(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# --- the database ---------------------------------------------------------------------------------


def test_migrate_says_what_is_missing_applies_it_and_is_done() -> None:
    before = typed("migrate", "--check")
    applied = typed("migrate")
    after = typed("migrate", "--check")

    assert (before.exit_code, before.stdout.split()[0]) == (1, "0001_first.sql")
    assert (applied.exit_code, applied.stdout.splitlines()[0]) == (0, "Applied 0001_first.sql")
    assert (after.exit_code, after.stdout) == (0, "The database is up to date.\n")
    assert typed("migrate").stdout == "The database is up to date.\n"


@pytest.mark.parametrize(
    "words",
    [("case", "list"), ("quota", "-p", "northwind"), ("ledger",), ("signin", "anna-berg")],
)
def test_a_database_that_is_not_there_is_said_so_and_not_made(words: tuple[str, ...]) -> None:
    result = typed(*words)

    assert result.exit_code == 2
    assert "Run `partnerdesk migrate`" in result.stderr
    assert not Path("var").exists()


def test_a_database_that_cannot_be_reached_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_DATABASE_URL", "postgres://desk:swordfish@127.0.0.1:1/desk")

    result = typed("case", "list")

    assert result.exit_code == 2
    assert result.stderr.startswith("The database or a file cannot be reached: ")
    assert "swordfish" not in result.output


def test_a_wrong_setting_is_refused_by_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PORT", "eighty")

    for words in (("run",), ("case", "list"), ("catalog", "show"), ("migrate",)):
        result = typed(*words)
        assert (result.exit_code, result.stderr) == (2, "DESK_PORT: must be a whole number\n")


# --- the roster -----------------------------------------------------------------------------------


def test_roster_apply_makes_the_database_and_prints_the_difference() -> None:
    first = typed("roster", "apply", ROSTER)
    second = typed("roster", "apply", ROSTER)

    assert "+ partner northwind (Northwind)" in first.stdout.splitlines()
    assert first.stdout.splitlines()[-1] == "30 changes made."
    assert second.stdout == "Nothing to change: the desk knows all of it already.\n"


def test_roster_apply_dry_run_makes_nothing() -> None:
    result = typed("roster", "apply", ROSTER, "--dry-run")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "30 changes would be made. Nothing was written."
    assert not Path("var").exists()


def test_a_bad_roster_is_refused_whole_with_its_lines(sample: None) -> None:
    bad = ROSTER.read_text("utf-8").replace('plan = "premier"', 'plan = "platinum"')
    Path("bad.toml").write_text(bad + "\n[people.new]\nname = 'New'\n", "utf-8")

    result = typed("roster", "apply", "bad.toml")

    assert result.exit_code == 2
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "partners.northwind.plan",
        "partners.tideline.plan",
        "people.new",
        "people.new.time_zone",
    ]
    assert typed("roster", "apply", ROSTER).stdout.startswith("Nothing to change")


def test_warnings_of_a_roster_are_said_and_refuse_nothing() -> None:
    text = ROSTER.read_text("utf-8").replace('tam = "lin-mei"\n', "")
    Path("mine.toml").write_text(text, "utf-8")

    result = typed("roster", "apply", "mine.toml")

    assert result.exit_code == 0
    assert "warning: mine.toml:" in result.stderr
    assert "Premier includes a designated TAM, and none is named" in result.stderr


# --- the catalog ----------------------------------------------------------------------------------


def test_catalog_check_passes_good_files() -> None:
    programs = Path(__file__).parents[2] / "sla" / "programs"

    result = typed("catalog", "check", programs)

    assert result.exit_code == 0
    assert "psp.toml: fine (Partner Support Plans, 3 plans)" in result.stdout.splitlines()


def test_catalog_check_names_file_line_key_and_reason() -> None:
    good = Path(__file__).parents[2] / "sla" / "programs" / "psp.toml"
    text = good.read_text("utf-8").replace(
        'core_production_down = "15 min"', 'core_production_down = "soon"'
    )
    Path("bad.toml").write_text(text, "utf-8")
    line = 1 + text.splitlines().index('core_production_down = "soon"')

    result = typed("catalog", "check", good, "bad.toml")

    assert result.exit_code == 2
    assert f"bad.toml:{line}: plans.premier.targets.core_production_down: " in result.stderr
    assert '"soon" is not a duration' in result.stderr
    assert "psp.toml: fine" in result.stdout


def test_catalog_check_refuses_a_key_that_two_files_have() -> None:
    good = Path(__file__).parents[2] / "sla" / "programs" / "psp.toml"
    Path("copy.toml").write_text(good.read_text("utf-8"), "utf-8")

    result = typed("catalog", "check", good, "copy.toml")

    assert result.exit_code == 2
    assert 'key: "psp" is the key of psp.toml already' in result.stderr


def test_catalog_show_says_what_is_promised() -> None:
    result = typed("catalog", "show")

    assert "Partner Support Plans (psp), home time Beijing" in result.stdout
    assert "under 15 min" in result.stdout
    programs = {program["program"]: program for program in parsed("catalog", "show")}
    targets = programs["psp"]["plans"][2]["targets"]
    assert targets[0] | {"severity": "core_production_down", "seconds": 900} == targets[0]


# --- the command line itself ----------------------------------------------------------------------


def test_help_names_every_noun() -> None:
    result = typed("--help")

    assert result.exit_code == 0
    for noun in NOUNS:
        assert f"\n  {noun} " in result.stdout


def test_a_word_that_is_no_noun_is_refused() -> None:
    assert typed("claim").exit_code == 2


def test_who_has_read_enough_of_the_output_is_not_told_of_a_fault(tmp_path: Path) -> None:
    # As under `| head`: whoever read it has gone before the last line comes.
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "catalog", "show"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert (process.wait(), said) == (1, b"")
