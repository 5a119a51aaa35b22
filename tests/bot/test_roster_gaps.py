"""What a roster leaves open is said with its line, and refuses nothing."""

from pathlib import Path

import pytest

from bot.roster.gaps import unmended
from tests.bot.rosters import changed, roster_of, without

# What is taken away or changed, and the warning; none of it refuses the file.
GAPS = [
    (
        changed('tam = "oliver"\n', ""),
        ":1: partners.northwind: Premier includes a designated TAM, and none is named",
    ),
    (
        changed('plan = "premier"', 'plan = "standard"'),
        ":1: partners.northwind: has a TAM, and Standard does not include one",
    ),
    (
        changed(
            'cover = "lin"\nidentities = [{ platform = "web" }]',
            'cover = "lin"\nemail = "o@x.example"',
        ),
        ":1: partners.northwind: its TAM Oliver Hartmann has no identity on any platform",
    ),
    (
        changed('email = "priya@lumen.example"\nidentities = [{ platform = "web" }]\n', ""),
        ":29: people.priya: has neither an identity nor an e-mail address",
    ),
    (without("people.priya"), ":13: partners.lumen: has no contacts"),
    (changed('cover = "lin"\n', ""), ":41: people.oliver: is a TAM without a cover"),
    (
        changed('roles = ["engineer", "duty_manager"]', 'roles = ["engineer"]'),
        ":23: people: there is no duty manager",
    ),
    (
        changed('roles = ["engineer", "duty_manager"]', 'roles = ["duty_manager"]'),
        ":23: people: there is no engineer",
    ),
    (without("channels.operators"), ": channels: there is no operators' channel"),
    (without("channels.everything"), ": channels: Partner Support Plans has no engineers' channel"),
    (
        changed('name = "support"', 'name = "support"\nprograms = ["psp"]'),
        ": channels: Solution Partner Program has no engineers' channel",
    ),
    (
        changed('name = "support"', 'name = "support"\nproducts = ["Databases", "Cloud"]'),
        "has no engineers' channel for Cloud servers",
    ),
    (
        changed('serves = "partner"', 'serves = "operators"').replace(
            'partners = ["northwind"]\n', ""
        ),
        "is a second operators' channel",
    ),
]


@pytest.mark.parametrize(("text", "words"), GAPS)
def test_what_is_missing_is_a_warning(tmp_path: Path, text: str, words: str) -> None:
    roster = roster_of(tmp_path, text)

    assert any(words in str(warning) for warning in roster.warnings), roster.warnings


def test_a_complete_roster_has_no_warning(tmp_path: Path) -> None:
    assert roster_of(tmp_path).warnings == ()


def test_a_partner_with_a_workspace_needs_no_contacts(tmp_path: Path) -> None:
    zone = 'time_zone = "Asia/Kolkata"'
    workspace = 'workspaces = [{ platform = "slack", workspace = "T2" }]'
    bare = without("people.priya")
    (warning,) = roster_of(tmp_path, bare).warnings

    assert roster_of(tmp_path, bare.replace(zone, f"{zone}\n{workspace}")).warnings == ()
    assert unmended([warning], ["northwind"]) == [warning]
    assert unmended([warning], ["lumen"]) == []


def test_a_workspace_mends_nothing_else(tmp_path: Path) -> None:
    (warning,) = roster_of(tmp_path, changed('plan = "premier"', 'plan = "standard"')).warnings

    assert unmended([warning], ["northwind"]) == [warning]
