"""A workspace becomes a partner's by a one-time code, and by nothing else."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.notices import Trouble
from desk.people import Identity, Place, PlaceKind
from handlers import link
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.intents import Begin, Intent, LinkWorkspace, OpenCase, ShowCase
from handlers.link import new_code
from tests import world
from tests.handlers.acts import planned
from tests.talk import Talk, buttons, faults, form, text

NOA = Sender("slack", "T1", "U1", "Noa Klein", "noa@northwind.example")
WRONG = "7KQ2-M9XD-4TPX"


async def a_code(talk: Talk, partner: str = "northwind") -> str:
    async def make(uow: Any) -> str:
        return await new_code(uow, await uow.people.partner(partner), talk.now)

    return await talk.desk.run(make)


async def gives(
    talk: Talk, who: Sender, said: str | Intent, *, direct: bool = True, event: str = "", **at: Any
) -> Answer:
    what = Utterance(said) if isinstance(said, str) else said
    where = Where(who.platform, who.workspace, "D1" if direct else "C1", direct=direct, **at)
    event_id = event or f"slack:{next(talk._events)}"
    return await talk.router.handle(Inbound(event_id, who, where, what), talk.now)


async def linked(talk: Talk) -> dict[tuple[str, str], str]:
    return dict(await talk.desk.run(lambda uow: uow.people.workspaces()))


async def told(talk: Talk) -> list[Trouble]:
    return [notice for notice, _ in await planned(talk, Trouble) if isinstance(notice, Trouble)]


async def test_the_way_in_from_an_unlinked_workspace(talk: Talk) -> None:
    refused = await gives(talk, NOA, "hello")
    assert not refused.accepted
    assert "not linked with a partner yet" in text(refused)
    assert "link CODE" in text(refused)
    shown = await gives(talk, NOA, buttons(refused)["Enter the code"])
    assert form(shown).intent == LinkWorkspace()
    code = await a_code(talk)
    done = await gives(talk, NOA, LinkWorkspace(code))
    assert done.accepted
    assert "linked with Northwind" in text(done)
    assert "Welcome, Noa Klein" in text(done)
    assert await linked(talk) == {("slack", "T1"): "northwind"}
    assert form(await gives(talk, NOA, buttons(done)["Open a case"])).fields
    person = await talk.desk.run(lambda uow: uow.people.by_identity(Identity("slack", "T1", "U1")))
    assert person is not None
    assert (person.partner_id, person.name) == ("northwind", "Noa Klein")


@pytest.mark.parametrize(
    "said",
    [
        "link {}",
        "/desk link {}",
        "LINK code {}",
        "our code is {}, thank you",
        "{}",
        "@desk link {}",
    ],
)
async def test_a_code_is_understood_however_it_is_said(talk: Talk, said: str) -> None:
    code = await a_code(talk)
    assert (await gives(talk, NOA, said.format(code))).accepted
    assert await linked(talk)


async def test_a_code_is_read_as_people_type_it(talk: Talk) -> None:
    code = await a_code(talk)
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert link.hashed(sloppy) == link.hashed(code) == link.hashed(f" {code.replace('-', '–')} ")
    assert (await gives(talk, NOA, f"link {sloppy}")).accepted
    assert await linked(talk) == {("slack", "T1"): "northwind"}


async def test_a_code_is_short_random_and_has_a_digit(talk: Talk) -> None:
    codes = {await a_code(talk) for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4]
        assert set(code) <= {*link.ALPHABET, "-"}
        assert any(sign.isdigit() for sign in code)


async def test_a_code_works_once(talk: Talk) -> None:
    code = await a_code(talk)
    assert (await gives(talk, NOA, f"link {code}", event="slack:once")).accepted
    # The same event once more says nothing and links nothing.
    assert await gives(talk, NOA, f"link {code}", event="slack:once") == Answer(again=True)
    other = replace(NOA, workspace="T2")
    refused = await gives(talk, other, f"link {code}")
    assert not refused.accepted
    assert "This code does not work" in text(refused)
    assert await linked(talk) == {("slack", "T1"): "northwind"}


async def test_a_code_ends_after_seven_days(talk: Talk) -> None:
    code = await a_code(talk)
    talk.later(days=7)
    assert "older than 7 days" in text(await gives(talk, NOA, f"link {code}"))
    assert await linked(talk) == {}


async def test_a_partner_that_is_gone_gets_nobody(talk: Talk) -> None:
    code = await a_code(talk, "cedar")
    await talk.desk.run(lambda uow: uow.people.remove_partner("cedar"))
    assert "This code does not work" in text(await gives(talk, NOA, f"link {code}"))
    assert await linked(talk) == {}


async def test_only_so_many_codes_an_hour(talk: Talk) -> None:
    code = await a_code(talk)
    for left in range(9, -1, -1):
        refused = await gives(talk, NOA, f"link {WRONG}")
        tries = "1 try is left" if left == 1 else f"{left} tries are left"
        assert tries in text(refused)
        assert "Enter the code" in buttons(refused)
        talk.later(minutes=1)
    # From now on not even the right one is looked at, nor used up.
    for said in (f"link {code}", LinkWorkspace(code)):
        refused = await gives(talk, NOA, said)
        assert not refused.accepted
        assert "Too many codes" in text(refused)
        assert "2026-03-06T09:00:00Z" in text(refused)
    # Another workspace is not punished for it.
    other = replace(NOA, workspace="T2")
    assert "9 tries are left" in text(await gives(talk, other, f"link {WRONG}"))
    talk.later(minutes=50)
    assert (await gives(talk, NOA, f"link {code}")).accepted


async def test_a_wrong_code_in_the_form_is_said_at_its_field(talk: Talk) -> None:
    refused = await gives(talk, NOA, LinkWorkspace(WRONG))
    assert not refused.accepted
    assert "9 tries are left this hour" in faults(refused)["code"]
    assert form(refused).fields[0].value == WRONG
    assert form(await gives(talk, NOA, LinkWorkspace("  "))).fields[0].error == ""
    assert form(await gives(talk, NOA, "link workspace")).intent == LinkWorkspace()


async def test_a_code_is_all_that_somebody_unknown_may_give(talk: Talk) -> None:
    case = await talk.opens("nora")
    for said in (OpenCase(title="x"), ShowCase(case.id), Begin("open_case"), "quota", "C-1001"):
        answer = await gives(talk, NOA, said)
        assert not answer.accepted
        assert "not linked with a partner yet" in text(answer)
        assert "1001" not in text(answer)


async def test_talk_among_strangers_in_a_channel_is_left_alone(talk: Talk) -> None:
    for said in ("Lunch at noon?", f"link {WRONG}"):
        assert await gives(talk, NOA, said, direct=False) == Answer()
    assert not (await gives(talk, NOA, "@desk lunch?", direct=False)).accepted
    code = await a_code(talk)
    assert (await gives(talk, NOA, f"@desk link {code}", direct=False)).accepted


async def test_a_linked_workspace_keeps_its_partner(talk: Talk) -> None:
    assert (await gives(talk, NOA, f"link {await a_code(talk)}")).accepted
    other = await a_code(talk, "contoso")
    for who in (NOA, replace(NOA, user="U2", name="Ben")):
        answer = await gives(talk, who, f"link {other}")
        assert "linked with Northwind already" in text(answer)
    assert await linked(talk) == {("slack", "T1"): "northwind"}
    # The code was not used, and still works where it belongs.
    assert (await gives(talk, replace(NOA, workspace="T2"), f"link {other}")).accepted


async def test_a_guest_does_not_learn_whose_workspace_it_is(talk: Talk) -> None:
    carla = next(p for p in world.PEOPLE if p.id == "carla")
    guest = replace(carla, identities=(*carla.identities, Identity("slack", "T1", "U7")))
    await talk.desk.run(lambda uow: uow.people.put_person(guest))
    await talk.desk.run(lambda uow: uow.people.link_workspace("slack", "T1", "northwind"))
    answer = await gives(talk, replace(NOA, user="U7"), f"link {await a_code(talk, 'contoso')}")
    assert "linked already" in text(answer)
    assert "Northwind" not in text(answer)


async def test_a_contact_links_no_workspace_with_another_partner(talk: Talk) -> None:
    carla = next(p for p in world.PEOPLE if p.id == "carla")
    known = replace(carla, identities=(*carla.identities, Identity("slack", "T1", "U7")))
    await talk.desk.run(lambda uow: uow.people.put_person(known))
    sender = replace(NOA, user="U7")
    assert form(await gives(talk, sender, Begin("link_workspace"))).intent == LinkWorkspace()
    assert form(await gives(talk, sender, LinkWorkspace())).intent == LinkWorkspace()
    code = await a_code(talk)
    assert "does not work" in text(await gives(talk, sender, f"link {code}"))
    assert await linked(talk) == {}
    assert (await gives(talk, sender, f"link {await a_code(talk, 'contoso')}")).accepted
    assert await linked(talk) == {("slack", "T1"): "contoso"}
    assert (await gives(talk, replace(NOA, workspace="T2"), f"link {code}")).accepted


async def test_the_vendors_own_workspace_is_no_partners(talk: Talk) -> None:
    place = Place("eng", PlaceKind.ENGINEERS, "slack", "T1", "C9", "#eng")
    await talk.desk.run(lambda uow: uow.people.put_place(place))
    answer = await gives(talk, NOA, f"link {await a_code(talk)}")
    assert "The desk does not know you yet" in text(answer)
    mei = next(p for p in world.PEOPLE if p.id == "mei")
    known = replace(mei, identities=(*mei.identities, Identity("slack", "T5", "U8")))
    await talk.desk.run(lambda uow: uow.people.put_person(known))
    sender = Sender("slack", "T5", "U8")
    for said in (f"link {await a_code(talk)}", Begin("link_workspace")):
        answer = await gives(talk, sender, said)
        assert "entered there by the partner's people" in text(answer)
    assert await linked(talk) == {}


async def test_the_operators_learn_of_it_and_how_to_undo_it(talk: Talk) -> None:
    await gives(talk, NOA, f"link {WRONG}")
    assert await told(talk) == []
    await gives(talk, NOA, f"link {await a_code(talk)}")
    (notice,) = await told(talk)
    assert notice.title == "A workspace was linked"
    assert "T1 is linked with Northwind (northwind) now: Noa Klein" in notice.what
    assert "`partnerdesk partner unlink slack T1`" in notice.mend


async def test_of_two_at_once_one_links(talk: Talk) -> None:
    codes = [await a_code(talk), await a_code(talk, "contoso")]
    answers = await asyncio.gather(
        *(gives(talk, replace(NOA, user=f"U{code}"), f"link {code}") for code in codes)
    )
    assert sum("is linked with" in text(answer) for answer in answers) == 2
    assert sum("already" in text(answer) for answer in answers) == 1
    assert len(await linked(talk)) == 1


async def test_nobody_learns_a_code_from_the_database(talk: Talk) -> None:
    code = await a_code(talk)
    seen = await talk.desk.run(lambda uow: uow.codes.get(link.hashed(code), talk.now))
    assert seen is not None
    assert code not in repr(seen)
    assert seen.expires_at - talk.now == timedelta(days=7)
