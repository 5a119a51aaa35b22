"""The acceptance scenarios of the chat, on Slack, over HTTP and by Socket Mode.

What people on both sides see of them on every platform is told in the stories; here is what Slack
itself can do to them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from desk.records import LedgerLine, Move, QuotaUse
from handlers import intent_codec
from handlers.intents import AskWhy, Intent, ShowCase, ShowTimeline
from tests.fakes.slack import Hand, reading, views
from tests.slack.acts import Opened, alone, fill, form_of, last, open_case, shown, thread
from tests.slack.world import World, account, open_world

Lost = Literal["request", "answer"]


@pytest_asyncio.fixture(params=["http", "socket"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """The desk, brought its events on either way."""
    async with open_world(tmp_path, socket=request.param == "socket") as made:
        yield made


async def quota(world: World, period: str = "2026-03") -> QuotaUse:
    """What Contoso has used in a month."""
    return await world.desk.run(lambda uow: uow.ledger.use("contoso", period))


def cards(world: World) -> list[str]:
    """The cases in the engineers' channel."""
    return [shown(one) for one in world.slack.messages("CCLOUD") if not one.thread]


def readable(world: World, who: str) -> str:
    """Everything that somebody can read anywhere in Slack."""
    me = account(who)
    theirs = [one for one in world.slack.channels.values() if me in one.members]
    said = [message for place in theirs for message in place.messages]
    said += [one for place in theirs for one in place.said_alone if one.to == me]
    forms = [one for one in world.slack.views.values() if one.user == me]
    return "\n".join(
        [
            *(f"{one.username} {one.text} {shown(one)}" for one in said),
            *(reading.shown(one.blocks) for one in forms),
            *(world.slack.files[key].name for one in said for key in one.files),
        ]
    )


# --- 21: again, and lost ----------------------------------------------------------------------


async def test_21_a_form_three_times_at_once_is_one_case_and_one_unit(world: World) -> None:
    carla = world.hand("carla")
    await carla.command("/case")
    await fill(carla, world)

    answers = await carla.submits(delivered=3)
    await world.rest()

    assert [one.status for one in answers] == [200] * 3
    assert len(cards(world)) == 1
    assert (await quota(world)).used == 1


async def test_21_a_message_three_times_at_once_with_a_retry_is_one(world: World) -> None:
    case = await open_case(world)

    nora = world.hand("nora")
    await nora.says("Any news?", case.outside.channel, case.outside.ts, delivered=3)
    await world.rest()

    inside = [shown(one) for one in thread(world, case.inside)]
    assert sum("Any news?" in text for text in inside) == 1


@pytest.mark.parametrize("lost", ["request", "answer"])
async def test_21_of_a_form_that_was_lost_the_second_press_makes_the_case(
    world: World, lost: Lost
) -> None:
    carla = world.hand("carla")
    await carla.command("/case")
    await fill(carla, world)
    world.slack.delivery.loses.append(lost)

    # Slack says that it had trouble, and the form stays as it was filled in.
    (nothing,) = await carla.submits()
    assert nothing.status == 0
    await world.rest()
    (answer,) = await carla.submits()
    await world.rest()

    assert answer.status == 200
    assert "C-1001" in form_of(carla)
    assert len(cards(world)) == 1
    assert (await quota(world)).used == 1


@pytest.mark.parametrize("lost", ["request", "answer"])
async def test_21_of_a_message_that_was_lost_the_retry_alone_arrives(
    world: World, lost: Lost
) -> None:
    case, nora = await open_case(world), world.hand("nora")
    world.slack.delivery.loses.append(lost)

    await nora.says("It is worse now", case.outside.channel, case.outside.ts)
    assert await world.slack.delivery.again() == 1
    await world.rest()

    inside = [shown(one) for one in thread(world, case.inside)]
    assert sum("It is worse now" in text for text in inside) == 1


async def test_21_a_claim_whose_answer_was_lost_is_answered_when_it_is_pressed_again(
    world: World,
) -> None:
    case, mei = await open_case(world), world.hand("mei")
    world.slack.delivery.loses.append("answer")
    await mei.presses(case.inside, "Claim")
    await mei.presses(case.inside, "Claim")
    await world.rest()

    assert "Engineer: Mei Lin" in shown(case.inside)
    told = [shown(one) for one in thread(world, case.outside)]
    assert sum("has taken your case" in text for text in told) == 1


# --- 22: one left, and fifty at once ----------------------------------------------------------


async def nearly_used_up(world: World, period: str = "2026-03") -> None:
    """Twenty-nine of Contoso's thirty are gone."""
    line = LedgerLine(
        0, "contoso", period, world.now, Move.TAKEN, -1, "plan", None, "carla", "", None
    )
    for _ in range(29):
        assert await world.desk.run(lambda uow: uow.ledger.take(line, 30))


