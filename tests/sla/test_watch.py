"""The watch: what a sweep says, to whom, and that it says it once. Times are UTC unless said."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from desk import verbs
from desk.events import Breached, RungReached
from desk.notices import Alert, RefreshCard, ToChannel, ToPerson, Trouble
from desk.people import Role
from sla import watch
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting, min_


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


def said(rows: dict[str, object]) -> list[str]:
    """The end of every key: rung and target."""
    return [":".join(key.split(":")[-2:]) for key in rows]


async def told(alerting: Alerting, rung: str) -> dict[str, Alert]:
    rows = await alerting.rows()
    return {
        row.planned.key.rsplit(":", 1)[1]: row.planned.notice
        for row in rows
        if isinstance(row.planned.notice, Alert) and row.planned.notice.rung == rung
    }


@pytest.mark.parametrize(
    ("minutes", "owner", "rung", "targets"),
    [
        (15, None, "50%", {"channel"}),
        (15, "mei", "50%", {"owner"}),
        (22.5, "mei", "75%", {"channel"}),
        (27, None, "90%", {"channel", "tam"}),
        (30, "mei", "breach", {"channel", "tam", "duty_manager"}),
    ],
)
async def test_a_rung_tells_whom_the_ladder_names(
    alerting: Alerting, minutes: float, owner: str | None, rung: str, targets: set[str]
) -> None:
    await alerting.opened(partner="northwind", owner=owner)
    alerting.now += min_(minutes)

    assert await alerting.sweep() == 1

    assert set(await told(alerting, rung)) == targets


async def test_a_notice_is_keyed_ordered_and_sorted(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    alerting.later(minutes=30)
    await alerting.sweep()

    rows = [r for r in await alerting.rows() if isinstance(r.planned.notice, Alert)]

    stem = f"case:{case.id}:c1:g1:first_reply:breach"
    assert {(r.planned.key, r.planned.order) for r in rows} == {
        (f"{stem}:channel", "channel:support-cloud"),
        (f"{stem}:tam", "person:tara"),
        (f"{stem}:duty_manager", "person:dana"),
    }
    assert {r.planned.ladder for r in rows} == {f"{case.id}:1"}
    assert {r.planned.urgency for r in rows} == {watch.urgency(case)}
    worse, better = replace(case, rank=0, priority=2), replace(case, rank=1, priority=0)
    assert watch.urgency(worse) < watch.urgency(better) < 0


async def test_engineers_on_duty_and_the_owner_are_mentioned_in_the_channel(
    alerting: Alerting,
) -> None:
    away = next(p for p in world.PEOPLE if p.id == "omar")
    await alerting.desk.run(lambda uow: uow.people.put_person(replace(away, on_duty=False)))
    await alerting.opened(owner="dana")
    alerting.later(minutes=23)
    await alerting.sweep()

    assert (await told(alerting, "75%"))["channel"].mention == ("dana", "mei")


async def test_the_cover_is_told_while_the_tam_is_off_duty(alerting: Alerting) -> None:
    # 18:00 in Beijing: the TAM's office is closed, her cover's in Berlin is open.
    alerting.now = datetime(2026, 3, 6, 9, 33, tzinfo=UTC)
    await alerting.opened(partner="northwind")
    alerting.later(minutes=27)
    await alerting.sweep()

    to = {r.planned.recipient for r in await alerting.rows()}
    assert ToPerson("theo") in to
    assert ToPerson("tara") not in to


async def test_a_breach_is_in_the_record_the_history_and_on_the_card(alerting: Alerting) -> None:
    case = await alerting.opened()
    alerting.later(minutes=30)
    await alerting.sweep()

    kept = await alerting.case(case.id)
    assert [b.due_at for b in kept.cycle.breaches] == [case.cycle.due_at]
    (entry,) = await alerting.timeline(case.id)
    assert isinstance(entry.event, Breached)
    assert not entry.internal
    rows = await alerting.rows()
    assert len([r for r in rows if isinstance(r.planned.notice, RefreshCard)]) == 2


async def test_a_rung_is_in_the_history_for_the_vendor_alone(alerting: Alerting) -> None:
    case = await alerting.opened()
    alerting.later(minutes=15)
    await alerting.sweep()

    (entry,) = await alerting.timeline(case.id)
    assert isinstance(entry.event, RungReached)
    assert entry.internal


async def test_an_acknowledged_ladder_breaches_quietly(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    moved, _ = verbs.acknowledge(case, "tara", alerting.now)
    await alerting.changed(moved)
    alerting.later(hours=5)

    await alerting.sweep()

    assert await alerting.fates() == {}
    assert len((await alerting.case(case.id)).cycle.breaches) == 1
    assert await alerting.sweep() == 0


async def test_repeats_come_at_their_times_and_end(alerting: Alerting) -> None:
    await alerting.opened()
    for _ in range(60 * 8):
        alerting.later(minutes=1)
        await alerting.sweep()

    rungs = [key.split(":")[-2] for key in await alerting.fates() if key.endswith(":channel")]
    assert rungs == ["50%", "75%", "90%", "breach", *(f"breach+{n}" for n in range(1, 13))]


async def test_without_an_engineers_channel_operators_and_the_next_target_are_told(
    alerting: Alerting,
) -> None:
    await alerting.desk.run(lambda uow: uow.people.remove_place("support-cloud"))
    await alerting.opened()
    await alerting.opened(owner="mei")
    alerting.later(minutes=23)
    await alerting.sweep()

    rows = await alerting.rows()
    alerts = [r.planned.recipient for r in rows if isinstance(r.planned.notice, Alert)]
    assert alerts == [ToPerson("dana"), ToPerson("mei")]
    troubles = [r.planned for r in rows if isinstance(r.planned.notice, Trouble)]
    assert [t.recipient for t in troubles] == [ToChannel("operators")]


async def test_trouble_goes_to_every_duty_manager_where_operators_have_no_channel(
    alerting: Alerting,
) -> None:
    await alerting.desk.run(lambda uow: uow.people.remove_place("operators"))
    second = world.vendor("dora", "Dora", Role.DUTY_MANAGER)
    await alerting.desk.run(lambda uow: uow.people.put_person(second))
    trouble = Trouble("some:key", "what", "mend")
    for _ in range(2):
        await alerting.desk.run(lambda uow: watch.tell_operators(uow, trouble, alerting.now))

    to = [r.planned.recipient for r in await alerting.rows()]
    assert sorted(to, key=str) == [ToPerson("dana"), ToPerson("dora")]


async def test_a_case_that_the_catalog_lost_holds_nobody_up_and_operators_learn_of_it(
    alerting: Alerting,
) -> None:
    lost = await alerting.opened()
    await alerting.desk.run(lambda uow: uow.cases.save(replace(lost, plan="platinum")))
    await alerting.opened()
    alerting.later(minutes=15)
    await alerting.sweep()

    assert said(dict(await alerting.fates())) == ["50%:channel"]
    assert len(await alerting.fates("trouble")) == 1
    assert await alerting.sweep() == 0
    alerting.later(hours=1)
    assert await alerting.sweep() == 2


async def test_a_case_changed_at_the_same_moment_is_left_to_the_next_sweep(
    alerting: Alerting,
) -> None:
    case = await alerting.opened()
    alerting.later(minutes=15)

    async def sweep_behind(uow: object) -> int:
        return await watch.sweep(Behind(uow, case), alerting.catalog, alerting.now)  # type: ignore[arg-type]

    stale = replace(case, version=case.version + 1)
    await alerting.desk.run(lambda uow: uow.cases.save(case))
    assert stale.version == 1
    assert await alerting.desk.run(sweep_behind) == 1
    assert await alerting.fates() == {}

    await alerting.sweep()
    assert said(dict(await alerting.fates())) == ["50%:channel"]


class Behind:
    """A unit of work whose due cases were read before somebody else wrote."""

    def __init__(self, uow: object, case: object) -> None:
        self._uow = uow
        self._case = case
        self.cases = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._uow, name)

    async def due(self, _now: datetime, _limit: int) -> list[object]:
        return [self._case]

    async def save(self, case: object) -> object:
        return await self._uow.cases.save(case)  # type: ignore[attr-defined]
