"""The engineers' queue, and the card of a case as they see it."""

from datetime import datetime

import pytest

from desk.records import Attachment
from handlers.intents import (
    ClaimCase,
    ResolveCase,
    ShowQueue,
    WaitOnPartner,
    WithdrawCase,
)
from handlers.views import cards
from tests.handlers.acts import beijing
from tests.handlers.test_my_cases import rows
from tests.talk import Talk, buttons, text

LOG = Attachment("k1", "fix.sh", "text/plain", 200)


async def test_the_queue_by_priority_severity_and_time_left(talk: Talk) -> None:
    await talk.opens("finn", "service_request")
    await talk.opens("carla", "guidance")
    await talk.opens("carla", "production_down")
    talk.later(minutes=5)
    await talk.opens("carla", "production_down")
    await talk.opens("nora", "guidance")
    await talk.opens("nora", "core_production_down")
    order = ["C-1006", "C-1005", "C-1003", "C-1004", "C-1002", "C-1001"]
    answer = await talk.says("mei", "queue")
    assert rows(answer) == order
    assert list(buttons(answer)) == ["All", "Mine", "Unclaimed"]
    await talk.does("mei", ClaimCase(1003))
    await talk.does("mei", ResolveCase(1004, "Fixed."))
    await talk.does("nora", WithdrawCase(1006))
    assert rows(await talk.says("mei", "mine")) == ["C-1003"]
    assert rows(await talk.says("omar", "mine")) == []
    assert rows(await talk.says("mei", "unclaimed")) == ["C-1005", "C-1002", "C-1001"]
    assert "Nothing is waiting here." in text(await talk.says("omar", "mine"))
    found = rows(await talk.says("mei", "find orders"))
    assert set(found) == {f"C-{n}" for n in range(1001, 1007)}
    assert rows(await talk.does("mei", ShowQueue("bogus"))) == [
        "C-1005", "C-1003", "C-1002", "C-1001",
    ]  # fmt: skip


async def test_the_queue_is_the_engineers_view(talk: Talk) -> None:
    for who in ("carla", "opal"):
        assert "The queue is the engineers' view." in text(await talk.does(who, ShowQueue()))


async def test_a_case_that_can_no_longer_be_drawn_does_not_hide_the_others(talk: Talk) -> None:
    """Its partner left the roster: the queue still shows everything else."""
    await talk.opens("nora")
    await talk.opens("carla")
    await talk.desk.run(lambda uow: uow.people.remove_partner("northwind"))
    assert rows(await talk.says("mei", "queue")) == ["C-1002"]
    for who in ("mei", "nora"):
        assert "There is no such case." in text(await talk.says(who, "C-1001"))
    assert "no longer knows your organisation" in text(await talk.says("nora", "open a case"))
    assert (await talk.says("nora", "my cases")).accepted


async def test_the_card_has_the_likeliest_buttons_first(talk: Talk) -> None:
    await talk.opens("carla")
    assert list(buttons(await talk.says("mei", "1001")))[:5] == [
        "Claim", "Reply to partner", "Wait on partner", "Resolve", "Timeline",
    ]  # fmt: skip
    await talk.does("mei", ClaimCase(1001))
    assert next(iter(buttons(await talk.says("mei", "1001")))) == "Reply to partner"


async def test_the_card_keeps_its_length_in_every_state(talk: Talk) -> None:
    await talk.opens("carla")
    lengths = set()
    for intent in (
        None,
        ClaimCase(1001),
        WaitOnPartner(1001, "Which region?"),
        ResolveCase(1001, "Fixed."),
    ):
        if intent is not None:
            await talk.does("mei", intent)
        card = cards.to_card((await talk.says("mei", "1001")).replies[0].view)
        lengths.add(len(card.elements))
    assert lengths == {4}


@pytest.mark.parametrize("now", ["2026-01-31 23:59", "2026-02-01 00:00"])
async def test_the_time_on_the_card_is_the_moment_it_is_asked(talk: Talk, now: str) -> None:
    talk.now = beijing(now)
    assert isinstance(talk.now, datetime)
    await talk.opens("carla", "guidance")
    talk.later(hours=4)
    assert (
        "first reply due in 12 h"
        in cards.to_card((await talk.says("mei", "1001")).replies[0].view).summary
    )
