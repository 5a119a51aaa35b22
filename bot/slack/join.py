"""Slack in the running program: opened, its routes put in place, listened to, its tokens kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import structlog
from aiohttp import web

from bot import config
from bot.platform import Retryable
from bot.ports import FileStore, Router
from bot.slack import wire
from bot.slack.deps import INSTALL, PATH, PLATFORM, Clock, Settings
from bot.slack.errors import Refused
from bot.slack.link import Link
from bot.slack.listening import Listening
from bot.slack.send import SlackPlatform
from bot.slack.socket import Socket
from desk.linking import Installation
from desk.notices import Trouble
from desk.ports import Desk
from sla import watch
from sla.scheduler import Job

_log = structlog.get_logger(__name__)

# A token is renewed two hours before it ends: who looks every hour has two tries at least.
HOURLY = "7 * * * *"


def settings_of(given: config.Settings) -> Settings:
    """What Slack needs of the program's settings."""
    secrets = (
        given.slack_signing_secret,
        given.slack_bot_token,
        given.slack_app_token,
        given.slack_client_secret,
    )
    signing, bot, app, client = (one.get_secret_value() if one else "" for one in secrets)
    return Settings(
        signing_secret=signing,
        bot_token=bot,
        app_token=app,
        client_id=given.slack_client_id or "",
        client_secret=client,
        api_url=given.slack_api_url,
        # An address that leads to the reader's own machine is worse than none.
        public_url=given.public_url or "",
    )


class SlackChat:
    """Slack, joined. Made by `opened`; `routes` comes before `listening`."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._listening: Listening | None = None
        self.platform = SlackPlatform(link)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, settings: config.Settings, desk: Desk, files: FileStore, now: Clock
    ) -> AsyncIterator[SlackChat]:
        """The link to Slack, which is given back in the end. `now` is the desk's time, aware."""
        async with await Link.open(desk, files, settings_of(settings), now) as link:
            yield cls(link)

    def routes(
        self, app: web.Application, router: Router, now: Clock, wake: Callable[[], None]
    ) -> None:
        """Put Slack's routes into an application; `wake` is called after every commit."""
        self._listening = wire.routes(app, self._link, router, now, wake)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen where nothing calls us: on Socket Mode's line, if that is how it is set up."""
        if self._listening is None:
            raise RuntimeError("the routes come first")
        # Learned before the first request, which has three seconds for everything.
        self._link.later("whose token", self._introduce())
        if not self._link.settings.app_token:
            yield
            return
        async with Socket(self._link, self._listening):
            yield

    async def _introduce(self) -> None:
        own = await self._link.installs.own()
        if own is not None:
            _log.info("slack.own_workspace", workspace=own.workspace, name=own.name)

    def reached(self, url: str) -> str:
        """How it is reached, for whoever starts the program; `url` is the desk's own address."""
        settings = self._link.settings
        ways = ["by Socket Mode"] * bool(settings.app_token)
        ways += [f"over HTTP at {url}{PATH}"] * settings.over_http
        said = " and ".join(ways)
        if settings.installable:
            said += f"; other workspaces install it at {url}{INSTALL}"
        return said

    def jobs(self) -> Sequence[Job]:
        """What is done by the calendar."""
        return (Job("slack tokens", self.renew_tokens, HOURLY),)

    async def renew_tokens(self, now: datetime) -> None:
        """Renew what ends soon, also where nobody speaks; the operators hear of what cannot be."""
        desk = self._link.desk
        for one in await desk.run(lambda uow: uow.installations.all(PLATFORM)):
            if one.expires_at is None:
                continue
            try:
                whole = await self._link.installs.of(one.workspace)
                if whole is not None:
                    await self._link.installs.renewed(whole)
            except Retryable as error:
                _log.warning("slack.not_renewed", workspace=one.workspace, reason=str(error))
            except Refused as refused:
                _log.error("slack.not_renewed", workspace=one.workspace, reason=str(refused))
                told = _cannot_renew(one, refused, self._link.settings)
                await desk.run(partial(watch.tell_operators, trouble=told, now=now))


def _cannot_renew(one: Installation, refused: Refused, settings: Settings) -> Trouble:
    ends = one.expires_at.isoformat() if one.expires_at else ""
    where = f"{one.name} ({one.workspace})" if one.name else one.workspace
    mend = f"Let its people install the app again: {settings.public_url}{INSTALL}."
    if not settings.installable:
        mend = "Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: tokens are renewed with them."
    return Trouble(
        key=f"slack:renew:{one.workspace}:{ends}",
        what=f'Slack does not renew the token of the workspace {where}: "{refused.code}".',
        mend=f"{mend} Nothing reaches them there once the token has ended.",
        title="A Slack workspace is about to be lost",
    )
