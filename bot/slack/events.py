"""What happens in Slack, and who deals with it: messages, emoji, the app's pages, its channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.slack import read
from bot.slack.answers import Answers
from bot.slack.channels import Channels
from bot.slack.front import Front
from bot.slack.heard import Ear
from bot.slack.link import Link
from bot.slack.messages import Messages
from bot.slack.reactions import Reactions
from bot.slack.read import Call, Payload, map_at, text_at

_log = structlog.get_logger(__name__)


class Events:
    """Deals with events. What raises `NotSaved` is delivered by Slack again."""

    def __init__(
        self, link: Link, ear: Ear, answers: Answers, front: Front, channels: Channels
    ) -> None:
        self._link = link
        messages, reactions = Messages(link, ear, answers), Reactions(link, ear, answers)
        self._known: Mapping[str, Callable[[Call, Payload], Awaitable[None]]] = {
            "message": messages.happened,
            "app_mention": messages.happened,
            "reaction_added": reactions.happened,
            "app_home_opened": front.opened,
            "app_uninstalled": channels.gone,
            "tokens_revoked": channels.revoked,
            "channel_archive": channels.archived,
            "group_archive": channels.archived,
            "channel_deleted": channels.archived,
            "group_deleted": channels.archived,
            "channel_left": channels.left,
            "group_left": channels.left,
            "channel_unarchive": channels.back,
            "group_unarchive": channels.back,
            "channel_id_changed": channels.moved,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The types of events that are dealt with: what the manifest subscribes to."""
        return frozenset(self._known)

    async def happened(self, body: Payload) -> None:
        """An event; one of a kind that the desk does not know is passed over."""
        kind = text_at(body, "event", "type")
        known = self._known.get(kind)
        if known is None:
            _log.debug("slack.event_passed_over", type=kind)
            return
        await known(read.event(body), map_at(body, "event"))

    async def lost(self, body: Payload, said: str) -> None:
        """Tell who wrote a message that it was not kept, for Slack brings it no more."""
        call, event = read.event(body), map_at(body, "event")
        spot, user = call.spot, call.actor.user
        if text_at(event, "type") not in {"message", "app_mention"}:
            return
        via = await self._link.installs.hearing(*call.installed)
        # Among others it is said where the desk is at home: people talk there, too.
        ours = spot.direct or await self._link.people.place(spot.channel)
        if not ours or text_at(event, "bot_id") or user == via.bot_user:
            return
        method = "chat.postMessage" if spot.direct else "chat.postEphemeral"
        await self._link.api.call(
            via.token, method, channel=spot.channel, text=said, thread_ts=spot.thread or None,
            user=None if spot.direct else user,
        )  # fmt: skip
