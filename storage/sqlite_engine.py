"""Tortoise's SQLite client, with transactions that take the write lock when they begin.

Stock transactions begin without it: of two that read and then write one fails at once, and no
waiting helps. Stock ones also lose the process's own lock when they are cancelled at the wrong
moment. Named as `engine` in the connection's settings; Tortoise looks for `client_class` here.
"""

from __future__ import annotations

import sqlite3
from types import TracebackType

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections


class _Transaction(SqliteTransactionWrapper):
    """A transaction that holds the database's write lock from its beginning."""

    async def begin(self) -> None:
        # Each attempt waits as long as the connection's busy_timeout, which is short: whoever
        # waits here is stopped by the deadline of the whole transaction, and no thread is stuck.
        while True:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return


class _Context(SqliteTransactionContext):
    """Entering and leaving, so that a cancellation or an error leaves nothing open."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            self.token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            await self._leave(committing=False)
            raise
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._leave(committing=exc_type is None)

    async def _leave(self, *, committing: bool) -> None:
        driver = self.connection._connection
        committed = False
        try:
            if committing:
                await driver.commit()
                committed = True
        finally:
            try:
                # Always, and without asking first: a BEGIN whose caller was cancelled may be under
                # way in the driver's thread, and the rollback queues behind it.
                if driver is not None and not committed:
                    await driver.rollback()
            finally:
                self.connection._finalized = True
                self._trxlock.release()


class Client(SqliteClient):
    """One connection a process; its transactions are begun IMMEDIATE and survive cancellation."""

    async def create_connection(self, with_db: bool) -> None:
        """Connect with every setting in force, or not at all."""
        try:
            await super().create_connection(with_db)
        except BaseException:
            await self.close()
            raise

    def _in_transaction(self) -> TransactionContext:
        return _Context(_Transaction(self), self._lock)


client_class = Client
