"""What happened, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from desk.events import Event
from desk.records import Entry
from storage.facts import read_event, write_event
from storage.tables import EntryRow


class StoredTimeline:
    """Implements `desk.ports.Timeline`."""

    async def add(self, event: Event, *, internal: bool = False) -> Entry:
        """Write a line; it is never changed again."""
        kind, facts = write_event(event)
        row = await EntryRow.create(
            case_id=event.case_id, at=event.at, kind=kind, facts=facts, internal=internal
        )
        return Entry(row.id, event, internal)

    async def get(self, entry_id: int) -> Entry | None:
        row = await EntryRow.get_or_none(id=entry_id)
        return _entry(row) if row else None

    async def of(self, case_id: int) -> Sequence[Entry]:
        """The lines of a case, in the order in which they were written."""
        return [_entry(row) for row in await EntryRow.filter(case_id=case_id).order_by("id")]


def _entry(row: EntryRow) -> Entry:
    return Entry(row.id, read_event(row.kind, row.facts), row.internal)
