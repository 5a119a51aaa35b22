"""App Home, the chat with the app, and emoji on a case's card."""

import pytest

from tests.fakes.slack import reading
from tests.slack.acts import alone, fill, form_of, last, open_case, shown, thread
from tests.slack.world import VENDOR, World, account


def home(world: World, who: str) -> str:
    """What somebody sees on the app's page."""
    return reading.shown(world.slack.homes[account(who)]["blocks"])


async def looks(world: World, who: str) -> str:
    await world.hand(who).opens_app()
    await world.rest()
    return home(world, who)


# --- the Home tab -------------------------------------------------------------------------------


async def test_a_contact_sees_plan_quota_tam_and_open_cases(slack_world: World) -> None:
    world = slack_world
    case = await open_case(world)

    page = await looks(world, "nora")

    for words in ("Premier", "no limit", "Tara Singh", "My cases · 1 open case", case.number):
        assert words in page
    assert "30 of 30 left" in await looks(world, "carla")


async def test_a_case_is_opened_from_home_and_stands_there_at_once(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    assert "My cases · 0 open cases" in await looks(world, "nora")

    await nora.presses_at_home("Open a case")
    await fill(nora, world)
    await nora.submits()
    await world.rest()

    assert "C-1001" in form_of(nora)
    assert "My cases · 1 open case" in home(world, "nora")
    assert "C-1001" in shown(last(nora.desk())), "its card is in the conversation with the app"


async def test_an_engineer_sees_the_queue_and_mine_and_works_from_there(
    slack_world: World,
) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world)
    page = await looks(world, "mei")
    assert "Queue, mine · 0 cases" in page
    assert "Queue · 1 case" in page

    await mei.presses_at_home("Show")
    assert case.number in form_of(mei)
    await mei.presses_in_form("Claim")
    await world.rest()

    assert "Queue, mine · 1 case" in home(world, "mei")


async def test_a_tam_sees_the_partners(slack_world: World) -> None:
    await open_case(slack_world)

    page = await looks(slack_world, "tara")

    assert "My partners · 1" in page
    assert "Northwind (Premier) · Open cases: 1" in page


async def test_what_is_pressed_at_home_is_seen_at_home(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    assert "[Go off duty]" in await looks(world, "mei")

    await mei.presses_at_home("Go off duty")
    await world.rest()

    assert "[Go on duty]" in home(world, "mei")
    assert "You are off duty" in form_of(mei)


async def test_an_opening_that_slack_tells_twice_leaves_a_whole_page(slack_world: World) -> None:
    world = slack_world
    page = await looks(world, "nora")
    envelope = {
        "type": "event_callback", "team_id": "TNORTH", "api_app_id": "A0DESK",
        "event": {"type": "app_home_opened", "user": "UNORA", "channel": "D1", "tab": "home"},
        "event_id": "EvTWICE", "authorizations": [],
    }  # fmt: skip

    for number in range(2):
        await world.slack.delivery.event(envelope, number, "http_timeout")
        await world.rest()
        assert home(world, "nora") == page


async def test_a_colleague_who_comes_for_the_first_time_sees_the_whole_page(
    slack_world: World,
) -> None:
    world = slack_world
    await world.desk.run(lambda uow: uow.people.link_workspace("slack", "TNORTH", "northwind"))
    world.slack.user("UNEW", "TNORTH", "Nell Newman")

    page = await looks(world, "new")

    assert "Hello Nell" in page
    assert "My cases · 0 open cases" in page


async def test_a_stranger_is_told_who_can_help(slack_world: World) -> None:
    slack_world.slack.user("UGUEST", VENDOR, "Gert Guest")

    page = await looks(slack_world, "guest")

    assert "Ask your partner manager or an operator" in page


# --- the chat with the app ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nora", ["open a case", "my cases", "quota", "tam"]),
        ("mei", ["queue", "mine", "unclaimed"]),
        ("tara", ["queue", "mine", "unclaimed", "my partners"]),
    ],
)
async def test_the_chat_suggests_what_somebody_can_say_and_understands_it(
    slack_world: World, who: str, words: list[str]
) -> None:
    world, hand = slack_world, slack_world.hand(who)

    await hand.opens_app("messages")
    await world.rest()

    suggested = world.slack.prompts[hand.desk().id]
    assert [one["message"] for one in suggested] == words
    assert account(who) not in world.slack.homes, "the other page is not drawn for that"
    for one in suggested:
        await hand.says(one["message"])
        await world.rest()
        assert "did not understand" not in shown(last(hand.desk()))


