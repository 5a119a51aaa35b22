"""Alerts and the people who take them: scenarios 17 and 18, a TAM's verbs, calls for help."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desk import events
from desk.case import State
from desk.notices import Alert, News, Side, TamPing, ToChannel, ToPerson, ToThread
from desk.people import Role
from handlers.intents import (
    Acknowledge,
    AskTam,
    Begin,
    CallTam,
    HandToCover,
    Help,
    JoinThread,
    ListPartners,
    ObjectToRegrade,
    RegradeCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
)
from tests import world
from tests.handlers.acts import deliver, history, leaves, planned, refreshed, states, sweep
from tests.talk import Talk, buttons, faults, text

NIGHT = datetime(2026, 3, 6, 13, tzinfo=UTC)  # 21:00 in Beijing, 14:00 in Berlin
WEEKEND = datetime(2026, 3, 7, 13, tzinfo=UTC)


async def put(talk: Talk, key: str, **changed: object) -> None:
    """Somebody of the roster changes."""
    person = next(p for p in world.PEOPLE if p.id == key)
    changed_ = replace(person, **changed)  # type: ignore[arg-type]  # a test's shorthand
    await talk.desk.run(lambda uow: uow.people.put_person(changed_))


async def breached(talk: Talk) -> None:
    """A case of Northwind's has been late for two repeats, and everything said went out."""
    await talk.opens("nora", "production_down")
    for _ in range(3):
        talk.later(minutes=30)
        await sweep(talk)


async def test_17_a_due_time_that_moved_arms_new_rungs_and_the_old_ones_never_fire(
    talk: Talk,
) -> None:
    """Scenario 17: lowered at 26 minutes, so that the 90 % of the old due time never comes."""
    case = await talk.opens("nora", "production_down")
    talk.later(minutes=24)
    await sweep(talk)
    await talk.does("mei", RegradeCase(case.id, "guidance", "It is a question."))
    for minutes in (3, 4, 10, 60):
        talk.later(minutes=minutes)
        await sweep(talk)
    rungs = [n for n, _ in await planned(talk, Alert) if isinstance(n, Alert)]
    assert [(n.rung, n.generation) for n in rungs if n.generation == 1] == [("75%", 1)]
    talk.now = case.opened_at.replace(hour=16, minute=1)
    await sweep(talk)
    keys = await states(talk, "case:1001:c1:g2:")
    assert list(keys) == ["case:1001:c1:g2:first_reply:50%:channel"]
    # What still waited for the old due time is cancelled, not said late.
    assert set((await states(talk, "case:1001:c1:g1:")).values()) == {"superseded"}


async def test_18_acknowledged_everything_pending_is_cancelled_and_the_channel_told(
    talk: Talk,
) -> None:
    """Scenario 18, the first half."""
    await breached(talk)
    pending = await states(talk, "case:1001:c1:")
    assert set(pending.values()) == {"planned"}
    answer = await talk.does("tara", Acknowledge(1001, 1))
    assert "You have taken C-1001: its alerts have stopped" in text(answer)
    assert set((await states(talk, "case:1001:c1:")).values()) == {"superseded"}
    news = [to for n, to in await planned(talk, News, 1001)]
    assert ToChannel("support-cloud") in news
    assert ToThread(1001, Side.ENGINEERS) in news
    assert ToThread(1001, Side.PARTNER) not in news
    talk.later(hours=8)
    await sweep(talk)
    assert not await planned(talk, Alert)


async def test_18_what_went_out_is_marked_acknowledged(talk: Talk) -> None:
    await breached(talk)
    await deliver(talk)
    await talk.does("tara", Acknowledge(1001, 1))
    assert set((await states(talk, "case:1001:c1:")).values()) == {"acknowledged"}


async def test_18_acknowledged_again_after_resolution_nothing_changes(talk: Talk) -> None:
    """Scenario 18, the second half."""
    await breached(talk)
    await talk.does("tara", Acknowledge(1001, 1))
    await talk.does("mei", ResolveCase(1001, "The pool was too small."))
    await deliver(talk)
    before = (await talk.case(1001), len(await history(talk, 1001)))
    answer = await talk.does("tara", Acknowledge(1001, 1))
    assert not answer.accepted
    assert "C-1001 is already resolved, so nothing was changed." in text(answer)
    assert (await talk.case(1001), len(await history(talk, 1001))) == before
    assert await refreshed(talk, 1001) == set(Side)


