"""One-time secrets, as rows: invitations of partners, and states of an OAuth flow."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk.linking import Attempts, LinkCode
from storage.instants import from_micros, to_micros
from storage.sql import Sql
from storage.workspace_tables import CodeAttemptRow, CodeRow, StateRow

# No limit looks back as long as this.
_TRIES_KEPT = timedelta(days=1)


class StoredCodes:
    """Implements `desk.linking.Codes`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def add(self, code: LinkCode) -> None:
        await CodeRow.create(
            code_hash=code.code_hash,
            partner_id=code.partner_id,
            expires_at=code.expires_at,
            used_at=code.used_at,
            used_in=code.used_in,
        )

    async def get(self, code_hash: str, now: datetime) -> LinkCode | None:
        """A code that is neither used nor expired."""
        row = await CodeRow.get_or_none(
            code_hash=code_hash, used_at__isnull=True, expires_at__gt=now
        )
        return LinkCode(row.code_hash, row.partner_id, row.expires_at) if row else None

    async def use(self, code_hash: str, used_in: str, now: datetime) -> bool:
        """True for the one who gets it; the row stays, to tell where it was used."""
        good = CodeRow.filter(code_hash=code_hash, used_at__isnull=True, expires_at__gt=now)
        return bool(await good.update(used_at=now, used_in=used_in))

    async def attempt(
        self, platform: str, workspace: str, now: datetime, since: datetime
    ) -> Attempts:
        """One more try; the row stays locked until the commit, so that each has its number."""
        row = await self._sql.one(
            """INSERT INTO code_attempts (platform, workspace, number, began_at)
            VALUES (?, ?, 1, ?) ON CONFLICT (platform, workspace) DO UPDATE SET
                number = CASE WHEN code_attempts.began_at <= ? THEN 1
                    ELSE code_attempts.number + 1 END,
                began_at = CASE WHEN code_attempts.began_at <= ? THEN excluded.began_at
                    ELSE code_attempts.began_at END
            RETURNING number, began_at""",
            platform,
            workspace,
            to_micros(now),
            to_micros(since),
            to_micros(since),
        )
        return Attempts(row["number"], from_micros(row["began_at"])) if row else Attempts(1, now)

    async def forgive(self, platform: str, workspace: str) -> None:
        await CodeAttemptRow.filter(platform=platform, workspace=workspace).delete()

    async def add_state(self, state_hash: str, value: str, expires_at: datetime) -> None:
        await StateRow.create(state_hash=state_hash, value=value, expires_at=expires_at)

    async def use_state(self, state_hash: str, now: datetime) -> str | None:
        """The value, taken out: whoever comes second finds nothing."""
        row = await self._sql.one(
            "DELETE FROM oauth_states WHERE state_hash = ? RETURNING value, expires_at", state_hash
        )
        if row is None or from_micros(row["expires_at"]) <= now:
            return None
        value: str = row["value"]
        return value

    async def forget_old(self, now: datetime) -> None:
        """Remove codes and states whose time is over, used or not, and tries of yesterday."""
        await CodeAttemptRow.filter(began_at__lte=now - _TRIES_KEPT).delete()
        await CodeRow.filter(expires_at__lte=now).delete()
        await StateRow.filter(expires_at__lte=now).delete()
