"""Forms that were begun and not sent, as rows."""

from __future__ import annotations

import json
from datetime import datetime

from desk.records import Draft
from storage.facts import literally
from storage.instants import to_micros
from storage.sql import Sql
from storage.workspace_tables import DraftRow


class StoredDrafts:
    """Implements `desk.ports.Drafts`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def keep(self, draft: Draft) -> None:
        """Keep it in the place of an earlier one of the same form and case."""
        await self._sql.rows(
            """INSERT INTO drafts (person_id, form, case_id, typed, kept_at)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (person_id, form, case_id)
            DO UPDATE SET typed = excluded.typed, kept_at = excluded.kept_at""",
            draft.person_id,
            draft.form,
            draft.case_id,
            literally(json.dumps(dict(draft.values), ensure_ascii=False)),
            to_micros(draft.kept_at),
        )

    async def get(self, person_id: str, form: str, case_id: int) -> Draft | None:
        row = await DraftRow.get_or_none(person_id=person_id, form=form, case_id=case_id)
        if row is None:
            return None
        return Draft(row.person_id, row.form, row.case_id, json.loads(row.typed), row.kept_at)

    async def drop(self, person_id: str, form: str, case_id: int) -> None:
        await DraftRow.filter(person_id=person_id, form=form, case_id=case_id).delete()

    async def forget_old(self, before: datetime) -> None:
        await DraftRow.filter(kept_at__lt=before).delete()
