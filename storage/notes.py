"""Small facts of the installation, as rows."""

from __future__ import annotations

from datetime import datetime

from desk.records import SignInLink
from storage.facts import literally
from storage.sql import Sql
from storage.traffic_tables import LinkRow, NoteRow


class StoredNotes:
    """Implements `desk.ports.Notes`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def read(self, name: str) -> str | None:
        row = await NoteRow.get_or_none(name=name)
        return row.value if row else None

    async def write(self, name: str, value: str) -> None:
        await self._sql.rows(
            """INSERT INTO notes (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
            name,
            literally(value),
        )

    async def add_link(self, link: SignInLink) -> None:
        await LinkRow.create(
            secret_hash=link.secret_hash,
            person_id=link.person_id,
            expires_at=link.expires_at,
            used_at=link.used_at,
        )

    async def use_link(self, secret_hash: str, now: datetime) -> SignInLink | None:
        """The link, marked used; of two who try it at once one gets it."""
        good = LinkRow.filter(secret_hash=secret_hash, used_at__isnull=True, expires_at__gt=now)
        if not await good.update(used_at=now):
            return None
        row = await LinkRow.get(secret_hash=secret_hash)
        return SignInLink(row.secret_hash, row.person_id, row.expires_at, row.used_at)

    async def job_ran(self, job: str, period: str) -> bool:
        """True for the first who says so; a rollback takes it back."""
        new = await self._sql.one(
            """INSERT INTO job_runs (job, period) VALUES (?, ?)
            ON CONFLICT (job, period) DO NOTHING RETURNING id""",
            job,
            period,
        )
        return new is not None
