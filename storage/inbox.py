"""Inbound event ids, as rows."""

from __future__ import annotations

from datetime import datetime

from desk.records import Seen
from storage.instants import to_micros
from storage.sql import Sql
from storage.traffic_tables import InboxRow


class StoredInbox:
    """Implements `desk.ports.Inbox`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def enter(self, event_id: str, now: datetime) -> Seen | None:
        """None the first time; a second at the same moment waits until the first is decided."""
        new = await self._sql.one(
            """INSERT INTO inbox (event_id, entered_at) VALUES (?, ?)
            ON CONFLICT (event_id) DO NOTHING RETURNING event_id""",
            event_id,
            to_micros(now),
        )
        if new is not None:
            return None
        row = await InboxRow.get(event_id=event_id)
        return Seen(row.event_id, row.case_id)

    async def touched(self, event_id: str, case_id: int) -> None:
        await InboxRow.filter(event_id=event_id).update(case_id=case_id)
