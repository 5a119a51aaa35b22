"""Where the desk is installed, as rows; the tokens in them are encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q

from desk.errors import NoKey
from desk.linking import Installation
from storage.cipher import Cipher
from storage.facts import literally, read_keys, write_keys
from storage.instants import maybe_micros
from storage.sql import Sql
from storage.tables import WorkspaceRow
from storage.workspace_tables import InstallationRow

_PLAIN = ("platform", "workspace", "enterprise", "bot_user", "bot_id", "installed_by", "name")


class StoredInstallations:
    """Implements `desk.linking.Installations`; without a cipher no token is kept or read."""

    def __init__(self, sql: Sql, cipher: Cipher | None) -> None:
        self._sql = sql
        self._cipher = cipher

    def ready(self) -> None:
        """Raises `NoKey` where there is nothing to encrypt with."""
        self._key()

    async def get(self, platform: str, workspace: str) -> Installation | None:
        """The installation with its tokens; raises `NoKey` where they cannot be read."""
        row = await InstallationRow.get_or_none(platform=platform, workspace=workspace)
        if row is None:
            return None
        cipher, about = self._key(), _about(platform, workspace)
        link = await WorkspaceRow.get_or_none(platform=platform, workspace=workspace)
        return replace(
            _without_tokens(row, link.partner_id if link else None),
            token=cipher.decrypt(row.token, f"{about}:token"),
            refresh_token=cipher.decrypt(row.refresh_token, f"{about}:refresh"),
        )

    async def put(self, installation: Installation) -> None:
        """Store it, new or renewed; raises `NoKey` where there is nothing to encrypt with."""
        cipher, about = self._key(), _about(installation.platform, installation.workspace)
        await self._sql.rows(
            """INSERT INTO installations (platform, workspace, enterprise, bot_user, bot_id, token,
                refresh_token, scopes, expires_at, renewing_until, installed_by, name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)
            ON CONFLICT (platform, workspace) DO UPDATE SET
                enterprise = excluded.enterprise, bot_user = excluded.bot_user,
                bot_id = excluded.bot_id, token = excluded.token,
                refresh_token = excluded.refresh_token, scopes = excluded.scopes,
                expires_at = excluded.expires_at, renewing_until = NULL,
                installed_by = excluded.installed_by, name = excluded.name""",
            installation.platform,
            installation.workspace,
            installation.enterprise,
            installation.bot_user,
            installation.bot_id,
            cipher.encrypt(installation.token, f"{about}:token"),
            cipher.encrypt(installation.refresh_token, f"{about}:refresh"),
            write_keys(installation.scopes),
            maybe_micros(installation.expires_at),
            installation.installed_by,
            literally(installation.name),
        )

    async def remove(self, platform: str, workspace: str) -> None:
        """Forget it with its tokens; the workspace stays its partner's."""
        await InstallationRow.filter(platform=platform, workspace=workspace).delete()

    async def all(self, platform: str = "") -> Sequence[Installation]:
        """Every installation (of one platform), without its tokens."""
        rows = InstallationRow.filter(platform=platform) if platform else InstallationRow.all()
        links = {(one.platform, one.workspace): one.partner_id for one in await WorkspaceRow.all()}
        return [
            _without_tokens(row, links.get((row.platform, row.workspace)))
            for row in await rows.order_by("platform", "workspace")
        ]

    async def renew(
        self, platform: str, workspace: str, now: datetime, until: datetime
    ) -> Installation | None:
        """The installation for the one who gets the lease: of two at once only one does."""
        free = InstallationRow.filter(
            Q(renewing_until__isnull=True) | Q(renewing_until__lte=now),
            platform=platform,
            workspace=workspace,
        )
        if not await free.update(renewing_until=until):
            return None
        return await self.get(platform, workspace)

    def _key(self) -> Cipher:
        if self._cipher is None:
            raise NoKey("tokens are kept encrypted, and DESK_SECRET_KEY is not set")
        return self._cipher


def _about(platform: str, workspace: str) -> str:
    return f"{platform}:{workspace}"


def _without_tokens(row: InstallationRow, partner_id: str | None) -> Installation:
    plain: dict[str, str] = {name: getattr(row, name) for name in _PLAIN}
    return Installation(
        **plain,
        token="",
        scopes=read_keys(row.scopes),
        expires_at=row.expires_at,
        partner_id=partner_id,
    )
