"""How somebody is told: beside what they did, in its thread, or directly.

Slack may ask to wait before it takes a message; an answer that somebody waits for is worth that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.platform import Retryable
from bot.slack.errors import Busy, Refused
from bot.slack.heard import Heard
from bot.slack.link import Link
from bot.slack.read import text_at

T = TypeVar("T")
Body = dict[str, Any]

_log = structlog.get_logger(__name__)

# An answer that comes later than this answers nothing any more.
_TRIES, _LONGEST = 4, timedelta(seconds=60)


def alone(body: Body) -> Body:
    """A message for one person, which leaves what they pressed as it is."""
    return {"response_type": "ephemeral", "replace_original": False, **body}


class Telling:
    """Sends answers. One that cannot be sent is logged: the desk itself has done what was asked."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def respond(self, heard: Heard, body: Body) -> None:
        """Answer a press: in a direct conversation so that it stays, elsewhere to one person."""
        if heard.where.direct or not heard.call.response_url:
            return await self.tell(heard, body)
        thread = heard.call.spot.thread
        said = body | ({"thread_ts": thread} if thread else {})
        try:
            url = heard.call.response_url
            await self._patiently(lambda: self._link.api.post_json(url, said))
        except (Refused, Retryable) as error:
            _log.info("slack.response_url", reason=str(error))
            await self.tell(heard, body)
        return None

    async def tell(self, heard: Heard, body: Body) -> None:
        """Tell one person, where they are."""
        direct = heard.where.direct and bool(heard.where.channel)
        await self.post(heard, body, f"answer:{heard.call.event_id}" if direct else "")

    async def post(self, heard: Heard, body: Body, key: str) -> None:
        """Post into the conversation where there is a `key`, else show it to the one person."""
        said: Body = {
            "channel": heard.where.channel,
            "text": body.get("text"),
            "blocks": body.get("blocks"),
            "thread_ts": heard.where.thread or None,
        }
        try:
            if key:
                metadata = {"event_type": "partnerdesk_answer", "event_payload": {"key": key}}
                await self._call(heard, "chat.postMessage", **said, metadata=metadata, **_PLAIN)
            elif heard.where.channel:
                await self._beside(heard, said)
            else:
                await self._in_private(heard, said)
        except (Refused, Retryable) as error:
            _log.warning("slack.answer_lost", event_id=heard.call.event_id, reason=str(error))

    async def _beside(self, heard: Heard, said: Body) -> None:
        """To one person in a channel; directly where they, or we, are no members of it."""
        try:
            await self._call(heard, "chat.postEphemeral", **said, user=heard.sender.user)
        except Refused as refused:
            _log.info("slack.not_beside", channel=heard.where.channel, reason=str(refused))
            await self._in_private(heard, said)

    async def _in_private(self, heard: Heard, said: Body) -> None:
        """In the direct conversation, for what was asked where there is none."""
        opened = await self._call(heard, "conversations.open", users=heard.sender.user)
        said = said | {"channel": text_at(opened, "channel", "id"), "thread_ts": None}
        await self._call(heard, "chat.postMessage", **said, **_PLAIN)

    async def _call(self, heard: Heard, method: str, **arguments: Any) -> dict[str, Any]:
        return await self._patiently(lambda: self._link.api.call(heard.token, method, **arguments))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it as soon as Slack takes it; raises `Busy` where that is too late."""
        for left in reversed(range(_TRIES)):
            try:
                return await work()
            except Busy as busy:
                if not left or busy.after is None or busy.after > _LONGEST:
                    raise
                await self._link.pause(busy.after / timedelta(seconds=1))
        raise AssertionError("the last try returns or raises")


_PLAIN = {"unfurl_links": False, "unfurl_media": False}
