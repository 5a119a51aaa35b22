"""Who the TAM is, calling them, objecting to a re-grade, and being on duty."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desk import events
from desk.notices import Alert, TamPing, ToChannel, ToPerson
from handlers.intents import (
    AskTam,
    Begin,
    CallTam,
    Help,
    ListPartners,
    ObjectToRegrade,
    RegradeCase,
)
from tests import world
from tests.handlers.acts import history, leaves, planned, sweep
from tests.talk import Talk, buttons, faults, text

NIGHT = datetime(2026, 3, 6, 13, tzinfo=UTC)  # 21:00 in Beijing, 14:00 in Berlin
WEEKEND = datetime(2026, 3, 7, 13, tzinfo=UTC)


async def test_my_partners_counts_open_overdue_and_left(talk: Talk) -> None:
    empty = text(await talk.says("theo", "my partners"))
    assert "No partner names you as their TAM." in empty
    await talk.opens("nora", "guidance")
    await talk.opens("nora", "production_down")
    talk.later(minutes=31)
    answer = await talk.does("tara", ListPartners())
    assert "Northwind (Premier) 2 1 overdue no limit" in text(answer)
    quota = await talk.says("tara", "quota")
    assert "My partners" in text(quota)
    refused = text(await talk.does("nora", ListPartners()))
    assert "This is the TAMs' view." in refused


@pytest.mark.parametrize(
    ("who", "when", "says"),
    [
        ("nora", None, ["Tara Singh is the TAM of Northwind", "on duty now", "Theo Brandt"]),
        ("nora", NIGHT, ["off duty, back 2026-03-09T01:00:00Z", "Cover Theo Brandt"]),
        ("carla", None, ["No designated TAM", "Standard has no designated TAM. Ask your"]),
    ],
)
async def test_who_is_my_tam(talk: Talk, who: str, when: datetime | None, says: list[str]) -> None:
    talk.now = when or talk.now
    shown = text(await talk.says(who, "who is my tam"))
    assert all(part in shown for part in says), shown


async def test_a_plan_with_a_tam_but_nobody_named_says_so(talk: Talk) -> None:
    partner = replace(world.PARTNERS[0], tam_id=None)
    await talk.desk.run(lambda uow: uow.people.put_partner(partner))
    shown = text(await talk.says("nora", "who is my tam"))
    assert "Premier includes a designated TAM, but none is named yet." in shown
    case = await talk.opens("nora", "guidance")
    answer = await talk.does("nora", CallTam(case.id, "We need somebody."))
    assert "Dana Cole was called to C-1001." in text(answer)


async def test_the_vendor_asks_for_any_partner_and_a_contact_for_their_own(talk: Talk) -> None:
    assert "Tara Singh is the TAM" in text(await talk.does("mei", AskTam("northwind")))
    unknown = text(await talk.does("carla", AskTam("nowhere")))
    assert text(await talk.does("carla", AskTam("northwind"))) == unknown
    assert "Tara" not in unknown


async def test_calling_the_tam_on_duty_with_a_reason(talk: Talk) -> None:
    case = await talk.opens("nora")
    form = await talk.does("nora", Begin("call_tam", case.id))
    assert "Tara Singh will be called." in text(form)
    assert faults(await talk.does("nora", CallTam(case.id, "  "))) == {
        "reason": "Say why you need them."
    }
    answer = await talk.does("nora", CallTam(case.id, "Nobody answers."))
    assert "Tara Singh was called to C-1001." in text(answer)
    pings = [(n, to) for n, to in await planned(talk, TamPing) if isinstance(n, TamPing)]
    notice, to = pings[-1]
    assert (notice.why, notice.by, notice.reason, to) == (
        "called", "Nora Weiss", "Nobody answers.", ToPerson("tara"),
    )  # fmt: skip
    assert "Nora Weiss called the TAM" in text(await talk.says("nora", "timeline C-1001"))
    assert "Nobody answers." in text(await talk.says("mei", "timeline C-1001"))


async def test_off_duty_the_cover_is_called_and_the_partner_told_why(talk: Talk) -> None:
    talk.now = NIGHT
    case = await talk.opens("nora", "guidance")
    form = text(await talk.does("nora", Begin("call_tam", case.id)))
    assert "Theo Brandt will be called, because Tara Singh is off duty." in form
    answer = text(await talk.does("nora", CallTam(case.id, "Nobody answers.")))
    assert "Theo Brandt was called to C-1001. Tara Singh is off duty." in answer


async def test_without_a_tam_in_the_plan_nobody_is_called_and_no_form_is_shown(
    talk: Talk,
) -> None:
    case = await talk.opens("carla")
    for intent in (Begin("call_tam", case.id), CallTam(case.id, "Please.")):
        shown = text(await talk.does("carla", intent))
        assert "Nobody was called." in shown
        assert "Standard has no designated TAM." in shown
    assert "Call my TAM" not in text(await talk.says("carla", "C-1001"))


async def test_with_an_empty_roster_the_call_says_what_to_do(talk: Talk) -> None:
    case = await talk.opens("nora", "guidance")
    for key in ("tara", "theo", "dana"):
        await leaves(talk, key)
    answer = text(await talk.does("nora", CallTam(case.id, "Please.")))
    assert "Write in the case's thread; the engineers read it." in answer
    await talk.does("mei", RegradeCase(case.id, "production_down", "Down."))
    objected = text(await talk.does("nora", ObjectToRegrade(case.id, "No.")))
    assert "Your objection to C-1001 is in the record" in objected


async def test_an_objection_reaches_the_tam_once(talk: Talk) -> None:
    case = await talk.opens("nora", "production_down")
    early = text(await talk.does("nora", Begin("object_to_regrade", case.id)))
    assert "was never changed: nothing to object to" in early
    await talk.does("mei", RegradeCase(case.id, "guidance", "It is a question."))
    assert "Object to the re-grade" in buttons(await talk.says("nora", "C-1001"))
    assert faults(await talk.does("nora", ObjectToRegrade(case.id)))["reason"]
    answer = await talk.does("nora", ObjectToRegrade(case.id, "The shop is down."))
    assert "Tara Singh was asked to look at C-1001" in text(answer)
    pinged = [n for n, _ in await planned(talk, TamPing) if isinstance(n, TamPing)]
    assert [(n.why, n.reason) for n in pinged] == [("objected", "The shop is down.")]
    for intent in (Begin("object_to_regrade", case.id), ObjectToRegrade(case.id, "Again.")):
        again = await talk.does("nora", intent)
        assert not again.accepted
        assert "one is heard per case" in text(again)
    assert len(await history(talk, case.id, events.Objected)) == 1
    assert "Object to the re-grade" not in buttons(await talk.says("nora", "C-1001"))


async def test_a_partner_without_a_tam_objects_to_the_duty_manager(talk: Talk) -> None:
    case = await talk.opens("carla", "production_down")
    await talk.does("mei", RegradeCase(case.id, "guidance", "It is a question."))
    answer = await talk.does("carla", ObjectToRegrade(case.id, "It is down."))
    assert "Dana Cole was asked to look at C-1001" in text(answer)


async def test_on_duty_and_off_duty(talk: Talk) -> None:
    assert "You are off duty" in text(await talk.says("mei", "off duty"))
    await talk.opens("nora")
    talk.later(minutes=24)
    await sweep(talk)
    alerts = [n for n, to in await planned(talk, Alert) if isinstance(to, ToChannel)]
    assert [a.mention for a in alerts if isinstance(a, Alert)] == [("omar",)]
    back = await talk.says("mei", "i am on duty")
    assert "You are on duty: alerts name you." in text(back)
    assert "Go off duty" in buttons(back)
    assert "Only the vendor's people are on duty." in text(
        await talk.does("nora", buttons(back)["Go off duty"])
    )


@pytest.mark.parametrize(
    ("who", "offers"),
    [
        ("carla", ["Open a case", "My cases", "Show the quota", "Who is my TAM?"]),
        ("mei", ["Show the queue", "Mine", "Unclaimed", "Go off duty"]),
        ("tara", ["Show the queue", "Mine", "Unclaimed", "My partners", "Go off duty"]),
        ("opal", ["Go off duty"]),
    ],
)
async def test_help_offers_what_one_is_here_for(talk: Talk, who: str, offers: list[str]) -> None:
    assert list(buttons(await talk.does(who, Help()))) == offers
