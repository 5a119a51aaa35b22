"""A storm of alerts in one channel, platforms that ask to wait, and faults at random."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from bot.platform import Address, Retryable
from desk.notices import Planned, Side, ToPerson, Trouble
from desk.records import Delivery as Fate
from handlers.views.cards import to_card
from handlers.views.kinds import AlertView, DigestView, SaidView
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting
from tests.fakes.platform import well

SEVERITIES = ("guidance", "system_exception", "production_exception", "production_down")


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


class Limit:
    """So many posts in a channel a minute, and 429 with the rest of the minute after them."""

    def __init__(self, alerting: Alerting, channel: str, posts: int) -> None:
        self.alerting = alerting
        self.channel = channel
        self.posts = posts
        self.began: datetime | None = None
        self.count = 0
        self.refused = 0

    def __call__(self, to: Address, _key: str) -> Exception | None:
        if to.channel != self.channel:
            return None
        now, minute = self.alerting.now, timedelta(minutes=1)
        if self.began is None or now - self.began >= minute:
            self.began, self.count = now, 0
        self.count += 1
        if self.count <= self.posts:
            return None
        self.refused += 1
        return Retryable("429", self.began + minute - now)


async def storm(alerting: Alerting, cases: int = 50) -> list[int]:
    """Cases that all breach within one minute; the mildest were opened first."""
    due = alerting.now + timedelta(days=1)
    numbers = []
    for index in range(cases):
        severity = SEVERITIES[index * len(SEVERITIES) // cases]
        target = alerting.catalog.plan("psp", "standard").targets[severity].within
        at = due + timedelta(seconds=index) - target
        case = await alerting.opened(severity, at=at)
        last = case.cycle.last_rung + 3
        # Everything before the breach was said long ago.
        said = replace(case.cycle, last_rung=last, next_rung_at=case.cycle.due_at)
        await alerting.saved(case.with_cycle(said))
        numbers.append(case.id)
    alerting.now = due + timedelta(minutes=1)
    return numbers


def named(view: object) -> list[int]:
    """The cases that a message names."""
    if isinstance(view, DigestView):
        return [face.case.id for face in view.faces]
    return [view.face.case.id] if isinstance(view, AlertView) else []


async def test_20_a_storm_is_told_the_worst_first_the_rest_as_one_digest(
    alerting: Alerting,
) -> None:
    numbers = await storm(alerting)
    limit = alerting.platform.before = Limit(alerting, "support-cloud", 4)
    await alerting.tick()
    singles = alerting.platform.at("support-cloud")
    assert len(singles) == 4
    assert limit.refused == 1
    alerting.later(seconds=30)
    await alerting.deliver()
    assert limit.refused == 1  # the channel is left alone until its time
    alerting.later(seconds=30)
    await alerting.deliver()

    posts = alerting.platform.at("support-cloud")
    told = [number for post in posts for number in named(post.view)]
    assert sorted(told) == sorted(numbers)
    assert [len(named(post.view)) for post in posts] == [1, 1, 1, 1, 1, 45]
    ranks = [(await alerting.case(number)).rank for number in told]
    assert ranks == sorted(ranks)
    digest = to_card(posts[-1].view)
    assert "late" in digest.summary
    assert all(f"C-{number} " in digest.summary for number in told[-45:])
    rows = [r for r in await alerting.rows() if r.planned.order == "channel:support-cloud"]
    assert {r.state for r in rows} == {Fate.SENT}
    assert Counter(r.message_id for r in rows)[posts[-1].id] == 45
    # Others are not held up by that channel.
    assert len(alerting.platform.at("@dana")) == 50


async def test_20_a_storm_under_429_for_minutes_loses_and_repeats_nothing(
    alerting: Alerting,
) -> None:
    numbers = await storm(alerting)
    alerting.platform.before = lambda to, _key: (
        Retryable("429", timedelta(seconds=20)) if to.channel == "support-cloud" else None
    )
    for _ in range(12):
        await alerting.tick()
        alerting.later(seconds=10)
    assert alerting.platform.at("support-cloud") == []
    alerting.platform.before = Limit(alerting, "support-cloud", 1)
    for _ in range(30):
        await alerting.tick()
        alerting.later(seconds=20)

    posts = alerting.platform.at("support-cloud")
    told = [number for post in posts for number in named(post.view)]
    assert sorted(told) == sorted(numbers)
    assert len(posts) == 2


async def test_few_alerts_that_waited_are_still_told_one_by_one(alerting: Alerting) -> None:
    await storm(alerting, 5)
    await alerting.sweep()
    alerting.later(seconds=40)
    await alerting.deliver()

    assert [len(named(p.view)) for p in alerting.platform.at("support-cloud")] == [1] * 5


async def test_a_wait_in_one_channel_holds_every_thread_of_it_and_nothing_else(
    alerting: Alerting,
) -> None:
    first, second = await alerting.opened(), await alerting.opened()
    for case in (first, second):
        await alerting.with_card(case)
    await alerting.with_card(await alerting.opened(partner="northwind"), Side.PARTNER)
    limit = alerting.platform.before = Limit(alerting, "support-cloud", 1)
    await alerting.deliver()

    assert len(alerting.platform.at("support-cloud")) == 1
    assert limit.refused == 1
    assert len(alerting.platform.at("northwind")) == 1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("unique", [True, False])
async def test_random_faults_keep_the_order_of_every_thread(seed: int, *, unique: bool) -> None:
    chance = random.Random(seed)

    def fault(_to: Address, _key: str) -> Exception | None:
        if chance.random() < 0.3:
            return Retryable("no answer", chance.choice([None, timedelta(seconds=2)]))
        return None

    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        alerting = Alerting(desk, unique=unique)
        alerting.platform.before = alerting.platform.after = fault
        cases = [await alerting.opened(partner="northwind") for _ in range(4)]
        for case in cases:
            await alerting.with_card(case)
        for number in range(8):
            for case in cases:
                await alerting.said(case, f"{case.id} says {number}")
            await alerting.delivery.run_once()
            alerting.later(seconds=1)
        for _ in range(400):
            await alerting.tick()
            alerting.later(seconds=5)
        alerting.platform.before = alerting.platform.after = well
        alerting.later(minutes=2)
        await alerting.deliver()

        for case in cases:
            said = [
                post.view.text
                for post in alerting.platform.posts
                if isinstance(post.view, SaidView) and post.view.case_id == case.id
            ]
            once = list(dict.fromkeys(said))
            assert once == [f"{case.id} says {number}" for number in range(8)]
            # What is repeated is repeated at once: nothing came between.
            assert said == sorted(said)
            if unique:
                assert said == once
        assert {r.state for r in await alerting.rows()} <= {Fate.SENT, Fate.SUPERSEDED}


async def test_the_clock_jumps_while_notices_wait(alerting: Alerting) -> None:
    for number in range(6):
        planned = Planned(
            f"k{number}", Trouble(f"k{number}", "w", "m"), ToPerson("dana"), "person:dana"
        )
        await alerting.planned(planned)
    answers = iter([Retryable("busy", timedelta(seconds=5)), None, Retryable("busy")])
    alerting.platform.before = lambda *_: next(answers, None)
    for jump in (timedelta(0), timedelta(hours=6), -timedelta(minutes=10), timedelta(minutes=11)):
        alerting.now += jump
        await alerting.deliver()

    keys = [post.view.key for post in alerting.platform.posts]  # type: ignore[union-attr]
    assert keys == [f"k{number}" for number in range(6)]
