"""How many cases are opened a second, and what a sweep of due cases costs: SQLite, in a file."""

import asyncio
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.case import Case, Category, State
from desk.events import Opened
from desk.notices import CaseCard, Planned, Side, ToChannel
from desk.people import Coordination
from desk.ports import UnitOfWork
from desk.promise import Cycle, Grade, MetBy
from desk.records import LedgerLine, Move
from storage.desk import StoredDesk
from storage.migrate import migrate

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
OPENED = 1_000
AT_ONCE = 16
STORED = 100_000
BATCH = 100
SWEEPS = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(f"sqlite:///{Path(folder).resolve()}/desk.db"))


async def _measure(url: str) -> None:
    await migrate(url)
    async with await StoredDesk.open(url, patience=60) as desk:
        seconds = await _open_cases(desk)
        print(f"open a case (inbox, case, history, quota, two notices): {OPENED / seconds:,.0f}/s")
        seconds = await _fill(desk)
        print(f"stored {STORED:,} open cases in {seconds:.0f} s")
        took = [await _sweep(desk, NOW + timedelta(hours=h)) for h in range(SWEEPS)]
        print(
            f"claim {BATCH} due of {STORED:,}: median {statistics.median(took) * 1e3:.1f} ms,"
            f" at most {max(took) * 1e3:.1f} ms"
        )
        took = [await _sweep(desk, NOW - timedelta(days=9), expected=0) for _ in range(SWEEPS)]
        print(f"nothing due: median {statistics.median(took) * 1e3:.2f} ms")


async def _open_cases(desk: StoredDesk) -> float:
    async def worker(first: int) -> None:
        for number in range(first, OPENED, AT_ONCE):
            await desk.run(lambda work, n=number: _open(work, n))  # type: ignore[misc]

    begun = time.perf_counter()
    await asyncio.gather(*(worker(first) for first in range(AT_ONCE)))
    return time.perf_counter() - begun


async def _open(work: UnitOfWork, number: int) -> None:
    assert await work.inbox.enter(f"event:{number}", NOW) is None
    case = await work.cases.add(_case(NOW + timedelta(days=30)))
    await work.timeline.add(Opened(case.id, case.opener_id, NOW, case.severity))
    line = LedgerLine(0, "acme", "2026-03-01", NOW, Move.TAKEN, -1, "plan", case.id, "li", "", None)
    assert await work.ledger.take(line, 10**6)
    for side in Side:
        key = f"case:{case.id}:card:{side}"
        await work.outbox.plan(Planned(key, CaseCard(case.id, side), ToChannel("x"), key), NOW)
    await work.inbox.touched(f"event:{number}", case.id)


async def _fill(desk: StoredDesk) -> float:
    begun = time.perf_counter()
    case = _case(NOW)
    for first in range(0, STORED, 1_000):

        async def batch(work: UnitOfWork, first: int = first) -> None:
            for number in range(first, first + 1_000):
                # A hundred become due in each of the hours that are swept, the rest later.
                hour, place = divmod(number, BATCH)
                at = NOW + timedelta(hours=hour if hour < SWEEPS else 1_000, seconds=-place)
                await work.cases.add(case.with_cycle(replace(case.cycle, next_rung_at=at)))

        await desk.run(batch)
    return time.perf_counter() - begun


async def _sweep(desk: StoredDesk, now: datetime, expected: int = BATCH) -> float:
    async def sweep(work: UnitOfWork) -> int:
        due = await work.cases.due(now, BATCH)
        return len(due)

    async def settle(work: UnitOfWork) -> None:
        for case in await work.cases.due(now, BATCH):
            await work.cases.save(case.with_cycle(replace(case.cycle, next_rung_at=None)))

    begun = time.perf_counter()
    found = await desk.run(sweep)
    took = time.perf_counter() - begun
    assert found == expected, found
    await desk.run(settle)
    return took


def _case(next_rung_at: datetime) -> Case:
    cycle = Cycle(
        number=1,
        calendar="always",
        met_by=MetBy.FIRST_REPLY,
        started_at=NOW,
        grades=(Grade(NOW, "guidance", timedelta(hours=16)),),
        due_at=NOW + timedelta(hours=16),
        next_rung_at=next_rung_at,
    )
    return Case(
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
        cycles=(cycle,),
    )
