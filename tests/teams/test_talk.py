"""What people do in Teams, from the signed activity to the card that they see."""

from tests.fakes.teams import reading
from tests.teams.world import World


async def opened(world: World, who: str = "nora") -> str:
    """Somebody opens a case by words and the dialog; returns its number."""
    hand = world.hand(who)
    await hand.says("open a case")
    await world.rest()
    await hand.presses(hand.chat.messages[-1], "Open a case")
    hand.fills("How bad is it?", "Production down")
    hand.fills("Title", "Orders cannot be paid")
    hand.fills("What happens, and since when?", "Since 08:40 every payment answers 502.")
    hand.fills("Product", "Cloud servers")
    await hand.submits()
    assert hand.dialog is not None
    said = hand.dialog.text or reading.shown(hand.dialog.card)
    await world.rest()
    return next(word for word in said.split() if word.startswith("C-")).rstrip(".,:")


async def test_a_question_in_words_is_answered_in_the_chat(teams_world: World) -> None:
    carla = teams_world.hand("carla")
    await carla.says("quota")
    await teams_world.rest()
    assert "30 of 30 left" in teams_world.texts("carla")[-1]


async def test_an_answer_waits_until_there_is_room_for_it(teams_world: World) -> None:
    teams_world.teams.unkind.fails("post", 429, times=2, wait="0")
    await teams_world.hand("carla").says("quota")
    await teams_world.rest()
    assert "30 of 30 left" in teams_world.texts("carla")[-1]


async def test_a_case_is_opened_claimed_and_talked_about(teams_world: World) -> None:
    world, mei, nora = teams_world, teams_world.hand("mei"), teams_world.hand("nora")
    number = await opened(world)
    inside = world.messages("cloud")[0]
    assert number in reading.shown(inside.card)
    outside = next(one for one in world.messages("nora") if "Coordination" in mei.reads(one))

    await mei.presses(inside, "Claim")
    assert f"{number} is yours" in mei.reads(inside)
    await world.rest()
    assert "Engineer: Mei Lin" in reading.shown(inside.card)
    assert "Engineer: Mei Lin" in reading.shown(outside.card)

    await nora.says("It is worse now", thread=outside.id)
    await world.rest()
    assert "It is worse now" in world.texts("cloud", inside.id)[-1]

    await mei.mentions("the old cable again", "cloud", thread=inside.id)
    await world.rest()
    assert all("old cable" not in text for text in world.texts("nora"))


async def test_a_breach_reaches_the_channel_and_the_tam(teams_world: World) -> None:
    world = teams_world
    number = await opened(world)
    for minutes in (15, 8, 5, 3):
        world.later(minutes=minutes)
        await world.rest()
    said = world.texts("cloud")
    assert any(f"{number} production down" in text and "overdue by 1 min" in text for text in said)
    pinged = [one for one in world.messages("tara") if number in reading.shown(one.card)]
    assert pinged
    assert pinged[-1].alerts
