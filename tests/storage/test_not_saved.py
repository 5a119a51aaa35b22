"""Every way in which a database cannot keep a change is NotSaved, in time, and passes."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper

from desk.errors import NotKnown, NotSaved
from storage.address import parse
from storage.desk import StoredDesk
from tests.storage.samples import a_case
from tests.storage.work import end_sessions, migrated, read, sql, write


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


async def test_a_beginning_that_hangs_gives_its_connection_back(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_: object) -> None:
        await asyncio.Event().wait()

    async with await migrated(postgres_database, connections=1) as desk:
        await desk.run(write)
        desk._patience = 0.05
        monkeypatch.setattr(TransactionWrapper, "begin", hang)
        with pytest.raises(NotSaved):
            await desk.run(write)
        monkeypatch.undo()
        desk._patience = 2.5
        await desk.run(write)


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
