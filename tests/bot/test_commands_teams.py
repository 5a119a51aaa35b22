"""`partnerdesk teams package`: the app's package as a file, from words or from the settings."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.bot.terminal import forget_settings, typed

ID = "0f3a4b5c-1111-4222-8333-9abcdef01234"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def manifest(path: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        return json.loads(archive.read("manifest.json"))


def test_a_package_by_words() -> None:
    said = typed(
        "teams", "package", "--domain", "desk.example.com", "--id", ID, "--name", "Northwind desk",
        "--version", "1.2.0", "--out", "mine.zip",
    )  # fmt: skip

    assert said.exit_code == 0
    assert said.output.startswith("mine.zip: Northwind desk 1.2.0 at desk.example.com.")
    made = manifest("mine.zip")
    assert (made["id"], made["version"]) == (ID, "1.2.0")
    assert made["name"]["short"] == "Northwind desk"
    assert made["validDomains"] == ["desk.example.com"]


def test_a_package_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DESK_PUBLIC_URL": "https://desk.example.com",
        "MicrosoftAppId": ID,
        "MicrosoftAppType": "UserAssignedMSI",
    }.items():
        monkeypatch.setenv(name, value)

    assert typed("teams", "package").exit_code == 0
    assert manifest("partnerdesk-teams.zip")["bots"][0]["botId"] == ID


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "--domain desk.example.com, or set DESK_PUBLIC_URL"),
        (("--domain", "desk.example.com"), "--id with its app id, or set MicrosoftAppId"),
        (("--domain", "https://desk.example.com", "--id", ID), "is no domain"),
        (("--domain", "desk.example.com", "--id", "6f1c"), "is no app id"),
        (("--domain", "desk.example.com", "--id", ID, "--name", "x" * 31), "1 too many"),
        (("--domain", "desk.example.com", "--id", ID, "--out", "no/where.zip"), "no/where.zip"),
    ],
)
def test_what_teams_would_not_take_is_refused(words: tuple[str, ...], reason: str) -> None:
    said = typed("teams", "package", *words)

    assert said.exit_code == 2
    assert reason in said.output
    assert list(Path().iterdir()) == []