async def test_18_two_who_take_it_at_once_one_has_it_the_other_is_told_who(talk: Talk) -> None:
    await breached(talk)
    answers = await asyncio.gather(
        talk.does("tara", Acknowledge(1001, 1)), talk.does("dana", Acknowledge(1001, 1))
    )
    assert sorted(a.accepted for a in answers) == [False, True]
    told = next(text(a) for a in answers if not a.accepted)
    assert "has taken C-1001 already" in told
    again = text(await talk.does("tara", Acknowledge(1001, 1)))
    assert "You have taken" in again or "Dana Cole has taken" in again


async def test_an_alert_of_an_earlier_clock_takes_nothing(talk: Talk) -> None:
    case = await talk.opens("nora", "production_down")
    await talk.does("mei", ResolveCase(case.id, "Fixed."))
    await talk.does("nora", ReopenCase(case.id, "Not fixed."))
    answer = await talk.does("tara", Acknowledge(case.id, 1))
    assert "was reopened since; that alert is of an earlier clock" in text(answer)
    await talk.does("mei", ReplyToPartner(case.id, "We look."))
    answer = await talk.does("tara", Acknowledge(case.id, 2))
    assert "already answered: no alert is pending" in text(answer)


async def test_a_regrade_wakes_the_ladder_that_was_acknowledged(talk: Talk) -> None:
    case = await talk.opens("nora", "guidance")
    await talk.does("tara", Acknowledge(case.id, 1))
    await talk.does("mei", RegradeCase(case.id, "production_down", "It is down."))
    talk.later(minutes=16)
    await sweep(talk)
    assert await planned(talk, Alert)


async def test_joining_shows_the_case_and_tells_the_engineers_alone(talk: Talk) -> None:
    await talk.opens("nora")
    answer = await talk.does("tara", JoinThread(1001))
    assert "The engineers know that you are there." in text(answer)
    assert [to for _, to in await planned(talk, News, 1001)] == [ToThread(1001, Side.ENGINEERS)]
    assert "joined" not in text(await talk.says("nora", "timeline C-1001"))
    assert "Tara Singh joined the thread" in text(await talk.says("mei", "timeline C-1001"))


async def test_handed_to_the_cover_who_is_on_duty(talk: Talk) -> None:
    talk.now = NIGHT
    await talk.opens("nora")
    answer = await talk.does("tara", HandToCover(1001))
    assert "Theo Brandt was asked to take C-1001" in text(answer)
    pings = [(n.why, n.by, to) for n, to in await planned(talk, TamPing) if isinstance(n, TamPing)]
    assert pings == [("cover", "Tara Singh", ToPerson("theo"))]
    assert (await talk.does("theo", Acknowledge(1001, 1))).accepted


async def test_handed_on_with_no_cover_on_duty_a_manager_is_asked(talk: Talk) -> None:
    talk.now = WEEKEND
    await talk.opens("nora")
    assert "Dana Cole was asked to take C-1001" in text(await talk.does("tara", HandToCover(1001)))
    answer = await talk.does("dana", HandToCover(1001))
    assert "knows no cover for you and no other duty manager" in text(answer)


async def test_a_call_for_help_can_be_handed_on_after_the_answer(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("mei", ReplyToPartner(1001, "We look."))
    await talk.does("nora", CallTam(1001, "Nothing moves."))
    assert (await talk.does("tara", HandToCover(1001))).accepted


async def test_what_a_colleague_took_is_not_handed_on(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("dana", Acknowledge(1001))
    answer = await talk.does("tara", HandToCover(1001))
    assert "Dana Cole has taken C-1001 already" in text(answer)
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    assert "C-1001 is already resolved" in text(await talk.does("tara", HandToCover(1001)))


async def test_who_took_it_is_told_even_when_they_left(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("dana", Acknowledge(1001))
    await leaves(talk, "dana")
    assert "A colleague has taken C-1001 already" in text(
        await talk.does("tara", Acknowledge(1001))
    )


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
        ("carla", None, ["No designated TAM", "Standard has no designated TAM"]),
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


async def test_a_tam_who_is_an_engineer_too_has_both_views(talk: Talk) -> None:
    await put(talk, "theo", roles=frozenset({Role.TAM, Role.ENGINEER}))
    await talk.opens("nora")
    assert (await talk.does("theo", ReplyToPartner(1001, "We look."))).accepted
    assert (await talk.case(1001)).state is State.WORKING