def answered(seen: str) -> bool:
    """Whether a form says what came of it, and not only that it was not saved."""
    return "is open" in seen or "package of 10 cases" in seen


async def test_22_one_left_and_fifty_at_once(world: World) -> None:
    await nearly_used_up(world)
    await world.desk.run(
        lambda uow: uow.people.link_workspace("slack", "TCONTO", "contoso", by_code=True)
    )
    hands = []
    for number in range(50):
        world.slack.user(f"UC{number:03}", "TCONTO", f"Colleague {number}")
        hands.append(Hand(world.slack, f"UC{number:03}"))
    for number, hand in enumerate(hands):
        # On a busy machine not everybody is served in Slack's three seconds: they ask again.
        for _ in range(10):
            await hand.command("/case")
            if hand.form is not None:
                break
        given = {
            "How bad": "Guidance",
            "Title": f"Question {number}",
            "What happens": f"Words {number}",
            "Product": "Cloud servers",
        }
        for label, value in given.items():
            await hand.typing(label, value)

    waiting = hands
    for _ in range(20):
        await asyncio.gather(*(hand.submits() for hand in waiting))
        # Nor in the three seconds of a form: they press again.
        waiting = [hand for hand in waiting if not answered(form_of(hand))]
    assert waiting == []
    await world.rest()

    seen = [form_of(hand) for hand in hands]
    assert sum("is open" in text for text in seen) == 1
    assert sum("package of 10 cases" in text for text in seen) == 49
    assert len(cards(world)) == 1
    used = await quota(world)
    assert (used.used, used.owed) == (30, 0)
    # What was typed is there for whoever was refused.
    for number, hand in enumerate(hands):
        if "is open" not in seen[number]:
            assert hand.form is not None
            assert f"Words {number}" in str(views.state(hand.form))


# --- 23: the month turns in Beijing ------------------------------------------------------------


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def zone_of_the_machine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The server's own time zone, which must make no difference."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone_of_the_machine")
async def test_23_the_last_second_of_january_and_the_first_of_february(
    slack_world: World,
) -> None:
    world, carla = slack_world, slack_world.hand("carla")
    world.now = datetime(2026, 1, 31, 15, tzinfo=UTC)
    await nearly_used_up(world, "2026-01")
    package = LedgerLine(
        0, "contoso", "2026-01", world.now, Move.PACKAGE, 10, "package", None, "opal", "", None
    )
    await world.desk.run(lambda uow: uow.ledger.add_package(package, 10))

    world.now = datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)
    for _ in range(2):
        await open_case(world, "carla")
    assert "9 of 40 left" in (await carla.command("/quota")).text
    world.later(seconds=1)
    assert "30 of 30 left" in (await carla.command("/quota")).text
    await open_case(world, "carla")

    assert "29 of 30 left" in (await carla.command("/quota")).text
    assert await quota(world, "2026-01") == QuotaUse(30, 10, 1)
    assert await quota(world, "2026-02") == QuotaUse(1)


# --- 24: what engineers say among themselves --------------------------------------------------


async def test_24_a_remark_is_nowhere_until_it_is_sent_and_then_once(world: World) -> None:
    case = await open_case(world)
    mei, omar = world.hand("mei"), world.hand("omar")
    await mei.presses(case.inside, "Claim")
    attached = (("wiring.png", b"\x89PNG"),)
    await mei.says("They pulled the wrong cable", "CCLOUD", case.inside.ts, attached)
    port = await omar.says("Port 7 is down", "CCLOUD", case.inside.ts)
    await omar.edits(port, "Port 7 is down; use port 8")
    await world.rest()
    nora = world.hand("nora")
    await nora.command("/desk", f"timeline {case.number}")
    await nora.opens_app()
    await world.rest()
    for word in ("wrong cable", "wiring.png", "Port 7"):
        assert word not in readable(world, "nora")

    shortcut = "send_to_partner"
    await asyncio.gather(*(who.shortcut(shortcut, port) for who in (mei, omar, mei)))
    await world.rest()

    copies = [one for one in thread(world, case.outside) if "Port 7" in shown(one)]
    assert ["use port 8" in shown(one) for one in copies] == [True]
    assert "wrong cable" not in readable(world, "nora")
    told = [shown(one) for who in ("mei", "omar") for one in alone(world, who, "CCLOUD")]
    assert sum("Sent to the partner of" in text for text in told) == 1
    assert sum("was sent to the partner already" in text for text in told) == 2


# --- 25: two partners in one channel ----------------------------------------------------------


