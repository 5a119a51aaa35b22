"""The ladder: when its rungs come, which one is said, and which never are."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.promise import Acknowledgement, Cycle
from sla.calendar import Calendar
from sla.clock import wind
from sla.ladder import BadLadder, Ladder, Rung, Step, Tell, fired, next_at, rung_due, rungs
from tests.sla.calendars import (
    ALWAYS,
    BEIJING,
    LADDER,
    B,
    W,
    at,
    closed_on,
    opened,
    paused,
    regraded,
)


def due(cycle: Cycle, calendar: Calendar, now: str) -> str | None:
    rung = rung_due(cycle, rungs(cycle, calendar, LADDER), at(now))
    return rung.key if rung else None


def said(cycle: Cycle, calendar: Calendar, now: str) -> Cycle:
    """The cycle after a sweep at that moment."""
    schedule = rungs(cycle, calendar, LADDER)
    rung = rung_due(cycle, schedule, at(now))
    assert rung is not None
    return fired(cycle, schedule, rung, at(now))


def test_2_rungs_fall_into_working_time() -> None:
    """Scenario 2: Monday 10:00, 10:45, 11:12 and the breach; none at midnight or on the weekend."""
    cycle = opened("03-06 17:30", "3:00", W)
    schedule = rungs(cycle, W, LADDER)
    assert [(rung.key, rung.at) for rung in schedule[:6]] == [
        # Half an hour of Friday counts, so half of the 3 hours is used up Monday at 10:00.
        ("50%", at("03-09 10:00")),
        ("75%", at("03-09 10:45")),
        ("90%", at("03-09 11:12")),
        ("breach", at("03-09 11:30")),
        ("breach+1", at("03-09 12:30")),
        ("breach+2", at("03-09 13:30")),
    ]
    assert [rung.at for rung in schedule[9:11]] == [at("03-09 17:30"), at("03-10 09:30")]
    assert len(schedule) == 16
    assert [rung.index for rung in schedule] == list(range(16))
    assert cycle.next_rung_at == at("03-09 10:00")
    assert all(W.is_open(rung.at - timedelta(seconds=1)) for rung in schedule)


def test_a_rung_says_whom_to_tell() -> None:
    schedule = rungs(opened("03-06 10:00", "1:00", W), W, LADDER)
    assert schedule[0].tell == (Tell.OWNER_OR_CHANNEL,)
    assert [rung.mention for rung in schedule[:4]] == [False, True, True, True]
    assert [rung.key for rung in schedule if rung.breach] == ["breach"]
    assert schedule[3].tell == LADDER.breach
    assert {rung.tell for rung in schedule[4:]} == {LADDER.repeat}


@pytest.mark.parametrize(
    ("now", "key", "following"),
    [
        ("03-06 10:29:59", None, None),
        ("03-06 10:30", "50%", "03-06 10:45"),
        ("03-06 10:44:59", "50%", "03-06 10:45"),
        # Nobody swept for a while: only the nearest rung, and past due only the breach.
        ("03-06 10:50", "75%", "03-06 10:54"),
        ("03-06 10:59", "90%", "03-06 11:00"),
        ("03-06 11:00", "breach", "03-06 12:00"),
        ("03-06 16:20", "breach", "03-06 17:00"),
        ("03-20 10:00", "breach", None),
    ],
)
def test_15_only_the_nearest_rung(now: str, key: str | None, following: str | None) -> None:
    """Scenario 15: the sweep was down; what was missed is not replayed."""
    cycle = opened("03-06 10:00", "1:00", W)
    assert due(cycle, W, now) == key
    if key is None:
        return
    after = said(cycle, W, now)
    assert after.next_rung_at == (at(following) if following else None)
    assert due(after, W, now) is None


def test_15_every_rung_once_when_the_sweep_keeps_up() -> None:
    cycle = opened("03-06 17:30", "3:00", W)
    keys = []
    while cycle.next_rung_at is not None:
        now = cycle.next_rung_at.astimezone(BEIJING)
        keys.append(due(cycle, W, f"{now:%m-%d %H:%M:%S}"))
        cycle = said(cycle, W, f"{now:%m-%d %H:%M:%S}")
    assert keys == ["50%", "75%", "90%", "breach", *(f"breach+{n}" for n in range(1, 13))]
    assert cycle.last_rung == 15


def test_15_after_the_breach_only_the_latest_repeat() -> None:
    cycle = said(opened("03-06 10:00", "1:00", W), W, "03-06 11:00")
    assert cycle.last_rung == 3
    assert due(cycle, W, "03-06 15:30") == "breach+4"
    after = said(cycle, W, "03-06 15:30")
    assert (after.last_rung, after.next_rung_at) == (7, at("03-06 16:00"))


def test_6_paused_no_rung_and_no_breach() -> None:
    """Scenario 6: the ladder is silent while the partner is asked."""
    cycle = opened("03-06 16:00", "4:00", W)
    early = rungs(cycle, W, LADDER)
    waiting = wind(cycle.pause(at("03-06 17:00")), W, LADDER, at("03-06 17:00"))
    assert rungs(waiting, W, LADDER) == ()
    assert rung_due(waiting, early, at("03-09 12:00")) is None
    assert next_at(waiting, early) is None


def test_17_after_a_pause_the_rungs_are_those_of_the_new_due_time() -> None:
    """Scenario 17: 4 h from Friday 16:00, paused until Monday 10:00."""
    cycle = paused(opened("03-06 16:00", "4:00", W), W, ("03-06 17:00", "03-09 10:00"))
    assert [rung.at for rung in rungs(cycle, W, LADDER)[:4]] == [
        at("03-09 11:00"),
        at("03-09 12:00"),
        at("03-09 12:36"),
        at("03-09 13:00"),
    ]
    assert cycle.generation == 2
    assert due(cycle, W, "03-09 10:59") is None
    assert due(cycle, W, "03-09 11:00") == "50%"


def test_17_a_rung_that_was_past_when_armed_is_no_news() -> None:
    """Scenario 17: the 50 % of the new due time lies behind; it was said, or is stale."""
    cycle = said(opened("03-06 10:00", "1:00", W), W, "03-06 10:30")
    resumed = paused(cycle, W, ("03-06 10:40", "03-06 11:40"))
    assert (resumed.due_at, resumed.last_rung) == (at("03-06 12:00"), -1)
    assert due(resumed, W, "03-06 11:44") is None
    assert resumed.next_rung_at == at("03-06 11:45")
    assert due(resumed, W, "03-06 11:45") == "75%"


def test_17_a_rung_at_the_very_moment_of_arming_is_said() -> None:
    armed = replace(opened("03-06 10:00", "1:00", W), armed_at=at("03-06 10:30"))
    assert due(armed, W, "03-06 10:30") == "50%"


def test_17_lowered_and_raised_arm_new_rungs() -> None:
    cycle = said(opened("03-06 10:00", "1:00", ALWAYS), ALWAYS, "03-06 10:54")
    lowered = regraded(cycle, ALWAYS, "03-06 10:55", "guidance", "16:00")
    assert lowered.next_rung_at == at("03-06 18:00")
    assert due(lowered, ALWAYS, "03-06 11:00") is None
    raised = regraded(lowered, ALWAYS, "03-06 11:00", "core", "0:20")
    assert [rung.at for rung in rungs(raised, ALWAYS, LADDER)[:4]] == [
        at("03-06 11:10"),
        at("03-06 11:15"),
        at("03-06 11:18"),
        at("03-06 11:20"),
    ]
    assert raised.generation == 3


def test_17_a_change_that_keeps_the_due_time_arms_nothing() -> None:
    cycle = said(opened("03-06 10:00", "1:00", ALWAYS), ALWAYS, "03-06 10:54")
    kept = regraded(cycle, ALWAYS, "03-06 10:55", "core", "0:15")
    assert (kept.generation, kept.last_rung) == (1, 2)
    assert kept.next_rung_at == at("03-06 11:00")


def test_17_a_breach_is_never_skipped() -> None:
    """A calendar that opens earlier moves the due time into the past: the breach is said."""
    late = closed_on(W, "2026-03-09")
    cycle = opened("03-06 17:30", "1:00", late)
    assert cycle.due_at == at("03-10 09:30")
    moved = wind(cycle, W, LADDER, at("03-09 12:00"))
    assert (moved.due_at, moved.next_rung_at) == (at("03-09 09:30"), at("03-09 09:30"))
    assert due(moved, W, "03-09 12:00") == "breach"
    after = said(moved, W, "03-09 12:00")
    assert after.next_rung_at == at("03-09 12:30")
    assert due(after, W, "03-09 12:00") is None


def test_17_an_old_generation_never_fires_again() -> None:
    cycle = opened("03-06 17:30", "3:00", W)
    moved = wind(cycle, closed_on(W, "2026-03-09"), LADDER, at("03-08 10:00"))
    schedule = rungs(moved, closed_on(W, "2026-03-09"), LADDER)
    old = {rung.at for rung in rungs(cycle, W, LADDER)[:4]}
    assert not old & {rung.at for rung in schedule}
    assert rung_due(moved, schedule, at("03-09 11:30")) is None


def test_acknowledged_nothing_more_is_said() -> None:
    taken = Acknowledgement("tam", at("03-06 10:31"))
    cycle = replace(opened("03-06 10:00", "1:00", W), acknowledged=taken)
    assert due(cycle, W, "03-06 13:00") is None
    assert next_at(cycle, rungs(cycle, W, LADDER)) == cycle.due_at
    recorded = cycle.note_breach(at("03-06 13:00"))
    assert next_at(recorded, rungs(recorded, W, LADDER)) is None


def test_a_new_severity_is_a_new_promise_and_speaks_again() -> None:
    taken = Acknowledgement("tam", at("03-06 10:31"))
    cycle = wind(
        replace(opened("03-06 10:00", "1:00", W), acknowledged=taken), W, LADDER, at("03-06 10:31")
    )
    kept = regraded(cycle, W, "03-06 10:50", "core", "0:30")
    assert due(kept, W, "03-06 10:54") == "90%"


def test_answered_nothing_more_is_said() -> None:
    cycle = opened("03-06 10:00", "1:00", W).meet(at("03-06 10:20"))
    assert due(cycle, W, "03-06 13:00") is None
    assert next_at(cycle, rungs(cycle, W, LADDER)) is None


def test_a_ladder_without_steps_and_repeats_has_the_breach() -> None:
    bare = Ladder((), (Tell.CHANNEL,), timedelta(0), 0, ())
    [only] = rungs(opened("03-06 10:00", "1:00", W), W, bare)
    assert (only.key, only.breach, only.index) == ("breach", True, 0)


@pytest.mark.parametrize(
    ("percents", "every", "times", "reason"),
    [
        ((50, 50), 60, 1, "must rise"),
        ((90, 75), 60, 1, "must rise"),
        ((0, 75), 60, 1, "from 1 to 99"),
        ((50, 100), 60, 1, "from 1 to 99"),
        ((50,), 0, 1, "time between repeats"),
        ((50,), 60, -1, "less than never"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(
    percents: tuple[int, ...], every: int, times: int, reason: str
) -> None:
    steps = tuple(Step(percent, (Tell.TAM,)) for percent in percents)
    with pytest.raises(BadLadder, match=reason):
        Ladder(steps, (Tell.TAM,), timedelta(minutes=every), times, (Tell.TAM,))


ticks = st.lists(st.integers(1, 40_000), min_size=1, max_size=12)
targets = st.integers(1, 2000).map(lambda n: timedelta(minutes=n))


@given(st.sampled_from([ALWAYS, W, B]), st.integers(0, 14 * 1440), targets, ticks)
@settings(max_examples=200, deadline=None)
def test_rungs_are_in_order_and_none_is_said_twice(
    calendar: Calendar, begin: int, target: timedelta, waits: list[int]
) -> None:
    """Sweeps at any moments: indices rise, a passed due time is always said, and first of all."""
    now = at("02-10 00:00") + timedelta(minutes=begin)
    whole = target // timedelta(minutes=1)
    cycle = opened(f"{now:%m-%d %H:%M:%S}", f"0:{whole}", calendar)
    schedule = rungs(cycle, calendar, LADDER)
    assert all(one.at < other.at for one, other in pairwise(schedule))
    spoken: list[Rung] = []
    for wait in waits:
        now += timedelta(seconds=wait)
        cycle, rung = swept(cycle, schedule, now)
        if rung is not None:
            spoken.append(rung)
        assert cycle.next_rung_at is None or cycle.next_rung_at > now
    assert all(one.index < other.index for one, other in pairwise(spoken))
    assert any(rung.breach for rung in spoken) is (now >= cycle.due_at)


def swept(cycle: Cycle, schedule: tuple[Rung, ...], now: datetime) -> tuple[Cycle, Rung | None]:
    rung = rung_due(cycle, schedule, now)
    # The column that a sweep asks for and the rule agree on whether there is anything to say.
    waiting = cycle.next_rung_at is not None and cycle.next_rung_at <= now
    assert waiting is (rung is not None)
    return (fired(cycle, schedule, rung, now), rung) if rung else (cycle, None)
