"""Brings a database to the schema of this program: plain SQL files, applied once, only forwards.

Several programs may start at the same moment: one applies, the others wait and find it done. A
file and its record are one transaction, so a program killed in the middle leaves old or new.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import asyncpg

from storage.address import Address, Dialect, parse

FOLDER: Final = Path(__file__).parent / "migrations"

_RECORDS = "schema_migrations"
_MAKE = """CREATE TABLE IF NOT EXISTS schema_migrations
    (name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL)"""
_ALL = "SELECT name, checksum FROM schema_migrations ORDER BY name"
_RECORD = "INSERT INTO schema_migrations (name, checksum) VALUES (?, ?)"
_RECORD_POSTGRES = "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)"

_SQLITE_WAIT = 30.0

# Any number will do, as long as every starter of this program takes the same.
_POSTGRES_LOCK = 7_043_201_877


class SchemaRefused(Exception):
    """The database and this program do not belong together; nothing was changed."""


async def migrate(database_url: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing and name it.

    Raises:
        SchemaRefused: if an applied file was edited, or the database is newer than this program.
    """
    where, files = _read(database_url, folder)
    if where.dialect == "sqlite":
        return await asyncio.to_thread(_migrate_sqlite, where.path, files)
    return await _migrate_postgres(where.url, files)


async def pending(database_url: str, folder: Path = FOLDER) -> list[str]:
    """Name what `migrate` would apply, without changing anything; refuses as it does."""
    where, files = _read(database_url, folder)
    if where.dialect == "sqlite":
        applied = await asyncio.to_thread(_applied_sqlite, where.path)
    else:
        applied = await _applied_postgres(where.url)
    return _missing(applied, files)


async def check(database_url: str, folder: Path = FOLDER) -> list[str]:
    """What is wrong with the database, in words; nothing if it is as this program needs it."""
    try:
        missing = await pending(database_url, folder)
    except SchemaRefused as refused:
        return [str(refused)]
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return [f"The database cannot be read: {error}"]
    return [f"The migration {name} has not been applied" for name in missing]


def whole_schema(dialect: Dialect) -> str:
    """Every file at once, for a database that is made, used and forgotten."""
    return "".join(text for text in _files(FOLDER / dialect).values())


def _read(database_url: str, folder: Path) -> tuple[Address, dict[str, str]]:
    where = parse(database_url)
    return where, _files(folder / where.dialect)


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("[0-9]*.sql"))}


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _missing(applied: Mapping[str, str], files: Mapping[str, str]) -> list[str]:
    for name, checksum in applied.items():
        if name not in files:
            raise SchemaRefused(
                f"The database is newer than this program: it has {name}. Run the newer program."
            )
        if _checksum(files[name]) != checksum:
            raise SchemaRefused(
                f"{name} was edited after it was applied. Restore it; a change goes in a new file."
            )
    return [name for name in files if name not in applied]


def _migrate_sqlite(path: str, files: Mapping[str, str]) -> list[str]:
    with closing(sqlite3.connect(path, timeout=_SQLITE_WAIT, isolation_level=None)) as database:
        # Kept in the file: readers and the one writer need not wait for each other.
        database.execute("PRAGMA journal_mode = WAL")
        # Off, because SQLite rebuilds a table by dropping it, which would empty its children.
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("BEGIN IMMEDIATE")
        try:
            database.execute(_MAKE)
            missing = _missing(dict(database.execute(_ALL)), files)
            for name in missing:
                for statement in _statements(files[name]):
                    database.execute(statement)
                database.execute(_RECORD, (name, _checksum(files[name])))
            if missing and (orphans := database.execute("PRAGMA foreign_key_check").fetchall()):
                raise SchemaRefused(
                    f"{missing[-1]} would leave rows without parents: {orphans[:3]}"
                )
        except BaseException:
            database.rollback()
            raise
        database.commit()
        return missing


def _statements(text: str) -> Iterator[str]:
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise sqlite3.ProgrammingError(f"A statement without its end: {statement.strip()[:80]}")


def _applied_sqlite(path: str) -> dict[str, str]:
    if not Path(path).exists():
        return {}
    with closing(sqlite3.connect(path, timeout=_SQLITE_WAIT)) as database:
        known = database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_RECORDS,))
        if known.fetchone() is None:
            return {}
        return dict(database.execute(_ALL))


async def _migrate_postgres(url: str, files: Mapping[str, str]) -> list[str]:
    database = await asyncpg.connect(url)
    try:
        # The session's lock ends with this connection: a killed program cannot leave it behind.
        await database.execute("SELECT pg_advisory_lock($1)", _POSTGRES_LOCK)
        await database.execute(_MAKE)
        applied = {row["name"]: row["checksum"] for row in await database.fetch(_ALL)}
        missing = _missing(applied, files)
        for name in missing:
            async with database.transaction():
                await database.execute(files[name])
                await database.execute(_RECORD_POSTGRES, name, _checksum(files[name]))
        return missing
    finally:
        await database.close()


async def _applied_postgres(url: str) -> dict[str, str]:
    database = await asyncpg.connect(url)
    try:
        if await database.fetchval("SELECT to_regclass($1)", _RECORDS) is None:
            return {}
        return {row["name"]: row["checksum"] for row in await database.fetch(_ALL)}
    finally:
        await database.close()
