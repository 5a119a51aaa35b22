"""What cannot be delivered goes to the next target, and the operators learn of it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio
from structlog.testing import capture_logs

from bot.platform import Address, Permanent, Retryable, SignInBroken
from desk.notices import ToPerson
from desk.people import Identity
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
