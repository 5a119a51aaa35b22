"""Time runs out: who is told when, and what a late answer is called for ever."""

from tests.stories.stage import Stage, opens, words


async def test_the_alerts_climb_the_ladder_until_the_tam_takes_the_case(stage: Stage) -> None:
    nora, mei, tara, dana = [await stage.person(key) for key in ("nora", "mei", "tara", "dana")]
    case = await opens(nora)
    line = f"{case} production down, Northwind (Premier): first reply"

    # 50 %: the engineers' channel, and nobody by name.
    await stage.passes(minutes=15)
    channel = await mei.sees("#support-cloud")
    assert f"{line} due in 15 min, nobody has claimed it" in channel
    assert "@" not in channel
    assert line not in await tara.sees()

    # 75 %: by name, those who are on duty.
    await stage.passes(minutes=7.5)
    channel = await mei.sees("#support-cloud")
    assert f"{line} due in 7 min 30 s" in channel
    assert "@Mei Lin" in channel
    assert "@Omar Haddad" in channel
    assert line not in await tara.sees()

    # 90 %: the TAM as well.
    await stage.passes(minutes=4.5)
    assert f"{line} due in 3 min" in await tara.sees()
    assert "The first reply promised to Northwind is at risk." in await tara.sees()
    assert line not in await dana.sees()

    # Due: the channel, the TAM and the duty manager.
    await stage.passes(minutes=3)
    for who, where in ((mei, "#support-cloud"), (tara, "the desk"), (dana, "the desk")):
        assert f"{line} overdue" in await who.sees(where), who.name
    # The partner is not told of alarms; the card says how it stands.
    assert line not in await nora.sees()
    assert "overdue" in await nora.sees()

    # Said again half an hour later, until somebody takes it.
    await stage.passes(minutes=30)
    assert f"{line} overdue by 30 min" in await mei.sees("#support-cloud")
    assert f"{line} overdue by 30 min" in await dana.sees()

    assert f"You have taken {case}: its alerts have stopped" in (
        await tara.presses("Acknowledge", on=case)
    )
    channel = await mei.sees("#support-cloud")
    assert "Tara Singh took the escalation: the alerts have stopped" in channel
    told = (await dana.sees()).count(line)
    await stage.passes(hours=5)
    assert (await mei.sees("#support-cloud")).count(line) == channel.count(line)
    assert (await dana.sees()).count(line) == told
    assert f"Tara Singh has taken {case} already" in await dana.presses("Acknowledge", on=case)

    # Answered at last, and late for ever.
    await mei.presses("Reply to partner", on=case)
    await mei.fills({"Your reply": "Sorry for the wait: it is the cable."}, then="Send reply")
    missed = "first reply missed by 5 h 30 min"
    assert missed in words(await mei.sees("#support-cloud"))
    assert "is already answered" in await dana.presses("Acknowledge", on=case)
    await mei.presses("Resolve", on=case)
    await mei.fills({"What solved it": "A new cable."}, then="Resolve the case")
    await nora.presses("Confirm and rate", on=case)
    await nora.fills({"How well": "2"}, then="Confirm")
    await stage.passes(days=9)
    assert missed in words(await mei.says(case))
    assert missed in words(await nora.says(case))


async def test_an_owner_is_warned_alone_at_first(stage: Stage) -> None:
    carla, mei, omar = [await stage.person(key) for key in ("carla", "mei", "omar")]
    case = await opens(carla)
    await mei.presses("Claim", on=case)
    line = f"{case} production down, Contoso (Standard): first reply due in"

    await stage.passes(minutes=15)
    assert f"{line} 15 min, Mei Lin has it" in await mei.sees()
    assert line not in await omar.sees("#support-cloud")

    # A claim is no answer, and neither is a remark among engineers.
    await mei.says("I am on it", at=case)
    await stage.passes(minutes=7.5)
    assert f"{line} 7 min 30 s, Mei Lin has it" in await omar.sees("#support-cloud")

    # Waiting without a question that the partner can read does not stop the clock.
    await mei.presses("Wait on partner", on=case)
    answer = await mei.fills({}, then="Wait on partner")
    assert "Its clock keeps running: the partner was asked nothing." in answer
    await stage.passes(minutes=5)
    assert f"{line} 3 min" in await omar.sees("#support-cloud")
