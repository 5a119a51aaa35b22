"""At the same moment, where transactions really run side by side: PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from handlers.exchange import Sender
from handlers.intents import Acknowledge, ClaimCase, SendToPartner
from handlers.who import identify
from storage.desk import StoredDesk
from storage.migrate import migrate
from tests import world
from tests.handlers.acts import history
from tests.handlers.test_privacy import remark
from tests.talk import Talk, an_opening, form


@pytest_asyncio.fixture
async def busy(postgres_database: str) -> AsyncIterator[Talk]:
    await migrate(postgres_database)
    async with await StoredDesk.open(postgres_database, patience=30) as desk:
        await desk.run(world.settle)
        yield Talk(desk)


async def test_22_one_left_and_twenty_at_once(busy: Talk) -> None:
    for _ in range(29):
        await busy.opens("carla", "guidance")
    answers = await asyncio.gather(*(busy.does("carla", an_opening("guidance")) for _ in range(20)))
    refused = [a for a in answers if not a.accepted]
    assert len(refused) == 19
    assert all("package" in form(a).error for a in refused)
    assert (await busy.quota("contoso", "2026-03"))[0].used == 30


async def test_21_the_same_event_three_times_at_once(busy: Talk) -> None:
    answers = await asyncio.gather(
        *(busy.does("carla", an_opening(), event="slack:Ev1") for _ in range(3))
    )
    assert {a.case_id for a in answers} == {answers[0].case_id}
    assert (await busy.quota("contoso", "2026-03"))[0].used == 1


async def test_28_18_24_claimed_taken_and_sent_on_once(busy: Talk) -> None:
    case = await busy.opens("nora")
    for intent in (ClaimCase(case.id), Acknowledge(case.id, 1)):
        pressed = ("mei", "omar", "dana") if isinstance(intent, ClaimCase) else ("tara", "dana")
        answers = await asyncio.gather(*(busy.does(who, intent) for who in pressed))
        assert [a.accepted for a in answers].count(True) == 1
    stored = await remark(busy, case.id)
    send = SendToPartner(case.id, stored.id)
    answers = await asyncio.gather(*(busy.does("mei", send) for _ in range(3)))
    assert [a.accepted for a in answers].count(True) == 1
    kinds = [type(e).__name__ for e in await history(busy, case.id)]
    assert (kinds.count("Claimed"), kinds.count("Acknowledged"), kinds.count("Replied")) == (1,) * 3


async def test_joining_at_once_is_one_person(busy: Talk) -> None:
    await busy.desk.run(lambda uow: uow.people.link_workspace("slack", "T1", "northwind"))
    # Every connection is open before they meet, so that they really do.
    await asyncio.gather(*(busy.quota("contoso", "2026-03") for _ in range(20)))
    for number in range(10):
        sender = Sender("slack", "T1", f"U{number}", "Noa Klein")
        joined = await asyncio.gather(
            *(busy.desk.run(lambda uow, s=sender: identify(uow, s)) for _ in range(8))  # type: ignore[misc]
        )
        assert len({p.id for p in joined}) == 1


async def test_a_name_that_no_column_takes_is_no_obstacle(busy: Talk) -> None:
    await busy.desk.run(lambda uow: uow.people.link_workspace("slack", "T1", "northwind"))
    sender = Sender("slack", "T1", "U1", "Noa\x00" + "x" * 5_000, "noa\x00@northwind.example")
    joined = await busy.desk.run(lambda uow: identify(uow, sender))
    assert (await busy.desk.run(lambda uow: identify(uow, sender))).id == joined.id
