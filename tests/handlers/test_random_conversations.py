"""Random conversations with the desk, held against a simple model of quota and clock."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desk.events import Breached
from handlers.intents import (
    Acknowledge,
    ClaimCase,
    ConfirmCase,
    Intent,
    RegradeCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    WaitOnPartner,
    WithdrawCase,
)
from sla.catalog import Catalog
from storage.desk import StoredDesk
from tests import world
from tests.handlers.acts import a_package, history, stands, sweep
from tests.handlers.model import TARGETS, Cycle, ModelCase, Quota, month
from tests.talk import CATALOG, Talk, an_opening, text

T = TypeVar("T")

UNITS = 3  # a quota so small that it is used up over and over
CASES = st.integers(0, 5)
ENGINEERS = st.sampled_from(["mei", "omar"])
TECHNICAL = sorted(set(TARGETS) - {"service_request"})


def small() -> Catalog:
    """The catalog, with a plan that includes three cases a month."""
    psp = CATALOG.program("psp")
    standard = psp.plans["standard"]
    assert standard.quota is not None
    plan = replace(standard, quota=replace(standard.quota, units=UNITS))
    program = replace(psp, plans=MappingProxyType({**psp.plans, "standard": plan}))
    return replace(CATALOG, programs=MappingProxyType({**CATALOG.programs, "psp": program}))


class Conversations(RuleBasedStateMachine):
    """Contoso's contact and two engineers talk to the desk, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.cases: list[ModelCase] = []
        self.verdicts: dict[tuple[int, int], tuple[str, datetime | None]] = {}
        self.quota = Quota(UNITS)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize(hours=st.integers(0, 200))
    def begin(self, hours: int) -> None:
        self.desk = self.run(StoredDesk.open("sqlite://:memory:", patience=30))
        self.run(self.desk.run(world.settle))
        # Eight days before the end of a month without a holiday, in Beijing.
        start = datetime(2026, 11, 22, 16, tzinfo=UTC) + timedelta(hours=hours)
        self.talk = Talk(self.desk, start, small())

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.run(self.desk.close())
        self.runner.close()

    @property
    def now(self) -> datetime:
        return self.talk.now

    def say(self, who: str, intent: Intent, *, accepted: bool) -> None:
        answer = self.run(self.talk.does(who, intent))
        assert answer.accepted is accepted, text(answer)

    def pick(self, index: int) -> tuple[int, ModelCase]:
        index %= len(self.cases)
        return 1001 + index, self.cases[index]

    # --- what people do ---------------------------------------------------------------------------

    @rule(severity=st.sampled_from(sorted(TARGETS)))
    def open(self, severity: str) -> None:
        service = severity == "service_request"
        pool = None if service else self.quota.take(month(self.now))
        allowed = service or pool is not None
        self.say("carla", an_opening(severity), accepted=allowed)
        if allowed:
            clock = Cycle(self.now, [(self.now, TARGETS[severity])], accepted_meets=service)
            unit = (month(self.now), pool) if pool else None
            self.cases.append(ModelCase(severity, [clock], unit=unit))

    @precondition(lambda self: self.cases)
    @rule(index=CASES, who=ENGINEERS)
    def claim(self, index: int, who: str) -> None:
        number, case = self.pick(index)
        fits = case.open and case.owner is None
        self.say(who, ClaimCase(number), accepted=fits)
        if fits:
            case.own(who)
            case.state = "working" if case.state == "new" else case.state
            if case.clock.accepted_meets:
                case.clock.meet(self.now)

    @precondition(lambda self: self.cases)
    @rule(index=CASES, who=ENGINEERS, in_thread=st.booleans())
    def reply(self, index: int, who: str, in_thread: bool) -> None:
        number, case = self.pick(index)
        said = Say(number, "partner", "Hm.") if in_thread else ReplyToPartner(number, "Hm.")
        self.say(who, said, accepted=case.open)
        if case.open:
            case.answer(who, self.now)

    @precondition(lambda self: self.cases)
    @rule(index=CASES, who=ENGINEERS, asked=st.booleans())
    def wait(self, index: int, who: str, asked: bool) -> None:
        number, case = self.pick(index)
        fits = case.state in ("new", "working")
        self.say(who, WaitOnPartner(number, "When?" if asked else ""), accepted=fits)
        if fits:
            case.state = "waiting"
            if asked:
                case.ask(self.now)

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def note(self, index: int) -> None:
        number, _ = self.pick(index)
        self.say("omar", Say(number, "engineers", "Between us."), accepted=True)

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def partner_writes(self, index: int) -> None:
        number, case = self.pick(index)
        fits = case.open or case.state == "resolved"
        self.say("carla", Say(number, "partner", "Hm."), accepted=fits)
        if case.state == "waiting":
            case.clock.go_on(self.now)
            case.state = "working" if case.owner else "new"

    @precondition(lambda self: self.cases)
    @rule(index=CASES, severity=st.sampled_from(TECHNICAL))
    def regrade(self, index: int, severity: str) -> None:
        number, case = self.pick(index)
        offered = case.severity not in ("service_request", severity)
        fits = case.open and offered
        self.say("mei", RegradeCase(number, severity, "Because."), accepted=fits)
        if fits:
            case.regrade(severity, self.now)

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def reject(self, index: int) -> None:
        number, case = self.pick(index)
        self.say("mei", RejectCase(number, "out_of_scope", "", "No."), accepted=case.open)
        if case.open:
            case.clock.end(self.now)
            case.state = "rejected"
            self.quota.give_back(case)

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def withdraw(self, index: int) -> None:
        number, case = self.pick(index)
        self.say("carla", WithdrawCase(number), accepted=case.open)
        if case.open:
            case.clock.end(self.now)
            case.state = "withdrawn"
            if not case.claimed:
                self.quota.give_back(case)

    @precondition(lambda self: self.cases)
    @rule(index=CASES, who=ENGINEERS)
    def resolve(self, index: int, who: str) -> None:
        number, case = self.pick(index)
        self.say(who, ResolveCase(number, "Done."), accepted=case.open)
        if case.open:
            case.answer(who, self.now)
            case.state, case.resolved = "resolved", self.now

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def confirm(self, index: int) -> None:
        number, case = self.pick(index)
        self.say("carla", ConfirmCase(number, "5"), accepted=case.state == "resolved")
        if case.state == "resolved":
            case.state = "confirmed"

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def reopen(self, index: int) -> None:
        number, case = self.pick(index)
        fits = case.state in ("resolved", "confirmed")
        fits = fits and self.now - case.resolved <= timedelta(days=7)  # type: ignore[operator]
        self.say("carla", ReopenCase(number, "Again."), accepted=fits)
        if fits:
            case.state = "working" if case.owner else "new"
            grades = [(self.now, TARGETS[case.severity])]
            meets = case.clock.accepted_meets
            case.cycles.append(Cycle(self.now, grades, accepted_meets=meets))

    @precondition(lambda self: self.cases)
    @rule(index=CASES)
    def acknowledge(self, index: int) -> None:
        number, case = self.pick(index)
        fits = case.open and case.clock.running and not case.clock.taken
        self.say("dana", Acknowledge(number, len(case.cycles)), accepted=fits)
        if fits:
            case.clock.taken = True

    @rule()
    def buy(self) -> None:
        key = month(self.now)
        line = a_package("contoso", key, self.now)
        self.run(self.desk.run(lambda uow: uow.ledger.add_package(line, 1)))
        self.quota.of(key).bought += 1

    @rule(minutes=st.sampled_from([1, 7, 29, 30, 31, 60, 200, 500, 1440, 4000, 10081]))
    def pass_time(self, minutes: int) -> None:
        self.talk.later(minutes=minutes)

    @rule()
    def sweeps(self) -> None:
        self.run(sweep(self.talk))

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def quota_is_exact(self) -> None:
        for key, counter in self.quota.months.items():
            use, lines = self.run(self.talk.quota("contoso", key))
            kept = (use.used, use.package_units, use.package_used, use.owed)
            assert kept == (counter.used, counter.bought, counter.spent, 0)
            assert min(kept) >= 0
            assert all(line.balance is None or line.balance >= 0 for line in lines)
        if hasattr(self, "desk"):
            assert self.run(self.desk.mismatches()) == []

    @invariant()
    def cases_are_as_the_model_says(self) -> None:
        for index, model in enumerate(self.cases):
            stored = self.run(self.talk.case(1001 + index))
            assert (stored.state.value, stored.owner_id) == (model.state, model.owner)
            assert (stored.severity, len(stored.cycles)) == (model.severity, len(model.cycles))
            for cycle, clock in zip(stored.cycles, model.cycles, strict=True):
                assert (cycle.met_at, cycle.ended_at) == (clock.met, clock.ended)
                assert cycle.paused is (clock.running and clock.paused)
                if not cycle.paused and clock.ended is None:
                    assert cycle.due_at == clock.due(self.now)
            self.verdict_holds(index, model)

    def verdict_holds(self, index: int, model: ModelCase) -> None:
        clock = model.clock
        if clock.running:
            return
        key = (index, len(model.cycles))
        mode = self.run(stands(self.talk, 1001 + index)).mode.value
        assert mode == clock.verdict()
        assert self.verdicts.setdefault(key, (mode, clock.met)) == (mode, clock.met)
        if mode == "missed":
            breaches = self.run(history(self.talk, 1001 + index, Breached))
            assert breaches


TestConversations = Conversations.TestCase
TestConversations.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    # The same conversations on every build server; new ones on a desk at home.
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
