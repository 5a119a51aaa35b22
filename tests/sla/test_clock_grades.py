"""The due time after changes of severity: scenario 9 and its relatives. 24/7 unless said."""

import pytest

from sla.clock import Mode, explain, standing
from tests.sla.calendars import ALWAYS, B, W, at, opened, paused, regraded, span


def test_9_raised_is_due_from_the_change() -> None:
    """Scenario 9: due 11:30, no breach at 11:00, both targets in the history."""
    cycle = opened("03-06 10:00", "16:00", ALWAYS, "guidance")
    raised = regraded(cycle, ALWAYS, "03-06 11:00", "production_down", "0:30")
    assert raised.due_at == at("03-06 11:30")
    assert raised.note_breach(at("03-06 11:00")).breaches == ()
    assert [grade.target for grade in raised.grades] == [span("16:00"), span("0:30")]
    assert (raised.generation, raised.armed_at) == (2, at("03-06 11:00"))
    assert raised.next_rung_at == at("03-06 11:15")
    stands = standing(raised, ALWAYS, at("03-06 11:10"))
    assert (stands.mode, stands.used, stands.left) == (Mode.RUNNING, span("0:10"), span("0:20"))
    # Whoever asks how long the partner waited is told from the opening.
    assert standing(raised.meet(at("03-06 11:10")), ALWAYS, at("03-07 00:00")).met_in == span(
        "1:10"
    )


def test_9_pauses_earned_before_a_change_are_kept() -> None:
    """Scenario 9: 20 minutes of waiting stay earned when the severity goes down."""
    cycle = paused(opened("03-06 10:00", "1:00", W), W, ("03-06 10:10", "03-06 10:30"))
    lowered = regraded(cycle, W, "03-06 10:40", "guidance", "3:00")
    assert lowered.due_at == at("03-06 13:20")


@pytest.mark.parametrize(
    ("first", "changes", "due", "rule"),
    [
        ("3:00", [("10:30", "16:00")], "03-07 02:00", "lowered"),
        ("3:00", [("10:30", "0:30")], "03-06 11:00", "raised"),
        # Raised ten minutes before the old due time, which is sooner and stays.
        ("3:00", [("12:50", "0:30")], "03-06 13:00", "raised_kept"),
        ("3:00", [("12:30", "0:30")], "03-06 13:00", "raised_kept"),
        ("3:00", [("12:50", "3:00")], "03-06 13:00", "opened"),
        # Further changes fold on in the same way.
        ("16:00", [("11:00", "0:30"), ("11:10", "16:00")], "03-07 02:00", "lowered"),
        ("16:00", [("11:00", "0:30"), ("11:10", "3:00")], "03-06 13:00", "lowered"),
        ("16:00", [("11:00", "3:00"), ("11:10", "0:30")], "03-06 11:40", "raised"),
        ("16:00", [("11:00", "0:30"), ("11:10", "0:15")], "03-06 11:25", "raised"),
        ("16:00", [("11:00", "0:30"), ("11:20", "0:15")], "03-06 11:30", "raised_kept"),
        # Opening + 3 h has long passed; asking for less must not breach at once.
        ("16:00", [("20:00", "0:30"), ("20:10", "3:00")], "03-06 20:30", "lowered_kept"),
    ],
)
def test_9_changes_fold(first: str, changes: list[tuple[str, str]], due: str, rule: str) -> None:
    cycle = opened("03-06 10:00", first, ALWAYS)
    for moment, target in changes:
        cycle = regraded(cycle, ALWAYS, f"03-06 {moment}", "another", target)
    assert cycle.due_at == at(due)
    told = explain(cycle, ALWAYS, at(due))
    assert told.rule == rule
    assert told.counted == told.target


def test_9_a_pause_after_a_raise_counts_for_both_due_times() -> None:
    cycle = opened("03-06 10:00", "3:00", W)
    raised = regraded(cycle, W, "03-06 12:00", "worse", "0:40")
    assert raised.due_at == at("03-06 12:40")
    assert paused(raised, W, ("03-06 12:10", "03-06 12:30")).due_at == at("03-06 13:00")
    kept = regraded(cycle, W, "03-06 12:40", "worse", "0:40")
    assert kept.due_at == at("03-06 13:00")
    assert kept.generation == 1
    assert paused(kept, W, ("03-06 12:50", "03-06 13:10")).due_at == at("03-06 13:20")


def test_9_raised_while_paused_is_due_once_it_resumes() -> None:
    cycle = opened("03-06 10:00", "3:00", W).pause(at("03-06 10:30"))
    raised = regraded(cycle, W, "03-06 11:00", "worse", "0:30")
    assert (raised.due_at, raised.generation) == (at("03-06 13:00"), 1)
    stands = standing(raised, W, at("03-06 14:00"))
    assert (stands.mode, stands.left) == (Mode.PAUSED, span("0:30"))
    resumed = paused(raised, W, ("03-06 11:00", "03-06 15:00"))
    assert (resumed.due_at, resumed.generation) == (at("03-06 15:30"), 2)


def test_a_breach_before_a_change_stays_as_void() -> None:
    cycle = opened("03-06 10:00", "0:30", ALWAYS).note_breach(at("03-06 10:30"))
    lowered = regraded(cycle, ALWAYS, "03-06 10:45", "guidance", "16:00")
    [breach] = lowered.breaches
    assert (breach.due_at, breach.void) == (at("03-06 10:30"), "severity re-graded")
    assert standing(lowered, ALWAYS, at("03-06 10:45")).mode is Mode.RUNNING
    # Raised after the breach: the old due time stays, and it is late under either severity.
    raised = regraded(cycle, ALWAYS, "03-06 10:45", "core", "0:15")
    assert (raised.due_at, raised.generation) == (at("03-06 10:30"), 1)
    assert standing(raised, ALWAYS, at("03-06 10:45")).mode is Mode.OVERDUE


def test_a_name_given_after_the_answer_owes_nothing() -> None:
    met = opened("03-06 10:00", "3:00", B).meet(at("03-06 10:30"))
    named = regraded(met, B, "03-06 14:00", "guidance", "16:00")
    assert named.due_at == met.due_at
    told = explain(named, B, at("03-09 10:00"))
    assert (told.target, told.rule, told.due_at) == (span("3:00"), "opened", met.due_at)
    assert standing(named, B, at("03-09 10:00")).mode is Mode.MET
