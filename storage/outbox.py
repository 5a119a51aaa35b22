"""Notices to be delivered, as rows: planned once, leased in order, and settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desk.notices import Planned, RefreshCard
from desk.records import Delivery, OutboxRow
from storage.facts import literally, read_notice, read_recipient, write_notice, write_recipient
from storage.instants import from_micros, maybe_micros, to_micros
from storage.sql import Sql
from storage.traffic_tables import NoticeRow

# An earlier notice of the same sequence holds a later one back while it is on its way or was tried
# already. One that waits for its own time holds nobody back. Alerts of different cases pass each
# other by urgency, so that a storm in one channel tells the worst first.
_HELD_BACK = """EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.sequence = outbox.sequence AND earlier.id < outbox.id
    AND earlier.state IN ('planned', 'claimed')
    AND (earlier.state = 'claimed' OR earlier.attempts > 0 OR earlier.not_before IS NULL {or_due})
    AND NOT (earlier.kind = 'alert' AND outbox.kind = 'alert' AND earlier.case_id <> outbox.case_id)
)"""

_CLAIMABLE = f"""
    (state = 'planned' AND (not_before IS NULL OR not_before <= ?)
        OR state = 'claimed' AND claimed_until <= ?)
    AND NOT {_HELD_BACK.format(or_due="OR earlier.not_before <= ?")}
"""

_UNSENT = [Delivery.PLANNED, Delivery.CLAIMED]


class StoredOutbox:
    """Implements `desk.ports.Outbox`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def plan(self, planned: Planned, now: datetime) -> bool:
        """Put a notice in, once a key; a card's newer refresh replaces the one still waiting."""
        notice, at = planned.notice, to_micros(now)
        text = write_notice(notice)
        case_id = getattr(notice, "case_id", None)
        new = await self._sql.one(
            """INSERT INTO outbox ("key", kind, case_id, notice, recipient, sequence, urgency,
                ladder, not_before, state, planned_at, changed_at, attempts, address, message_id,
                error)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, 0, '', '', '')
            ON CONFLICT ("key") DO NOTHING RETURNING id""",
            planned.key,
            notice.kind,
            case_id,
            text,
            write_recipient(planned.recipient),
            planned.order,
            planned.urgency,
            planned.ladder,
            maybe_micros(planned.not_before),
            at,
            at,
        )
        if new is not None and isinstance(notice, RefreshCard):
            older = NoticeRow.filter(case_id=case_id, notice=text, id__lt=new["id"])
            await older.filter(state=Delivery.PLANNED).update(
                state=Delivery.SUPERSEDED, changed_at=now
            )
        return new is not None

    async def claim(self, now: datetime, lease_until: datetime, limit: int) -> Sequence[OutboxRow]:
        """Lease what may be sent; a lease that ran out is somebody else's to take."""
        at = to_micros(now)
        leased = await self._sql.rows(
            f"""WITH picked AS MATERIALIZED (
                SELECT id FROM outbox WHERE {_CLAIMABLE}
                ORDER BY urgency, id LIMIT ? {self._sql.skip_locked}
            )
            UPDATE outbox SET state = 'claimed', claimed_until = ?, changed_at = ?,
                attempts = attempts + 1
            WHERE id IN (SELECT id FROM picked) RETURNING id""",  # noqa: S608
            at,
            at,
            at,
            limit,
            to_micros(lease_until),
            at,
        )
        rows = NoticeRow.filter(id__in=[row["id"] for row in leased])
        return [_outbox_row(row) for row in await rows.order_by("urgency", "id")] if leased else []

    async def sent(self, row_id: int, now: datetime, address: str, message_id: str) -> None:
        """Record that it went out, even if it was superseded while it was being sent."""
        row = NoticeRow.filter(id=row_id, state__in=[*_UNSENT, Delivery.SUPERSEDED])
        await row.update(
            state=Delivery.SENT,
            claimed_until=None,
            sent_at=now,
            changed_at=now,
            address=literally(address),
            message_id=literally(message_id),
            error="",
        )

    async def retry(self, row_id: int, not_before: datetime, error: str) -> None:
        """Put it back, for later; what was superseded meanwhile stays so."""
        await NoticeRow.filter(id=row_id, state=Delivery.CLAIMED).update(
            state=Delivery.PLANNED, claimed_until=None, not_before=not_before, error=error
        )

    async def failed(self, row_id: int, now: datetime, error: str) -> None:
        """Give it up."""
        await NoticeRow.filter(id=row_id, state__in=_UNSENT).update(
            state=Delivery.FAILED, claimed_until=None, changed_at=now, error=error
        )

    async def moot(self, row_id: int, now: datetime, reason: str) -> None:
        """Cancel one notice, unless it went out already."""
        await NoticeRow.filter(id=row_id, state__in=_UNSENT).update(
            state=Delivery.SUPERSEDED,
            claimed_until=None,
            changed_at=now,
            error=literally(reason),
        )

    async def supersede(self, ladder: str, now: datetime) -> int:
        """Cancel what is not sent yet of a ladder."""
        unsent = NoticeRow.filter(ladder=ladder, state__in=_UNSENT)
        return await unsent.update(state=Delivery.SUPERSEDED, claimed_until=None, changed_at=now)

    async def acknowledge(self, ladder: str, now: datetime) -> int:
        """Mark what was sent of a ladder as acknowledged."""
        sent = NoticeRow.filter(ladder=ladder, state=Delivery.SENT)
        return await sent.update(state=Delivery.ACKNOWLEDGED, changed_at=now)

    async def get(self, row_id: int) -> OutboxRow | None:
        row = await NoticeRow.get_or_none(id=row_id)
        return _outbox_row(row) if row else None

    async def rows(
        self, *, case_id: int | None = None, state: Delivery | None = None, limit: int = 100
    ) -> Sequence[OutboxRow]:
        """The newest rows, oldest of them first."""
        rows = NoticeRow.all()
        if case_id is not None:
            rows = rows.filter(case_id=case_id)
        if state is not None:
            rows = rows.filter(state=state)
        newest = await rows.order_by("-id").limit(limit)
        return [_outbox_row(row) for row in reversed(newest)]

    async def next_at(self) -> datetime | None:
        """The earliest time at which something can be claimed; it may have passed."""
        row = await self._sql.one(
            f"""SELECT min(CASE WHEN state = 'claimed' THEN claimed_until
                ELSE coalesce(not_before, planned_at) END) AS at
            FROM outbox WHERE state IN ('planned', 'claimed')
            AND NOT {_HELD_BACK.format(or_due="")}"""  # noqa: S608
        )
        return from_micros(row["at"]) if row and row["at"] is not None else None


def _outbox_row(row: NoticeRow) -> OutboxRow:
    planned = Planned(
        key=row.key,
        notice=read_notice(row.notice),
        recipient=read_recipient(row.recipient),
        order=row.sequence,
        urgency=row.urgency,
        ladder=row.ladder,
        not_before=row.not_before,
    )
    return OutboxRow(
        id=row.id,
        planned=planned,
        state=row.state,
        planned_at=row.planned_at,
        attempts=row.attempts,
        claimed_until=row.claimed_until,
        sent_at=row.sent_at,
        address=row.address,
        message_id=row.message_id,
        error=row.error,
    )
