"""Cycles: what meets a clock, what pauses it, and what stays in the record for ever."""

from datetime import timedelta

import pytest

from desk.promise import Acknowledgement, Breach, Grade, Pause
from tests.desk.samples import a_cycle, at


@pytest.mark.parametrize(
    ("minute", "breaches"),
    [(0, 0), (29.99, 0), (30, 1), (40, 1)],
    ids=["at once", "just in time", "at the due instant: late", "late"],
)
def test_an_answer_at_the_due_instant_is_late(minute: float, breaches: int) -> None:
    met = a_cycle().meet(at(minute))
    assert (met.met_at, len(met.breaches), met.running) == (at(minute), breaches, False)


def test_a_verdict_is_given_once() -> None:
    met = a_cycle().meet(at(40))
    assert met.meet(at(50)) == met
    assert met.end(at(50)) == met
    assert met.pause(at(50)) == met
    assert met.resume(at(50)) == met
    assert met.note_breach(at(50)) == met


def test_a_pause_is_begun_and_ended_once() -> None:
    paused = a_cycle().pause(at(10))
    assert paused.pause(at(11)) == paused
    assert paused.paused
    resumed = paused.resume(at(20))
    assert resumed.pauses == (Pause(at(10), at(20)),)
    assert resumed.resume(at(21)) == resumed


def test_a_paused_clock_is_not_breached() -> None:
    paused = a_cycle().pause(at(10))
    assert paused.note_breach(at(500)) == paused


def test_a_breach_is_noted_once_a_due_time() -> None:
    late = a_cycle().note_breach(at(30))
    assert late.breaches == (Breach(at(30), "production_down"),)
    assert late.note_breach(at(60)) == late


def test_ended_without_an_answer_nothing_is_owed() -> None:
    ended = a_cycle().end(at(10))
    assert (ended.ended_at, ended.met_at, ended.breaches) == (at(10), None, ())


def test_ended_late_the_breach_stays() -> None:
    assert a_cycle().end(at(31)).breaches == (Breach(at(30), "production_down"),)


def test_a_regrade_makes_the_breach_void_and_wakes_the_ladder() -> None:
    taken = a_cycle(acknowledged=Acknowledgement("tara", at(5)))
    graded = taken.regrade(Grade(at(31), "guidance", timedelta(hours=16)))
    assert graded.breaches == (Breach(at(30), "production_down", "severity re-graded"),)
    assert graded.acknowledged is None
    assert (graded.severity, graded.target) == ("guidance", timedelta(hours=16))
    assert [g.severity for g in graded.grades] == ["production_down", "guidance"]


def test_after_the_answer_a_regrade_only_names_the_case_anew() -> None:
    met = a_cycle().meet(at(40))
    graded = met.regrade(Grade(at(50), "guidance", timedelta(hours=16)))
    assert graded.breaches == met.breaches
    assert graded.severity == "guidance"
