"""When a unit of the quota is given back, and when it is not."""

import pytest

from tests.stories.stage import Nothing, Stage, opens


async def test_a_duplicate_gives_its_unit_back(stage: Stage) -> None:
    carla, mei, anna = [await stage.person(key) for key in ("carla", "mei", "anna")]
    first, second = await opens(carla), await opens(carla, {"Title": "Payments fail"})
    strange = await opens(anna, like="sdk")
    assert "28 of 30 left" in await carla.says("quota")

    await mei.presses("Reject", on=second)
    told = {"Why?": "Duplicate", "What the partner is told": f"We work on it in {first}."}
    # Another partner's case is none that this one could be a duplicate of.
    refused = await mei.fills(told | {"Duplicate of": strange}, then="Reject the case")
    assert "Name another case of this partner" in refused
    assert f"{second} is rejected" in (
        await mei.fills({"Duplicate of": first}, then="Reject the case")
    )

    seen = await carla.sees(second)
    assert f"We work on it in {first}." in seen
    assert "Its unit of the quota was given back." in seen
    quota = await carla.says("quota")
    assert "29 of 30 left" in quota
    assert "+1 given back (rejected)" in quota


async def test_withdrawn_before_a_claim_it_comes_back_and_afterwards_not(stage: Stage) -> None:
    carla, mei = await stage.person("carla"), await stage.person("mei")
    first, second = await opens(carla), await opens(carla)

    withdraw = await carla.finds("Withdraw", on=first)
    assert withdraw.asks == f"Withdraw {first}? Its unit of the quota comes back."
    assert f"{first} is withdrawn. Its unit of the quota is back." in await withdraw.pressed()
    assert "29 of 30 left" in await carla.says("quota")

    await mei.presses("Claim", on=second)
    withdraw = await carla.finds("Withdraw", on=second)
    assert withdraw.asks == f"Withdraw {second}?"
    answer = await withdraw.pressed()
    assert f"{second} is withdrawn" in answer
    assert "quota" not in answer
    assert "29 of 30 left" in await carla.says("quota")

    # Nothing more is owed: no alert comes, and no button is left to press.
    await stage.passes(hours=2)
    assert "first reply due in" not in await mei.sees("#support-cloud")
    with pytest.raises(Nothing):
        await mei.finds("Reply to partner", on=second)
