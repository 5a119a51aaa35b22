"""What is edited or deleted on one side is edited or deleted on the other."""

from tests.stories.stage import Stage, opens


async def test_edits_and_deletions_follow_to_the_other_side(stage: Stage) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    case = await opens(nora)

    await nora.says("It fails in Frankfurd", at=case)
    await nora.edits("Frankfurd", to="It fails in Frankfurt", at=case)
    seen = await mei.sees(case)
    assert "It fails in Frankfurt" in seen
    assert "(edited)" in seen
    assert "Frankfurd" not in seen

    await nora.says("The password is hunter2", at=case)
    assert "hunter2" in await mei.sees(case)
    await nora.deletes("hunter2", at=case)
    for who in (nora, mei):
        assert "hunter2" not in await who.sees(case)
    assert "hunter2" not in await mei.presses("Timeline", on=case)

    # The other way: a remark that was sent on.
    await mei.says("Restart nod 7", at=case)
    await mei.presses("Send to partner", at=case, beside="nod 7")
    await mei.edits("nod 7", to="Restart node 7", at=case)
    assert "Restart node 7" in await nora.sees(case)
    await mei.deletes("node 7", at=case)
    assert "Restart nod" not in await nora.sees(case)


async def test_an_edited_remark_of_the_engineers_stays_inside(stage: Stage) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    case = await opens(nora)

    await mei.says("They broke it", at=case)
    await mei.edits("They broke it", to="They broke it again", at=case)

    assert "They broke it again" in await mei.sees(case)
    assert "broke" not in await nora.sees(case)
