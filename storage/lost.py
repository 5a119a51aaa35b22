"""Which errors mean that storage could not keep a change, and which are mistakes of the program."""

from __future__ import annotations

import sqlite3

import asyncpg
from tortoise.exceptions import BaseORMException, DBConnectionError

# A full disk, a lock, a read-only or unreadable file: everything but what a statement did wrong.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOTADB,
    }
)

_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,
)


def is_lost(error: BaseException) -> bool:
    """Whether the database, and not the program, is why a transaction did not happen."""
    match error:
        case BaseORMException() if error.args and isinstance(error.args[0], BaseException):
            return is_lost(error.args[0])
        case sqlite3.Error():
            return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE
        case asyncpg.InterfaceError() | ValueError():
            # In words alone: the drivers when they are asked to use a connection that is gone. A
            # connection that dies in the middle goes back to the pool by itself.
            text = str(error).lower()
            gone = ("closed", "closing", "no active", "released back to the pool")
            return "connection" in text and any(word in text for word in gone)
        case _:
            return isinstance(error, (*_POSTGRES, DBConnectionError))
