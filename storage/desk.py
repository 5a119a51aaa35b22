"""The storage as a whole: every transaction of the desk begins and ends here."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise import context as tortoise_context
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from desk.errors import NotSaved
from desk.ports import UnitOfWork
from storage import address
from storage.address import Address
from storage.cipher import Cipher
from storage.lost import is_lost
from storage.migrate import whole_schema
from storage.sql import Sql
from storage.unit_of_work import StoredWork

T = TypeVar("T")

# A transaction answers within three seconds: this is its share, the rest is for taking it back.
PATIENCE = 2.5

_MODELS = ["storage.tables", "storage.traffic_tables", "storage.workspace_tables"]

# By when whoever asks must be answered, in the loop's time; None where there is no hurry.
_BY: contextvars.ContextVar[float | None] = contextvars.ContextVar("by", default=None)

# How long one attempt at a lock may hold the driver's thread, in milliseconds.
_BUSY_TIMEOUT = 100


@contextlib.contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """All transactions of this block together have `seconds`; None takes away an outer limit.

    Several, one after the other, would each have its own patience otherwise, and whoever waits for
    an answer has only one.
    """
    until = None if seconds is None else asyncio.get_running_loop().time() + seconds
    token = _BY.set(until)
    try:
        yield
    finally:
        _BY.reset(token)


def left() -> float | None:
    """How many seconds are left of `within`; None where there is no limit."""
    until = _BY.get()
    return None if until is None else max(0.0, until - asyncio.get_running_loop().time())


class StoredDesk:
    """Cases and everything around them in SQLite or PostgreSQL; implements `desk.ports.Desk`.

    Made by `open`. Transactions of several tasks may run at once: one after the other on SQLite,
    side by side on PostgreSQL.
    """

    def __init__(
        self, where: Address, context: TortoiseContext, patience: float, cipher: Cipher | None
    ) -> None:
        self.dialect = where.dialect
        self._cipher = cipher
        self._context = context
        self._patience = patience
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    async def open(
        cls,
        database_url: str,
        *,
        cipher: Cipher | None = None,
        patience: float = PATIENCE,
        connections: int = 10,
    ) -> Self:
        """Open a database that `storage.migrate` has prepared; one in memory is made here.

        Within `patience` seconds a transaction is ready to be committed, or given up. PostgreSQL
        is spoken to on at most `connections` connections. Without a `cipher` no token of a platform
        can be kept or read (`NoKey`).
        """
        where = address.parse(database_url)
        context = TortoiseContext()
        # Tortoise remembers the statements it made by the connection's name: each dialect has its
        # own. What it keeps on the models is the last opened one's, so a process speaks to one.
        name = where.dialect
        with context:
            await context.init(
                config={
                    "connections": {name: _connection(where, patience, connections)},
                    "apps": {"storage": {"models": _MODELS, "default_connection": name}},
                }
            )
            if where.in_memory:
                await context.db().execute_script(whole_schema("sqlite"))
        return cls(where, context, patience, cipher)

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Run `work` in one transaction; see `desk.ports.Desk.run`.

        Raises:
            NotSaved: if the database could not keep it in time: nothing was changed.
        """
        return await self._run(work)

    async def mismatches(self) -> list[str]:
        """Where the quota's counters and the lines of its ledger disagree, in words."""

        async def audit(work: StoredWork) -> list[str]:
            return await work.ledger.mismatches()

        return await self._run(audit)

    async def close(self) -> None:
        """Wait for the transactions under way, then give the connections back."""
        self._closed = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._context.close_connections()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.close()

    async def _run(self, work: Callable[[StoredWork], Awaitable[T]]) -> T:
        if self._closed:
            raise NotSaved("The database is closed")
        if asyncio.current_task() in self._tasks:
            raise RuntimeError("A transaction was begun inside another: use the unit of work")
        # A task of its own outlives the caller's cancellation. A context of its own keeps the
        # transaction's connection from leaking into tasks that the caller starts, and theirs here.
        isolated = contextvars.Context()
        isolated.run(tortoise_context._current_context.set, self._context)
        hurry = left()
        patience = self._patience if hurry is None else min(self._patience, hurry)
        task = asyncio.get_running_loop().create_task(
            self._transact(work, patience), context=isolated
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def _transact(self, work: Callable[[StoredWork], Awaitable[T]], patience: float) -> T:
        limit, working = asyncio.timeout(patience), False
        try:
            async with limit, in_transaction() as connection:
                working = True
                result = await work(StoredWork(Sql(connection, self.dialect), self._cipher))
                working = False
                # From here on only the commit's own outcome is the truth: nothing interrupts it.
                # Where the time is up already, and the work did not notice, this refuses.
                limit.reschedule(None)
        except Exception as error:
            # What fails outside the work, without a word of the driver's, is the connection.
            broken = isinstance(error, OSError) and not working
            if broken or limit.expired() or is_lost(error):
                why = "it took too long" if limit.expired() else str(error)
                raise NotSaved(f"The change could not be saved: {why}") from error
            raise
        return result


def _connection(where: Address, patience: float, connections: int) -> dict[str, Any]:
    if where.dialect == "sqlite":
        return {
            "engine": "storage.sqlite_engine",
            "credentials": {
                "busy_timeout": _BUSY_TIMEOUT,
                "file_path": where.path,
                "foreign_keys": "ON",
                "synchronous": "FULL",
            },
        }
    url = urlsplit(where.url)
    return {
        "engine": "storage.postgres_engine",
        "credentials": {
            "host": url.hostname,
            "port": url.port or 5432,
            "user": unquote(url.username) if url.username else None,
            "password": unquote(url.password) if url.password else None,
            "database": unquote(url.path.lstrip("/")),
            "minsize": 1,
            "maxsize": connections,
            "timeout": patience,
            "command_timeout": patience,
            # A process that hangs inside a transaction must not hold its locks for ever.
            "server_settings": {"idle_in_transaction_session_timeout": "10000"},
            **dict(parse_qsl(url.query)),
        },
    }
