"""Where the app is installed, and with which token: from our own rows, with a short memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

import structlog

from bot.platform import Retryable
from bot.slack.api import SlackApi
from bot.slack.deps import PLATFORM, Clock, Settings
from bot.slack.errors import Refused, is_sign_in
from bot.slack.renewal import NotInstalled, Renewals
from desk.errors import NoKey, NotSaved
from desk.linking import Installation
from desk.people import PlaceKind
from desk.ports import Desk, UnitOfWork
from storage.desk import left

__all__ = ["Installs", "NotInstalled"]

_log = structlog.get_logger(__name__)

# How long an installation is believed without looking: one that was removed elsewhere is used
# for no longer than this.
FRESH = timedelta(seconds=60)
_MOST = 10_000
# How long Slack is left alone after it did not tell whose our token is.
AGAIN = timedelta(seconds=5)


class Installs:
    """The workspaces with their tokens. `now` is the machine's time, aware."""

    def __init__(self, desk: Desk, api: SlackApi, settings: Settings, now: Clock) -> None:
        self._desk = desk
        self._api = api
        self._settings = settings
        self._now = now
        self._renewals = Renewals(desk, api, settings, now, kept=self.forget)
        self._bots: tuple[frozenset[str], datetime] | None = None
        self._kept: OrderedDict[str, tuple[Installation | None, datetime]] = OrderedDict()
        self._own: Installation | None = None
        self._vendor: tuple[str, datetime] | None = None
        self._asking = asyncio.Lock()
        self._ask_again_at = datetime.min.replace(tzinfo=UTC)
        self._fault: Refused | Retryable | None = None

    # --- whose ------------------------------------------------------------------------------------

    async def own(self) -> Installation | None:
        """The vendor's own workspace, by its token; None without one, or while Slack is away.

        Without a token of our own it is the installation where the vendor's channels are.
        """
        if not self._settings.bot_token:
            return await self._vendors()
        if self._own is not None:
            return self._own
        try:
            async with asyncio.timeout(left()), self._asking:
                await self._learn()
        except TimeoutError:
            # Somebody else asks already, and whoever waits for them has no more time.
            _log.info("slack.own_token", reason="not known in time")
        return self._own

    async def _vendors(self) -> Installation | None:
        if self._vendor is None or self._vendor[1] <= self._now():
            places = await self._desk.run(lambda uow: uow.people.places())
            ours = (p for p in places if p.platform == PLATFORM and p.kind is not PlaceKind.PARTNER)
            workspace = next((place.workspace for place in ours), "")
            self._vendor = workspace, self._now() + FRESH
        return await self._stored(self._vendor[0]) if self._vendor[0] else None

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
        """The installation of a workspace or organisation, by the first of `ids` that has one.

        Ours is asked for last while it is not known: others do not wait for Slack to say it.
        """
        known = self._own
        for one in ids:
            if known is not None and one and one in {known.workspace, known.enterprise}:
                return known
            found = await self._stored(one) if one else None
            if found is not None:
                return found
        own = None if known else await self.own()
        return own if own and {own.workspace, own.enterprise} & set(filter(None, ids)) else None

    async def home(self, *ids: str) -> str:
        """How the desk calls a workspace: by its installation, or by the first id it has."""
        found = await self.of(*ids)
        return found.workspace if found else next((one for one in ids if one), "")

    async def hearing(self, *ids: str) -> Installation:
        """Through which a workspace's people are heard: its own, or the vendor's for outsiders.

        Raises `NotInstalled`, or what Slack said when it was asked whose our own token is.
        """
        found = await self.of(*ids) or await self.own()
        if found is not None:
            return found
        if self._settings.bot_token:
            raise self._fault or Retryable("Slack has not said yet whose our token is")
        raise NotInstalled(", ".join(one for one in ids if one))

    async def to_reach(self, workspace: str) -> Installation:
        """With whose token people of a workspace are reached; raises as `hearing` and `token`."""
        return await self._renewals.good(await self.hearing(workspace))

    async def token(self, installation: Installation) -> str:
        """A token that is good now; raises `NotInstalled` or `Retryable` where there is none."""
        return (await self._renewals.good(installation)).token

    async def renewed(self, installation: Installation) -> None:
        """Renew its token now, if it ends soon; raises `Refused` or `Retryable` otherwise."""
        await self._renewals.renewed(installation)

    async def bots(self) -> frozenset[str]:
        """The app's own accounts, in all the workspaces that have it.

        In a shared channel people call whichever of them their Slack offers.
        """
        if self._bots is None or self._bots[1] <= self._now():
            every = await self._desk.run(lambda uow: uow.installations.all(PLATFORM))
            found = frozenset(one.bot_user for one in every if one.bot_user)
            self._bots = found, self._now() + FRESH
        # Not asked for here: whoever is heard through it has made it known already.
        return self._bots[0] | ({self._own.bot_user} if self._own else frozenset())

    # --- what is kept -----------------------------------------------------------------------------

    def forget(self, workspace: str = "") -> None:
        """Look again before the next use; at everything without a `workspace`."""
        self._bots = None
        if workspace:
            self._kept.pop(workspace, None)
        else:
            self._kept.clear()

    async def remove(self, *ids: str) -> Installation | None:
        """The app may have been uninstalled: forget what no longer works, and return it.

        Events come late and more than once: an app that was installed again meanwhile stays, as
        Slack itself says whose token is good. Raises `Retryable` where it does not say.
        """

        async def look(uow: UnitOfWork) -> Installation | None:
            every = {one.workspace: one for one in await uow.installations.all(PLATFORM)}
            return next((every[one] for one in ids if one in every), None)

        self.forget()
        found = await self._desk.run(look)
        if found is None:
            own = await self.own()
            return own if own and own.workspace in ids and await self._is_dead(own) else None
        with_token = await self._stored(found.workspace)
        if with_token is not None and not await self._is_dead(with_token):
            return None
        workspace = found.workspace
        await self._desk.run(lambda uow: uow.installations.remove(PLATFORM, workspace))
        self.forget()
        _log.info("slack.uninstalled", workspace=workspace)
        return found

    async def _is_dead(self, installation: Installation) -> bool:
        try:
            await self._api.identity(installation.token)
        except Refused as refused:
            return is_sign_in(refused)
        return False

    async def _stored(self, workspace: str) -> Installation | None:
        unkept = await self._renewals.unkept(workspace)
        if unkept is not None:
            return unkept
        kept, until = self._kept.get(workspace, (None, None))
        if until is not None and until > self._now():
            return kept
        try:
            found = await self._read(workspace)
        except NotSaved:
            if kept is None:
                raise
            # What was so a moment ago is better than nothing while the database is away.
            return kept
        self._kept[workspace] = (found, self._now() + FRESH)
        self._kept.move_to_end(workspace)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return found

    async def _read(self, workspace: str) -> Installation | None:
        async def read(uow: UnitOfWork) -> Installation | None:
            found = await uow.installations.get(PLATFORM, workspace)
            if found is not None or not workspace.startswith("E"):
                return found
            # A person of an organisation, of which a single workspace installed the app.
            every = await uow.installations.all(PLATFORM)
            inside = next((one for one in every if one.enterprise == workspace), None)
            return await uow.installations.get(PLATFORM, inside.workspace) if inside else None

        try:
            return await self._desk.run(read)
        except NoKey as error:
            _log.error("slack.no_key", reason=str(error))
            return None

    async def close(self) -> None:
        """Let renewals end that were begun."""
        await self._renewals.close()
