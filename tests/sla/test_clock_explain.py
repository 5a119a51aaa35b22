"""Why a due time is what it is: every stretch, to the second."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.promise import Cycle
from sla.calendar import Calendar, Stretch
from sla.clock import Explanation, explain, standing, wind
from tests.sla.calendars import ALWAYS, LADDER, B, W, at, closed_on, opened, paused, regraded, span


def told(cycle: Cycle, calendar: Calendar, now: str) -> list[tuple[datetime, str, timedelta]]:
    return [
        (stretch.end, str(stretch.kind), stretch.total)
        for stretch in explain(cycle, calendar, at(now)).stretches
    ]


def test_a_critical_case_on_friday_afternoon() -> None:
    cycle = opened("03-06 16:00", "4:00", B, "critical")
    explanation = explain(cycle, B, at("03-06 16:00"))
    assert told(cycle, B, "03-06 16:00") == [
        (at("03-06 17:30"), "counted", span("1:30")),
        (at("03-09 09:00"), "closed", span("1:30")),
        (at("03-09 11:30"), "counted", span("4:00")),
    ]
    assert (explanation.anchor, explanation.due_at) == (at("03-06 16:00"), at("03-09 11:30"))
    assert (explanation.severity, explanation.target) == ("critical", span("4:00"))
    assert (explanation.counted, explanation.left) == (span("4:00"), span("0:00"))
    assert (explanation.rule, explanation.met_at) == ("opened", None)


def test_5_a_pause_is_one_stretch_over_the_weekend() -> None:
    cycle = paused(opened("03-06 16:00", "4:00", W), W, ("03-06 17:00", "03-09 10:00"))
    assert told(cycle, W, "03-09 10:00") == [
        (at("03-06 17:00"), "counted", span("1:00")),
        (at("03-09 10:00"), "paused", span("1:00")),
        (at("03-09 13:00"), "counted", span("4:00")),
    ]


def test_6_while_paused_the_due_time_is_not_known() -> None:
    """Scenario 6: what is counted, what is left, and a pause that is open until now."""
    cycle = opened("03-06 16:00", "4:00", W).pause(at("03-06 17:00"))
    for now in ("03-06 17:30", "03-20 09:30"):
        assert told(cycle, W, now) == [
            (at("03-06 17:00"), "counted", span("1:00")),
            (at(now), "paused", span("1:00")),
        ]
        explanation = explain(cycle, W, at(now))
        assert (explanation.counted, explanation.left) == (span("1:00"), span("3:00"))
        assert explanation.due_at is None


def test_a_pause_after_the_due_time_leaves_it_known() -> None:
    cycle = opened("03-06 10:00", "1:00", W).pause(at("03-06 11:30"))
    explanation = explain(cycle, W, at("03-06 12:00"))
    assert (explanation.due_at, explanation.left) == (at("03-06 11:00"), span("0:00"))


def test_opened_while_closed_begins_with_a_closed_stretch() -> None:
    cycle = opened("03-07 15:00", "0:20", W)
    assert told(cycle, W, "03-07 15:00") == [
        (at("03-09 09:00"), "closed", span("0:00")),
        (at("03-09 09:20"), "counted", span("0:20")),
    ]


def test_9_raised_counts_from_the_change() -> None:
    cycle = opened("03-06 10:00", "16:00", ALWAYS, "guidance")
    raised = regraded(cycle, ALWAYS, "03-06 11:00", "production_down", "0:30")
    explanation = explain(raised, ALWAYS, at("03-06 11:00"))
    assert (explanation.anchor, explanation.rule) == (at("03-06 11:00"), "raised")
    assert explanation.severity == "production_down"
    kept = regraded(raised, ALWAYS, "03-06 11:25", "core", "0:15")
    assert explain(kept, ALWAYS, at("03-06 11:25")).severity == "production_down"


def test_over_it_keeps_the_recorded_due_time() -> None:
    """A holiday that is added later does not rewrite what was promised."""
    met = opened("03-06 17:30", "3:00", W).meet(at("03-09 09:10"))
    explanation = explain(met, closed_on(W, "2026-03-09"), at("03-20 09:00"))
    assert (explanation.due_at, explanation.met_at) == (at("03-09 11:30"), at("03-09 09:10"))


MINUTE = timedelta(minutes=1)
minutes = st.integers(0, 3000).map(lambda n: timedelta(seconds=20 * n))
targets = st.sampled_from(["0:15", "0:30", "3:00", "8:00", "16:00"]).map(span)
steps = st.lists(st.tuples(minutes, st.sampled_from(["pause", "resume", "grade"]), targets))


@given(st.sampled_from([ALWAYS, W, B]), minutes, targets, steps.map(lambda s: s[:8]))
@settings(max_examples=300, deadline=None)
def test_the_stretches_always_add_up(
    calendar: Calendar,
    begin: timedelta,
    target: timedelta,
    story: list[tuple[timedelta, str, timedelta]],
) -> None:
    now = at("02-27 00:00") + begin
    cycle = opened(stamp(now), f"0:{target // MINUTE}", calendar)
    for wait, verb, other in story:
        now += wait
        before, calm = cycle, cycle.paused
        if verb == "grade":
            cycle = regraded(cycle, calendar, stamp(now), "s", f"0:{other // MINUTE}")
        else:
            changed = cycle.pause(now) if verb == "pause" else cycle.resume(now)
            cycle = wind(changed, calendar, LADDER, now)
        assert wind(cycle, calendar, LADDER, now) == cycle
        assert (cycle.generation > before.generation) is (cycle.due_at != before.due_at)
        if verb == "grade" and not calm and before.due_at > now:
            assert cycle.due_at > now, "a change of severity never breaches at once"
        check(explain(cycle, calendar, now), cycle, calendar, now)


def stamp(moment: datetime) -> str:
    return f"{moment:%m-%d %H:%M:%S}"


def check(explanation: Explanation, cycle: Cycle, calendar: Calendar, now: datetime) -> None:
    found = explanation.stretches
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(stretch.start < stretch.end for stretch in found)
    work = [s.end - s.start for s in found if s.kind is Stretch.COUNTED]
    assert sum(work, timedelta()) == explanation.counted == explanation.target - explanation.left
    if explanation.due_at is not None:
        assert explanation.left == timedelta(0)
        # While paused the recorded one may still be that of an older severity.
        assert cycle.paused or explanation.due_at == cycle.due_at
        assert (found[0].start, found[-1].end) == (explanation.anchor, explanation.due_at)
    else:
        assert cycle.paused
        assert standing(cycle, calendar, now).left == explanation.left
