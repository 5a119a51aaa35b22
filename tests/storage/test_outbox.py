"""The outbox: once a key, leased, in order within a sequence, the worst first in a storm."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from desk.notices import (
    Alert,
    CaseCard,
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
    Trouble,
)
from desk.records import Delivery, OutboxRow
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW, a_notice, an_alert

LEASE = NOW + MINUTE


async def plan(desk: StoredDesk, *notices: Planned) -> list[bool]:
    async def work(work: Any) -> list[bool]:
        return [await work.outbox.plan(notice, NOW) for notice in notices]

    return await desk.run(work)


async def claim(
    desk: StoredDesk, now: datetime = NOW, until: datetime = LEASE, limit: int = 100
) -> Sequence[OutboxRow]:
    return await desk.run(lambda work: work.outbox.claim(now, until, limit))


async def claimed(desk: StoredDesk, now: datetime = NOW, limit: int = 100) -> list[str]:
    return [row.planned.key for row in await claim(desk, now, now + MINUTE, limit)]


async def send(desk: StoredDesk, row: OutboxRow, now: datetime = NOW) -> None:
    await desk.run(lambda work: work.outbox.sent(row.id, now, "web:dm", "m1"))


async def states(desk: StoredDesk) -> dict[str, str]:
    rows = await desk.run(lambda work: work.outbox.rows())
    return {row.planned.key: row.state.value for row in rows}


NOTICES: list[Notice] = [
    CaseCard(1, Side.PARTNER),
    RefreshCard(1, Side.ENGINEERS),
    Said(1, 2),
    SaidChanged(1, 2, deleted=True),
    Alert(1, 2, 3, "breach+1", NOW, NOW + HOUR, ("wu", "tam")),
    TamPing(1, "called", "li", "为什么", "tam"),
    News(1, 2),
    Trouble("case:1:card", "The channel is archived", "Name another one"),
]
RECIPIENTS: list[Recipient] = [ToChannel("p"), ToThread(1, Side.PARTNER), ToPerson("tam")]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda n: n.kind)
async def test_every_notice_comes_back_as_it_was(desk: StoredDesk, notice: Notice) -> None:
    # A second refresh of a card replaces the first.
    recipients = RECIPIENTS[:1] if isinstance(notice, RefreshCard) else RECIPIENTS
    planned = [
        a_notice(
            f"k{n}", notice=notice, recipient=recipient, order=f"o{n}", urgency=n, ladder="1:2",
            not_before=NOW,
        )
        for n, recipient in enumerate(recipients)
    ]  # fmt: skip
    assert await plan(desk, *planned) == [True] * len(recipients)
    rows = await claim(desk)
    assert [row.planned for row in rows] == planned
    assert rows[0] == OutboxRow(rows[0].id, planned[0], Delivery.CLAIMED, NOW, 1, LEASE)
    assert await desk.run(lambda work: work.outbox.get(rows[0].id)) == rows[0]
    assert await desk.run(lambda work: work.outbox.get(0)) is None


async def test_a_key_is_planned_once(desk: StoredDesk, second: StoredDesk) -> None:
    first = await asyncio.gather(*(plan(d, a_notice("k")) for d in (desk, second) * 5))
    assert sum(new for (new,) in first) == 1
    assert await claimed(desk) == ["k"]
    assert await plan(desk, a_notice("k")) == [False]


async def test_urgent_first_then_in_the_order_of_planning(desk: StoredDesk) -> None:
    await plan(
        desk,
        *(a_notice(k, order=k, urgency=u) for k, u in [("a", 5), ("b", 0), ("c", 5), ("d", 1)]),
    )
    assert await claimed(desk, limit=3) == ["b", "d", "a"]
    assert await claimed(desk) == ["c"]


async def test_within_a_sequence_one_after_the_other(desk: StoredDesk) -> None:
    await plan(desk, a_notice("1"), a_notice("2", urgency=0), a_notice("other", order="x"))
    first, other = await claim(desk)
    assert (first.planned.key, other.planned.key) == ("1", "other")
    assert await claimed(desk) == []
    assert await desk.run(lambda work: work.outbox.next_at()) == LEASE
    await desk.run(lambda work: work.outbox.retry(first.id, NOW + 2 * MINUTE, "slow down"))
    assert await claimed(desk) == []
    await send(desk, other)
    assert await desk.run(lambda work: work.outbox.next_at()) == NOW + 2 * MINUTE
    (first,) = await claim(desk, NOW + 2 * MINUTE)
    assert (first.planned.key, first.attempts, first.error) == ("1", 2, "slow down")
    await send(desk, first)
    assert await claimed(desk) == ["2"]


async def test_what_failed_holds_nobody_back(desk: StoredDesk) -> None:
    await plan(desk, a_notice("1"), a_notice("2"))
    (first,) = await claim(desk)
    await desk.run(lambda work: work.outbox.failed(first.id, NOW, "archived"))
    assert await claimed(desk) == ["2"]
    assert await states(desk) == {"1": "failed", "2": "claimed"}
    (failed,) = await desk.run(lambda work: work.outbox.rows(state=Delivery.FAILED))
    assert failed.error == "archived"


async def test_what_waits_for_its_own_time_holds_nobody_back(desk: StoredDesk) -> None:
    await plan(desk, a_notice("morning", not_before=NOW + HOUR), a_notice("now"))
    assert await desk.run(lambda work: work.outbox.next_at()) == NOW
    (now,) = await claim(desk)
    assert now.planned.key == "now"
    await send(desk, now)
    assert await desk.run(lambda work: work.outbox.next_at()) == NOW + HOUR
    await plan(desk, a_notice("after"))
    assert await claimed(desk, NOW + HOUR) == ["morning"]


async def test_a_storm_of_alerts_in_one_channel_goes_by_urgency(desk: StoredDesk) -> None:
    await plan(
        desk,
        an_alert("a", 1, urgency=3),
        an_alert("b", 2, urgency=0),
        an_alert("a again", 1, urgency=0),
        an_alert("c", 3, urgency=1),
        a_notice("card"),
        an_alert("d", 4, urgency=0),
    )
    rows = await claim(desk)
    assert [row.planned.key for row in rows] == ["b", "c", "a"]
    for row in rows:
        await send(desk, row)
    assert await claimed(desk) == ["a again"]


async def test_a_lease_that_ran_out_is_taken_again(desk: StoredDesk) -> None:
    await plan(desk, a_notice("k"))
    (row,) = await claim(desk)
    assert await claimed(desk, LEASE - MINUTE / 60) == []
    assert await desk.run(lambda work: work.outbox.next_at()) == LEASE
    (again,) = await claim(desk, LEASE, LEASE + MINUTE)
    assert (again.id, again.attempts, again.claimed_until) == (row.id, 2, LEASE + MINUTE)


async def test_two_claimers_of_100_get_exactly_100(desk: StoredDesk, second: StoredDesk) -> None:
    await plan(desk, *(a_notice(f"k{n}", order=f"case:{n}") for n in range(100)))
    got: list[str] = []

    async def dispatch(desk: StoredDesk) -> None:
        while rows := await claim(desk, limit=7):
            for row in rows:
                got.append(row.planned.key)
                await send(desk, row)

    await asyncio.gather(*(dispatch(d) for d in (desk, second, desk, second)))
    assert len(got) == 100
    assert len(set(got)) == 100
    assert await desk.run(lambda work: work.outbox.next_at()) is None


async def test_two_claimers_keep_a_sequence_in_order(desk: StoredDesk, second: StoredDesk) -> None:
    keys = [f"k{n}" for n in range(20)]
    await plan(desk, *(a_notice(key) for key in keys))
    got: list[str] = []

    async def dispatch(desk: StoredDesk) -> None:
        while len(got) < len(keys):
            for row in await claim(desk):
                got.append(row.planned.key)
                await send(desk, row)

    await asyncio.gather(dispatch(desk), dispatch(second))
    assert got == keys


async def test_superseding_cancels_what_is_not_sent(desk: StoredDesk) -> None:
    await plan(desk, an_alert("sent", 1), an_alert("on its way", 2), an_alert("planned", 2))
    sent, on_its_way = await claim(desk)
    await send(desk, sent)
    await plan(desk, a_notice("of another", ladder="3:1"))
    assert await desk.run(lambda work: work.outbox.supersede("2:1", NOW)) == 2
    assert await desk.run(lambda work: work.outbox.supersede("1:1", NOW)) == 0
    assert await states(desk) == {
        "sent": "sent",
        "on its way": "superseded",
        "planned": "superseded",
        "of another": "planned",
    }
    await desk.run(lambda work: work.outbox.retry(on_its_way.id, NOW, "late"))
    await desk.run(lambda work: work.outbox.failed(on_its_way.id, NOW, "late"))
    assert (await states(desk))["on its way"] == "superseded"
    await send(desk, on_its_way)
    assert (await states(desk))["on its way"] == "sent"


async def test_acknowledging_marks_what_was_sent(desk: StoredDesk) -> None:
    await plan(desk, an_alert("a", 1), an_alert("b", 1))
    (row,) = await claim(desk)
    await send(desk, row, NOW + MINUTE)
    assert await desk.run(lambda work: work.outbox.acknowledge("1:1", NOW)) == 1
    assert await states(desk) == {"a": "acknowledged", "b": "planned"}
    sent = await desk.run(lambda work: work.outbox.get(row.id))
    assert sent is not None
    assert (sent.sent_at, sent.address, sent.message_id) == (NOW + MINUTE, "web:dm", "m1")


async def test_a_newer_refresh_replaces_the_one_still_waiting(desk: StoredDesk) -> None:
    def refresh(key: str, case_id: int, side: Side) -> Planned:
        return a_notice(key, notice=RefreshCard(case_id, side), order=f"{case_id}:{side}")

    await plan(desk, refresh("1:1", 1, Side.PARTNER))
    await claim(desk)
    await plan(
        desk,
        refresh("1:2", 1, Side.PARTNER),
        refresh("1:2 inside", 1, Side.ENGINEERS),
        refresh("2:1", 2, Side.PARTNER),
        refresh("1:3", 1, Side.PARTNER),
        refresh("1:3", 1, Side.PARTNER),
    )
    assert await states(desk) == {
        "1:1": "claimed",
        "1:2": "superseded",
        "1:2 inside": "planned",
        "2:1": "planned",
        "1:3": "planned",
    }


async def test_the_newest_rows_of_a_case(desk: StoredDesk) -> None:
    await plan(desk, *(an_alert(f"k{n}", n % 2, order=f"o{n}") for n in range(6)))
    rows = await desk.run(lambda work: work.outbox.rows(case_id=1, limit=2))
    assert [row.planned.key for row in rows] == ["k3", "k5"]
    assert await desk.run(lambda work: work.outbox.rows(case_id=1, state=Delivery.SENT)) == []
