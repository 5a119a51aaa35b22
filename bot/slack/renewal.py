"""Tokens that end: each is renewed in time, by one alone, and a new one is never lost on the way.

Slack takes a refresh token once. So a renewal that was begun is never cut off by whoever waits for
it, two at the same moment are one, and a new token that cannot be saved is kept until it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.platform import Retryable
from bot.slack.api import SlackApi
from bot.slack.deps import PLATFORM, Clock, Settings
from bot.slack.errors import Refused
from bot.slack.read import text_at
from desk.errors import NoKey, NotSaved
from desk.linking import Installation
from desk.ports import Desk, UnitOfWork
from storage.desk import left, within

_log = structlog.get_logger(__name__)

# A token that ends within this time is renewed; whoever renews it has so long to do it.
EARLY, RENEWING = timedelta(minutes=120), timedelta(seconds=30)
# How long Slack is left alone after it refused to renew a token.
AGAIN = timedelta(minutes=10)
# What was begun in the end may still take so long, in seconds.
LAST = 0.8
# How long what was begun may still take in the end, in seconds.
LAST = 0.6
# What Slack's tokens last where it does not say, in seconds.
_LASTS = 43_200


class NotInstalled(Exception):
    """The app is not installed in that workspace."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A new token that is not in the database yet, and the refresh token that it was got with."""

    used: str
    installation: Installation


class Renewals:
    """Renews tokens. `now` is the machine's time, aware; `kept` is called when a row changed."""

    def __init__(
        self,
        desk: Desk,
        api: SlackApi,
        settings: Settings,
        now: Clock,
        *,
        kept: Callable[[str], None],
    ) -> None:
        self._desk = desk
        self._api = api
        self._settings = settings
        self._now = now
        self._kept = kept
        self._under_way: dict[str, asyncio.Task[Installation]] = {}
        self._refused: dict[str, datetime] = {}
        self._unkept: dict[str, _Made] = {}

    async def good(self, installation: Installation) -> Installation:
        """The installation with a token that is good now; one that ends soon is renewed meanwhile.

        Raises `NotInstalled` where the token has ended and Slack gives no other, and `Retryable`
        where it was not renewed in time.
        """
        if not self._is_ending(installation):
            return installation
        workspace = installation.workspace
        refused = self._now() < self._refused.get(workspace, self._now())
        task = None if refused else self._begun(workspace)
        if not self._has_ended(installation):
            return installation
        if task is None:
            raise NotInstalled(workspace)
        try:
            return await self._waited(task)
        except Refused as error:
            raise NotInstalled(workspace) from error

    async def renewed(self, installation: Installation) -> None:
        """Renew its token now, if it ends soon; raises `Refused` or `Retryable` otherwise."""
        if self._is_ending(installation):
            await self._waited(self._begun(installation.workspace))

    async def _waited(self, task: asyncio.Task[Installation]) -> Installation:
        try:
            async with asyncio.timeout(left()):
                return await asyncio.shield(task)
        except (TimeoutError, NotSaved, NoKey) as error:
            raise Retryable("the app's token could not be renewed in time") from error

    async def unkept(self, workspace: str) -> Installation | None:
        """A new token that could not be saved when it was got; it is tried again now."""
        made = self._unkept.get(workspace)
        if made is not None:
            await self._keep(made)
        return made.installation if made else None

    async def close(self) -> None:
        """Let renewals end that were begun, and save what is not saved."""
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()), timeout=LAST)
        for made in tuple(self._unkept.values()):
            await self._keep(made)

    def _is_ending(self, installation: Installation) -> bool:
        ends = installation.expires_at
        if ends is None or not installation.refresh_token:
            return False
        return ends - self._now() <= EARLY

    def _has_ended(self, installation: Installation) -> bool:
        ends = installation.expires_at
        return ends is not None and ends <= self._now()

    def _begun(self, workspace: str) -> asyncio.Task[Installation]:
        """The renewal that is under way: of all who want one at the same moment there is one."""
        task = self._under_way.get(workspace)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._renew(workspace))
            self._under_way[workspace] = task
            task.add_done_callback(lambda done: self._ended(workspace, done))
        return task

    def _ended(self, workspace: str, task: asyncio.Task[Installation]) -> None:
        self._under_way.pop(workspace, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("slack.token_not_renewed", workspace=workspace, reason=str(error))

    async def _renew(self, workspace: str) -> Installation:
        # Whoever began it may be in a hurry; what was begun is not.
        with within(None):
            now = self._now()
            mine = await self._desk.run(
                lambda uow: uow.installations.renew(PLATFORM, workspace, now, now + RENEWING)
            )
            if mine is None:
                raise Retryable("another process renews the app's token", timedelta(seconds=2))
            if not self._is_ending(mine):
                # Somebody was faster. Kept as it is, the right to renew it is given back.
                await self._keep(_Made(mine.refresh_token, mine))
                return mine
            try:
                made = _Made(mine.refresh_token, await self._ask(mine, now))
            except Refused:
                self._refused[workspace] = now + AGAIN
                await self._keep(_Made(mine.refresh_token, mine))
                raise
            await self._keep(made)
            return made.installation

    async def _ask(self, installation: Installation, now: datetime) -> Installation:
        said = await self._api.call(
            "",
            "oauth.v2.access",
            client_id=self._settings.client_id,
            client_secret=self._settings.client_secret,
            grant_type="refresh_token",
            refresh_token=installation.refresh_token,
        )
        lasts = said.get("expires_in")
        return replace(
            installation,
            token=text_at(said, "access_token"),
            refresh_token=text_at(said, "refresh_token"),
            expires_at=now + timedelta(seconds=lasts if isinstance(lasts, int) else _LASTS),
        )

    async def _keep(self, made: _Made) -> None:
        """Save a token, unless the app was removed or installed anew meanwhile."""
        workspace = made.installation.workspace
        self._unkept[workspace] = made

        async def write(uow: UnitOfWork) -> None:
            there = await uow.installations.get(PLATFORM, workspace)
            if there is not None and there.refresh_token == made.used:
                await uow.installations.put(made.installation)

        try:
            await self._desk.run(write)
        except NotSaved as error:
            _log.error("slack.token_not_kept", workspace=workspace, reason=str(error))
            return
        self._unkept.pop(workspace, None)
        self._kept(workspace)
