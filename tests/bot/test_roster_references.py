"""What a roster refers to must exist, and nothing in it may contradict itself."""

from pathlib import Path

import pytest

from sla.toml_source import BadFile
from tests.bot.rosters import changed, roster_of

# What is changed, the line and the key that are blamed, and the words that say why.
FAULTS = [
    # --- what refers to something else
    (
        'program = "psp"',
        'program = "pps"',
        "3: partners.northwind.program",
        'there is no program "pps"; did you mean "',
    ),
    (
        'plan = "premier"',
        'plan = "premiere"',
        "4: partners.northwind.plan",
        'called "premiere"; did you mean "premier"?',
    ),
    (
        'tam = "oliver"',
        'tam = "olivia"',
        "10: partners.northwind.tam",
        'there is no person "olivia"; did you mean "oliver"?',
    ),
    ('tam = "oliver"', 'tam = "chen"', "10: partners.northwind.tam", '"chen" is no TAM'),
    (
        'partner = "northwind"',
        'partner = "southwind"',
        "25: people.anna.partner",
        'there is no partner "southwind"',
    ),
    (
        'cover = "lin"',
        'cover = "lim"',
        "45: people.oliver.cover",
        'there is no person "lim"; did you mean "lin"?',
    ),
    (
        'cover = "lin"',
        'cover = "oliver"',
        "45: people.oliver.cover",
        "nobody covers for themselves",
    ),
    (
        'cover = "lin"',
        'cover = "anna"',
        "45: people.oliver.cover",
        '"anna" is a partner\'s contact and cannot cover',
    ),
    (
        'name = "support"',
        'name = "support"\nprograms = ["abc"]',
        "61: channels.everything.programs[1]",
        'there is no program "abc"',
    ),
    (
        'name = "support"',
        'name = "support"\nproducts = ["Database"]',
        "61: channels.everything.products[1]",
        'did you mean "Databases"?',
    ),
    (
        'name = "support"',
        'name = "support"\nprograms = ["psp"]\nproducts = ["UPS"]',
        "62: channels.everything.products[1]",
        'there is no product "UPS"',
    ),
    (
        'partners = ["northwind"]',
        'partners = ["lumen", "x"]',
        "74: channels.northwind.partners[2]",
        'there is no partner "x"',
    ),
    # --- what contradicts itself
    (
        'roles = ["engineer", "duty_manager"]\n',
        "",
        "35: people.chen",
        "needs a partner (a contact) or roles",
    ),
    (
        'partner = "lumen"',
        'partner = "lumen"\nroles = ["engineer"]',
        "32: people.priya.roles",
        "a partner's contact has no roles",
    ),
    (
        'partner = "lumen"',
        'partner = "lumen"\ncover = "lin"',
        "32: people.priya.cover",
        "is for the vendor's people only",
    ),
    (
        'time_zone = "Asia/Shanghai"\nidentities',
        "identities",
        "35: people.chen.time_zone",
        "is missing",
    ),
    (
        'partners = ["northwind"]',
        "",
        "68: channels.northwind.partners",
        "a partner channel names its partners",
    ),
    (
        'name = "support"',
        'name = "support"\npartners = ["lumen"]',
        "61: channels.everything.partners",
        "belong to a partner channel only",
    ),
    (
        'name = "operators"',
        'name = "operators"\nprograms = ["psp"]',
        "67: channels.operators.programs",
        "belong to an engineers' channel only",
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
