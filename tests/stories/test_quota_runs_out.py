"""Thirty cases a month, and then a package."""

from tests.stories.stage import FORM, Stage, opens


async def test_the_thirty_first_case_needs_a_package(stage: Stage) -> None:
    carla = await stage.person("carla")
    # So late in the month that no clock comes near its end before the next one begins.
    await stage.reaches("2026-03-31 17:00")
    for number in range(1, 31):
        await opens(carla, {"Title": f"Question {number}", "How bad is it?": "Guidance"})
    assert "0 of 30 left until" in await carla.says("quota")

    await carla.says("open a case")
    nothing_left = await carla.sees(FORM)
    assert "No technical case is left this month. Ask your partner manager" in nothing_left
    assert "A service case takes none." in nothing_left
    refused = await carla.fills(
        {
            "How bad is it?": "Guidance",
            "Title": "One more question",
            "What happens, and since when?": "How long are snapshots kept?",
            "Product": "Databases",
        },
        then="Open case",
    )
    # When it ends, and whom to ask; nothing typed is lost.
    assert "All 30 are back on Wednesday 1 April 2026 00:00, Beijing time." in refused
    assert "Ask your partner manager for a package of 10 cases" in refused
    assert "How long are snapshots kept?" in await carla.sees(FORM)
    assert "One more question" not in await carla.says("my cases")

    # A service case takes none of it.
    await carla.says("open a case")
    service = {
        "What kind": "Service",
        "How bad is it?": "Service request",
        "Title": "An invoice is wrong",
        "What happens, and since when?": "One instance stands there twice.",
        "Product": "Account and billing",
    }
    assert "is open" in await carla.fills(service, then="Open case")

    paid = await stage.operator("quota", "package", "--partner", "contoso", "--note", "invoice 77")
    assert "10 more cases for Contoso" in paid
    await opens(carla, {"Title": "One more question", "How bad is it?": "Guidance"})
    quota = await carla.says("quota")
    assert "9 of 40 left until" in quota
    assert "package added (invoice 77)" in quota

    # What is left of the package is void when the month ends, in Beijing.
    await stage.reaches("2026-03-31 23:59")
    assert "9 of 40 left" in await carla.says("quota")
    await stage.reaches("2026-04-01 00:00")
    assert "30 of 30 left" in await carla.says("quota")