def test_the_app_is_an_agent_of_the_new_kind(slack_world: World) -> None:
    features = slack_world.slack.manifest["features"]

    assert "agent_view" in features
    assert "assistant_view" not in features


async def test_without_the_scope_for_suggestions_the_chat_still_answers(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    world.slack.unkind.refuses("assistant.threads.setSuggestedPrompts", "missing_scope")
    await nora.opens_app("messages")
    await world.rest()

    await nora.says("quota")
    await world.rest()

    assert "Premier" in shown(last(nora.desk()))


# --- emoji ----------------------------------------------------------------------------------------


async def test_eyes_on_the_card_claim_the_case_and_tell_that_person_alone(
    slack_world: World,
) -> None:
    world = slack_world
    case = await open_case(world)

    await world.hand("mei").reacts(case.inside, "eyes")
    await world.rest()

    (told,) = alone(world, "mei", "CCLOUD")
    assert f"{case.number} is yours" in shown(told)
    assert not alone(world, "omar", "CCLOUD")
    assert "Engineer: Mei Lin" in shown(case.outside)


async def test_eyes_of_a_second_engineer_learn_who_has_it(slack_world: World) -> None:
    """Scenario 28, by emoji."""
    world = slack_world
    case = await open_case(world)
    await world.hand("mei").reacts(case.inside, "eyes")

    await world.hand("omar").reacts(case.inside, "eyes")
    await world.rest()

    (told,) = alone(world, "omar", "CCLOUD")
    assert f"Mei Lin has {case.number} already" in shown(told)
    assert "Engineer: Mei Lin" in shown(case.outside)


async def test_a_check_mark_offers_to_resolve(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world)
    await mei.reacts(case.inside, "eyes")
    await mei.reacts(case.inside, "white_check_mark")
    await world.rest()

    offer = alone(world, "mei", "CCLOUD")[-1]
    assert f"Is {case.number} solved?" in shown(offer)
    assert "resolved" not in shown(case.outside).lower(), "nothing is done by the emoji alone"
    await mei.presses(offer, "Resolve")
    await mei.fills("What solved it", "The gateway was restarted.")
    await mei.submits()
    await world.rest()

    assert "gateway was restarted" in "".join(shown(one) for one in thread(world, case.outside))
    await mei.reacts(case.inside, "heavy_check_mark")
    await world.rest()
    assert f"{case.number} is already resolved" in shown(alone(world, "mei", "CCLOUD")[-1])


@pytest.mark.parametrize("emoji", ["thumbsup", "tada", "eyes_shaking", "x", "one"])
async def test_other_emoji_mean_nothing(slack_world: World, emoji: str) -> None:
    world = slack_world
    case = await open_case(world)

    await world.hand("mei").reacts(case.inside, emoji)
    await world.rest()

    assert not alone(world, "mei", "CCLOUD")
    assert "nobody yet" in shown(case.outside)


@pytest.mark.parametrize("emoji", ["eyes", "white_check_mark"])
@pytest.mark.parametrize("who", ["tara", "opal", "guest"])
async def test_the_emoji_of_others_are_only_faces(slack_world: World, who: str, emoji: str) -> None:
    world = slack_world
    case = await open_case(world)
    world.slack.user("UGUEST", VENDOR, "Gert Guest")
    world.slack.channels["CCLOUD"].members.add("UGUEST")

    await world.hand(who).reacts(case.inside, emoji)
    await world.rest()

    assert not world.slack.channels["CCLOUD"].said_alone
    assert "nobody yet" in shown(case.outside)


@pytest.mark.parametrize("what", ["the partner's card", "a reply", "an ordinary message"])
async def test_emoji_on_anything_but_the_card_mean_nothing(slack_world: World, what: str) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world, channel="CNORTH")
    if what == "the partner's card":
        message = case.outside
    elif what == "a reply":
        message = await mei.says("Looking", "CCLOUD", case.inside.ts)
    else:
        message = await mei.says("Morning", "CCLOUD")

    await mei.reacts(message, "eyes")
    await mei.reacts(message, "white_check_mark")
    await world.rest()

    assert not alone(world, "mei", message.channel)
    assert "nobody yet" in shown(case.outside)


async def test_a_contact_cannot_take_a_case_by_an_emoji(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world, channel="CNORTH")

    await nora.reacts(case.outside, "eyes")
    await world.rest()

    assert not alone(world, "nora", "CNORTH")
    assert "nobody yet" in shown(case.outside)


async def test_nothing_is_drawn_for_somebody_who_never_opened_the_page(slack_world: World) -> None:
    await open_case(slack_world)

    assert account("nora") not in slack_world.slack.homes
