"""Delivery: every notice reaches somebody, as things are now, and the ledger says how."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.platform import Address, Permanent, Retryable, SignInBroken
from desk import verbs
from desk.errors import NotSaved
from desk.notices import Planned, Side, ToPerson, Trouble
from desk.people import Identity
from desk.ports import Desk
from desk.records import Delivery as Fate
from handlers.views.kinds import AlertView, TroubleView
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting
from tests.fakes.platform import FakePlatform

ARCHIVED = Permanent("the channel is archived", "Unarchive it, or name another in the roster.")


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


def refusing(place: str, error: Exception):  # type: ignore[no-untyped-def]
    """A fault of one place alone."""

    def fault(to: Address, _key: str) -> Exception | None:
        return error if place in {to.channel, to.user} else None

    return fault


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


async def test_19_the_channel_is_archived_and_the_duty_manager_is_told_on_time(
    alerting: Alerting,
) -> None:
    await alerting.opened()
    alerting.platform.before = refusing("support-cloud", ARCHIVED)
    alerting.later(minutes=15)
    await alerting.tick()

    (alert,) = alerting.platform.at("@dana")
    assert isinstance(alert.view, AlertView)
    (told,) = alerting.platform.at("operators")
    assert isinstance(told.view, TroubleView)
    assert told.view.what == (
        "A notice about C-1001 could not be delivered to the channel #support-cloud: "
        "the channel is archived. It goes to Dana Cole instead."
    )
    assert told.view.mend == ARCHIVED.mend
    fates = await alerting.fates()
    stem = "case:1001:c1:g1:first_reply:50%:channel"
    assert fates == {stem: Fate.FAILED, f"{stem}>duty_manager": Fate.SENT}


async def test_19_the_channel_is_archived_and_the_owner_comes_first(alerting: Alerting) -> None:
    await alerting.opened(owner="mei")
    place = next(p for p in world.PLACES if p.id == "support-cloud")
    alerting.later(minutes=23)
    await alerting.sweep()
    gone = replace(place, archived=True)
    await alerting.desk.run(lambda uow: uow.people.put_place(gone))
    await alerting.deliver()

    assert len(alerting.platform.at("@mei")) == 1
    assert len(alerting.platform.at("operators")) == 1


async def test_19_the_tam_has_no_chat_identity(alerting: Alerting) -> None:
    tara = next(p for p in world.PEOPLE if p.id == "tara")
    await alerting.desk.run(lambda uow: uow.people.put_person(replace(tara, identities=())))
    await alerting.opened(partner="northwind")
    alerting.later(minutes=27)
    await alerting.tick()

    assert len(alerting.platform.at("@dana")) == 1
    (told,) = alerting.platform.at("operators")
    assert "Tara Singh has no chat identity" in str(told)
    failed = await alerting.rows(Fate.FAILED)
    assert [(r.planned.recipient, r.error) for r in failed] == [
        (ToPerson("tara"), "Tara Singh has no chat identity")
    ]


async def test_19_whoever_is_told_in_their_own_right_is_not_told_twice(alerting: Alerting) -> None:
    await alerting.opened()
    alerting.platform.before = refusing("support-cloud", ARCHIVED)
    alerting.later(minutes=30)
    await alerting.tick()

    assert len(alerting.platform.at("@dana")) == 1


async def test_fifty_alerts_for_a_channel_that_is_gone_are_one_trouble(alerting: Alerting) -> None:
    for _ in range(50):
        await alerting.opened()
    alerting.platform.before = refusing("support-cloud", ARCHIVED)
    alerting.later(minutes=15)
    await alerting.tick()

    assert len(alerting.platform.at("operators")) == 1
    assert len(alerting.platform.at("@dana")) == 50


async def test_trouble_that_reaches_nobody_is_logged_and_makes_no_more_trouble(
    alerting: Alerting,
) -> None:
    await alerting.opened()
    alerting.platform.before = lambda *_: ARCHIVED
    alerting.later(minutes=15)
    with capture_logs() as logs:
        await alerting.tick()

    assert "delivery.trouble_undeliverable" in [line["event"] for line in logs]
    fates = await alerting.fates("trouble")
    assert set(fates.values()) == {Fate.FAILED}
    alerting.later(minutes=10)
    assert await alerting.delivery.run_once() == 0


async def test_a_person_is_reached_on_the_next_platform(alerting: Alerting) -> None:
    slack = FakePlatform("slack")
    alerting.platforms["slack"] = slack
    dana = next(p for p in world.PEOPLE if p.id == "dana")
    both = replace(dana, identities=(Identity("slack", "T1", "U1"), *dana.identities))
    await alerting.desk.run(lambda uow: uow.people.put_person(both))
    slack.before = lambda *_: Permanent("blocked the desk")
    await alerting.opened()
    alerting.later(minutes=30)
    await alerting.tick()

    assert slack.posts == []
    assert len(alerting.platform.at("@dana")) == 1
    assert await alerting.rows(Fate.FAILED) == []


async def test_a_sign_in_that_is_broken_pauses_the_platform_and_is_told_elsewhere(
    alerting: Alerting,
) -> None:
    slack = FakePlatform("slack")
    alerting.platforms["slack"] = slack
    place = next(p for p in world.PLACES if p.id == "support-cloud")
    await alerting.desk.run(
        lambda uow: uow.people.put_place(replace(place, platform="slack", workspace="T1"))
    )
    for _ in range(3):
        await alerting.opened()
    slack.before = lambda *_: SignInBroken("invalid_auth")
    alerting.later(minutes=15)
    await alerting.tick()

    assert slack.calls == 1
    (told,) = alerting.platform.at("operators")
    assert "slack does not accept the desk's sign-in" in str(told)
    slack.before = lambda *_: None
    alerting.later(minutes=1)
    await alerting.tick()
    assert len(slack.posts) == 3


async def test_a_sign_in_that_is_broken_everywhere_is_logged(alerting: Alerting) -> None:
    await alerting.opened()
    alerting.platform.before = lambda *_: SignInBroken("expired")
    alerting.later(minutes=15)
    with capture_logs() as logs:
        await alerting.tick()

    assert [line["event"] for line in logs] == ["delivery.sign_in_broken"]


async def test_an_escalation_that_is_stuck_for_minutes_goes_to_the_next_target_too(
    alerting: Alerting,
) -> None:
    await alerting.opened()
    alerting.platform.before = refusing("support-cloud", Retryable("server error"))
    alerting.later(minutes=15)
    await alerting.sweep()
    for _ in range(60):
        alerting.later(seconds=6)
        await alerting.deliver()

    assert len(alerting.platform.at("@dana")) == 1
    alerting.platform.before = lambda *_: None
    alerting.later(minutes=1)
    await alerting.deliver()
    assert len(alerting.platform.at("support-cloud")) == 1


async def test_an_adapters_mistake_is_tried_again_and_then_counts_as_a_refusal(
    alerting: Alerting,
) -> None:
    await alerting.opened()
    alerting.platform.before = refusing("support-cloud", ZeroDivisionError())
    alerting.later(minutes=15)
    await alerting.sweep()
    for _ in range(60):
        alerting.later(seconds=2)
        await alerting.deliver()

    assert len(alerting.platform.at("@dana")) == 1
    assert Fate.FAILED in (await alerting.fates()).values()


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
