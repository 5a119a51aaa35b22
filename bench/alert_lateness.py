"""How late alerts leave the desk: 100,000 open cases in a SQLite file, 200 due in a few seconds."""

import asyncio
import sqlite3
import statistics
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.delivery import Delivery
from bot.platform import Address, Sent
from desk.case import Case, Category, State
from desk.notices import Alert
from desk.people import (
    Billing,
    Coordination,
    Identity,
    Partner,
    Person,
    Place,
    PlaceKind,
    Role,
)
from desk.ports import UnitOfWork
from handlers.views.cards import to_card
from handlers.views.kinds import AlertView, View
from sla import clock, watch
from sla.catalog import Catalog
from sla.scheduler import Scheduler
from storage.desk import StoredDesk
from storage.migrate import migrate

STORED = 100_000
DUE = 200
WITHIN = 5.0
PROMISED = 2.0
PROGRAM, PLAN, SEVERITY = "psp", "premier", "production_down"
CATALOG = Catalog.load()


class Sink:
    """A platform that only notes when it was told of which case."""

    name = "web"

    def __init__(self) -> None:
        self.told: list[tuple[int, datetime]] = []

    async def post(self, to: Address, view: View, key: str) -> Sent:
        # Drawing is part of what a reader waits for.
        to_card(view)
        if isinstance(view, AlertView):
            self.told.append((view.face.case.id, _now()))
        return Sent(to.channel or to.user, key)

    async def update(self, to: Address, message_id: str, view: View) -> None:
        to_card(view)

    async def delete(self, to: Address, message_id: str) -> None: ...


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder).resolve() / "desk.db"))


def _now() -> datetime:
    return datetime.now(UTC)


async def _measure(path: Path) -> None:
    url = f"sqlite:///{path}"
    await migrate(url)
    async with await StoredDesk.open(url, patience=60) as desk:
        await desk.run(_roster)
        far = _case(_now() + timedelta(days=1))
        await desk.run(lambda uow: uow.cases.add(far))
    _multiply(path, STORED - DUE)
    async with await StoredDesk.open(url) as desk:
        due: dict[int, datetime] = {}

        async def add(uow: UnitOfWork) -> None:
            for index in range(DUE):
                at = _now() + timedelta(seconds=3 + WITHIN * index / DUE)
                case = await uow.cases.add(_case(at))
                due[case.id] = at

        await desk.run(add)
        sink = Sink()
        await _run(desk, sink)
        _report(due, sink)
        rows = await desk.run(lambda uow: uow.outbox.rows(limit=100 * DUE))
        alerts = sum(isinstance(row.planned.notice, Alert) for row in rows)
        print(f"notices planned: {alerts} alerts, {len(rows) - alerts} others")


async def _run(desk: StoredDesk, sink: Sink) -> None:
    """The watch and a delivery as the desk runs them, until everything must have been told."""
    delivery = Delivery(desk, lambda: CATALOG, {"web": sink}, _now)
    scheduler = Scheduler(
        lambda now: desk.run(lambda uow: watch.sweep(uow, CATALOG, now)),
        lambda: desk.run(lambda uow: uow.cases.next_rung_at()),
        _now,
        planned=delivery.wake,
    )
    stop = asyncio.Event()
    delivering = asyncio.create_task(delivery.run(stop))
    scheduler.start()
    await asyncio.sleep(3 + WITHIN + 2 * PROMISED)
    await scheduler.stop()
    stop.set()
    delivery.wake()
    await delivering


def _report(due: dict[int, datetime], sink: Sink) -> None:
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for number, at in sink.told:
        first.setdefault(number, at)
        last[number] = at
    missing = due.keys() - first.keys()
    for words, told in (("first message", first), ("last message", last)):
        late = sorted((told[n] - due[n]).total_seconds() for n in due if n in told)
        if late:
            cut = statistics.quantiles(late, n=100)
            print(
                f"{words} of an alert, {len(late)} cases: p50 {cut[49] * 1e3:.0f} ms,"
                f" p99 {cut[98] * 1e3:.0f} ms, at most {late[-1] * 1e3:.0f} ms"
            )
    kept = not missing and max(last[n] - due[n] for n in due) <= timedelta(seconds=PROMISED)
    verdict = "holds" if kept else f"DOES NOT HOLD ({len(missing)} were never told)"
    print(f"within {PROMISED:.0f} s of their time: {verdict}")


def _case(due_at: datetime) -> Case:
    """An open case whose response is due at that time, with all rungs before it said."""
    target = CATALOG.target(PROGRAM, PLAN, SEVERITY)
    calendar, plan = CATALOG.calendar(PROGRAM, PLAN, SEVERITY), CATALOG.plan(PROGRAM, PLAN)
    at = due_at - target.within
    cycle = clock.start(1, at, SEVERITY, target.within, calendar, target.met_by, plan.ladder)
    said = replace(cycle, last_rung=len(plan.ladder.steps) - 1, next_rung_at=cycle.due_at)
    return Case(
        id=0, partner_id="p1", opener_id="c1", program=PROGRAM, plan=PLAN,
        category=Category.TECHNICAL, title="It is down", description="d" * 500,
        product="Cloud servers", customer="", coordination=Coordination.INDEPENDENT,
        language="en", priority=plan.priority, rank=1, opened_at=at, state=State.NEW,
        cycles=(said,),
    )  # fmt: skip


def _multiply(path: Path, count: int) -> None:
    """Copies of the one case there is, written by the database itself."""
    with sqlite3.connect(path) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(cases)") if row[1] != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        database.execute(
            f"INSERT INTO cases ({columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
            f" SELECT i + 1 FROM n WHERE i < ?) SELECT {columns} FROM cases, n",
            (count - 1,),
        )


async def _roster(uow: UnitOfWork) -> None:
    await uow.people.put_partner(
        Partner(
            "p1", "Northwind", PROGRAM, PLAN, date(2025, 1, 1), Billing.YEARLY, "solution", "CN",
            "Asia/Shanghai", tam_id="t1",
        )
    )  # fmt: skip
    people = [("t1", Role.TAM), ("d1", Role.DUTY_MANAGER)]
    for key, role in people + [(f"e{n}", Role.ENGINEER) for n in range(5)]:
        accounts = (Identity("web", "", key),)
        await uow.people.put_person(
            Person(key, key, frozenset({role}), "Asia/Shanghai", identities=accounts)
        )
    await uow.people.put_place(Place("e", PlaceKind.ENGINEERS, "web", "", "e", "#e"))
    await uow.people.put_place(Place("o", PlaceKind.OPERATORS, "web", "", "o", "#o"))
