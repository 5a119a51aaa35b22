"""Transactions of one answer share its time: together they are as quick as one."""

import asyncio

import pytest

from desk.errors import NotSaved
from desk.ports import UnitOfWork
from storage.desk import StoredDesk, left, within


async def _write(work: UnitOfWork) -> None:
    await work.notes.write("said", "twice")


async def _hang(_work: UnitOfWork) -> None:
    await asyncio.Event().wait()


async def test_what_is_left_of_the_time_is_a_transactions_patience() -> None:
    loop = asyncio.get_running_loop()
    async with await StoredDesk.open("sqlite://:memory:", patience=60) as desk:
        begun = loop.time()
        with within(0.05), pytest.raises(NotSaved):
            await desk.run(_hang)
        assert loop.time() - begun < 5
        with within(0), pytest.raises(NotSaved):
            await desk.run(_write)
        assert await desk.run(lambda work: work.notes.read("said")) is None


async def test_without_hurry_there_is_no_limit() -> None:
    assert left() is None
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        with within(0), within(None):
            assert left() is None
            await desk.run(_write)
        assert await desk.run(lambda work: work.notes.read("said")) == "twice"


async def test_longer_than_its_own_patience_no_transaction_takes() -> None:
    async with await StoredDesk.open("sqlite://:memory:", patience=0.05) as desk:
        with within(60):
            remaining = left()
            assert remaining is not None
            assert 0 < remaining <= 60
            with pytest.raises(NotSaved):
                await desk.run(_hang)
