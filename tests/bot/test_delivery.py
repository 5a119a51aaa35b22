"""Delivery: every notice reaches somebody, as things are now, and the ledger says how."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.platform import Retryable
from desk import verbs
from desk.errors import NotSaved
from desk.notices import Planned, Side, ToPerson, Trouble
from desk.people import Identity
from desk.ports import Desk
from desk.records import Delivery as Fate
from handlers.views.kinds import AlertView
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting
from tests.fakes.platform import FakePlatform


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


async def test_an_alert_says_how_things_are_when_it_is_sent(alerting: Alerting) -> None:
    await alerting.opened(partner="northwind")
    alerting.later(minutes=15)
    await alerting.sweep()
    alerting.later(minutes=2)
    await alerting.deliver()

    assert alerting.platform.transcript == [
        "support-cloud: C-1001 production down, Northwind (Premier): "
        "first reply due in 13 min, nobody has claimed it"
    ]
    (row,) = await alerting.rows()
    assert (row.state, row.address, row.message_id) == (Fate.SENT, "web:support-cloud", "m1")


async def test_who_is_told_is_told_in_their_own_way(alerting: Alerting) -> None:
    await alerting.opened(partner="northwind", owner="mei")
    alerting.later(minutes=30)
    await alerting.tick()

    readers = {
        p.where: p.view.reader for p in alerting.platform.posts if isinstance(p.view, AlertView)
    }
    assert readers == {"support-cloud": "channel", "@tara": "tam", "@dana": "duty_manager"}


@pytest.mark.parametrize("what", ["met", "regraded", "acknowledged", "withdrawn", "paused"])
async def test_17_an_alert_that_is_overtaken_is_not_sent(alerting: Alerting, what: str) -> None:
    case = await alerting.opened(partner="northwind")
    alerting.later(minutes=27)
    await alerting.sweep()
    if what == "met":
        await alerting.replied(case.id)
    else:
        now = await alerting.case(case.id)
        match what:
            case "regraded":
                grade = replace(
                    now.cycle.grades[0],
                    at=alerting.now,
                    severity="guidance",
                    target=timedelta(hours=16),
                )
                now, _ = verbs.regrade(now, "mei", grade, 4, "it is a question")
            case "acknowledged":
                now, _ = verbs.acknowledge(now, "tara", alerting.now)
            case "withdrawn":
                now, _ = verbs.withdraw(now, "nora", alerting.now)
            case _:
                now = now.with_cycle(now.cycle.pause(alerting.now))
        await alerting.changed(now)
    await alerting.deliver()

    assert alerting.platform.transcript == []
    assert set((await alerting.fates()).values()) == {Fate.SUPERSEDED}


async def test_18_an_acknowledgement_cancels_what_is_pending_on_every_platform(
    alerting: Alerting,
) -> None:
    tara = next(p for p in world.PEOPLE if p.id == "tara")
    slack = FakePlatform("slack")
    alerting.platforms["slack"] = slack
    moved = replace(tara, identities=(Identity("slack", "T1", "U1"),))
    await alerting.desk.run(lambda uow: uow.people.put_person(moved))
    case = await alerting.opened(partner="northwind")
    alerting.platform.before = slack.before = lambda *_: Retryable("busy", timedelta(seconds=30))
    alerting.later(minutes=27)
    await alerting.tick()
    assert set((await alerting.fates()).values()) == {Fate.PLANNED}

    await alerting.desk.run(lambda uow: uow.outbox.supersede(f"{case.id}:1", alerting.now))
    acknowledged, _ = verbs.acknowledge(await alerting.case(case.id), "tara", alerting.now)
    await alerting.changed(acknowledged)
    alerting.platform.before = slack.before = lambda *_: None
    for _ in range(200):
        alerting.later(minutes=1)
        await alerting.tick()

    assert [p for p in alerting.platform.posts + slack.posts if isinstance(p.view, AlertView)] == []
    assert set((await alerting.fates()).values()) == {Fate.SUPERSEDED}


class Away:
    """A desk whose database comes and goes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fail: Iterator[bool] = iter(())

    async def run(self, work):  # type: ignore[no-untyped-def]
        if next(self.fail, False):
            raise NotSaved("away")
        return await self.desk.run(work)


async def test_an_outcome_that_cannot_be_saved_is_saved_later_and_nothing_is_sent_twice(
    alerting: Alerting,
) -> None:
    away = Away(alerting.desk)
    alerting.delivery = alerting.another(away)
    for _ in range(3):
        await alerting.opened()
    alerting.later(minutes=15)
    await alerting.sweep()
    # The claim and the reading work, the outcome of the first is refused, as is the next reading.
    away.fail = iter([False, False, True, True])
    with capture_logs() as logs:
        await alerting.delivery.run_once()
    assert [line["event"] for line in logs] == ["delivery.not_saved"]
    alerting.later(seconds=10)
    await alerting.deliver()

    assert len(alerting.platform.posts) == 3
    assert set((await alerting.fates()).values()) == {Fate.SENT}
    assert [r.address for r in await alerting.rows()] == ["web:support-cloud"] * 3


async def test_trouble_is_planned_once_for_each_key(alerting: Alerting) -> None:
    planned = Planned("x", Trouble("k", "w", "m"), ToPerson("dana"), "person:dana")
    for _ in range(3):
        await alerting.desk.run(lambda uow: uow.outbox.plan(planned, alerting.now))
        await alerting.deliver()

    assert len(alerting.platform.posts) == 1


async def test_a_card_stays_true_and_its_thread_takes_what_is_said(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    await alerting.with_card(case)
    message = await alerting.said(case, "It is all on fire")
    await alerting.deliver()
    alerting.later(minutes=31)
    await alerting.tick()

    card, reply = alerting.platform.posts[0], alerting.platform.posts[1]
    assert (card.where, reply.where) == ("support-cloud", "support-cloud/m1")
    assert "overdue by 1 min" in str(card)
    assert "It is all on fire" in str(reply)
    posts = await alerting.desk.run(lambda uow: uow.posts.of(case.id, Side.ENGINEERS))
    assert [(p.what, p.message_id, p.thread) for p in posts] == [
        ("card", "m1", ""),
        (f"message:{message.id}", "m2", "m1"),
    ]
