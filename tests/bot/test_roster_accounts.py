"""An account, an address, a workspace and a channel are one key's only, and whole."""

from pathlib import Path

import pytest

from sla.toml_source import BadFile
from tests.bot.rosters import changed, roster_of

# What is changed, the line and the key that are blamed, and the words that say why.
FAULTS = [
    (
        'email = "priya@lumen.example"',
        'email = "Anna@Northwind.example"',
        "32: people.priya.email",
        "the same e-mail address stands on line 26",
    ),
    (
        'email = "priya@lumen.example"\nidentities = [{ platform = "web" }]',
        'email = "priya@lumen.example"\n'
        'identities = [{ platform = "slack", workspace = "T1", user = "U1" }]',
        "33: people.priya.identities[1]",
        "the same identity stands on line 27",
    ),
    (
        '{ platform = "slack", workspace = "T1", user = "U1" }',
        '{ platform = "slack", workspace = "T1" }',
        "27: people.anna.identities[2].user",
        "is missing",
    ),
    (
        '{ platform = "slack", workspace = "T1", user = "U1" }',
        '{ platform = "slack", user = "U1" }',
        "27: people.anna.identities[2].workspace",
        "is missing",
    ),
    (
        '{ platform = "slack", workspace = "T1", user = "U1" }',
        '{ platform = "teams", workspace = "T1", user = "U1" }',
        "27: people.anna.identities[2].workspace",
        "teams has a tenant instead",
    ),
    (
        '{ platform = "web" }, {',
        '{ platform = "web", user = "ann" }, {',
        "27: people.anna.identities[1].user",
        'their own key: "anna"',
    ),
    (
        '{ platform = "web" }, {',
        '{ platform = "web", tenant = "t" }, {',
        "27: people.anna.identities[1].tenant",
        "the web chat has none",
    ),
    (
        'time_zone = "Asia/Kolkata"',
        'time_zone = "Asia/Kolkata"\nworkspaces = [{ platform = "slack", workspace = "T1" }]',
        "22: partners.lumen.workspaces[1]",
        "the same workspace stands on line 11",
    ),
    (
        'channel = "operators"',
        'channel = "support"',
        "65: channels.operators.channel",
        "the same channel stands on line 59",
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
