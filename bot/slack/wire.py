"""Where Slack's requests arrive: signed or refused, then read, then handed to the listeners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports import Router
from bot.slack import arrival, oauth, signing
from bot.slack.deps import PATH, Clock
from bot.slack.link import Link
from bot.slack.listening import Listening
from bot.slack.signing import Forged
from storage.desk import left, within

_log = structlog.get_logger(__name__)

# Slack waits three seconds; what is left of them after this is for the way back.
ANSWER_WITHIN = 2.6
_LARGEST = 2**20


def routes(
    app: web.Application, link: Link, router: Router, now: Clock, wake: Callable[[], None]
) -> Listening:
    """Put Slack's routes into an application; `now` is the desk's time."""
    listening = Listening(link, router, now, wake)
    if link.settings.over_http:
        app.router.add_post(PATH, _Door(link, listening).take)
    if link.settings.installable:
        oauth.routes(app, link)
    return listening


class _Door:
    """Lets in what Slack signed."""

    def __init__(self, link: Link, listening: Listening) -> None:
        self._link = link
        self._listening = listening

    async def take(self, request: web.Request) -> web.Response:
        """POST /slack/events: every request of Slack."""
        with within(ANSWER_WITHIN):
            return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            body = await _raw(request)
            signing.check(
                self._link.settings.signing_secret, request.headers, body, self._link.wall()
            )
        except Forged as why:
            _log.warning("slack.forged", reason=str(why), remote=request.remote)
            return web.Response(status=401)
        try:
            payload = arrival.read(body, request.content_type, request.charset)
            call = arrival.call(payload, request.headers.get("X-Slack-Retry-Num", ""))
        except (ValueError, RecursionError) as error:
            _log.warning("slack.malformed", reason=type(error).__name__)
            return web.Response(status=400, headers={"X-Slack-No-Retry": "1"})
        if call is None:
            _log.info("slack.passed_over", type=payload.get("type"))
            return web.Response()
        return _response(await dispatch(self._listening, call))


async def dispatch(listening: Listening, call: AsyncBoltRequest) -> BoltResponse:
    """Hand a request to the listeners; whoever calls has said `within` which time it is due."""
    answer = await listening.app.async_dispatch(call)
    if answer.status == 404:
        # Bolt's word for what nobody listens to; Slack would count it as a failure of ours.
        _log.warning("slack.not_listened_to", type=call.body.get("type"))
        answer = BoltResponse(status=200)
    return answer


async def _raw(request: web.Request) -> bytes:
    """The body as it came; what Slack would never send is as good as forged."""
    if (request.content_length or 0) > _LARGEST:
        raise Forged("too large")
    body = bytearray()
    try:
        async with asyncio.timeout(left()):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > _LARGEST:
                    raise Forged("too large")
    except TimeoutError:
        raise Forged("too slow") from None
    except (RequestPayloadError, ConnectionError) as error:
        raise Forged("broken off") from error
    return bytes(body)


def _response(answer: BoltResponse) -> web.Response:
    headers = {
        name: str(values[0])
        for name, values in answer.headers.items()
        if name.startswith("x-slack-")
    }
    kind = "application/json" if answer.body.startswith("{") else "text/plain"
    return web.Response(status=answer.status, text=answer.body, content_type=kind, headers=headers)
