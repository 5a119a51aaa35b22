"""Where a database is, times as numbers, and whose fault an error is."""

import sqlite3
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from storage.address import Address, parse
from storage.desk import _connection
from storage.facts import write_keys
from storage.instants import from_micros, maybe_instant, maybe_micros, to_micros
from storage.lost import is_lost


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("sqlite:///desk.db", Address("sqlite", path="desk.db")),
        ("sqlite:///var/a%20b.db", Address("sqlite", path="var/a b.db")),
        ("sqlite:////var/desk.db", Address("sqlite", path="/var/desk.db")),
        ("sqlite://:memory:", Address("sqlite", path=":memory:")),
        ("postgres://a:b@h:5/d", Address("postgres", url="postgres://a:b@h:5/d")),
        ("postgresql://a@h/d", Address("postgres", url="postgres://a@h/d")),
    ],
)
def test_urls(url: str, address: Address) -> None:
    assert parse(url) == address


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///", "mysql://u:secret@h/d", "postgres://u:secret@h"]
)
def test_anything_else_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as refused:
        parse(url)
    assert "secret" not in str(refused.value)


def test_a_password_may_hold_any_character() -> None:
    where = parse("postgres://u%40x:p%2F%3A%40@db.example:5433/desk?ssl=require")
    credentials = _connection(where, 2.5, 7)["credentials"]
    expected = {
        "host": "db.example",
        "port": 5433,
        "user": "u@x",
        "password": "p/:@",
        "database": "desk",
        "ssl": "require",
        "maxsize": 7,
    }
    assert {name: credentials[name] for name in expected} == expected


def test_times_are_exact_to_the_microsecond() -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 1, ZoneInfo("Europe/Berlin"))
    assert from_micros(to_micros(moment)) == moment.astimezone(UTC)
    assert from_micros(to_micros(moment)).tzinfo is UTC
    far = datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)
    assert from_micros(to_micros(far)) == far
    assert maybe_instant(maybe_micros(far)) == far
    assert maybe_micros(None) is None
    assert maybe_instant(None) is None
    with pytest.raises(ValueError, match="without a zone"):
        to_micros(datetime(2026, 1, 1))  # noqa: DTZ001


def test_what_is_no_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected `str`"):
        write_keys((object(),))  # type: ignore[arg-type]


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("said the database")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_FULL), True),
        (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), True),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), True),
        (sqlite_error(sqlite3.SQLITE_ERROR), False),
        (OperationalError(sqlite_error(sqlite3.SQLITE_CANTOPEN)), True),
        (OperationalError(sqlite_error(sqlite3.SQLITE_ERROR)), False),
        (OperationalError("in words"), False),
        (IntegrityError(sqlite3.IntegrityError()), False),
        (DBConnectionError("no such database"), True),
        (asyncpg.DiskFullError("full"), True),
        (asyncpg.TooManyConnectionsError("too many"), True),
        (asyncpg.ReadOnlySQLTransactionError("a standby"), True),
        (asyncpg.DeadlockDetectedError("a deadlock"), True),
        (asyncpg.AdminShutdownError("going down"), True),
        (asyncpg.InvalidPasswordError("wrong"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("another operation is in progress"), False),
        (asyncpg.UndefinedTableError("no such table"), False),
        (ValueError("Connection closed"), True),
        (ValueError("a bug"), False),
        (KeyError("a bug"), False),
    ],
)
def test_whose_fault_it_is(error: Exception, lost: bool) -> None:
    assert is_lost(error) is lost
