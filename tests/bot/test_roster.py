"""A roster is read into the desk's own words, and applied once, with the difference in words."""

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path

import pytest

from bot.roster.read import read_roster
from bot.sample import ROSTER
from desk.people import Billing, Hours, Identity, PlaceKind, Role
from storage.desk import StoredDesk
from tests.bot.rosters import CATALOG, SMALL, apply, changed, known, person, roster_of


@pytest.fixture
async def desk() -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        yield desk


# --- reading --------------------------------------------------------------------------------------


def test_a_partner_is_read_with_all_that_it_was_promised(tmp_path: Path) -> None:
    roster = roster_of(tmp_path)

    northwind = roster.partners["northwind"]
    assert (northwind.program, northwind.plan, northwind.tam_id) == ("psp", "premier", "oliver")
    assert northwind.billing is Billing.YEARLY
    assert roster.workspaces == {("slack", "T1"): "northwind"}


def test_a_contact_has_the_zone_and_language_of_the_partner(tmp_path: Path) -> None:
    text = changed('country = "IN"', 'country = "IN"\nlanguage = "zh"')
    priya = roster_of(tmp_path, text).people["priya"]

    assert (priya.time_zone, priya.language, priya.partner_id) == ("Asia/Kolkata", "zh", "lumen")
    assert priya.roles == {Role.CONTACT}


def test_identities_keep_their_order_and_the_web_knows_people_by_their_key(tmp_path: Path) -> None:
    anna = roster_of(tmp_path).people["anna"]

    assert anna.identities == (Identity("web", "", "anna"), Identity("slack", "T1", "U1"))


def test_a_tam_without_hours_has_those_of_the_plan(tmp_path: Path) -> None:
    people = roster_of(tmp_path).people

    assert people["oliver"].hours == Hours((0, 1, 2, 3, 4), time(9), time(17))
    assert people["lin"].hours == Hours((0, 4), time(22), time(6))
    assert people["chen"].hours is None


def test_a_teams_channel_has_a_tenant(tmp_path: Path) -> None:
    text = changed(
        'platform = "slack"\nworkspace = "T1"\nchannel = "C1"',
        'platform = "teams"\ntenant = "t-1"\nchannel = "19:x"',
    )
    place = roster_of(tmp_path, text).places["northwind"]

    assert (place.platform, place.workspace, place.kind) == ("teams", "t-1", PlaceKind.PARTNER)


def test_the_sample_has_every_plan_and_everybody_in_the_web_chat() -> None:
    roster = read_roster(ROSTER, CATALOG)

    plans = {(p.program, p.plan) for p in roster.partners.values()}
    assert plans == {(p.key, plan) for p in CATALOG.programs.values() for plan in p.plans}
    assert roster.warnings == ()
    assert {role for p in roster.people.values() for role in p.roles} == set(Role)
    assert all(Identity("web", "", key) in p.identities for key, p in roster.people.items())
    tams = [p for p in roster.people.values() if Role.TAM in p.roles]
    assert {(p.id, p.cover_id) for p in tams} == {(p.cover_id, p.id) for p in tams}
    assert len({p.time_zone for p in roster.people.values()}) > 5


# --- applying -------------------------------------------------------------------------------------


async def test_a_roster_is_applied_once(desk: StoredDesk, tmp_path: Path) -> None:
    roster = roster_of(tmp_path)

    first = await apply(desk, roster)
    second = await apply(desk, roster)

    assert first[0] == "+ partner northwind (Northwind)"
    assert "+ person anna (Anna Berg)" in first
    assert "+ channel everything (support)" in first
    assert first[-1] == "+ workspace slack T1: belongs to northwind"
    assert len(first) == len(SMALL.split("\n\n")) + 1
    assert second == []
    assert known(await person(desk, "anna")) == roster.people["anna"]


async def test_a_dry_run_says_the_same_and_writes_nothing(desk: StoredDesk, tmp_path: Path) -> None:
    roster = roster_of(tmp_path)

    dry = await apply(desk, roster, dry_run=True)

    assert await person(desk, "anna") is None
    assert dry == await apply(desk, roster)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'plan = "premier"',
            'plan = "standard"',
            "~ partner northwind (Northwind): plan premier → standard",
        ),
        ('tam = "oliver"\n', "", "~ partner northwind (Northwind): TAM oliver → none"),
        (
            "2026-02-10",
            "2026-02-11",
            "~ partner lumen (Lumen): subscribed on 2026-02-10 → 2026-02-11",
        ),
        (
            'name = "Priya Nair"',
            'name = "Priya Menon"',
            "~ person priya (Priya Menon): name Priya Nair → Priya Menon",
        ),
        (
            "priya@lumen",
            "nair@lumen",
            "~ person priya (Priya Nair): e-mail priya@lumen.example → nair@lumen.example",
        ),
        (
            '"engineer", "duty_manager"',
            '"engineer", "tam"',
            "~ person chen (Chen Jie): roles duty_manager + engineer → engineer + tam",
        ),
        (
            "22:00-06:00",
            "21:00-05:00",
            "~ person lin (Lin Mei): duty Mon Fri 22:00-06:00 → Mon Fri 21:00-05:00",
        ),
        (
            'user = "U1"',
            'user = "U2"',
            "~ person anna (Anna Berg): identities web anna + slack T1 U1 → web anna + slack T1 U2",
        ),
        (
            'name = "support"',
            'name = "support"\nprograms = ["psp", "spp"]',
            "~ channel everything (support): programs none → psp + spp",
        ),
        (
            'partners = ["northwind"]',
            'partners = ["northwind", "lumen"]',
            "~ channel northwind (northwind): partners northwind → northwind + lumen",
        ),
    ],
)
async def test_a_change_is_said_as_it_was_and_as_it_will_be(
    desk: StoredDesk, tmp_path: Path, old: str, new: str, line: str
) -> None:
    await apply(desk, roster_of(tmp_path))

    after = roster_of(tmp_path, changed(old, new))
    said = await apply(desk, after)

    assert line in said
    assert await apply(desk, after) == []


async def test_a_workspace_changes_hands(desk: StoredDesk, tmp_path: Path) -> None:
    await apply(desk, roster_of(tmp_path))
    text = changed('workspaces = [{ platform = "slack", workspace = "T1" }]\n', "").replace(
        'time_zone = "Asia/Kolkata"',
        'time_zone = "Asia/Kolkata"\nworkspaces = [{ platform = "slack", workspace = "T1" }]',
    )

    said = await apply(desk, roster_of(tmp_path, text))

    assert said == ["+ workspace slack T1: belongs to lumen"]


async def test_an_account_changes_hands(desk: StoredDesk, tmp_path: Path) -> None:
    await apply(desk, roster_of(tmp_path))
    account = ', { platform = "slack", workspace = "T1", user = "U1" }'
    text = changed(account, "").replace(
        'email = "priya@lumen.example"\nidentities = [{ platform = "web" }]',
        f'email = "priya@lumen.example"\nidentities = [{{ platform = "web" }}{account}]',
    )

    await apply(desk, roster_of(tmp_path, text))

    assert known(await person(desk, "anna")).identities == (Identity("web", "", "anna"),)
    assert Identity("slack", "T1", "U1") in known(await person(desk, "priya")).identities
    assert await apply(desk, roster_of(tmp_path, text)) == []
