"""The watch when times move: holidays, re-grades, pauses, downtime, jumps of the clock."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from desk import verbs
from desk.events import CalendarChanged
from desk.notices import RefreshCard
from sla import clock, watch
from sla.calendar import DayKind
from sla.catalog import PROGRAMS, Catalog
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


def said(rows: dict[str, object]) -> list[str]:
    """The end of every key: rung and target."""
    return [":".join(key.split(":")[-2:]) for key in rows]


async def test_15_after_six_hours_only_the_nearest_rung_is_said_and_nothing_replayed(
    alerting: Alerting,
) -> None:
    inside = await alerting.opened("guidance")  # 16 h: 50 % at 8 h, 75 % at 12 h, 90 % at 14:24
    past = await alerting.opened("production_exception")  # 3 h
    alerting.later(hours=8, minutes=30)
    alerting.later(hours=6)
    for _ in range(5):
        await alerting.sweep()

    keys = await alerting.fates()
    assert [k for k in keys if f":{inside.id}:" in k] == [
        f"case:{inside.id}:c1:g1:first_reply:90%:channel",
        f"case:{inside.id}:c1:g1:first_reply:90%:tam",
    ]
    rungs = {k.split(":")[-2] for k in keys if f":{past.id}:" in k}
    assert rungs == {"breach"}


async def test_17_rungs_of_an_old_due_time_never_fire(alerting: Alerting) -> None:
    case = await alerting.opened("guidance")
    alerting.later(hours=8)
    await alerting.sweep()
    graded = case.cycle.grades[0]
    raised = replace(
        graded, at=alerting.now, severity="production_down", target=timedelta(minutes=30)
    )
    moved, _ = verbs.regrade(await alerting.case(case.id), "mei", raised, 1, "it is down")
    await alerting.changed(moved)
    for _ in range(16 * 60):
        alerting.later(minutes=1)
        await alerting.sweep()

    second = [k for k in await alerting.fates() if ":g2:" in k and k.endswith(":channel")]
    assert [k.split(":")[-2] for k in second][:4] == ["50%", "75%", "90%", "breach"]
    # The one of the first generation had not been sent: it is cancelled, not said late.
    fates = await alerting.fates()
    assert fates[f"case:{case.id}:c1:g1:first_reply:50%:channel"] == "superseded"
    assert not any(":g1:" in k and "50%" not in k for k in fates)


async def test_17_a_paused_clock_is_silent_and_rearms_when_it_goes_on(alerting: Alerting) -> None:
    case = await alerting.opened("guidance")
    paused = case.with_cycle(case.cycle.pause(alerting.now + timedelta(hours=1)))
    alerting.later(hours=1)
    waiting = await alerting.changed(paused)
    alerting.later(hours=40)
    assert await alerting.sweep() == 0

    going = await alerting.changed(waiting.with_cycle(waiting.cycle.resume(alerting.now)))
    assert going.cycle.due_at == case.cycle.due_at + timedelta(hours=40)
    assert await alerting.sweep() == 0
    alerting.later(hours=7)
    await alerting.sweep()
    assert said(dict(await alerting.fates())) == ["50%:channel"]


def closed_monday() -> Catalog:
    """The catalog after Monday 9 March was made a holiday in China."""
    return Catalog.load(PROGRAMS, extra={"CN": {date(2026, 3, 9): DayKind.HOLIDAY}})


async def office_case(alerting: Alerting) -> int:
    """A case of the SDK program: 4 h of Beijing working time from Friday 16:00 on."""
    program, plan = "spp", "certified"
    case = await alerting.opened()
    promised = alerting.catalog.plan(program, plan)
    calendar = alerting.catalog.calendar(program, plan, "critical")
    target = promised.targets["critical"]

    cycle = clock.start(
        1, alerting.now, "critical", target.within, calendar, target.met_by, promised.ladder
    )
    moved = replace(
        case, partner_id="aster", program=program, plan=plan, cycles=(cycle,), product="eSDK"
    )
    saved = await alerting.desk.run(lambda uow: uow.cases.save(moved))
    return saved.id


async def rewind(alerting: Alerting, limit: int = 2) -> None:
    after: int | None = 0
    while after is not None:
        last = after
        after = await alerting.desk.run(
            lambda uow, last=last: watch.rewind(uow, alerting.catalog, alerting.now, last, limit)  # type: ignore[misc]
        )


async def test_13_a_new_holiday_moves_5_open_cases_once_and_leaves_5_closed_ones(
    alerting: Alerting,
) -> None:
    open_ = [await office_case(alerting) for _ in range(5)]
    closed = [await office_case(alerting) for _ in range(5)]
    for number in closed:
        await alerting.replied(number)
    before = {number: await alerting.case(number) for number in [*open_, *closed]}
    assert {c.cycle.due_at for c in before.values()} == {
        datetime(2026, 3, 9, 3, 30, tzinfo=UTC)  # Monday 11:30 in Beijing
    }

    alerting.catalog = closed_monday()
    await rewind(alerting)
    await rewind(alerting)

    for number in open_:
        after = await alerting.case(number)
        assert after.cycle.due_at == datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
        assert after.cycle.next_rung_at is not None
        assert after.cycle.generation == 2
        events = [entry.event for entry in await alerting.timeline(number)]
        assert [type(event) for event in events] == [CalendarChanged]
    for number in closed:
        assert await alerting.case(number) == before[number]
        assert await alerting.timeline(number) == []
    refreshed = [r for r in await alerting.rows() if isinstance(r.planned.notice, RefreshCard)]
    assert len(refreshed) == 2 * len(open_)


async def test_13_a_sweep_before_the_rewind_says_nothing_of_the_old_due_time(
    alerting: Alerting,
) -> None:
    number = await office_case(alerting)
    alerting.catalog = closed_monday()
    alerting.now = datetime(2026, 3, 9, 3, 30, tzinfo=UTC)

    assert await alerting.sweep() == 1

    assert await alerting.fates() == {}
    assert (await alerting.case(number)).cycle.due_at == datetime(2026, 3, 10, 3, 30, tzinfo=UTC)


async def test_the_clock_jumps_six_hours_ahead_and_ten_minutes_back(alerting: Alerting) -> None:
    await alerting.opened("system_exception")  # 8 h: 50 % at 4 h, 75 % at 6 h, 90 % at 7:12
    for jump in (timedelta(hours=6, minutes=1), -timedelta(minutes=10), timedelta(minutes=10)):
        alerting.now += jump
        await alerting.sweep()
        await alerting.sweep()

    assert said(dict(await alerting.fates())) == ["75%:channel"]
    for _ in range(120):
        alerting.later(minutes=1)
        await alerting.sweep()
    rungs = [k.split(":")[-2] for k in await alerting.fates() if k.endswith(":channel")]
    assert rungs == ["75%", "90%", "breach"]


@pytest.mark.parametrize("opened", ["2026-03-28T18:00", "2026-10-24T18:00"])
async def test_summer_time_moves_no_rung_of_a_clock_that_never_stops(
    alerting: Alerting, opened: str
) -> None:
    """The nights of 29 March and 25 October 2026 in Berlin: elapsed time is what counts."""
    alerting.now = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    await alerting.opened("guidance")
    start = alerting.now
    at = []
    while alerting.now < start + timedelta(hours=16):
        alerting.later(minutes=12)
        if await alerting.sweep():
            at.append(alerting.now - start)

    assert at == [
        timedelta(hours=8),
        timedelta(hours=12),
        timedelta(minutes=864),
        timedelta(hours=16),
    ]


async def test_missing_holidays_are_told_of_once_a_year(alerting: Alerting) -> None:
    async def warn() -> int:
        return await alerting.desk.run(
            lambda uow: watch.provisional_warning(uow, alerting.catalog, alerting.now)
        )

    alerting.now = datetime(2026, 10, 1, tzinfo=UTC)
    assert await warn() == 0
    alerting.now = datetime(2026, 11, 20, tzinfo=UTC)
    assert await warn() == 1
    alerting.later(days=3)
    assert await warn() == 0
    assert list(await alerting.fates("trouble")) == ["trouble:holidays:CN:2027"]
    (row,) = [r for r in await alerting.rows() if r.planned.key == "trouble:holidays:CN:2027"]
    # Nothing failed to be delivered, and it does not look so.
    assert getattr(row.planned.notice, "title", "") == "Holidays are not known yet"
