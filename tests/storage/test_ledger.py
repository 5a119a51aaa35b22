"""The quota: never past its cap, a line for every unit, given back once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from desk.errors import NotEntitled
from desk.records import LedgerLine, Move, QuotaUse
from storage.desk import StoredDesk
from tests.storage.samples import APRIL, HOUR, MARCH, NOW, a_case, a_line


async def take(desk: StoredDesk, line: LedgerLine, cap: int = 30) -> bool:
    return await desk.run(lambda work: work.ledger.take(line, cap))


async def use(desk: StoredDesk, period: str = MARCH) -> QuotaUse:
    return await desk.run(lambda work: work.ledger.use("acme", period))


async def lines(desk: StoredDesk, period: str = MARCH) -> Sequence[LedgerLine]:
    return await desk.run(lambda work: work.ledger.lines("acme", period))


async def buy(desk: StoredDesk, units: int, period: str = MARCH) -> QuotaUse:
    line = a_line(move=Move.PACKAGE, pool="package", period=period)
    return await desk.run(lambda work: work.ledger.add_package(line, units))


async def owe(desk: StoredDesk, case_id: int, period: str = MARCH) -> None:
    line = a_line(case_id, move=Move.OWED, period=period)
    await desk.run(lambda work: work.ledger.owe(line))


async def give_back(desk: StoredDesk, case_id: int) -> bool:
    return await desk.run(
        lambda work: work.ledger.give_back(case_id, NOW + HOUR, "wu", "out of scope")
    )


async def test_a_period_begins_whole(desk: StoredDesk) -> None:
    assert await use(desk) == QuotaUse()
    assert await lines(desk) == []


async def test_taking_counts_writes_a_line_and_says_what_is_left(desk: StoredDesk) -> None:
    assert await take(desk, a_line(1), cap=2)
    assert await take(desk, a_line(2), cap=2)
    assert not await take(desk, a_line(3), cap=2)
    assert await use(desk) == QuotaUse(used=2)
    assert [replace(line, id=0) for line in await lines(desk)] == [
        a_line(1, balance=1),
        a_line(2, balance=0),
    ]
    assert await use(desk, APRIL) == QuotaUse()
    assert await desk.mismatches() == []


@pytest.mark.parametrize("left", [1, 5])
async def test_50_at_once_get_no_more_than_is_left(
    desk: StoredDesk, second: StoredDesk, left: int
) -> None:
    cap = 30
    for case_id in range(1, cap - left + 1):
        assert await take(desk, a_line(case_id), cap)

    async def open_case(work: Any) -> int:
        use = await work.ledger.use("acme", MARCH)
        assert use.used <= cap
        case = await work.cases.add(a_case())
        if not await work.ledger.take(a_line(case.id), cap):
            raise NotEntitled("quota.used_up", "Nothing is left of this month's quota.")
        return int(case.id)

    desks = (desk, second)
    patient = 30.0
    for each in desks:
        each._patience = patient
    results = await asyncio.gather(
        *(desks[n % 2].run(open_case) for n in range(50)), return_exceptions=True
    )
    assert sum(isinstance(r, int) for r in results) == left
    assert sum(isinstance(r, NotEntitled) for r in results) == 50 - left
    assert await use(desk) == QuotaUse(used=cap)
    assert await desk.run(lambda work: work.cases.count_open("acme")) == left
    assert await desk.mismatches() == []


async def test_a_unit_comes_back_once_to_its_pool_and_period(desk: StoredDesk) -> None:
    await take(desk, a_line(1), cap=1)
    await buy(desk, 2)
    assert await take(desk, a_line(2, pool="package"), cap=1)
    assert await use(desk) == QuotaUse(used=1, package_units=2, package_used=1)
    assert [await give_back(desk, 1), await give_back(desk, 1)] == [True, False]
    assert await use(desk) == QuotaUse(used=0, package_units=2, package_used=1)
    assert [await give_back(desk, 2), await give_back(desk, 2)] == [True, False]
    assert await use(desk) == QuotaUse(used=0, package_units=2, package_used=0)
    assert not await give_back(desk, 3)
    back = (await lines(desk))[-1]
    assert back == LedgerLine(
        back.id, "acme", MARCH, NOW + HOUR, Move.GIVEN_BACK, 1, "package", 2, "wu",
        "out of scope", 3,
    )  # fmt: skip
    assert await desk.mismatches() == []


async def test_ten_at_once_give_back_once(desk: StoredDesk, second: StoredDesk) -> None:
    await take(desk, a_line(1))
    await take(desk, a_line(2))
    given = await asyncio.gather(*(give_back(d, 1) for d in (desk, second) for _ in range(5)))
    assert sum(given) == 1
    assert await use(desk) == QuotaUse(used=1)
    assert await desk.mismatches() == []


async def test_a_package_serves_its_own_period_alone(desk: StoredDesk) -> None:
    assert await buy(desk, 10) == QuotaUse(package_units=10)
    assert not await take(desk, a_line(1, period=APRIL, pool="package"))
    assert await take(desk, a_line(1, pool="package"))
    assert await use(desk, APRIL) == QuotaUse()


async def test_who_loses_the_race_for_the_plan_gets_a_package_unit(desk: StoredDesk) -> None:
    await buy(desk, 1)
    assert [await take(desk, a_line(n), cap=1) for n in (1, 2, 3)] == [True, True, False]
    assert [line.pool for line in await lines(desk)] == ["package", "plan", "package"]
    assert [line.balance for line in await lines(desk)] == [None, 1, 0]


async def test_a_case_takes_its_unit_once(desk: StoredDesk) -> None:
    await take(desk, a_line(1))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await take(desk, a_line(1))
    assert await use(desk) == QuotaUse(used=1)


async def test_owed_units_come_off_the_next_package_first(desk: StoredDesk) -> None:
    await take(desk, a_line(1), cap=1)
    for case_id in (2, 3, 4):
        await owe(desk, case_id)
    assert await use(desk) == QuotaUse(used=1, owed=3)
    assert await buy(desk, 2) == QuotaUse(used=1, package_units=2, package_used=2, owed=1)
    settled = [line for line in await lines(desk) if line.move is Move.SETTLED]
    assert [(s.case_id, s.pool, s.units, s.balance) for s in settled] == [
        (2, "package", -1, 1),
        (3, "package", -1, 0),
    ]
    assert await desk.mismatches() == []


async def test_owed_units_come_off_the_next_period(desk: StoredDesk) -> None:
    await take(desk, a_line(1), cap=1)
    for case_id in (2, 3):
        await owe(desk, case_id)
    assert await use(desk, APRIL) == QuotaUse(owed=2)
    assert await take(desk, a_line(4, period=APRIL), cap=3)
    assert await use(desk, APRIL) == QuotaUse(used=3)
    assert await use(desk) == QuotaUse(used=1)
    assert await desk.mismatches() == []


async def test_an_owed_unit_given_back_is_owed_no_more(desk: StoredDesk) -> None:
    await owe(desk, 1)
    await owe(desk, 2)
    assert [await give_back(desk, 1), await give_back(desk, 1)] == [True, False]
    assert await use(desk) == QuotaUse(owed=1)
    assert await buy(desk, 5) == QuotaUse(package_units=5, package_used=1)
    assert await give_back(desk, 2)
    assert await use(desk) == QuotaUse(package_units=5)
    assert await desk.mismatches() == []


@pytest.mark.parametrize("period", [MARCH, APRIL])
async def test_debts_are_paid_or_forgiven_and_never_both(
    desk: StoredDesk, second: StoredDesk, period: str
) -> None:
    for case_id in range(1, 11):
        await owe(desk, case_id)
    await asyncio.gather(
        *(give_back(desk, case_id) for case_id in range(1, 11)),
        *(buy(second, 1, period) for _ in range(5)),
    )
    assert await desk.mismatches() == []
    assert (await use(desk)).owed == 0


async def test_a_counter_that_was_meddled_with_is_found(desk: StoredDesk) -> None:
    await take(desk, a_line(1))

    async def meddle(work: Any) -> None:
        await work._sql.rows("UPDATE quota SET used = 7")

    await desk.run(meddle)
    assert await desk.mismatches() == ["acme, 2026-03-01: 7/0/0/0 kept, 1/0/0/0 counted"]
