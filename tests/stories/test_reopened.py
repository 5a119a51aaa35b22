"""Solved, and not solved after all."""

from tests.stories.stage import Person, Stage, opens, words


async def resolve(mei: Person, case: str) -> None:
    await mei.presses("Resolve", on=case)
    await mei.fills({"What solved it": "Try it now."}, then="Resolve the case")


async def test_a_case_is_reopened_within_seven_days_and_not_on_the_eighth(stage: Stage) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    case = await opens(nora)
    await mei.presses("Claim", on=case)
    await resolve(mei, case)

    for due in ("Thu 07:30", "Thu 06:40"):
        # Within seven days; the old due time has long passed.
        await stage.passes(days=6, hours=23)
        reopen = await nora.finds("Reopen", on=case)
        await reopen.pressed()
        answer = await nora.fills({"What is still wrong?": "It is back."}, then="Reopen the case")
        assert f"{case} is open again: a new clock runs" in answer
        # Scenario 11: no breach at once, a new promise.
        assert f"first reply due {due} your time".casefold() in words(await nora.sees(case))
        assert "It is back." in await mei.sees(case)
        assert "reopened" in await mei.sees()
        await stage.passes(minutes=10)
        await resolve(mei, case)

    reopen = await nora.finds("Reopen", on=case)
    await stage.passes(days=7, minutes=1)
    refused = await reopen.pressed()
    assert "7 days" in refused
    assert "open a new case" in refused.casefold()
    assert "resolved" in await nora.says(case)
