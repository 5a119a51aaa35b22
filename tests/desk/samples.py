"""Cases and people of plain values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.case import Case, Category, State
from desk.people import Coordination
from desk.promise import Cycle, Grade, MetBy

START = datetime(2026, 3, 6, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Minutes after the opening."""
    return START + timedelta(minutes=minutes)


def a_cycle(target: float = 30, met_by: MetBy = MetBy.FIRST_REPLY, **changed: Any) -> Cycle:
    """A clock around the clock, started at the opening."""
    span = timedelta(minutes=target)
    grades = (Grade(START, "production_down", span),)
    cycle = Cycle(1, "always", met_by, START, grades, due_at=START + span, armed_at=START)
    return replace(cycle, **changed)


def a_case(state: State = State.NEW, *cycles: Cycle, **changed: Any) -> Case:
    """Case C-42, opened at START."""
    case = Case(
        id=42,
        partner_id="contoso",
        opener_id="carla",
        program="psp",
        plan="standard",
        category=Category.TECHNICAL,
        title="Orders cannot be paid",
        description="Every payment answers 502.",
        product="Databases",
        customer="",
        coordination=Coordination.INDEPENDENT,
        language="en",
        priority=1,
        rank=1,
        opened_at=START,
        state=state,
        cycles=cycles or (a_cycle(),),
    )
    return replace(case, **changed)
