"""The severity is changed: what is due then, and the partner's one objection."""

from tests.stories.stage import Stage, opens


async def test_lowered_the_time_runs_from_the_opening_with_the_new_target(stage: Stage) -> None:
    nora, mei, tara = [await stage.person(key) for key in ("nora", "mei", "tara")]
    case = await opens(nora)
    await stage.passes(minutes=10)

    await mei.presses("Re-grade", on=case)
    reason = {"Severity": "Guidance", "Reason": "Nothing is down: it is a question."}
    assert f"{case} is guidance now" in await mei.fills(reason, then="Change the severity")

    told = await nora.sees(case)
    assert "Mei Lin changed the severity from production down to guidance" in told
    assert "Nothing is down: it is a question." in told
    why = await nora.presses("Why is it due then?", on=case)
    assert "less than 16 h for guidance, counted around the clock" in why
    assert "the time runs from the opening, with the new target" in why
    assert "16 h counted, so it is due Fri 00:00 your time, in 15 h 50 min; " in why
    assert "07:00 in Beijing" in why

    # The old rungs never fire.
    await stage.passes(minutes=30)
    assert "nobody has claimed it" not in await mei.sees("#support-cloud")

    # One objection, to the TAM.
    await nora.presses("Object to the re-grade", on=case)
    answer = await nora.fills({"Why is it wrong?": "The shop is down."}, then="Object")
    assert f"Tara Singh was asked to look at {case}" in answer
    assert "Nora Weiss at Northwind objects to the re-grade." in await tara.sees()
    assert "The shop is down." in await tara.sees()
    assert "one is heard per case" in await nora.presses("Object", on=case)


async def test_raised_the_new_target_runs_from_the_change(stage: Stage) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    case = await opens(nora, {"How bad is it?": "Guidance"})
    await stage.passes(hours=1)

    await mei.presses("Re-grade", on=case)
    reason = {"Severity": "Production down", "Reason": "It is worse than it sounded."}
    await mei.fills(reason, then="Change the severity")

    # Scenario 9: no breach at once, both targets in the history.
    told = await nora.sees(case)
    assert "first reply due Thu 09:30 your time, in 30 min; " in told
    assert "16:30 in Beijing" in told
    why = await nora.presses("Why is it due then?", on=case)
    assert "The severity was raised: the new target runs from the change." in why
    timeline = await nora.presses("Timeline", on=case)
    assert "opened the case as guidance" in timeline
    assert "from guidance to production down" in timeline
    await stage.passes(minutes=15)
    assert "first reply due in 15 min, nobody has claimed it" in await mei.sees("#support-cloud")
