"""What people do in Slack, from the signed request to the answer that they see."""

from tests.fakes.slack import reading
from tests.slack.acts import form_of, number_in
from tests.slack.world import World, account


async def opened(world: World, who: str = "nora") -> str:
    """Somebody opens a case by the command and its form; returns its number."""
    hand = world.hand(who)
    await hand.command("/case")
    await hand.fills("What kind", "Technical")
    await world.rest()
    await hand.fills("How bad", "Production down")
    await hand.fills("Title", "Orders cannot be paid")
    await hand.fills("What happens", "Since 08:40 every payment answers 502.")
    await hand.fills("Product", "Cloud servers")
    (answer,) = await hand.submits()
    assert answer.status == 200
    number = number_in(form_of(hand))
    await world.rest()
    return number


async def test_a_command_is_answered_to_whoever_typed_it(slack_world: World) -> None:
    answer = await slack_world.hand("carla").command("/quota", channel="CSHARED")
    assert answer.status == 200
    assert answer.body["response_type"] == "ephemeral"
    assert "30 of 30 left" in slack_world.texts("CSHARED", alone=account("carla"))[0]


async def test_a_case_is_opened_claimed_and_talked_about(slack_world: World) -> None:
    world, mei, nora = slack_world, slack_world.hand("mei"), slack_world.hand("nora")
    number = await opened(world)
    inside, outside = world.slack.messages("CCLOUD")[0], world.direct("nora").messages[0]
    assert number in reading.shown(inside.blocks)

    await mei.presses(inside, "Claim")
    await world.rest()
    assert f"{number} is yours" in world.texts("CCLOUD", alone=account("mei"))[-1]
    assert "Engineer: Mei Lin" in reading.shown(outside.blocks)

    await nora.says("It is worse now", thread=outside.ts)
    await world.rest()
    copy = world.slack.messages("CCLOUD", thread=inside.ts)[-1]
    assert "It is worse now" in reading.shown(copy.blocks)
    assert copy.username == "Nora Weiss"
    assert copy.icon.endswith("/UNORA.png")

    await mei.says("the old cable again", "CCLOUD", thread=inside.ts)
    await world.rest()
    assert all("old cable" not in text for text in world.texts(world.direct("nora").id))
