"""The verbs: what each makes of a case, in which states, and what it says where it may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desk import events, verbs
from desk.case import OPEN, REOPEN_WITHIN, TRANSITIONS, Case, Ground, State, Verb, check
from desk.errors import Stale
from desk.promise import Grade, MetBy
from desk.verbs import Moved
from tests.desk.samples import a_case, a_cycle, at

NOW = at(10)
GUIDANCE = Grade(NOW, "guidance", timedelta(hours=16))

SAY: dict[Verb, Callable[[Case], Moved]] = {
    Verb.ADD: lambda c: verbs.hear_partner(c, "carla", NOW),
    Verb.CLAIM: lambda c: verbs.claim(c, "mei", NOW),
    Verb.HAND_OVER: lambda c: verbs.hand_over(c, "mei", "omar", NOW),
    Verb.REPLY: lambda c: verbs.reply(c, "mei", NOW),
    Verb.WAIT: lambda c: verbs.wait(c, "mei", NOW, asked=True),
    Verb.REGRADE: lambda c: verbs.regrade(c, "mei", GUIDANCE, 4, "No fault"),
    Verb.REJECT: lambda c: verbs.reject(c, "mei", Ground.OUT_OF_SCOPE, NOW),
    Verb.RESOLVE: lambda c: verbs.resolve(c, "mei", NOW),
    Verb.WITHDRAW: lambda c: verbs.withdraw(c, "carla", NOW),
    Verb.CONFIRM: lambda c: verbs.confirm(c, "carla", 5, "", NOW),
    Verb.REOPEN: lambda c: verbs.reopen(c, "carla", a_cycle(number=2), "Again", NOW),
    Verb.OBJECT: lambda c: verbs.object_to_regrade(c, "carla", "It is down", NOW),
    Verb.ACKNOWLEDGE: lambda c: verbs.acknowledge(c, "tara", NOW),
}

# Written out again, by hand, from the program: N new, W working, P waiting on the partner,
# R resolved, C confirmed, T taken back (withdrawn), X rejected.
LETTERS = dict(zip("NWPRCTX", State, strict=True))
SAYABLE = {
    Verb.ADD: "NWPR",
    Verb.CLAIM: "NWP",
    Verb.HAND_OVER: "NWP",
    Verb.REPLY: "NWP",
    Verb.WAIT: "NW",
    Verb.REGRADE: "NWP",
    Verb.REJECT: "NWP",
    Verb.RESOLVE: "NWP",
    Verb.WITHDRAW: "NWP",
    Verb.CONFIRM: "R",
    Verb.REOPEN: "RC",
    Verb.OBJECT: "NWPR",
    Verb.ACKNOWLEDGE: "NWP",
    Verb.CALL_TAM: "NWP",
}


def in_state(state: State, verb: Verb) -> Case:
    """A case that lacks nothing for `verb` but perhaps the state."""
    cycle = a_cycle()
    if verb is Verb.OBJECT:
        cycle = cycle.regrade(GUIDANCE)
    ended = None if state in OPEN else at(9)
    return a_case(state, cycle, resolved_at=ended, ended_at=ended)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", SAY)
def test_every_verb_in_every_state(verb: Verb, state: State) -> None:
    case = in_state(state, verb)
    if state in {LETTERS[letter] for letter in SAYABLE[verb]}:
        moved, happened = SAY[verb](case)
        assert happened
        assert (moved.id, moved.opened_at, moved.version) == (42, case.opened_at, 0)
        return
    with pytest.raises(Stale, match=r"C-42 is (still|already) \w+.*nothing was changed") as stale:
        SAY[verb](case)
    assert stale.value.case_id == 42


def test_the_one_table_knows_every_verb_that_moves_a_case() -> None:
    assert {v: frozenset(LETTERS[x] for x in letters) for v, letters in SAYABLE.items()} == dict(
        TRANSITIONS
    )
    assert set(Verb) - set(TRANSITIONS) == {Verb.SEE, Verb.SEE_INTERNAL, Verb.NOTE}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", [Verb.SEE, Verb.SEE_INTERNAL, Verb.NOTE])
def test_looking_and_noting_are_always_possible(verb: Verb, state: State) -> None:
    check(a_case(state), verb)


@pytest.mark.parametrize(
    ("state", "verb", "says"),
    [
        (State.NEW, Verb.CONFIRM, "C-42 is still new, so nothing was changed."),
        (State.WORKING, Verb.REOPEN, "C-42 is still being worked on, so nothing was changed."),
        (State.WAITING, Verb.WAIT, "C-42 is already waiting on the partner, so nothing"),
        (State.RESOLVED, Verb.CLAIM, "C-42 is already resolved, so nothing was changed."),
        (State.WITHDRAWN, Verb.REPLY, "C-42 is already withdrawn, so nothing was changed."),
    ],
)
def test_a_refusal_says_what_the_case_is(state: State, verb: Verb, says: str) -> None:
    with pytest.raises(Stale, match=says):
        check(a_case(state), verb)


@pytest.mark.parametrize("met_by", MetBy)
@pytest.mark.parametrize(
    ("verb", "accepts", "answers"),
    [
        (Verb.CLAIM, True, False),
        (Verb.HAND_OVER, True, False),
        (Verb.REPLY, True, True),
        (Verb.WAIT, False, True),
        (Verb.RESOLVE, True, True),
        (Verb.ADD, False, False),
        (Verb.REGRADE, False, False),
        (Verb.ACKNOWLEDGE, False, False),
    ],
)
def test_7_what_meets_which_clock(verb: Verb, accepts: bool, answers: bool, met_by: MetBy) -> None:
    """Scenario 7: a first reply is met by nothing but a public answer."""
    moved, _ = SAY[verb](a_case(State.NEW, a_cycle(met_by=met_by)))
    expected = accepts if met_by is MetBy.ACCEPTED else answers
    assert (moved.cycle.met_at is not None) is expected


def test_7_waiting_without_a_question_leaves_the_clock_alone() -> None:
    case = a_case()
    moved, _ = verbs.wait(case, "mei", NOW, asked=False)
    assert moved.cycle == case.cycle
    assert not moved.replied_once


def test_6_a_question_pauses_an_acceptance_clock() -> None:
    moved, _ = verbs.wait(a_case(State.NEW, a_cycle(met_by=MetBy.ACCEPTED)), "mei", NOW, asked=True)
    assert moved.cycle.paused
    assert moved.owner_id is None
    heard, happened = verbs.hear_partner(moved, "carla", at(20))
    assert (heard.state, heard.cycle.paused) == (State.NEW, False)
    assert [type(e) for e in happened] == [events.PartnerAdded, events.Resumed]


def test_who_answers_an_unowned_case_owns_it() -> None:
    for verb in (Verb.REPLY, Verb.RESOLVE):
        moved, _ = SAY[verb](a_case())
        assert (moved.owner_id, moved.claimed_once) == ("mei", True)
    owned = a_case(State.WORKING, owner_id="omar", claimed_once=True)
    assert SAY[Verb.REPLY](owned)[0].owner_id == "omar"


def test_a_claimed_case_is_not_claimed_again() -> None:
    with pytest.raises(Stale, match="claimed already"):
        verbs.claim(a_case(State.WORKING, owner_id="omar"), "mei", NOW)


def test_a_claim_leaves_a_waiting_case_waiting() -> None:
    moved, _ = verbs.claim(a_case(State.WAITING), "mei", NOW)
    assert (moved.state, moved.owner_id) == (State.WAITING, "mei")


def test_withdrawn_says_whether_anybody_had_claimed_it() -> None:
    for claimed in (False, True):
        _, happened = verbs.withdraw(a_case(claimed_once=claimed), "carla", NOW)
        assert isinstance(happened[0], events.Withdrawn)
        assert happened[0].unclaimed is not claimed


def test_11_reopened_a_new_cycle_begins_and_the_old_one_stands() -> None:
    resolved, _ = verbs.resolve(a_case(), "mei", NOW)
    verdict = resolved.cycle
    for number, day in ((2, 1), (3, 2), (4, 3)):
        when = at(1440 * day)
        opened, _ = verbs.reopen(resolved, "carla", a_cycle(number=number), "Again", when)
        assert (opened.state, opened.resolved_at, opened.ended_at) == (State.WORKING, None, None)
        assert opened.cycles[0] == verdict
        resolved, _ = verbs.resolve(opened, "mei", when + timedelta(minutes=5))
    assert [c.number for c in resolved.cycles] == [1, 2, 3, 4]


def test_reopened_within_seven_days_and_no_later() -> None:
    case = a_case(State.RESOLVED, a_cycle().meet(NOW), resolved_at=NOW)
    verbs.reopen(case, "carla", a_cycle(number=2), "Again", NOW + REOPEN_WITHIN)
    late = NOW + REOPEN_WITHIN + timedelta(seconds=1)
    with pytest.raises(Stale, match="more than 7 days ago"):
        verbs.reopen(case, "carla", a_cycle(number=2), "Again", late)


def test_an_unowned_case_is_new_again_when_reopened() -> None:
    case = a_case(State.RESOLVED, a_cycle().meet(NOW), resolved_at=NOW)
    moved, _ = verbs.reopen(case, "carla", a_cycle(number=2), "Again", NOW)
    assert moved.state is State.NEW


def test_an_objection_needs_a_regrade_and_is_heard_once() -> None:
    with pytest.raises(Stale, match="never changed"):
        verbs.object_to_regrade(a_case(), "carla", "no", NOW)
    graded, _ = verbs.regrade(a_case(), "mei", GUIDANCE, 4, "No fault")
    objected, _ = verbs.object_to_regrade(graded, "carla", "no", NOW)
    with pytest.raises(Stale, match="one is heard per case"):
        verbs.object_to_regrade(objected, "carla", "no", NOW)


def test_the_same_severity_again_is_no_regrade() -> None:
    grade = replace(GUIDANCE, severity="production_down")
    with pytest.raises(Stale, match="that severity already"):
        verbs.regrade(a_case(), "mei", grade, 1, "Same")


def test_an_escalation_is_taken_once() -> None:
    taken, _ = verbs.acknowledge(a_case(), "tara", NOW)
    with pytest.raises(Stale, match="taken already"):
        verbs.acknowledge(taken, "dana", NOW)
