"""Statements that must be one statement, in the words that both databases share."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from storage.address import Dialect

Row = dict[str, Any]


class Sql:
    """The connection of one transaction. Statements are written with `?` for every value."""

    def __init__(self, client: BaseDBAsyncClient, dialect: Dialect) -> None:
        self._client = client
        self._postgres = dialect == "postgres"

    @property
    def skip_locked(self) -> str:
        """What makes a claim pass over rows that another one claims; SQLite has one writer."""
        return "FOR UPDATE SKIP LOCKED" if self._postgres else ""

    @property
    def for_update(self) -> str:
        """What keeps the rows that a query reads from changing until the commit."""
        return "FOR UPDATE" if self._postgres else ""

    async def rows(self, statement: str, *values: object) -> list[Row]:
        """The rows that a query, or a change with RETURNING, answers."""
        return await self._client.execute_query_dict(self._numbered(statement), list(values))

    async def one(self, statement: str, *values: object) -> Row | None:
        """The first of them."""
        rows = await self.rows(statement, *values)
        return rows[0] if rows else None

    def _numbered(self, statement: str) -> str:
        if not self._postgres:
            return statement
        first, *rest = statement.split("?")
        return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
