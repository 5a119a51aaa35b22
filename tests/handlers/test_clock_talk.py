"""The clock as conversations move it: scenarios 5 to 11 and 13."""

from datetime import timedelta

import pytest

from desk import events
from desk.case import State
from desk.notices import CaseCard, RefreshCard, Side
from desk.promise import Breach
from desk.records import Delivery
from handlers.intents import (
    AskWhy,
    ClaimCase,
    HandOver,
    RegradeCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    WaitOnPartner,
    WithdrawCase,
)
from sla.clock import Mode
from tests.handlers.acts import beijing, deliver, history, shown, stands, sweep
from tests.talk import Talk, text


async def test_7_nothing_but_a_public_reply_meets_the_first_reply_clock(talk: Talk) -> None:
    """Scenario 7: a claim, a note, a hand-over, waiting without a question."""
    case = await talk.opens("carla")
    due = case.cycle.due_at
    for who, intent in (
        ("mei", ClaimCase(case.id)),
        ("mei", Say(case.id, "engineers", "The pool is empty, I think.")),
        ("mei", HandOver(case.id, "omar")),
        ("omar", WaitOnPartner(case.id)),
        ("carla", Say(case.id, "partner", "Still down.")),
    ):
        talk.later(minutes=1)
        await talk.does(who, intent)
        stored = await talk.case(case.id)
        assert (stored.cycle.met_at, stored.cycle.paused, stored.cycle.due_at) == (None, False, due)
    talk.later(minutes=1)
    await talk.does("omar", ReplyToPartner(case.id, "We are on it."))
    assert (await talk.case(case.id)).cycle.met_at == talk.now


async def test_7_waiting_without_a_question_says_that_the_clock_keeps_running(talk: Talk) -> None:
    """Scenario 7, as the engineer reads it."""
    case = await talk.opens("carla")
    answer = await talk.does("mei", WaitOnPartner(case.id))
    assert "Its clock keeps running: the partner was asked nothing." in text(answer)
    assert (await talk.case(case.id)).state is State.WAITING
    assert "first reply due" in await shown(talk, "mei", case.id)


async def test_8_a_question_is_the_first_reply_and_then_the_clock_is_done(talk: Talk) -> None:
    """Scenario 8: reply and waiting in one action: met with its minutes."""
    case = await talk.opens("carla")
    talk.later(minutes=12)
    answer = await talk.does("mei", WaitOnPartner(case.id, "Which region is it?"))
    assert "Asked; C-1001 waits on the partner" in text(answer)
    stored, now = await talk.case(case.id), await stands(talk, case.id)
    assert (stored.state, now.mode, now.met_in) == (
        State.WAITING,
        Mode.MET,
        timedelta(minutes=12),
    )
    assert "First reply in time after 12 min" in text(await talk.says("carla", "C-1001"))
    talk.later(days=3)
    await sweep(talk)
    assert not await history(talk, case.id, events.Breached)


async def test_6_a_question_before_anybody_claimed_pauses_the_acceptance_clock(
    talk: Talk,
) -> None:
    """Scenario 6: paused, 3 h left, also after an unrelated edit; no rung, no breach."""
    talk.now = beijing("2026-03-06 10:00")
    case = await talk.opens("finn", "service_request")
    talk.now = beijing("2026-03-06 15:30")  # 2 h before noon, 2 h after the break
    await talk.does("mei", WaitOnPartner(case.id, "Which account is it?"))
    assert "paused, 3 h left" in await shown(talk, "mei", case.id)
    talk.now = beijing("2026-03-10 12:00")
    await sweep(talk)
    await talk.does("mei", Say(case.id, "engineers", "Asked finn."))
    for who in ("mei", "finn"):
        assert "paused, 3 h left" in await shown(talk, who, case.id)
    stored = await talk.case(case.id)
    assert (stored.owner_id, stored.cycle.breaches, stored.cycle.next_rung_at) == (None, (), None)
    keys = [r.planned.key for r in await talk.outbox(case.id)]
    assert not [k for k in keys if ":c1:" in k]


