"""Cases and notices to store, with only what a test cares about said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.case import Case, Category, State
from desk.notices import Alert, CaseCard, Planned, Side, ToChannel
from desk.people import Coordination
from desk.promise import Cycle, Grade, MetBy
from desk.records import LedgerLine, Move

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MARCH = "2026-03-01"
APRIL = "2026-04-01"


def a_cycle(**fields: Any) -> Cycle:
    cycle = Cycle(
        number=1,
        calendar="always",
        met_by=MetBy.FIRST_REPLY,
        started_at=NOW,
        grades=(Grade(NOW, "guidance", 16 * HOUR),),
        due_at=NOW + 16 * HOUR,
        next_rung_at=NOW + 8 * HOUR,
    )
    return replace(cycle, **fields)


def a_case(**fields: Any) -> Case:
    case = Case(
        id=0,
        partner_id="acme",
        opener_id="li",
        program="cloud",
        plan="standard",
        category=Category.TECHNICAL,
        title="The queue stands still",
        description="Nothing is delivered since noon.",
        product="Message queue",
        customer="A bank",
        coordination=Coordination.INDEPENDENT,
        language="en",
        priority=1,
        rank=3,
        opened_at=NOW,
        state=State.NEW,
        cycles=(a_cycle(),),
    )
    return replace(case, **fields)


def a_notice(key: str, **fields: Any) -> Planned:
    planned = Planned(key, CaseCard(1001, Side.PARTNER), ToChannel("support"), "channel:support")
    return replace(planned, **fields)


def an_alert(key: str, case_id: int, **fields: Any) -> Planned:
    alert = Alert(case_id, 1, 1, "75%", NOW, NOW + HOUR, ("wu",))
    return a_notice(key, notice=alert, ladder=f"{case_id}:1", **fields)


def a_line(case_id: int | None = None, **fields: Any) -> LedgerLine:
    line = LedgerLine(0, "acme", MARCH, NOW, Move.TAKEN, -1, "plan", case_id, "li", "", None)
    return replace(line, **fields)