async def test_25_in_a_shared_channel_neither_learns_of_the_others_cases(world: World) -> None:
    nora, carla = world.hand("nora"), world.hand("carla")
    theirs = await open_case(world, "carla", "CSHARED", **{"Title": "A secret outage"})
    ours = await open_case(world, "nora", "CSHARED", **{"Title": "Our own outage"})
    await carla.says("It is the cable in Bonn", theirs.outside.channel, theirs.outside.ts)
    await world.rest()

    asked = ("my cases", "search secret", f"why {theirs.number}", theirs.number, "quota")
    for words in asked:
        await nora.command("/desk", words, "CSHARED")
        await nora.says(f"<@UBOTTVENDOR> {words}", "CSHARED")
        await nora.says(words)
    await nora.opens_app()
    await world.rest()

    seen = readable(world, "nora")
    assert ours.number in seen
    for strange in ("secret outage", "cable in Bonn", "Contoso", "30 left"):
        assert strange not in seen
    # Its number was named by nobody but by Nora herself.
    answers = [one for one in alone(world, "nora", "CSHARED") if theirs.number in shown(one)]
    assert answers == []


@pytest.mark.parametrize("wanted", [ShowCase, ShowTimeline, AskWhy])
async def test_25_another_partners_number_answers_as_if_it_did_not_exist(
    world: World, wanted: Callable[[int], Intent]
) -> None:
    """Also where a button for it got into somebody's hands."""
    theirs, ours = await open_case(world, "carla"), await open_case(world, "nora")
    nora = world.hand("nora")
    answers = []
    for number in (theirs.id, 9_999):
        value = intent_codec.encode(wanted(number))
        button = {"type": "button", "action_id": "do:1", "block_id": "b", "value": value}
        await nora.press(ours.outside, button)
        await world.rest()
        answers.append(shown(last(world.direct("nora"))))

    assert "There is no such case." in answers[0]
    assert answers[0] == answers[1]


# --- 26: stale buttons ------------------------------------------------------------------------


async def claims(world: World, case: Opened) -> str:
    await world.hand("mei").command("/desk", f"claim {case.number}", "CCLOUD")
    return f"Mei Lin has {case.number} already"


async def resolves(world: World, case: Opened) -> str:
    mei = world.hand("mei")
    await mei.presses(case.inside, "Resolve")
    await mei.fills("What solved it", "A restart.")
    await mei.submits()
    return f"{case.number} is already resolved"


async def withdraws(world: World, case: Opened) -> str:
    await world.hand("nora").presses(case.outside, "Withdraw")
    return f"{case.number} is already withdrawn"


@pytest.mark.parametrize("meanwhile", [claims, resolves, withdraws])
async def test_26_a_stale_button_says_what_the_case_is_now_and_the_card_is_drawn_again(
    world: World, meanwhile: Callable[[World, Opened], Awaitable[str]]
) -> None:
    case, omar = await open_case(world), world.hand("omar")
    before = shown(case.inside)
    # The card in the channel stays as it was: Slack would not change it.
    world.slack.unkind.refuses("chat.update", "edit_window_closed", times=2)
    says = await meanwhile(world, case)
    await world.rest()
    assert shown(case.inside) == before
    stored = await world.desk.run(lambda uow: uow.cases.get(case.id))

    await omar.presses(case.inside, "Claim")
    await world.rest()

    told = shown(alone(world, "omar", "CCLOUD")[-1])
    assert says in told
    assert "nothing was changed" in told
    assert await world.desk.run(lambda uow: uow.cases.get(case.id)) == stored
    assert shown(case.inside) != before
    assert "Claim" not in [words for words, _ in reading.buttons(case.inside.blocks)]


# --- 28: two at the same instant --------------------------------------------------------------


async def test_28_of_three_who_claim_at_once_one_has_it_and_the_others_are_told_who(
    world: World,
) -> None:
    """By the button, by the emoji and in words."""
    case = await open_case(world)
    mei, omar, dana = (world.hand(who) for who in ("mei", "omar", "dana"))

    await asyncio.gather(
        mei.presses(case.inside, "Claim"),
        omar.reacts(case.inside, "eyes"),
        dana.command("/desk", f"claim {case.number}", "CCLOUD"),
    )
    await world.rest()

    told = {who: shown(alone(world, who, "CCLOUD")[-1]) for who in ("mei", "omar", "dana")}
    (winner,) = [who for who, text in told.items() if f"{case.number} is yours" in text]
    name = world.hand(winner).user.name
    others = [text for who, text in told.items() if who != winner]
    assert all(f"{name} has {case.number} already" in text for text in others)
    assert f"Engineer: {name}" in shown(case.inside)
    assert sum("has taken your case" in shown(one) for one in thread(world, case.outside)) == 1