async def test_6_the_answer_lets_the_acceptance_clock_go_on(talk: Talk) -> None:
    """Scenario 6, then 5: the rest is counted from the partner's answer."""
    talk.now = beijing("2026-03-06 10:00")
    case = await talk.opens("finn", "service_request")
    talk.now = beijing("2026-03-06 15:30")
    await talk.does("mei", WaitOnPartner(case.id, "Which account is it?"))
    talk.now = beijing("2026-03-10 10:00")
    await talk.does("finn", Say(case.id, "partner", "The one that ends in 7."))
    stored = await talk.case(case.id)
    assert stored.cycle.due_at == beijing("2026-03-10 14:30")
    assert (stored.state, stored.cycle.paused) == (State.NEW, False)
    await talk.does("mei", ClaimCase(case.id))
    assert (await stands(talk, case.id)).mode is Mode.MET


@pytest.mark.parametrize(
    "ending",
    [
        ClaimCase(1001),
        HandOver(1001, "omar"),
        ReplyToPartner(1001, "It is done."),
        ResolveCase(1001, "It is done."),
        RejectCase(1001, "out_of_scope", "", "Not ours."),
        Say(1001, "partner", "It is done."),
    ],
)
async def test_6_an_answer_during_the_pause_is_not_late(talk: Talk, ending: object) -> None:
    """The partner had the clock: days later the vendor is still in time."""
    talk.now = beijing("2026-03-06 10:00")
    await talk.opens("finn", "service_request")
    talk.now = beijing("2026-03-06 11:00")
    await talk.does("mei", WaitOnPartner(1001, "Which account is it?"))
    talk.now = beijing("2026-03-12 11:00")
    answer = await talk.does("mei", ending)  # type: ignore[arg-type]  # an intent of the table
    assert answer.accepted, text(answer)
    stored = await talk.case(1001)
    assert (stored.cycle.breaches, stored.cycle.running) == ((), False)
    assert (await stands(talk, 1001)).mode in {Mode.MET, Mode.ENDED}
    assert not await history(talk, 1001, events.Breached)


async def test_6_withdrawn_during_the_pause_nothing_was_late(talk: Talk) -> None:
    talk.now = beijing("2026-03-06 10:00")
    await talk.opens("finn", "service_request")
    await talk.does("mei", WaitOnPartner(1001, "Which account is it?"))
    talk.now = beijing("2026-03-12 11:00")
    await talk.does("finn", WithdrawCase(1001))
    assert (await talk.case(1001)).cycle.breaches == ()


async def test_9_raised_after_an_hour_the_new_target_runs_from_the_change(talk: Talk) -> None:
    """Scenario 9: guidance at 10:00, raised at 11:00 to production down: due 11:30."""
    talk.now = beijing("2026-03-06 10:00")
    case = await talk.opens("carla", "guidance")
    talk.now = beijing("2026-03-06 11:00")
    await talk.does("mei", RegradeCase(case.id, "production_down", "The whole shop is down."))
    stored = await talk.case(case.id)
    assert stored.cycle.due_at == beijing("2026-03-06 11:30")
    assert [(g.severity, g.target) for g in stored.cycle.grades] == [
        ("guidance", timedelta(hours=16)),
        ("production_down", timedelta(minutes=30)),
    ]
    await sweep(talk)
    assert not await history(talk, case.id, events.Breached)
    shown_ = text(await talk.says("carla", "timeline of C-1001"))
    assert "Mei Lin changed the severity from guidance to production down" in shown_
    assert "The whole shop is down." in shown_
    why = text(await talk.does("carla", AskWhy(case.id)))
    assert "The severity was raised: the new target runs from the change." in why
    assert "30 min counted" in why


async def test_9_lowered_the_breach_that_happened_stays_and_is_void(talk: Talk) -> None:
    """Scenario 9, the other way: never turned into success silently."""
    case = await talk.opens("carla")
    talk.later(minutes=31)
    await sweep(talk)
    await talk.does("mei", RegradeCase(case.id, "guidance", "It is a question."))
    stored = await talk.case(case.id)
    assert stored.cycle.breaches == (
        Breach(case.cycle.due_at, "production_down", "severity re-graded"),
    )
    await talk.does("mei", ReplyToPartner(case.id, "This is how."))
    assert (await stands(talk, case.id)).mode is Mode.VOID
    shown_ = text(await talk.says("mei", "C-1001"))
    assert "First reply given; an earlier breach is void" in shown_


