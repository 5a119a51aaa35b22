"""What was posted stays true: cards, copies of messages, news; and nothing internal leaks."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from bot.platform import Permanent
from desk.events import Acknowledged, Claimed, RungReached
from desk.notices import (
    News,
    Notice,
    Planned,
    Recipient,
    RefreshCard,
    Said,
    SaidChanged,
    Side,
    TamPing,
    ToChannel,
    ToPerson,
    ToThread,
)
from desk.records import Delivery as Fate
from desk.records import Message
from handlers.views import cards
from handlers.views.kinds import CaseView, NewsView, PingView
from handlers.views.vocabulary import CaseRef
from storage.desk import StoredDesk
from tests import world
from tests.fakes.alerting import Alerting
from tests.talk import words


@pytest_asyncio.fixture
async def alerting() -> AsyncIterator[Alerting]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Alerting(desk)


async def plan(alerting: Alerting, key: str, notice: Notice, to: Recipient) -> None:
    await alerting.planned(Planned(key, notice, to, f"order:{key}"))
    await alerting.deliver()


async def test_every_card_of_a_side_is_refreshed_and_the_other_side_is_left_alone(
    alerting: Alerting,
) -> None:
    case = await alerting.opened(partner="northwind")
    for side in Side:
        await alerting.with_card(case, side)
    await alerting.deliver()
    claimed = await alerting.saved(replace(case, owner_id="mei"))
    refresh = RefreshCard(claimed.id, Side.ENGINEERS)
    await plan(alerting, "r1", refresh, ToThread(case.id, Side.ENGINEERS))

    (card,) = alerting.platform.updates
    assert card.where == "support-cloud"
    assert "Mei Lin has it" in str(card)
    assert isinstance(card.view, CaseView)
    assert (await alerting.rows())[-1].address == "web:support-cloud"


async def test_a_card_that_was_never_posted_needs_no_refresh(alerting: Alerting) -> None:
    case = await alerting.opened()
    await plan(alerting, "r1", RefreshCard(case.id, Side.PARTNER), ToThread(case.id, Side.PARTNER))

    assert alerting.platform.calls == 0
    rows = await alerting.rows()
    assert [(r.state, r.error) for r in rows] == [(Fate.SUPERSEDED, "no card to be refreshed")]


async def test_a_card_that_cannot_be_refreshed_is_told_to_the_operators_alone(
    alerting: Alerting,
) -> None:
    case = await alerting.opened()
    await alerting.with_card(case)
    await alerting.deliver()
    alerting.platform.before = lambda _to, key: Permanent("it is gone") if key == "m1" else None
    refresh = RefreshCard(case.id, Side.ENGINEERS)
    await plan(alerting, "r1", refresh, ToThread(case.id, Side.ENGINEERS))

    assert len(alerting.platform.at("operators")) == 1
    assert len(alerting.platform.posts) == 2
    assert [r.state for r in await alerting.rows(Fate.FAILED)] == [Fate.FAILED]


async def test_an_edited_message_changes_its_copy_and_a_deleted_one_goes(
    alerting: Alerting,
) -> None:
    case = await alerting.opened()
    await alerting.with_card(case)
    message = await alerting.said(case, "the pasword is 123")
    await alerting.deliver()
    thread = ToThread(case.id, Side.ENGINEERS)
    edited = replace(message, text="it is down", edited_at=alerting.now)
    await alerting.desk.run(lambda uow: uow.messages.save(edited))
    await plan(alerting, "c1", SaidChanged(case.id, message.id, deleted=False), thread)
    assert "it is down" in str(alerting.platform.posts[1])

    gone = replace(edited, deleted_at=alerting.now)
    await alerting.desk.run(lambda uow: uow.messages.save(gone))
    await plan(alerting, "c2", SaidChanged(case.id, message.id, deleted=True), thread)
    assert alerting.platform.posts[1].deleted
    posts = await alerting.desk.run(lambda uow: uow.posts.of(case.id))
    assert [post.what for post in posts] == ["card"]


async def test_what_stays_inside_is_never_drawn_for_a_partner(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    await alerting.with_card(case, Side.PARTNER)
    await alerting.deliver()
    remark = await alerting.said(case, "they never test anything")
    hidden = replace(remark, public=False, side=Side.ENGINEERS)
    await alerting.desk.run(lambda uow: uow.messages.save(hidden))
    partner = ToThread(case.id, Side.PARTNER)
    kept = await alerting.desk.run(
        lambda uow: uow.messages.add(replace(hidden, source="", id=0, public=False))
    )
    await plan(alerting, "s1", Said(case.id, kept.id), partner)
    entry = await alerting.desk.run(
        lambda uow: uow.timeline.add(RungReached(case.id, "", alerting.now, "50%"), internal=True)
    )
    await plan(alerting, "n1", News(case.id, entry.id), partner)
    await plan(alerting, "n2", News(case.id, entry.id), ToPerson("nora"))

    said = [p for p in alerting.platform.posts if "northwind" in p.where or p.where == "@nora"]
    assert [type(p.view) for p in said] == [CaseView]


async def test_news_names_people_and_fits_its_reader(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    for side in Side:
        await alerting.with_card(case, side)
    await alerting.deliver()
    entry = await alerting.desk.run(
        lambda uow: uow.timeline.add(Claimed(case.id, "mei", alerting.now))
    )
    for side in Side:
        await plan(alerting, f"n:{side}", News(case.id, entry.id), ToThread(case.id, side))

    assert [str(p) for p in alerting.platform.posts if isinstance(p.view, NewsView)] == [
        "northwind/m1: C-1001: Mei Lin has taken your case",
        "support-cloud/m2: C-1001: Mei Lin claimed it",
    ]


async def test_18_the_channel_learns_who_took_the_escalation(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    await alerting.with_card(case)
    await alerting.deliver()
    entry = await alerting.desk.run(
        lambda uow: uow.timeline.add(Acknowledged(case.id, "tara", alerting.now), internal=True)
    )
    await plan(alerting, "n1", News(case.id, entry.id), ToThread(case.id, Side.ENGINEERS))

    assert "Tara Singh took the escalation" in str(alerting.platform.posts[-1])


async def test_a_ping_says_whose_place_is_taken(alerting: Alerting) -> None:
    case = await alerting.opened(partner="northwind")
    ping = TamPing(case.id, "called", "Nora Weiss", "please", "Tara Singh")
    await plan(alerting, "p1", ping, ToPerson("theo"))

    (post,) = alerting.platform.at("@theo")
    assert isinstance(post.view, PingView)
    assert (post.view.by, post.view.instead_of) == ("Nora Weiss", "Tara Singh")


async def test_what_the_partner_is_to_read_falls_back_to_its_opener_alone(
    alerting: Alerting,
) -> None:
    case = await alerting.opened(partner="northwind")
    alerting.platform.before = lambda to, _key: (
        Permanent("archived") if to.channel == "northwind" else None
    )
    await alerting.with_card(case, Side.PARTNER)
    await alerting.deliver()
    alerting.later(seconds=1)

    assert len(alerting.platform.at("@nora")) == 1
    assert len(alerting.platform.at("operators")) == 1
    assert alerting.platform.at("@dana") == []
    # The thread goes on where the card is.
    answer = Message(0, case.id, "mei", Side.ENGINEERS, True, "hello", alerting.now)
    message = await alerting.desk.run(lambda uow: uow.messages.add(answer))
    said = Said(case.id, message.id)
    await plan(alerting, "s1", said, ToThread(case.id, Side.PARTNER))
    assert alerting.platform.posts[-1].where == "dm-nora/m1"


async def test_what_is_read_outside_the_thread_says_which_case_it_is_about(
    alerting: Alerting,
) -> None:
    case = await alerting.opened(partner="northwind")
    entry = await alerting.desk.run(
        lambda uow: uow.timeline.add(Acknowledged(case.id, "tara", alerting.now), internal=True)
    )
    answer = Message(0, case.id, "mei", Side.ENGINEERS, True, "hello", alerting.now)
    message = await alerting.desk.run(lambda uow: uow.messages.add(answer))
    channel = ToChannel("support-cloud")
    await plan(alerting, "n1", News(case.id, entry.id), channel)
    await plan(alerting, "s1", Said(case.id, message.id), ToPerson("nora"))

    took, said = (cards.to_card(post.view) for post in alerting.platform.posts)
    assert took.title[:2] == (CaseRef(1001), ": ")
    assert "production down, Northwind (Premier): It is down" in " ".join(words(took))
    assert "[Show C-1001]" in list(words(took))
    assert "Mei Lin in C-1001" in list(words(said))
