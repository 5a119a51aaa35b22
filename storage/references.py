"""How people and channels are reached, as rows."""

from __future__ import annotations

from dataclasses import fields

from desk.linking import Reference
from storage.sql import Sql
from storage.workspace_tables import ReferenceRow

_NAMES = tuple(field.name for field in fields(Reference))


class StoredReferences:
    """Implements `desk.linking.References`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def get(self, platform: str, workspace: str, target: str) -> Reference | None:
        row = await ReferenceRow.get_or_none(platform=platform, workspace=workspace, target=target)
        if row is None:
            return None
        return Reference(**{name: getattr(row, name) for name in _NAMES})

    async def put(self, reference: Reference) -> None:
        """Store it in the place of what was known; the newest is the highest id."""
        await ReferenceRow.filter(
            platform=reference.platform, workspace=reference.workspace, target=reference.target
        ).delete()
        await self._sql.rows(
            """INSERT INTO chat_references (platform, workspace, target, service_url, conversation,
                account, closed) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (platform, workspace, target) DO UPDATE SET
                service_url = excluded.service_url, conversation = excluded.conversation,
                account = excluded.account, closed = excluded.closed""",
            *(getattr(reference, name) for name in _NAMES),
        )

    async def close(self, platform: str, workspace: str, target: str, why: str) -> bool:
        changed = await ReferenceRow.filter(
            platform=platform, workspace=workspace, target=target, closed=""
        ).update(closed=why)
        return changed > 0

    async def owner(self, platform: str, workspace: str, conversation: str) -> str:
        row = await ReferenceRow.filter(
            platform=platform, workspace=workspace, conversation=conversation
        ).first()
        return row.target if row is not None else ""

    async def service_url(self, platform: str, workspace: str) -> str:
        row = (
            await ReferenceRow.filter(platform=platform, workspace=workspace)
            .order_by("-id")
            .first()
        )
        return row.service_url if row is not None else ""
