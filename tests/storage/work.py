"""Small pieces of work to run in a transaction, and ways to disturb one."""

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg

from storage.address import parse
from storage.desk import StoredDesk
from storage.migrate import migrate


async def write(work: Any) -> None:
    await work.notes.write("note", "written")


async def read(work: Any) -> str | None:
    note: str | None = await work.notes.read("note")
    return note


async def sql(work: Any, statement: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await work._sql.rows(statement)
    return rows


async def migrated(url: str, connections: int = 10) -> StoredDesk:
    await migrate(url)
    return await StoredDesk.open(url, connections=connections)


async def end_sessions(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def query(url: str, statement: str) -> list[Any]:
    where = parse(url)
    if where.dialect == "sqlite":
        with closing(sqlite3.connect(where.path)) as database:
            return database.execute(statement).fetchall()
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def execute(url: str, statement: str) -> None:
    where = parse(url)
    if where.dialect == "sqlite":
        with closing(sqlite3.connect(where.path)) as database, database:
            database.execute(statement)
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
