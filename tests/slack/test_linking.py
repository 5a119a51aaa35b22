"""A partner's own workspace: linked by a code, joined by whoever writes first, and nobody else's.

Who somebody is, their own workspace decides, wherever they speak (Slack Connect).
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from desk.people import Identity, Person, Role
from desk.ports import UnitOfWork
from handlers.link import TRIES, new_code
from tests.fakes.slack import Hand, Message
from tests.slack.acts import alone, form_of, labels, last, open_case, shown
from tests.slack.world import VENDOR, World, account, installed, open_world

NEW, OTHER = "TNEW", "TOTHER"
WRONG = "7KQ2-M9XD-4TPX"
UNLINKED = "not linked with a partner yet"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two more workspaces, in which the app is installed and nobody is known."""
    async with open_world(tmp_path) as made:
        for team in (NEW, OTHER):
            made.slack.team(team, team.title())
            await installed(made, team)
        for name, team, email in (
            ("noa", NEW, "noa@northwind.example"),
            ("nik", NEW, "nik@northwind.example"),
            ("twin", NEW, "nora@northwind.example"),
            ("spy", NEW, "carla@contoso.example"),
            ("boss", NEW, "mei@vendor.example"),
            ("olga", OTHER, "olga@elsewhere.example"),
        ):
            made.slack.user(account(name), team, f"{name.title()} Newcomer", email)
        await made.link.installs.own()
        yield made


async def a_code(world: World, partner: str = "northwind") -> str:
    """What `partnerdesk partner invite` prints."""

    async def make(uow: UnitOfWork) -> str:
        found = await uow.people.partner(partner)
        assert found is not None
        return await new_code(uow, found, world.now)

    return await world.desk.run(make)


async def says(world: World, who: str, text: str) -> str:
    """What somebody writes to the app directly, and how it answers."""
    await world.hand(who).says(text)
    await world.link.settled()
    return shown(last(world.direct(who)))


async def asks(world: World, who: str, text: str) -> str:
    """/desk, and its answer."""
    answer = await world.hand(who).command("/desk", text)
    assert answer.status == 200
    return answer.text


async def person(world: World, who: str, team: str = NEW) -> Person | None:
    return await world.desk.run(
        lambda uow: uow.people.by_identity(Identity("slack", team, account(who)))
    )


async def owner(world: World, team: str = NEW) -> str | None:
    found = await world.desk.run(lambda uow: uow.people.partner_of_workspace("slack", team))
    return found.id if found else None


# --- a code ---------------------------------------------------------------------------------------


async def test_the_code_in_the_first_message(world: World) -> None:
    assert UNLINKED in await says(world, "noa", "hello, we cannot pay")

    said = await says(world, "noa", f"our code is {(await a_code(world)).lower()}, thanks")

    assert "linked with Northwind" in said
    assert "Welcome, Noa Newcomer" in said
    assert await owner(world) == "northwind"
    await world.rest()
    (told,) = [text for text in world.texts("COPS") if NEW in text]
    assert "is linked with Northwind (northwind) now: Noa Newcomer entered its code" in told
    assert f"partnerdesk partner unlink slack {NEW}" in told


async def test_the_code_as_a_command(world: World) -> None:
    assert UNLINKED in (await world.hand("noa").command("/quota")).text
    assert "linked with Northwind" in await asks(world, "noa", f"link {await a_code(world)}")
    assert "Premier" in (await world.hand("noa").command("/quota")).text


async def test_the_code_in_a_form(world: World) -> None:
    noa = world.hand("noa")
    await says(world, "noa", "hello")
    offer = last(world.direct("noa"))
    assert labels(offer) == ["Enter the code"]

    await noa.presses(offer, "Enter the code")
    await noa.fills("Code", WRONG)
    (answer,) = await noa.submits()
    assert answer.body["response_action"] == "errors"
    assert "This code does not work" in str(answer.body["errors"])
    await noa.fills("Code", await a_code(world))
    await noa.submits()

    assert "linked with Northwind" in form_of(noa)
    assert await owner(world) == "northwind"


async def test_the_same_request_once_more_uses_no_try_and_links_nothing(world: World) -> None:
    noa = world.hand("noa")
    await says(world, "noa", "hello")
    await noa.presses(last(world.direct("noa")), "Enter the code")
    await noa.fills("Code", await a_code(world))
    answers = await noa.submits(delivered=3)
    assert {answer.status for answer in answers} == {200}
    await world.rest()
    assert sum(NEW in text for text in world.texts("COPS")) == 1


