"""The designated TAM: pinged, off duty, covered, called, and asked for an overview."""

from tests.stories.stage import Stage, opens

CORE = {"How bad is it?": "Core production down"}


async def test_on_duty_the_tam_is_pinged_by_the_highest_severity_at_once(stage: Stage) -> None:
    nora, tara, mei = [await stage.person(key) for key in ("nora", "tara", "mei")]
    case = await opens(nora, CORE)

    assert "Northwind opened a case of the highest severity." in await tara.sees()
    await tara.presses("Join the thread", on=case)
    assert "Tara Singh" in await mei.sees(case)
    assert "Tara Singh" not in await nora.sees(case)

    await tara.presses("Acknowledge", on=case)
    assert "Tara Singh took the escalation" in await mei.sees("#support-cloud")
    await stage.passes(minutes=20)
    assert "first reply due in" not in await mei.sees("#support-cloud")


async def test_off_duty_the_cover_is_pinged_instead(stage: Stage) -> None:
    nora, tara, theo = [await stage.person(key) for key in ("nora", "tara", "theo")]
    # 18:00 in Beijing: Tara has gone home, and it is 11:00 where Theo works.
    await stage.reaches("2026-03-05 18:00")
    case = await opens(nora, CORE)

    assert case not in await tara.sees()
    assert "You are asked because Tara Singh is off duty." in await theo.sees()
    who = await nora.says("who is my tam")
    assert "Tara Singh is the TAM of Northwind" in who
    assert "off duty, back Fri 02:00 your time" in who
    assert "Theo Brandt" in who
    await theo.presses("Acknowledge", on=case)
    assert "Theo Brandt took the escalation" in await theo.sees("#support-cloud")


async def test_at_night_the_duty_manager_is_pinged(stage: Stage) -> None:
    nora, theo, dana = [await stage.person(key) for key in ("nora", "theo", "dana")]
    await stage.reaches("2026-03-06 03:00")
    case = await opens(nora, CORE)

    assert case not in await theo.sees()
    assert "Northwind opened a case of the highest severity." in await dana.sees()


async def test_an_escalation_is_handed_to_the_cover(stage: Stage) -> None:
    nora, tara, theo, mei = [await stage.person(key) for key in ("nora", "tara", "theo", "mei")]
    await stage.reaches("2026-03-05 16:30")
    case = await opens(nora, CORE)

    answer = await tara.presses("Hand to cover", on=case)
    assert f"Theo Brandt was asked to take {case}" in answer
    assert "Tara Singh hands this escalation to you." in await theo.sees()
    assert "Theo Brandt" in await mei.sees(case)
    assert "Theo" not in await nora.sees(case)
    assert f"You have taken {case}" in await theo.presses("Acknowledge", on=case)


async def test_a_partner_calls_their_tam_to_a_case(stage: Stage) -> None:
    nora, tara, carla = [await stage.person(key) for key in ("nora", "tara", "carla")]
    case = await opens(nora, {"How bad is it?": "Guidance"})

    await nora.presses("Call my TAM", on=case)
    unsaid = await nora.fills({}, then="Call my TAM")
    assert "Why do you need them?" in unsaid
    assert "was called" not in unsaid
    answer = await nora.fills({"Why do you need them?": "We sign tomorrow."}, then="Call my TAM")
    assert f"Tara Singh was called to {case}" in answer
    assert "Nora Weiss at Northwind calls you to it." in await tara.sees()
    assert "We sign tomorrow." in await tara.sees()

    # Where the plan has none, it is said so, with what can be done.
    await opens(carla)
    assert "Standard has no designated TAM" in await carla.says("who is my tam")

    mine = await tara.says("my partners")
    assert "Northwind (Premier)" in mine
    assert "Contoso" not in mine
    assert "all in time" in mine
    await stage.passes(hours=17)
    assert "1 overdue" in await tara.says("my partners")
