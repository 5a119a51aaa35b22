"""Scenario 25: two partners in one channel, and neither learns of the other's cases."""

import pytest

from tests.stories.stage import CannotSee, Stage, opens


async def test_in_a_shared_channel_everybody_sees_their_own_cases_only(stage: Stage) -> None:
    nora, carla = await stage.person("nora"), await stage.person("carla")
    theirs = await opens(carla, {"Title": "Contoso's secret outage"}, at="#shared")
    ours = await opens(nora, {"Title": "Our own outage"}, at="#shared")

    # The channel itself tells nobody of a case; it went to the one who opened it.
    for reader, strange in ((nora, "secret outage"), (carla, "Our own outage")):
        assert strange not in await reader.sees("#shared")
    assert "secret outage" in await carla.sees()
    assert theirs not in await nora.sees("#shared")

    listed = await nora.says("/desk my cases", at="#shared")
    assert ours in listed
    assert theirs not in listed
    assert theirs not in await nora.says("search secret outage")

    unknown = await nora.says("C-9999")
    assert "There is no such case." in unknown
    for asked in (theirs, f"why is {theirs} due then", f"timeline {theirs}"):
        assert await nora.says(asked) == unknown
    whispered = await nora.says(f"/desk why {theirs}", at="#shared")
    assert "There is no such case." in whispered
    assert "Contoso" not in whispered

    with pytest.raises(CannotSee):
        await nora.sees(theirs)
    with pytest.raises(CannotSee):
        await nora.sees("#support-cloud")
    with pytest.raises(CannotSee):
        await carla.sees("#northwind")


async def test_in_a_partners_own_channel_colleagues_share_a_case(stage: Stage) -> None:
    nora, nils, mei = [await stage.person(key) for key in ("nora", "nils", "mei")]
    case = await opens(nora, at="#northwind")

    assert f"{case} production down" in await nils.sees("#northwind")
    await nils.says("It began after the update.", at=case)
    assert "It began after the update." in await mei.sees(case)
    assert "It began after the update." in await nora.sees(case)
    # What is said beside the desk is not for it.
    await nils.says("Lunch?", at="#northwind")
    assert "Lunch?" not in await mei.sees(case)
