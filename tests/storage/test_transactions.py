"""What a transaction promises: kept whole or not at all, whatever happens around it."""

import asyncio
import random
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from desk.errors import NotKnown, NotSaved
from storage.address import parse
from storage.desk import StoredDesk
from tests.storage.samples import a_case


async def write(work: Any) -> None:
    await work.notes.write("note", "written")


async def read(work: Any) -> str | None:
    note: str | None = await work.notes.read("note")
    return note


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


async def test_a_locked_database_is_not_saved_in_time(sqlite_url: str) -> None:
    clock = asyncio.get_running_loop().time
    with closing(sqlite3.connect(parse(sqlite_url).path, isolation_level=None)) as other:
        async with await StoredDesk.open(sqlite_url, patience=0.3) as desk:
            other.execute("BEGIN IMMEDIATE")
            begun = clock()
            with pytest.raises(NotSaved) as raised:
                await desk.run(write)
            assert clock() - begun < 0.3 + 0.5
            assert isinstance(raised.value.__cause__, TimeoutError)
            other.execute("ROLLBACK")
            await desk.run(write)
            assert await desk.run(read) == "written"


async def test_waiting_for_the_desk_s_own_lock_counts_too(url: str) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(work: Any) -> None:
        begun.set()
        await go_on.wait()

    async with await StoredDesk.open(url, patience=0.3, connections=1) as desk:
        holder = asyncio.create_task(desk.run(hold))
        await begun.wait()
        desk._patience = 0.1
        with pytest.raises(NotSaved):
            await desk.run(write)
        go_on.set()
        await holder
        desk._patience = 2.5
        await desk.run(write)


async def test_work_that_takes_too_long_is_not_saved(url: str) -> None:
    async def work(work: Any) -> None:
        await write(work)
        await asyncio.Event().wait()

    async with await StoredDesk.open(url, patience=0.2) as desk:
        with pytest.raises(NotSaved, match="too long"):
            await desk.run(work)
        assert await desk.run(read) is None


async def test_work_that_swallows_its_end_is_not_saved(url: str) -> None:
    async def work(work: Any) -> None:
        await write(work)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    async with await StoredDesk.open(url, patience=0.2) as desk:
        with pytest.raises(NotSaved):
            await desk.run(work)
        assert await desk.run(read) is None


async def test_a_beginning_that_was_given_up_is_taken_back_when_it_comes(sqlite_url: str) -> None:
    async with await StoredDesk.open(sqlite_url) as desk:
        await desk.run(write)
        driver: Any = desk._context.db()
        busy = threading.Event()
        # The driver's thread is busy, so the BEGIN waits in its queue while its caller gives up.
        thread = asyncio.create_task(driver._connection._execute(busy.wait))
        await asyncio.sleep(0)
        desk._patience = 0.05
        given_up = asyncio.create_task(desk.run(write))
        asyncio.get_running_loop().call_later(0.1, busy.set)
        with pytest.raises(NotSaved):
            await given_up
        await thread
        desk._patience = 2.5
        await desk.run(write)


async def test_a_connection_is_made_with_every_setting_or_not_at_all(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT)")
        async with await StoredDesk.open(f"sqlite:///{tmp_path}/desk.db") as desk:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(NotSaved):
                await desk.run(write)
            other.execute("ROLLBACK")
            (mode,) = await desk.run(lambda work: sql(work, "PRAGMA journal_mode"))
            assert mode == {"journal_mode": "wal"}


async def test_a_full_disk_is_not_saved_and_recovers(sqlite_url: str) -> None:
    async def fill(work: Any) -> None:
        for _ in range(200):
            await work.cases.add(a_case(description="x" * 20_000))

    async with await StoredDesk.open(sqlite_url) as desk:
        pages = (await desk.run(lambda work: sql(work, "PRAGMA page_count")))[0]["page_count"]
        await desk.run(lambda work: sql(work, f"PRAGMA max_page_count = {pages + 20}"))
        with pytest.raises(NotSaved) as raised:
            await desk.run(fill)
        assert "full" in str(raised.value)
        await desk.run(write)
        await desk.run(lambda work: sql(work, "PRAGMA max_page_count = 1000000"))
        await desk.run(fill)
        assert await desk.run(lambda work: work.cases.count_open("acme")) == 200


async def test_a_commit_that_fails_is_not_saved_and_is_rolled_back(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await StoredDesk.open(sqlite_url) as desk:
        await desk.run(read)
        driver: Any = desk._context.db()
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL

        async def commit() -> None:
            raise full

        monkeypatch.setattr(driver._connection, "commit", commit)
        with pytest.raises(NotSaved, match="full"):
            await desk.run(write)
        monkeypatch.undo()
        assert await desk.run(read) is None


async def test_a_read_only_database_is_not_saved(sqlite_url: str) -> None:
    async with await StoredDesk.open(sqlite_url) as desk:
        await desk.run(lambda work: sql(work, "PRAGMA query_only = ON"))
        with pytest.raises(NotSaved, match="readonly"):
            await desk.run(write)


async def test_a_file_that_cannot_be_opened_is_not_saved_and_may_appear_later(
    tmp_path: Path,
) -> None:
    async with await StoredDesk.open(f"sqlite:///{tmp_path}/missing/desk.db") as desk:
        for _ in range(2):
            with pytest.raises(NotSaved):
                await desk.run(write)


async def test_a_closed_desk_saves_nothing(desk: StoredDesk) -> None:
    await desk.close()
    with pytest.raises(NotSaved, match="closed"):
        await desk.run(write)


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


async def test_a_lost_connection_is_not_saved_and_the_next_one_works(
    postgres_database: str,
) -> None:
    async def lose(work: Any) -> None:
        await write(work)
        await end_sessions(postgres_database)
        await read(work)

    async with await migrated(postgres_database) as desk:
        with pytest.raises(NotSaved):
            await desk.run(lose)
        await desk.run(write)
        await end_sessions(postgres_database)
        await desk.run(write)
        assert await desk.run(read) == "written"


async def test_a_refusal_passes_even_when_the_connection_is_lost(postgres_database: str) -> None:
    async def lose(work: Any) -> None:
        await write(work)
        await end_sessions(postgres_database)
        raise NotKnown("unknown", "No such case.")

    async with await migrated(postgres_database) as desk:
        with pytest.raises(NotKnown):
            await desk.run(lose)
        assert await desk.run(read) is None


async def test_a_connection_lost_before_the_commit_is_not_saved(postgres_database: str) -> None:
    async def lose(work: Any) -> None:
        await write(work)
        await end_sessions(postgres_database)

    async with await migrated(postgres_database) as desk:
        with pytest.raises(NotSaved):
            await desk.run(lose)
        assert await desk.run(read) is None


async def test_a_server_that_is_away_is_not_saved(postgres_database: str) -> None:
    away = postgres_database.replace("127.0.0.1:", "127.0.0.1:1/x?").split("/x?")[0] + "/desk"
    async with await StoredDesk.open(away) as desk:
        for _ in range(2):
            with pytest.raises(NotSaved):
                await desk.run(write)


async def sql(work: Any, statement: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await work._sql.rows(statement)
    return rows


async def migrated(url: str) -> StoredDesk:
    from storage.migrate import migrate

    await migrate(url)
    return await StoredDesk.open(url)


async def end_sessions(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
