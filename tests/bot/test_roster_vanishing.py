"""What vanishes from a roster keeps its history, and what people did for themselves stays."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk.people import Identity, Person, Role
from storage.desk import StoredDesk
from tests.bot.rosters import (
    apply,
    changed,
    join,
    known,
    opened_case,
    person,
    roster_of,
    table,
    without,
)


@pytest.fixture
async def desk() -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        yield desk


# --- what vanishes --------------------------------------------------------------------------------


async def test_who_vanishes_keeps_the_name_and_nothing_else(
    desk: StoredDesk, tmp_path: Path
) -> None:
    await apply(desk, roster_of(tmp_path))
    await opened_case(desk)
    text = without("people.chen")

    said = await apply(desk, roster_of(tmp_path, text))

    assert said == [
        "- person chen (Chen Jie): roles and identities removed, the name stays; "
        "still owns 1 open case: hand over"
    ]
    gone = known(await person(desk, "chen"))
    assert (gone.name, gone.roles, gone.identities, gone.email) == (
        "Chen Jie",
        frozenset(),
        (),
        None,
    )
    assert await apply(desk, roster_of(tmp_path, text)) == []
    assert await apply(desk, roster_of(tmp_path)) != []
    assert known(await person(desk, "chen")).roles == {Role.ENGINEER, Role.DUTY_MANAGER}


async def test_a_partner_without_a_case_is_removed_with_its_people(
    desk: StoredDesk, tmp_path: Path
) -> None:
    await apply(desk, roster_of(tmp_path))
    text = without("partners.lumen").replace(f"{table('people.priya')}\n\n", "")

    said = await apply(desk, roster_of(tmp_path, text))

    assert said == [
        "- partner lumen (Lumen): removed, it never had a case",
        "- person priya (Priya Nair): removed with their partner",
    ]
    assert await person(desk, "priya") is None
    assert await apply(desk, roster_of(tmp_path, text)) == []


async def test_a_partner_with_a_case_is_kept_for_its_history(
    desk: StoredDesk, tmp_path: Path
) -> None:
    await apply(desk, roster_of(tmp_path))
    number = await opened_case(desk)
    text = without("partners.lumen").replace(f"{table('people.priya')}\n\n", "")

    said = await apply(desk, roster_of(tmp_path, text))
    again = await apply(desk, roster_of(tmp_path, text))

    kept = "= partner lumen (Lumen): kept for the history of its 1 case"
    assert said == [
        kept,
        "- person priya (Priya Nair): roles and identities removed, the name stays",
    ]
    assert again == [kept]
    case = await desk.run(lambda uow: uow.cases.get(number))
    assert case is not None
    assert await desk.run(lambda uow: uow.people.partner(case.partner_id)) is not None


async def test_a_kept_partner_loses_its_tam(desk: StoredDesk, tmp_path: Path) -> None:
    text = changed('time_zone = "Asia/Kolkata"', 'time_zone = "Asia/Kolkata"\ntam = "lin"')
    await apply(desk, roster_of(tmp_path, text))
    await opened_case(desk)
    gone = without("partners.lumen").replace(f"{table('people.priya')}\n\n", "")

    said = await apply(desk, roster_of(tmp_path, gone))

    assert said[0] == "- partner lumen (Lumen): kept for the history of its 1 case; TAM removed"
    assert (await apply(desk, roster_of(tmp_path, gone)))[0].startswith("= partner lumen")


async def test_a_channel_and_a_workspace_are_forgotten(desk: StoredDesk, tmp_path: Path) -> None:
    await apply(desk, roster_of(tmp_path))
    text = changed('workspaces = [{ platform = "slack", workspace = "T1" }]\n', "")
    text = text.replace(f"\n{table('channels.northwind')}", "")

    said = await apply(desk, roster_of(tmp_path, text))

    assert said == [
        "- workspace slack T1: belonged to northwind",
        "- channel northwind (northwind)",
    ]


# --- what people did for themselves ---------------------------------------------------------------


async def test_who_is_off_duty_stays_off_duty(desk: StoredDesk, tmp_path: Path) -> None:
    roster = roster_of(tmp_path)
    await apply(desk, roster)
    off = replace(roster.people["chen"], on_duty=False)
    await desk.run(lambda uow: uow.people.put_person(off))

    assert await apply(desk, roster) == []
    assert not known(await person(desk, "chen")).on_duty


async def test_an_account_met_in_the_partners_workspace_stays(
    desk: StoredDesk, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path)
    await apply(desk, roster)
    await join(desk, Person(
        "northwind.0123456789ab", "New Colleague", frozenset({Role.CONTACT}), "Europe/Berlin",
        partner_id="northwind", identities=(Identity("slack", "T1", "U9"),),
    ))  # fmt: skip
    anna = roster.people["anna"]
    met = (*anna.identities, Identity("slack", "T1", "U8"))
    await desk.run(lambda uow: uow.people.put_person(replace(anna, identities=met)))

    assert await apply(desk, roster) == []
    assert known(await person(desk, "anna")).identities == met


async def test_who_joined_from_a_workspace_leaves_with_it(desk: StoredDesk, tmp_path: Path) -> None:
    await apply(desk, roster_of(tmp_path))
    await join(desk, Person(
        "northwind.0123456789ab", "New Colleague", frozenset({Role.CONTACT}), "Europe/Berlin",
        partner_id="northwind", identities=(Identity("slack", "T1", "U9"),),
    ))  # fmt: skip
    text = changed('workspaces = [{ platform = "slack", workspace = "T1" }]\n', "")

    said = await apply(desk, roster_of(tmp_path, text))

    assert said[1].startswith("- person northwind.0123456789ab (New Colleague): roles and")


# --- workspaces linked by a code ------------------------------------------------------------------


async def by_code(desk: StoredDesk, workspace: str = "T2", partner: str = "lumen") -> None:
    await desk.run(lambda uow: uow.people.link_workspace("slack", workspace, partner, by_code=True))


async def test_a_workspace_that_was_linked_by_a_code_stays(
    desk: StoredDesk, tmp_path: Path
) -> None:
    roster = roster_of(tmp_path)
    await apply(desk, roster)
    await by_code(desk)
    somebody = Person(
        "lumen.0123456789ab", "New Colleague", frozenset({Role.CONTACT}), "Asia/Kolkata",
        partner_id="lumen", identities=(Identity("slack", "T2", "U9"),),
    )  # fmt: skip
    await join(desk, somebody)

    said = await apply(desk, roster)

    assert said == [
        "= workspace slack T2: belongs to lumen by a code; `partnerdesk partner unlink` ends it"
    ]
    assert known(await person(desk, somebody.id)) == somebody
    linked = await desk.run(lambda uow: uow.people.workspaces())
    assert linked == {("slack", "T1"): "northwind", ("slack", "T2"): "lumen"}


async def test_a_roster_that_names_a_linked_workspace_takes_it_over(
    desk: StoredDesk, tmp_path: Path
) -> None:
    await apply(desk, roster_of(tmp_path))
    await by_code(desk, "T1", "northwind")

    said = await apply(desk, roster_of(tmp_path))

    assert said == ["~ workspace slack T1: belongs to northwind by the roster, no longer by a code"]
    assert await apply(desk, roster_of(tmp_path)) == []
    await by_code(desk, "T1", "lumen")
    assert await apply(desk, roster_of(tmp_path)) == ["+ workspace slack T1: belongs to northwind"]


async def test_a_partner_that_vanishes_loses_what_it_linked(
    desk: StoredDesk, tmp_path: Path
) -> None:
    await apply(desk, roster_of(tmp_path))
    await opened_case(desk)
    await by_code(desk)
    text = without("partners.lumen").replace(f"{table('people.priya')}\n\n", "")

    said = await apply(desk, roster_of(tmp_path, text))

    assert said[0] == "- workspace slack T2: belonged to lumen"
    assert await desk.run(lambda uow: uow.people.workspaces(by_code=True)) == {}


async def test_an_account_given_in_a_linked_workspace_goes_with_its_line(
    desk: StoredDesk, tmp_path: Path
) -> None:
    given = changed(
        'email = "priya@lumen.example"\nidentities = [{ platform = "web" }]',
        'email = "priya@lumen.example"\nidentities = [{ platform = "web" }, '
        '{ platform = "slack", workspace = "T2", user = "U5" }]',
    )
    await apply(desk, roster_of(tmp_path))
    await by_code(desk)
    await apply(desk, roster_of(tmp_path, given))
    await apply(desk, roster_of(tmp_path))
    assert known(await person(desk, "priya")).identities == (Identity("web", "", "priya"),)