@pytest.mark.parametrize("how", ["used", "expired", "mistyped", "made up"])
async def test_a_code_that_does_not_work(world: World, how: str) -> None:
    code = WRONG if how == "made up" else await a_code(world)
    if how == "used":
        assert "linked with" in await asks(world, "olga", f"link {code}")
    elif how == "expired":
        world.later(days=7)
    elif how == "mistyped":
        code = ("2" if code[0] != "2" else "3") + code[1:]

    said = await asks(world, "noa", f"link {code}")

    assert "This code does not work, so nothing was linked." in said
    assert f"{TRIES - 1} tries are left this hour." in said
    assert await owner(world) is None
    assert await person(world, "noa") is None


async def test_guessing_ends_after_ten_tries_an_hour(world: World) -> None:
    good = await a_code(world)
    for _ in range(TRIES):
        assert "This code does not work" in await asks(world, "noa", f"link {WRONG}")

    # However, and by whomever of that workspace.
    for said in (
        await asks(world, "noa", f"link {good}"),
        await asks(world, "nik", f"link {good}"),
        await says(world, "noa", good),
    ):
        assert "Too many codes" in said
    assert await owner(world) is None
    # Another workspace has its own tries.
    assert "This code does not work" in await asks(world, "olga", f"link {WRONG}")

    world.later(hours=1)
    assert "linked with Northwind" in await asks(world, "noa", f"link {good}")


async def test_a_workspace_stays_its_partners(world: World) -> None:
    await asks(world, "noa", f"link {await a_code(world)}")
    for who in ("noa", "nik"):
        said = await asks(world, who, f"link {await a_code(world, 'contoso')}")
        assert "linked with Northwind already" in said
        assert "Contoso" not in said
    assert await owner(world) == "northwind"


async def test_the_vendors_own_workspace_is_nobodys(world: World) -> None:
    world.slack.user(account("newbie"), VENDOR, "New Engineer", "newbie@vendor.example")
    code = await a_code(world)
    for who in ("mei", "newbie"):
        said = await asks(world, who, f"link {code}")
        assert "linked with" not in said
    assert await owner(world, VENDOR) is None
    assert "linked with Northwind" in await asks(world, "noa", f"link {code}")


# --- whoever writes from there --------------------------------------------------------------------


async def linked(world: World) -> None:
    await asks(world, "noa", f"link {await a_code(world)}")


async def test_a_colleague_joins_as_that_partners_contact(world: World) -> None:
    await linked(world)
    await open_case(world, "nik")
    joined = await person(world, "nik")
    assert joined is not None
    assert (joined.partner_id, joined.roles) == ("northwind", frozenset({Role.CONTACT}))
    assert joined.name == "Nik Newcomer"


async def test_a_known_address_of_that_partner_is_that_person(world: World) -> None:
    await linked(world)
    await world.hand("twin").command("/quota")
    same = await person(world, "twin")
    assert same is not None
    assert same.id == "nora"
    # In both workspaces she is herself.
    assert (await person(world, "nora", "TNORTH")) == same


@pytest.mark.parametrize(("who", "known"), [("spy", "carla"), ("boss", "mei")])
async def test_an_address_makes_nobody_somebody_of_another_side(
    world: World, who: str, known: str
) -> None:
    await linked(world)
    await world.hand(who).command("/quota")
    joined = await person(world, who)
    assert joined is not None
    assert joined.id != known
    assert joined.partner_id == "northwind"
    assert joined.roles == {Role.CONTACT}


async def test_while_slack_does_not_say_who_it_is_they_join_without_a_name(world: World) -> None:
    """Nobody is kept out, and nobody is taken for somebody else."""
    await linked(world)
    world.slack.unkind.fails("users.info", "500", times=9)
    answer = await world.hand("nik").command("/quota")
    assert "Premier" in answer.text
    joined = await person(world, "nik")
    assert joined is not None
    assert joined.name == "A colleague"


# --- Slack Connect --------------------------------------------------------------------------------


async def removed(world: World, team: str) -> None:
    """The app is not in that workspace: its people are guests in the vendor's channels."""
    install = world.slack.of_team(team)
    assert install is not None
    del world.slack.installs[install.token]
    for channel in world.slack.channels.values():
        channel.members.discard(install.bot_user)
    await world.desk.run(lambda uow: uow.installations.remove("slack", team))
    world.link.installs.forget()


def brought_in(world: World, who: str, channel: str) -> None:
    """Somebody of another organisation is let into a channel."""
    place, user = world.slack.channels[channel], world.slack.users[account(who)]
    place.members.add(user.id)
    if user.team not in place.teams:
        place.teams.append(user.team)


