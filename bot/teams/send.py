"""The desk's own messages in Teams: posted, changed, taken away, with their files offered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from bot.platform import Address, Permanent, Retryable, Sent
from bot.teams import files
from bot.teams.answers import activity
from bot.teams.deps import PLATFORM
from bot.teams.errors import Closed
from bot.teams.heard import Ear
from bot.teams.people import channel_of, has_threads
from bot.teams.received import Conversation
from desk.errors import NotSaved
from handlers.views.cards import to_card
from handlers.views.kinds import AlertView, NewsView, PingView, SaidView, View

_log = structlog.get_logger(__name__)


class TeamsPlatform:
    """Teams as a platform. A message's id is its activity's; a thread's is that of its root.

    Teams neither knows a key of a message nor lets an app look for one: what was perhaps delivered
    is sent again and marked, which the ledger shows.
    """

    name = PLATFORM

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._connector = ear.link.connector

    async def post(self, to: Address, view: View, key: str) -> Sent:
        """Post `view`; files are offered after it where there is a chat with one person."""
        at = await self._at(to)
        drawn = await self._drawn(to, at, view)
        channel = channel_of(at.id)
        try:
            if has_threads(channel) and not to.thread:
                _, message = await self._connector.start_thread(at, drawn)
            else:
                message = await self._connector.post(at, drawn)
        except Closed as closed:
            await self._close(to, channel, closed)
            raise
        if isinstance(view, SaidView) and not view.deleted and channel.startswith("a:"):
            for file in view.files:
                self._ear.link.later("file", self._offer(at, files.offered(file)))
        return Sent(channel, message)

    async def update(self, to: Address, message_id: str, view: View) -> None:
        """Make an earlier message show `view`."""
        at = await self._at(replace(to, thread=to.thread or message_id))
        await self._connector.update(at, message_id, await self._drawn(to, at, view))

    async def delete(self, to: Address, message_id: str) -> None:
        """Take an earlier message away; one that is gone already is no mistake."""
        at = await self._at(replace(to, thread=to.thread or message_id))
        await self._connector.delete(at, message_id)

    # --- how --------------------------------------------------------------------------------------

    async def _at(self, to: Address) -> Conversation:
        """The conversation; raises `Permanent` where nobody there has met the app."""
        try:
            if not to.channel:
                return await self._ear.people.reached(to.workspace, to.user)
            at = await self._ear.people.channel(to.workspace, to.channel)
        except NotSaved as error:
            raise Retryable(str(error)) from error
        if to.thread and has_threads(to.channel):
            at = replace(at, id=f"{to.channel};messageid={to.thread}")
        return at

    async def _drawn(self, to: Address, at: Conversation, view: View) -> dict[str, Any]:
        # A chat has no threads, so everything in it has to say which case it is about.
        if isinstance(view, SaidView | NewsView) and not has_threads(channel_of(at.id)):
            view = replace(view, alone=True)
        try:
            reader = await self._ear.people.alone_in(at)
            drawn = await self._ear.looks.message(to_card(view), to.workspace, reader)
        except NotSaved as error:
            raise Retryable(str(error)) from error
        return activity(drawn, alert=isinstance(view, PingView | AlertView))

    async def _close(self, to: Address, channel: str, why: Permanent) -> None:
        try:
            await self._ear.people.close(to.workspace, to.user or channel, why.reason)
        except NotSaved as error:
            _log.warning("teams.not_closed", reason=str(error))

    async def _offer(self, at: Conversation, offer: dict[str, Any]) -> None:
        await self._connector.post(at, offer)