async def test_10_ten_minutes_late_is_missed_for_ever(talk: Talk) -> None:
    """Scenario 10: missed by 10 min, though a reply exists."""
    case = await talk.opens("carla")
    talk.later(minutes=40)
    await talk.does("mei", ReplyToPartner(case.id, "Sorry, we are here."))
    for later in ({}, {"days": 2}, {"days": 300}):
        talk.later(**later)
        await sweep(talk)
        assert "First reply missed by 10 min" in text(await talk.says("carla", "C-1001"))
    assert len(await history(talk, case.id, events.Breached)) == 1


async def test_a_reply_at_the_due_instant_is_late(talk: Talk) -> None:
    case = await talk.opens("carla")
    talk.now = case.cycle.due_at
    await talk.does("mei", ReplyToPartner(case.id, "Here we are."))
    assert (await stands(talk, case.id)).mode is Mode.MISSED


async def test_11_reopened_three_times_old_verdicts_stand(talk: Talk) -> None:
    """Scenario 11: no instant breach, a new cycle each time, the old verdict unchanged."""
    case = await talk.opens("carla")
    talk.later(minutes=5)
    await talk.does("mei", ResolveCase(case.id, "The pool was too small."))
    verdicts = [(await talk.case(case.id)).cycle]
    for number in (2, 3, 4):
        talk.later(days=1)
        answer = await talk.does("carla", ReopenCase(case.id, "It is down again."))
        assert "C-1001 is open again: a new clock runs" in text(answer)
        await sweep(talk)
        stored = await talk.case(case.id)
        assert list(stored.cycles[:-1]) == verdicts
        assert (stored.cycle.number, stored.cycle.due_at) == (
            number,
            talk.now + timedelta(minutes=30),
        )
        assert stored.cycle.breaches == ()
        talk.later(minutes=40 if number == 3 else 3)
        await talk.does("mei", ResolveCase(case.id, "Again."))
        verdicts.append((await talk.case(case.id)).cycle)
    late = [c.number for c in verdicts if c.breaches]
    assert late == [3]
    assert len(await history(talk, case.id, events.Breached)) == 1
    assert (await talk.quota("contoso", "2026-03"))[0].used == 1


async def test_13_the_partner_reads_how_a_holiday_moved_the_due_time(talk: Talk) -> None:
    """Scenario 13, the conversation: one line in the history, with both times."""
    talk.now = beijing("2026-03-06 10:00")
    case = await talk.opens("finn", "service_request")
    before, after = beijing("2026-03-09 10:00"), beijing("2026-03-10 10:00")
    moved = events.CalendarChanged(case.id, "", talk.now, before, after)
    await talk.desk.run(lambda uow: uow.timeline.add(moved))
    shown_ = text(await talk.says("finn", "timeline C-1001"))
    line = "moved the due time from 2026-03-09T02:00:00Z to 2026-03-10T02:00:00Z"
    assert shown_.count(line) == 1


async def test_every_change_plans_a_fresh_card_on_both_sides(talk: Talk) -> None:
    case = await talk.opens("carla")
    cards = [r for r in await deliver(talk) if isinstance(r.planned.notice, CaseCard)]
    assert len(cards) == 2
    await talk.does("mei", ClaimCase(case.id))
    rows = [r for r in await talk.outbox(case.id) if r.state is Delivery.PLANNED]
    fresh = {r.planned.notice.side for r in rows if isinstance(r.planned.notice, RefreshCard)}
    assert fresh == set(Side)


async def test_9_raised_late_the_sooner_due_time_stays(talk: Talk) -> None:
    """Scenario 9: the earlier of the old due time and change + new target."""
    case = await talk.opens("carla", "production_exception")
    talk.later(hours=2, minutes=50)
    await talk.does("mei", RegradeCase(case.id, "production_down", "It is down."))
    assert (await talk.case(case.id)).cycle.due_at == case.cycle.due_at
