"""Tortoise's PostgreSQL client, with transactions that give their connection back when cancelled.

Stock transactions lose it when they are cancelled between taking it from the pool and beginning;
a few such moments empty the pool for good. Named as `engine` in the connection's settings;
Tortoise looks for `client_class` here.
"""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

_DEAD = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class _Context(TransactionContextPooled):
    """Entering and leaving, so that a cancellation or an error leaves nothing open."""

    client: Any

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        # A server that was restarted leaves dead connections in the pool: nothing was begun on
        # them, so each is thrown away and another taken.
        for _ in range(self._pool.get_size()):
            with contextlib.suppress(*_DEAD):
                return await self._begin()
        return await self._begin()

    async def _begin(self) -> TransactionalDBClient:
        connection = await self._pool.acquire()
        try:
            self.client._connection = connection
            await self.client.begin()
        except BaseException as error:
            if isinstance(error, _DEAD):
                _throw_away(connection)
            await self._pool.release(connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        client: TransactionalDBClient = self.client
        return client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            if exc_type is None:
                await self.client.commit()
            else:
                await self._roll_back()
        finally:
            await self._pool.release(self.client._connection)

    async def _roll_back(self) -> None:
        # A lost connection cannot be rolled back, and need not be: what was refused or went wrong
        # is the news. Thrown away, it also says nothing when it is given back to the pool.
        try:
            await self.client.rollback()
        except (asyncpg.PostgresError, *_DEAD, OSError):
            _throw_away(self.client._connection)

    @property
    def _pool(self) -> asyncpg.Pool[asyncpg.Record]:
        pool: asyncpg.Pool[asyncpg.Record] = self.client._parent._pool
        return pool


def _throw_away(connection: Any) -> None:
    # One that has noticed its end by itself is no longer the caller's to end.
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


class Client(AsyncpgDBClient):
    """A pool of connections whose transactions survive cancellation."""

    def _in_transaction(self) -> TransactionContext:
        return _Context(TransactionWrapper(self), self._pool_init_lock)


client_class = Client
