"""A plan with office hours: what is opened on a Saturday waits for Monday, quietly."""

from tests.stories.stage import Stage, opens, words


async def test_opened_on_saturday_work_starts_on_monday(stage: Stage) -> None:
    anna, mei = await stage.person("anna"), await stage.person("mei")
    await stage.reaches("2026-03-07 15:00")
    case = await opens(anna, like="sdk")

    opened = await anna.sees()
    assert "It is outside working hours now: work starts Mon 02:00 your time." in opened
    assert "First reply is due Mon 07:30 your time" in opened
    assert "14:30 in Beijing" in opened
    assert "outside working hours" in words(await mei.sees("#support-sdk"))

    # Not a word until the office has been open for half of the four hours.
    await stage.reaches("2026-03-09 10:59")
    assert "first reply due in" not in await mei.sees("#support-sdk")
    await stage.reaches("2026-03-09 11:00")
    assert f"{case} critical, Aster (Certified): first reply due in 3 h 30 min" in (
        await mei.sees("#support-sdk")
    )
    why = await anna.presses("Why is it due then?", on=case)
    assert "closed" in why
    assert "4 h counted, so it is due Mon 07:30 your time" in why

    await mei.presses("Reply to partner", on=case)
    await mei.fills({"Your reply": "Which version is it?"}, then="Send reply")
    assert "first reply in time after 2 h" in words(await mei.sees("#support-sdk"))
