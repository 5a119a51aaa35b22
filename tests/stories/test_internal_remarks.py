"""Scenario 24: what engineers say among themselves stays inside, unless it is sent on."""

from tests.stories.stage import Stage, opens, words


async def test_a_remark_reaches_the_partner_only_when_it_is_sent_and_once(stage: Stage) -> None:
    nora, mei, omar = [await stage.person(key) for key in ("nora", "mei", "omar")]
    case = await opens(nora)
    await mei.presses("Claim", on=case)
    await mei.says("They pulled the wrong cable, as in May", at=case)
    await omar.says("Port 7 is down; ask them to use port 8.", at=case)
    await mei.says("/desk timeline", at="#support-cloud")

    assert "wrong cable" not in await nora.sees(case)
    assert "wrong cable" not in await nora.sees()
    assert "wrong cable" not in await nora.presses("Timeline", on=case)
    assert "wrong cable" in await mei.presses("Timeline", on=case)
    # It was no answer: the promise of a first reply still runs.
    assert "first reply due" in words(await nora.sees(case))

    send = await mei.finds("Send to partner", at=case, beside="Port 7")
    assert f"Sent to the partner of {case}" in await send.pressed()
    assert (await nora.sees(case)).count("Port 7 is down") == 1
    assert "wrong cable" not in await nora.sees(case)
    assert "first reply in time" in words(await nora.sees(case))

    again = await send.pressed()
    assert "was sent to the partner already" in again
    assert (await nora.sees(case)).count("Port 7 is down") == 1
