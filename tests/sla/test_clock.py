"""The response clock: due times, pauses and verdicts, in Beijing time unless said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.promise import Acknowledgement, Cycle
from sla import clock
from sla.calendar import Calendar
from sla.clock import Mode, settle, standing, wind
from tests.sla.calendars import (
    ALWAYS,
    LADDER,
    B,
    W,
    at,
    closed_on,
    opened,
    paused,
    regraded,
    span,
)

NONE = timedelta(0)


@pytest.mark.parametrize(
    ("calendar", "opening", "target", "due"),
    [
        pytest.param(ALWAYS, "03-06 23:50", "0:15", "03-07 00:05:00", id="1"),
        pytest.param(W, "03-06 17:30", "3:00", "03-09 11:30", id="2"),
        pytest.param(W, "03-06 18:00:00", "0:30", "03-09 09:30", id="4-closing"),
        pytest.param(W, "03-06 17:59:30", "0:01", "03-09 09:00:30", id="4-across"),
        pytest.param(W, "03-06 09:00:00", "8:00", "03-06 17:00", id="4-opening"),
        pytest.param(B, "03-06 16:00", "4:00", "03-09 11:30", id="critical"),
        pytest.param(B, "03-06 10:00", "7:00", "03-09 10:00", id="one working day"),
        pytest.param(B, "03-07 10:00", "7:00", "03-09 17:30", id="opened on Saturday"),
        # Make-up days count, holidays do not: 7 h from Saturday 14 February, which is worked.
        pytest.param(B, "02-14 13:30", "7:00", "02-24 12:00", id="over the Spring Festival"),
    ],
)
def test_1_2_4_due(calendar: Calendar, opening: str, target: str, due: str) -> None:
    """Scenarios 1, 2 and 4, and the examples of the programs."""
    cycle = opened(opening, target, calendar)
    assert cycle.due_at == at(due)
    assert (cycle.generation, cycle.armed_at, cycle.last_rung) == (1, at(opening), -1)
    assert wind(cycle, calendar, LADDER, at(opening)) == cycle


def test_1_at_the_due_instant_it_is_late() -> None:
    """Scenario 1, and the strict bound: 15 minutes means less than 15 minutes."""
    cycle = opened("03-06 23:50", "0:15", ALWAYS)
    at_once = standing(cycle, ALWAYS, at("03-06 23:50"))
    assert (at_once.mode, at_once.used, at_once.left) == (Mode.RUNNING, NONE, span("0:15"))
    late = standing(cycle, ALWAYS, at("03-07 00:05"))
    assert (late.mode, late.left, late.late_by) == (Mode.OVERDUE, NONE, NONE)
    just = cycle.meet(at("03-07 00:05") - timedelta(microseconds=1))
    assert standing(just, ALWAYS, at("03-08 00:00")).mode is Mode.MET
    missed = cycle.meet(at("03-07 00:05"))
    assert standing(missed, ALWAYS, at("03-08 00:00")).mode is Mode.MISSED
    assert [breach.due_at for breach in missed.breaches] == [cycle.due_at]


def test_3_answered_20_minutes_into_monday() -> None:
    """Scenario 3: opened on Saturday 15:00, answered Monday 09:20: 20 minutes used."""
    cycle = opened("03-07 15:00", "1:00", W)
    before = standing(cycle, W, at("03-08 12:00"))
    assert (before.mode, before.used, before.left) == (Mode.CLOSED, NONE, span("1:00"))
    assert before.resumes_at == at("03-09 09:00")
    after = standing(cycle.meet(at("03-09 09:20")), W, at("03-20 00:00"))
    assert (after.mode, after.used, after.met_in) == (Mode.MET, span("0:20"), span("0:20"))
    assert (after.met_at, after.late_by, after.left) == (at("03-09 09:20"), NONE, span("0:40"))


def test_5_waiting_on_the_partner_over_a_weekend() -> None:
    """Scenario 5: 1 h used, paused until Monday 10:00, due Monday 13:00."""
    cycle = opened("03-06 16:00", "4:00", W)
    waiting = wind(cycle.pause(at("03-06 17:00")), W, LADDER, at("03-06 17:00"))
    assert standing(waiting, W, at("03-08 12:00")).used == span("1:00")
    resumed = paused(cycle, W, ("03-06 17:00", "03-09 10:00"))
    assert resumed.due_at == at("03-09 13:00")
    assert standing(resumed, W, at("03-09 10:00")).used == span("1:00")


def test_6_paused_stands_still_also_after_an_unrelated_edit() -> None:
    """Scenario 6: "paused, 3 h left", no next rung, no breach, and nothing re-arms it."""
    cycle = opened("03-06 16:00", "4:00", W).pause(at("03-06 17:00"))
    waiting = wind(cycle, W, LADDER, at("03-06 17:00"))
    for moment in ("03-06 17:00", "03-09 09:30", "03-09 11:30", "05-01 10:00"):
        again = wind(waiting, W, LADDER, at(moment))
        assert again == waiting
        stands = standing(again, W, at(moment))
        assert (stands.mode, stands.left, stands.late_by) == (Mode.PAUSED, span("3:00"), NONE)
        assert again.next_rung_at is None
        assert again.note_breach(at(moment)).breaches == ()
    assert (waiting.generation, waiting.due_at) == (1, at("03-09 11:00"))


def test_6_a_pause_in_closed_hours_moves_nothing_and_the_ladder_goes_on() -> None:
    """A pause in which nobody would have worked: same due time, same generation, rungs go on."""
    cycle = opened("03-06 16:00", "4:00", W)
    resumed = paused(cycle, W, ("03-06 18:00", "03-09 09:00"))
    assert replace(resumed, pauses=()) == cycle


def test_7_what_is_no_answer_leaves_the_clock_running() -> None:
    """Scenario 7: without a public reply there is no pause, and winding finds nothing changed."""
    cycle = opened("03-06 16:00", "4:00", W)
    for moment in ("03-06 16:30", "03-08 12:00", "03-09 10:59:59"):
        assert wind(cycle, W, LADDER, at(moment)) == cycle
    assert standing(cycle, W, at("03-09 10:59:59")).left == span("0:00:01")
    assert standing(cycle, W, at("03-09 11:00")).mode is Mode.OVERDUE


def test_8_reply_and_wait_in_one_action() -> None:
    """Scenario 8: the reply meets the clock with its minutes; the pause comes too late for it."""
    cycle = opened("03-06 16:00", "4:00", W)
    both = cycle.meet(at("03-06 16:25")).pause(at("03-06 16:25"))
    stands = standing(wind(both, W, LADDER, at("03-06 16:25")), W, at("03-09 16:00"))
    assert (stands.mode, stands.met_in) == (Mode.MET, span("0:25"))


def test_10_late_for_ever() -> None:
    """Scenario 10: "missed by 10 min" for ever, though a reply exists, whatever is changed."""
    cycle = opened("03-06 10:00", "1:00", W).meet(at("03-06 11:10"))
    for calendar in (W, closed_on(W, "2026-03-06")):
        wound = wind(cycle, calendar, LADDER, at("04-01 10:00"))
        assert wound == cycle
        stands = standing(wound, calendar, at("04-01 10:00"))
        assert (stands.mode, stands.late_by) == (Mode.MISSED, span("0:10"))


def test_11_reopened_three_times() -> None:
    """Scenario 11: every cycle has its own due time; the old verdicts are left alone."""
    over = [opened("03-06 10:00", "1:00", W).meet(at("03-06 10:30"))]
    for day in ("03-09", "03-10", "03-11"):
        again = opened(f"{day} 15:00", "1:00", W)
        assert standing(again, W, at(f"{day} 15:00")).mode is Mode.RUNNING
        assert again.note_breach(at(f"{day} 15:00")).breaches == ()
        over.append(again.meet(at(f"{day} 15:20")))
    assert [standing(cycle, W, at("05-01 10:00")).mode for cycle in over] == [Mode.MET] * 4


def test_13_a_holiday_is_added() -> None:
    """Scenario 13: the open ones move, once; the closed ones stay."""
    still = [opened("03-06 17:30", "3:00", W) for _ in range(5)]
    closed = [cycle.meet(at("03-06 17:40")) for cycle in still]
    changed, now = closed_on(W, "2026-03-09"), at("03-08 10:00")
    for cycle in still:
        moved = wind(cycle, changed, LADDER, now)
        assert (moved.due_at, moved.generation, moved.armed_at) == (at("03-10 11:30"), 2, now)
        assert moved.next_rung_at == at("03-10 10:00")
        assert wind(moved, changed, LADDER, at("03-08 11:00")) == moved
    assert [wind(cycle, changed, LADDER, now) for cycle in closed] == closed


def test_13_a_breach_of_a_due_time_that_moved_is_void() -> None:
    """A holiday added afterwards: the breach stays in the record and no longer counts."""
    late = opened("03-09 09:00", "1:00", W).note_breach(at("03-09 10:00"))
    moved = wind(late, closed_on(W, "2026-03-09"), LADDER, at("03-09 10:30"))
    [breach] = moved.breaches
    assert (breach.due_at, breach.void) == (at("03-09 10:00"), "due time moved")
    answered = moved.meet(at("03-10 09:10"))
    assert standing(answered, W, at("03-10 10:00")).mode is Mode.VOID


def test_14_server_in_utc_reader_in_berlin() -> None:
    """Scenario 14: due 09:20 Beijing, which is 03:20 Berlin summer time."""
    opening = at("03-29 08:50").astimezone(UTC)
    cycle = opened("03-29 08:50", "0:30", ALWAYS)
    assert cycle.started_at == opening
    assert cycle.due_at == at("03-29 09:20")
    berlin = cycle.due_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert (berlin.hour, berlin.minute, berlin.tzname()) == (3, 20, "CEST")


def test_answered_in_time_after_a_voided_breach_is_no_success() -> None:
    cycle = opened("03-06 10:00", "0:30", ALWAYS).note_breach(at("03-06 10:40"))
    lowered = regraded(cycle, ALWAYS, "03-06 10:45", "guidance", "16:00")
    stands = standing(lowered.meet(at("03-06 11:00")), ALWAYS, at("03-06 12:00"))
    assert (stands.mode, stands.met_in, stands.late_by) == (Mode.VOID, span("1:00"), NONE)


def test_overdue_is_measured_on_the_wall() -> None:
    """Late by is elapsed time: a weekend counts for the partner who waits."""
    cycle = opened("03-06 16:30", "1:00", W)
    stands = standing(cycle, W, at("03-07 17:30"))
    assert (stands.mode, stands.late_by, stands.left) == (Mode.OVERDUE, span("24:00"), NONE)
    assert stands.used == span("1:30")


def test_ended_without_an_answer() -> None:
    cycle = opened("03-06 16:30", "1:00", W).end(at("03-06 16:45"))
    stands = standing(cycle, W, at("03-09 16:30"))
    assert (stands.mode, stands.used, stands.met_in) == (Mode.ENDED, span("0:15"), None)
    assert wind(cycle, W, LADDER, at("03-09 16:30")) == cycle


def test_before_the_opening_nothing_is_used() -> None:
    """Two servers' clocks may differ by a little; nothing becomes negative."""
    stands = standing(opened("03-06 16:30", "1:00", W), W, at("03-06 16:29:59"))
    assert (stands.used, stands.left) == (NONE, span("1:00"))


