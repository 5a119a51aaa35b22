"""What a transaction promises: kept whole or not at all, whatever happens around it."""

import asyncio
import random
from typing import Any

import pytest

from desk.errors import NotKnown, NotSaved
from storage.desk import StoredDesk
from tests.storage.samples import a_case
from tests.storage.work import read, sql, write


async def count_up(work: Any) -> None:
    """Read, let others go first if they can, write what was read plus one."""
    before = int(await work.notes.read("count") or 0)
    await asyncio.sleep(0)
    await work.notes.write("count", str(before + 1))


async def test_what_the_work_returns_comes_back_and_what_it_wrote_stays(desk: StoredDesk) -> None:
    async def work(work: Any) -> str:
        await write(work)
        return "done"

    assert await desk.run(work) == "done"
    assert await desk.run(read) == "written"


@pytest.mark.parametrize("error", [NotKnown("unknown", "No such case."), KeyError("a bug")])
async def test_a_refusal_and_a_bug_roll_back_and_pass_through(
    desk: StoredDesk, error: Exception
) -> None:
    async def work(work: Any) -> None:
        await write(work)
        raise error

    with pytest.raises(type(error)) as raised:
        await desk.run(work)
    assert raised.value is error
    assert await desk.run(read) is None


@pytest.mark.parametrize(
    "error", [FileNotFoundError("a template"), ValueError("closed"), OSError()]
)
async def test_only_the_database_can_say_that_nothing_was_saved(
    desk: StoredDesk, error: Exception
) -> None:
    async def work(work: Any) -> None:
        raise error

    with pytest.raises(type(error)):
        await desk.run(work)


async def test_a_wrong_statement_is_a_bug(desk: StoredDesk) -> None:
    with pytest.raises(Exception, match="nowhere") as raised:
        await desk.run(lambda work: sql(work, "SELECT * FROM nowhere"))
    assert not isinstance(raised.value, NotSaved)
    assert await desk.run(read) is None


async def test_a_transaction_inside_another_is_refused_at_once(desk: StoredDesk) -> None:
    async def work(work: Any) -> None:
        await desk.run(write)

    with pytest.raises(RuntimeError, match="inside another"):
        await desk.run(work)


async def test_a_task_begun_inside_a_transaction_may_use_the_desk_later(desk: StoredDesk) -> None:
    committed = asyncio.Event()

    async def later() -> str | None:
        await committed.wait()
        return await desk.run(read)

    async def work(work: Any) -> "asyncio.Task[str | None]":
        await write(work)
        return asyncio.create_task(later())

    task = await desk.run(work)
    committed.set()
    assert await task == "written"


async def test_a_cancelled_caller_leaves_a_whole_transaction(desk: StoredDesk, url: str) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(work: Any) -> None:
        await write(work)
        begun.set()
        await go_on.wait()

    caller = asyncio.create_task(desk.run(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    closing_desk = asyncio.create_task(desk.close())
    for _ in range(20):
        await asyncio.sleep(0)
    go_on.set()
    await closing_desk
    async with await StoredDesk.open(url) as after:
        assert await after.run(read) == "written"


async def test_400_random_cancellations_leave_a_working_desk(desk: StoredDesk) -> None:
    chance = random.Random(7)

    async def work(work: Any) -> None:
        for _ in range(chance.randrange(4)):
            await write(work)

    async def cancelled() -> None:
        task = asyncio.create_task(desk.run(work))
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(8):
        await asyncio.gather(*(cancelled() for _ in range(50)))
    await asyncio.gather(*(desk.run(write) for _ in range(20)))
    assert await desk.run(read) == "written"


async def test_400_transactions_given_up_at_any_moment_leave_a_working_desk(url: str) -> None:
    chance = random.Random(11)

    async def work(work: Any) -> None:
        for _ in range(chance.randrange(4)):
            await write(work)

    async with await StoredDesk.open(url) as desk:
        await desk.run(write)
        patience = desk._patience
        for _ in range(8):
            desk._patience = chance.random() * 0.02
            await asyncio.gather(*(desk.run(work) for _ in range(50)), return_exceptions=True)
        desk._patience = patience
        await asyncio.gather(*(desk.run(write) for _ in range(20)))
        assert await desk.run(read) == "written"


async def test_two_desks_that_read_and_then_write_wait_for_each_other(sqlite_url: str) -> None:
    async with (
        await StoredDesk.open(sqlite_url, patience=30) as one,
        await StoredDesk.open(sqlite_url, patience=30) as two,
    ):
        await asyncio.gather(*(d.run(count_up) for d in (one, two) for _ in range(25)))
        assert await one.run(lambda work: work.notes.read("count")) == "50"


async def test_the_settings_of_sqlite(sqlite_url: str) -> None:
    async def settings(work: Any) -> list[int | str]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        rows = [(await sql(work, f"PRAGMA {name}"))[0] for name in names]
        return [next(iter(row.values())) for row in rows]

    async with await StoredDesk.open(sqlite_url) as desk:
        assert await desk.run(settings) == ["wal", 2, 1, 100]


async def test_a_database_in_memory_is_made_at_once() -> None:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        case = await desk.run(lambda work: work.cases.add(a_case()))
        assert case.number == "C-1001"