async def pressed(hand: Hand, message: Message, label: str, *, team: str) -> None:
    """Press a button, where Slack names another workspace as the one in which it happened."""
    from tests.fakes.slack import reading
    from tests.fakes.slack.form_hand import named

    payload = hand._payload("block_actions")
    payload["team"] = {"id": team, "domain": "x"}
    element = named(reading.buttons(message.blocks), label)
    place = hand.slack.channels[message.channel]
    payload |= {
        "actions": [hand._action(element)],
        "channel": {"id": place.id, "name": place.name},
        "container": {"type": "message", "channel_id": place.id, "message_ts": message.ts},
        "message": hand._as_json(place, message),
        "response_url": hand.response_url(place, hand._hearing(place)),
    }
    answer = await hand.slack.delivery.payload(payload)
    assert (answer.status, answer.text) == (200, "")


async def test_guests_have_buttons_and_words(world: World) -> None:
    await removed(world, "TNORTH")
    nora = world.hand("nora")
    await nora.says(f"<@UBOT{VENDOR}> open a case", "CNORTH")
    await world.link.settled()
    (offer,) = alone(world, "nora", "CNORTH")
    await nora.presses(offer, "Open a case")
    assert "Title" in form_of(nora)


@pytest.mark.parametrize("team", ["TNORTH", VENDOR, "TCONTO"])
async def test_whose_button_it_is_their_own_workspace_decides(world: World, team: str) -> None:
    """Whatever workspace Slack names as the one in which it happened."""
    case = await open_case(world, "nora", "CNORTH")
    await pressed(world.hand("nora"), case.outside, "Timeline", team=team)
    await world.link.settled()
    (said,) = alone(world, "nora", "CNORTH")[-1:]
    assert case.number in shown(said)


@pytest.mark.parametrize("guest", [False, True])
async def test_another_partners_button_gives_nothing(world: World, guest: bool) -> None:
    """Scenario 25, by buttons: it answers as if the case did not exist, and nothing changes."""
    case = await open_case(world, "nora", "CNORTH")
    assert case.outside.channel == "CNORTH"
    before = await world.desk.run(lambda uow: uow.cases.get(case.id))
    if guest:
        await removed(world, "TCONTO")
    brought_in(world, "carla", "CNORTH")
    buttons = labels(case.outside)
    assert buttons
    for number, label in enumerate(buttons, start=1):
        await pressed(world.hand("carla"), case.outside, label, team=VENDOR)
        await world.rest()
        said = alone(world, "carla", "CNORTH")
        assert len(said) == number
        assert "There is no such case." in shown(said[-1])
        assert "Orders" not in shown(said[-1])
        assert world.hand("carla").form is None
    assert await world.desk.run(lambda uow: uow.cases.get(case.id)) == before


@pytest.mark.parametrize("team", ["TALIEN", "TNORTH", VENDOR])
async def test_who_is_nobody_is_nobody_whatever_the_payload_says(world: World, team: str) -> None:
    """A stranger of another organisation, in a channel that they were let into."""
    world.slack.team("TALIEN", "Alien")
    world.slack.user(account("zoe"), "TALIEN", "Zoe", "nora@northwind.example")
    case = await open_case(world, "nora", "CNORTH")
    brought_in(world, "zoe", "CNORTH")

    await pressed(world.hand("zoe"), case.outside, labels(case.outside)[0], team=team)
    await world.link.settled()

    (said,) = alone(world, "zoe", "CNORTH")
    assert "nothing was done" in shown(said)
    assert "Orders" not in shown(said)
    assert await person(world, "zoe", "TALIEN") is None


async def test_an_address_that_another_organisation_vouches_for_proves_nothing(
    world: World,
) -> None:
    """The app is not in their workspace: their own administrators could say anything."""
    await world.desk.run(lambda uow: uow.people.link_workspace("slack", "TALIEN", "northwind"))
    world.slack.team("TALIEN", "Alien")
    world.slack.user(account("zoe"), "TALIEN", "Zoe", "nora@northwind.example")
    brought_in(world, "zoe", "CNORTH")
    await world.hand("zoe").says(f"<@UBOT{VENDOR}> quota", "CNORTH")
    await world.link.settled()
    joined = await person(world, "zoe", "TALIEN")
    assert joined is not None
    assert joined.id != "nora"
    assert joined.partner_id == "northwind"


@pytest.mark.parametrize("known", [True, False])
async def test_where_an_event_does_not_say_whose_they_are_slack_is_asked(
    world: World, known: bool
) -> None:
    """In a shared channel the workspace that heard it is nobody's in particular."""
    place = world.slack.channels["CSHARED"]
    event = {
        "type": "app_mention",
        "channel": place.id,
        "user": account("carla"),
        "text": f"<@UBOT{VENDOR}> quota",
        "ts": world.slack.ts(),
    }
    if not known:
        world.slack.unkind.fails("users.info", "500", times=9)
    await world.slack.delivery.happened(event, place)
    await world.link.settled()
    (said,) = alone(world, "carla", "CSHARED")
    # Whoever is not known is never taken for one of the vendor's own.
    assert ("30 of 30 left" if known else "does not know you yet") in shown(said)