def test_a_due_time_in_a_year_without_published_holidays_is_provisional() -> None:
    cycle = opened("2026-12-31 17:00", "1:00", B)
    assert cycle.provisional
    assert standing(cycle, B, at("2026-12-31 17:00")).provisional
    assert not opened("12-31 10:00", "1:00", B).provisional


def test_published_in_the_end_it_is_no_longer_provisional_and_arms_nothing() -> None:
    guessed = replace(opened("03-06 10:00", "1:00", B), provisional=True)
    known = wind(guessed, B, LADDER, at("03-06 10:10"))
    assert (known.provisional, known.generation) == (False, 1)


def test_acknowledged_only_the_due_time_is_still_looked_at() -> None:
    taken = Acknowledgement("tam", at("03-06 10:10"))
    cycle = replace(opened("03-06 10:00", "1:00", W), acknowledged=taken)
    wound = wind(cycle, W, LADDER, at("03-06 10:10"))
    assert wound.next_rung_at == wound.due_at
    recorded = wind(wound.note_breach(at("03-06 11:00")), W, LADDER, at("03-06 11:00"))
    assert recorded.next_rung_at is None


def test_accepted_while_paused_is_measured_without_the_pause() -> None:
    """Asked on Friday and claimed on Wednesday: the partner had the clock, not the vendor."""
    cycle = opened("03-06 10:00", "7:00", B)
    waiting = wind(cycle.pause(at("03-06 11:00")), B, LADDER, at("03-06 11:00"))
    now = at("03-11 11:00")
    ready = settle(waiting, B, LADDER, now)
    assert (ready.paused, ready.due_at, ready.next_rung_at) == (True, at("03-12 10:00"), None)
    claimed = ready.meet(now)
    assert claimed.breaches == ()
    stands = standing(claimed, B, now)
    assert (stands.mode, stands.met_in) == (Mode.MET, span("1:00"))
    assert settle(cycle, B, LADDER, now) == cycle


def test_several_pauses_and_one_before_the_office_opens() -> None:
    cycle = opened("03-06 10:00", "4:00", W)
    wound = paused(cycle, W, ("03-06 11:00", "03-06 12:00"), ("03-06 17:00", "03-09 08:00"))
    # Friday one hour late: due 15:00, so the second pause comes after it.
    assert wound.due_at == at("03-06 15:00")
    longer = paused(
        opened("03-06 10:00", "8:00", W),
        W,
        ("03-06 11:00", "03-06 12:00"),
        ("03-06 17:00", "03-09 08:00"),
    )
    assert longer.due_at == at("03-09 11:00")
    assert standing(longer, W, at("03-09 10:00")).used == span("7:00")


def test_a_server_in_another_zone_gets_the_same_clock() -> None:
    cycle = opened("03-06 17:30", "3:00", W)
    there = datetime(2026, 3, 6, 9, 30, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    other: Cycle = clock.start(1, there, cycle.severity, cycle.target, W, cycle.met_by, LADDER)
    assert other == cycle
