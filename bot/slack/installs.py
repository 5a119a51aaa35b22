"""Where the app is installed, and with which token: from our own rows, with a short memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.platform import Retryable
from bot.slack.api import SlackApi
from bot.slack.deps import PLATFORM, Settings
from bot.slack.errors import Refused
from desk.errors import NoKey
from desk.linking import Installation
from desk.ports import Desk

_log = structlog.get_logger(__name__)

# How long an installation is believed without looking: one that was removed elsewhere is used
# for no longer than this.
FRESH = timedelta(seconds=60)
# A token that ends within this time is renewed; whoever renews it has so long to do it.
EARLY, RENEWING = timedelta(minutes=120), timedelta(seconds=30)
# How long Slack is left alone after it did not tell whose our token is.
AGAIN = timedelta(seconds=5)


class NotInstalled(Exception):
    """The app is not installed in that workspace."""


class Installs:
    """The workspaces with their tokens. `now` is the machine's time, aware."""

    def __init__(
        self, desk: Desk, api: SlackApi, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._api = api
        self._settings = settings
        self._now = now
        self._kept: dict[str, tuple[Installation | None, datetime]] = {}
        self._bots: tuple[frozenset[str], datetime] | None = None
        self._own: Installation | None = None
        self._asking = asyncio.Lock()
        self._ask_again_at = datetime.min.replace(tzinfo=UTC)
        self._fault: Refused | Retryable | None = None

    async def own(self) -> Installation | None:
        """The vendor's own workspace, by its token; None without one, or while Slack is away."""
        if self._own is not None or not self._settings.bot_token:
            return self._own
        async with self._asking:
            await self._learn()
        return self._own

    async def _learn(self) -> None:
        """Ask, unless somebody did while we waited for our turn, or Slack just would not say."""
        if self._own is None and self._now() >= self._ask_again_at:
            self._own = await self._ask()

    async def _ask(self) -> Installation | None:
        """Whose token ours is: asked once, and never in the middle of a request after that."""
        token = self._settings.bot_token
        try:
            said, scopes = await self._api.identity(token)
        except (Refused, Retryable) as error:
            self._fault = error
            self._ask_again_at = self._now() + AGAIN
            _log.error("slack.own_token", reason=str(error))
            return None
        self._fault = None
        whole = bool(said.get("is_enterprise_install"))
        enterprise = str(said.get("enterprise_id") or "")
        return Installation(
            PLATFORM,
            enterprise if whole else str(said.get("team_id", "")),
            token,
            enterprise=enterprise,
            bot_user=str(said.get("user_id", "")),
            bot_id=str(said.get("bot_id", "")),
            scopes=scopes,
            name=str(said.get("team", "")),
        )

    def is_own(self, installation: Installation) -> bool:
        """Whether it is the vendor's own."""
        return bool(self._settings.bot_token) and installation.token == self._settings.bot_token

    async def of(self, *ids: str) -> Installation | None:
        """The installation of a workspace or organisation, by the first of `ids` that has one."""
        own = await self.own()
        for one in ids:
            if not one:
                continue
            if own is not None and one in {own.workspace, own.enterprise}:
                return own
            found = await self._stored(one)
            if found is not None:
                return found
        return None

    async def bots(self) -> frozenset[str]:
        """The app's own accounts, in all the workspaces that have it.

        In a shared channel people call whichever of them their Slack offers.
        """
        if self._bots is None or self._bots[1] <= self._now():
            every = await self._desk.run(lambda uow: uow.installations.all(PLATFORM))
            found = frozenset(one.bot_user for one in every if one.bot_user)
            self._bots = found, self._now() + FRESH
        own = await self.own()
        return self._bots[0] | ({own.bot_user} if own else frozenset())

    async def home(self, *ids: str) -> str:
        """How the desk calls a workspace: by its installation, or by the first id it has."""
        found = await self.of(*ids)
        return found.workspace if found else next((one for one in ids if one), "")

    async def to_reach(self, workspace: str) -> Installation:
        """Whose token reaches people of a workspace: its own, or the vendor's for outsiders.

        Raises `NotInstalled`, or what Slack said when it was asked whose our own token is.
        """
        found = await self.of(workspace) or await self.own()
        if found is not None:
            return await self._renewed(found)
        if self._fault is not None:
            raise self._fault
        raise NotInstalled(workspace)

    async def token(self, installation: Installation) -> str:
        """A token that is good now."""
        return (await self._renewed(installation)).token

    def forget(self, workspace: str = "") -> None:
        """Look again before the next use; at everything without a `workspace`."""
        self._bots = None
        if workspace:
            self._kept.pop(workspace, None)
        else:
            self._kept.clear()

    async def remove(self, *ids: str) -> None:
        """The app was uninstalled, or its tokens were revoked."""
        found = await self.of(*ids)
        if found is not None and not self.is_own(found):
            workspace = found.workspace
            await self._desk.run(lambda uow: uow.installations.remove(PLATFORM, workspace))
            _log.info("slack.uninstalled", workspace=workspace)
        self.forget()

    async def _stored(self, workspace: str) -> Installation | None:
        kept, until = self._kept.get(workspace, (None, None))
        if until is not None and until > self._now():
            return kept
        found = await self._read(workspace)
        self._kept[workspace] = (found, self._now() + FRESH)
        return found

    async def _read(self, workspace: str) -> Installation | None:
        try:
            found = await self._desk.run(lambda uow: uow.installations.get(PLATFORM, workspace))
            if found is not None or not workspace.startswith("E"):
                return found
            # A person of an organisation, of which a single workspace installed the app.
            every = await self._desk.run(lambda uow: uow.installations.all(PLATFORM))
            one = next((one for one in every if one.enterprise == workspace), None)
            if one is None:
                return None
            # A list has no tokens.
            return await self._desk.run(lambda uow: uow.installations.get(PLATFORM, one.workspace))
        except NoKey as error:
            _log.error("slack.no_key", reason=str(error))
            return None

    def is_ending(self, installation: Installation) -> bool:
        """Whether its token is to be renewed."""
        ends = installation.expires_at
        if ends is None or not installation.refresh_token:
            return False
        return ends - self._now() <= EARLY

    def has_ended(self, installation: Installation) -> bool:
        """Whether its token is no good any more."""
        ends = installation.expires_at
        return ends is not None and ends <= self._now()

    async def renewed(self, installation: Installation) -> None:
        """Renew its token, unless somebody else does."""
        await self._renewed(installation)

    async def _renewed(self, installation: Installation) -> Installation:
        """The installation with a token that is good for a while; only one renews it."""
        if not self.is_ending(installation):
            return installation
        now = self._now()
        workspace = installation.workspace
        mine = await self._desk.run(
            lambda uow: uow.installations.renew(PLATFORM, workspace, now, now + RENEWING)
        )
        if mine is None:
            # Somebody else renews it just now. The old one is good until it ends.
            self.forget(workspace)
            return installation
        renewed = await renew(self._api, self._settings, mine, now)
        await self._desk.run(lambda uow: uow.installations.put(renewed))
        self.forget(workspace)
        return renewed


async def renew(
    api: SlackApi, settings: Settings, installation: Installation, now: datetime
) -> Installation:
    """The same with a new token; its refresh token is used up by this."""
    said = await api.call(
        "",
        "oauth.v2.access",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        grant_type="refresh_token",
        refresh_token=installation.refresh_token,
    )
    return replace(
        installation,
        token=str(said["access_token"]),
        refresh_token=str(said.get("refresh_token", "")),
        expires_at=now + timedelta(seconds=int(said.get("expires_in", 43200))),
    )
