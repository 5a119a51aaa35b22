"""Who is speaking: linked workspaces, e-mail within one partner only, joining once."""

import asyncio
from dataclasses import replace

import pytest

from desk.errors import NotKnown
from desk.people import Identity, Person, Role
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.grammar import understand
from handlers.who import identify
from tests import world
from tests.talk import Talk, text

SLACK = Sender("slack", "T1", "U1", "Noa Klein", "noa@northwind.example")


async def link(talk: Talk, partner: str = "northwind", workspace: str = "T1") -> None:
    await talk.desk.run(lambda uow: uow.people.link_workspace("slack", workspace, partner))


async def who(talk: Talk, sender: Sender) -> Person:
    return await talk.desk.run(lambda uow: identify(uow, sender))


async def writes(talk: Talk, sender: Sender, words: str, event: str = "slack:1") -> Answer:
    where = Where("slack", sender.workspace, "D1")
    return await talk.router.handle(Inbound(event, sender, where, Utterance(words)), talk.now)


async def everybody(talk: Talk) -> dict[str, Person]:
    return {p.id: p for p in await talk.desk.run(lambda uow: uow.people.persons())}


async def test_from_a_linked_workspace_one_joins_as_its_contact(talk: Talk) -> None:
    await link(talk)
    joined = await who(talk, SLACK)
    assert (joined.name, joined.partner_id, joined.roles) == (
        "Noa Klein", "northwind", frozenset({Role.CONTACT}),
    )  # fmt: skip
    assert joined.id.startswith("northwind.")
    assert joined.time_zone == world.BERLIN
    assert await who(talk, SLACK) == joined


async def test_joining_twice_at_once_is_one_person(talk: Talk) -> None:
    await link(talk)
    before = len(await everybody(talk))
    first, second = await asyncio.gather(who(talk, SLACK), who(talk, SLACK))
    assert first.id == second.id
    assert len(await everybody(talk)) == before + 1


async def test_a_known_address_of_that_partner_is_that_person(talk: Talk) -> None:
    await link(talk)
    known = await who(talk, replace(SLACK, email="NORA@northwind.example"))
    assert known.id == "nora"
    assert Identity("slack", "T1", "U1") in known.identities
    assert Identity("web", "", "nora") in known.identities
    # Later on the account is enough, whatever the platform says about the address.
    assert (await who(talk, replace(SLACK, email=None))).id == "nora"


@pytest.mark.parametrize(
    "email",
    ["carla@contoso.example", "mei@vendor.example", "tara@vendor.example", "dana@vendor.example"],
)
async def test_an_address_never_makes_one_somebody_of_another_side(talk: Talk, email: str) -> None:
    await link(talk)
    before = await everybody(talk)
    joined = await who(talk, replace(SLACK, email=email))
    assert joined.id not in before
    assert (joined.partner_id, joined.roles) == ("northwind", frozenset({Role.CONTACT}))
    after = await everybody(talk)
    assert {key: after[key] for key in before} == before


async def test_a_stranger_is_told_whom_to_ask_and_learns_nothing(talk: Talk) -> None:
    await talk.opens("nora")
    for words in ("my cases", "C-1001", "help", "open a case"):
        answer = await writes(talk, SLACK, words, event=f"slack:{words}")
        assert not answer.accepted
        shown = text(answer)
        assert "This workspace is not linked with a partner yet, so nothing was done." in shown
        assert "1001" not in shown
    with pytest.raises(NotKnown):
        await who(talk, replace(SLACK, email="nora@northwind.example"))


async def test_an_account_is_of_its_workspace(talk: Talk) -> None:
    await link(talk)
    await link(talk, "contoso", "T2")
    here, there = await who(talk, SLACK), await who(talk, replace(SLACK, workspace="T2"))
    assert (here.partner_id, there.partner_id) == ("northwind", "contoso")
    assert here.id != there.id


@pytest.mark.parametrize("name", ["", "   ", "\t\n"])
async def test_without_a_name_one_is_a_colleague(talk: Talk, name: str) -> None:
    await link(talk)
    assert (await who(talk, replace(SLACK, name=name))).name == "A colleague"
    greeted = text(await writes(talk, replace(SLACK, name=name), "help"))
    assert greeted.startswith("Hello calm")


async def test_who_joined_can_open_and_a_refusal_does_not_undo_the_joining(talk: Talk) -> None:
    await link(talk, "contoso")
    refused = await writes(talk, SLACK, "C-1001")
    assert "There is no such case." in text(refused)
    assert any(p.name == "Noa Klein" for p in (await everybody(talk)).values())


async def test_an_event_of_a_stranger_given_again_is_refused_again(talk: Talk) -> None:
    first = await writes(talk, SLACK, "my cases")
    await link(talk)
    second = await writes(talk, SLACK, "my cases")
    assert (first.accepted, second.accepted) == (False, True)


async def test_redelivered_to_one_who_may_no_longer_see_it_says_nothing(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("nora", understand("C-1001", vendor=False), event="web:1")
    nora = next(p for p in world.PEOPLE if p.id == "nora")
    moved = replace(nora, partner_id="contoso")
    await talk.desk.run(lambda uow: uow.people.put_person(moved))
    assert (await talk.says("nora", "C-1001", event="web:1")).replies == ()
    await talk.says("nora", "my cases", event="web:2")
    assert (await talk.says("nora", "my cases", event="web:2")).replies == ()
