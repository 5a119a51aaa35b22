"""Scenarios 21, 26 and 28: old buttons, the same press again, two at the same moment."""

import asyncio

from tests.stories.stage import ABOUT, Stage, number_in, opens


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(stage: Stage) -> None:
    """Scenario 28."""
    nora, mei, omar = [await stage.person(key) for key in ("nora", "mei", "omar")]
    case = await opens(nora)
    buttons = [await who.finds("Claim", on=case) for who in (mei, omar)]

    answers = await asyncio.gather(*(button.pressed() for button in buttons))

    won = [f"{case} is yours" in answer for answer in answers]
    assert sorted(won) == [False, True]
    winner = (mei, omar)[won.index(True)]
    assert f"{winner.name} has {case} already" in answers[won.index(False)]
    seen = await nora.sees(case)
    assert "being worked on" in seen
    assert f"{winner.name} has taken your case" in seen
    assert seen.count("has taken your case") == 1


async def test_an_old_button_says_what_the_case_is_now_and_changes_nothing(stage: Stage) -> None:
    """Scenario 26."""
    carla, mei, omar = [await stage.person(key) for key in ("carla", "mei", "omar")]
    case = await opens(carla)
    claim, resolve = await omar.finds("Claim", on=case), await mei.finds("Resolve", on=case)
    withdraw = await carla.finds("Withdraw", on=case)

    await mei.presses("Claim", on=case)
    answer = await claim.pressed()
    assert f"Mei Lin has {case} already, so nothing was changed." in answer
    assert "being worked on" in await omar.sees("#support-cloud")

    await mei.presses("Resolve", on=case)
    await mei.fills({"What solved it": "A restart."}, then="Resolve the case")
    assert "resolved" in await claim.pressed()
    assert "resolved" in await resolve.pressed()
    gone = await withdraw.pressed()
    assert "resolved" in gone
    assert "nothing was changed" in gone
    assert "29 of 30 left" in await carla.says("quota")


async def test_a_withdrawn_case_answers_old_buttons_too(stage: Stage) -> None:
    carla, mei = await stage.person("carla"), await stage.person("mei")
    case = await opens(carla)
    claim, reply = await mei.finds("Claim", on=case), await mei.finds("Reply to partner", on=case)
    await reply.pressed()
    await carla.presses("Withdraw", on=case)

    assert "withdrawn" in await claim.pressed()
    late = await mei.fills({"Your reply": "Too late"}, then="Send reply")
    assert "withdrawn" in late
    assert "Too late" not in await carla.sees(case)


async def test_the_same_press_three_times_is_one_case_and_one_unit(stage: Stage) -> None:
    """Scenario 21."""
    carla, mei = await stage.person("carla"), await stage.person("mei")
    await carla.says("open a case")

    hurry = ABOUT | {"Title": "Pressed in a hurry"}
    case = number_in(await carla.fills(hurry, then="Open case", delivered=3))

    assert (await mei.sees("#support-cloud")).count("Pressed in a hurry") == 1
    assert "29 of 30 left" in await carla.says("quota")
    assert "1 open case" in await carla.says("my cases")

    claim = await mei.finds("Claim", at="#support-cloud")
    await claim.pressed(delivered=3)
    assert (await carla.sees(case)).count("Mei Lin has taken your case") == 1
    await carla.says("Are you there?", at=case, delivered=3)
    assert (await mei.sees(case)).count("Are you there?") == 1
