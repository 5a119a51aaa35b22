"""Scenario 27: texts that mean harm are shown as they were typed, or refused at their field."""

import pytest

from tests.stories.stage import FORM, Stage, opens

TEXTS = (
    "<!channel> look",
    "<@U123> look",
    "[x](javascript:alert(1))",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "🔥🧯 家が燃えている",
    "مرحبا بالعالم",
    "*bold* _it_ `code` ~no~ &amp; %s {title}",
)


@pytest.mark.parametrize("text", TEXTS)
async def test_it_is_shown_literally(stage: Stage, text: str) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    case = await opens(nora, {"Title": text, "What happens, and since when?": f"{text} since 8"})

    assert text in await mei.sees("#support-cloud")
    assert f"{text} since 8" in await mei.presses("Timeline", on=case)
    await nora.says(f"{text} again", at=case)
    assert f"{text} again" in await mei.sees(case)
    await mei.presses("Reply to partner", on=case)
    await mei.fills({"Your reply": f"{text} back"}, then="Send reply")
    assert f"{text} back" in await nora.sees(case)
    assert text in await nora.says("my cases")
    # Nobody was called by it.
    assert "@Mei" not in await mei.sees("#support-cloud")


async def test_too_much_and_what_no_database_keeps_is_refused_at_its_field(stage: Stage) -> None:
    nora, mei = await stage.person("nora"), await stage.person("mei")
    await nora.says("open a case")
    long = "x" * 40_000
    filled = {"How bad is it?": "Guidance", "Title": "Bell \a rings", "Product": "Databases"}
    refused = await nora.fills(filled | {"What happens, and since when?": long}, then="Open case")
    # By the platform itself, or by the desk; what was typed is still there.
    assert "at most" in refused.casefold()
    assert "is open" not in refused
    assert long in await nora.sees(FORM)

    shorter = {"Title": "Bell \a rings", "What happens, and since when?": "A \x00 in it"}
    refused = await nora.fills(shorter, then="Open case")
    assert "This contains a control character that cannot be kept." in refused
    assert "is open" in await nora.fills({"Title": "Bell rings"}, then="Open case")
    assert "Bell rings" in await mei.sees("#support-cloud")

    case = await opens(nora)
    assert "10,000" in await nora.says(long, at=case)
    assert "xxxx" not in await mei.sees(case)
