"""Alerts and the people who take them: scenarios 17 and 18, a TAM's verbs, calls for help."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from desk.case import State
from desk.notices import Alert, News, Side, TamPing, ToChannel, ToPerson, ToThread
from desk.people import Role
from handlers.intents import (
    Acknowledge,
    CallTam,
    HandToCover,
    JoinThread,
    RegradeCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
)
from tests import world
from tests.handlers.acts import deliver, history, leaves, planned, refreshed, states, sweep
from tests.talk import Talk, text

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


async def test_a_tam_who_is_an_engineer_too_has_both_views(talk: Talk) -> None:
    await put(talk, "theo", roles=frozenset({Role.TAM, Role.ENGINEER}))
    await talk.opens("nora")
    assert (await talk.does("theo", ReplyToPartner(1001, "We look."))).accepted
    assert (await talk.case(1001)).state is State.WORKING
