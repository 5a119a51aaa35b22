"""Where Slack's requests arrive: signed or refused, then read, then handed to the listeners."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.slack import oauth, signing
from bot.slack.deps import Clock, Router
from bot.slack.link import Link
from bot.slack.listening import Listening
from bot.slack.read import Malformed, list_at, needed
from bot.slack.signing import Forged
from storage.desk import within

_log = structlog.get_logger(__name__)

PATH = "/slack/events"
# Slack waits three seconds; what is left of them after this is for the commit and the way back.
ANSWER_WITHIN = 2.6
_LARGEST = 2**20
# What bolt knows to hand on; Slack is free to invent more.
_KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "event_callback",
        "message_action",
        "shortcut",
        "url_verification",
        "view_closed",
        "view_submission",
    }
)


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
        try:
            body = await _raw(request)
            signing.check(
                self._link.settings.signing_secret, request.headers, body, self._link.wall()
            )
        except Forged as why:
            _log.warning("slack.forged", reason=str(why), remote=request.remote)
            return web.Response(status=401)
        try:
            call = _read(body, request)
        except (ValueError, RecursionError) as error:
            _log.warning("slack.malformed", reason=type(error).__name__)
            return web.Response(status=400, headers={"X-Slack-No-Retry": "1"})
        return _response(await dispatch(self._listening, call))


async def dispatch(listening: Listening, call: AsyncBoltRequest) -> BoltResponse:
    """Hand a request to the listeners, and answer in time whatever happens."""
    begun = time.monotonic()
    kind = call.body.get("type", "command" if "command" in call.body else "")
    if kind not in _KINDS and kind != "command":
        _log.info("slack.passed_over", type=str(kind))
        return BoltResponse(status=200)
    with within(ANSWER_WITHIN):
        answer = await listening.app.async_dispatch(call)
    if answer.status == 404:
        # Bolt's word for what nobody listens to; Slack would count it as a failure of ours.
        _log.info("slack.passed_over", type=str(kind))
        answer = BoltResponse(status=200)
    _log.debug("slack.answered", type=kind, ms=round((time.monotonic() - begun) * 1000, 1))
    return answer


async def _raw(request: web.Request) -> bytes:
    """The body as it came; too long is as good as forged, for Slack sends nothing like it."""
    if (request.content_length or 0) > _LARGEST:
        raise Forged("too large")
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _LARGEST:
            raise Forged("too large")
    return bytes(body)


def _read(body: bytes, request: web.Request) -> AsyncBoltRequest:
    """The request as bolt takes it; raises `ValueError` for what is no payload of Slack."""
    text = body.decode("utf-8")
    if request.content_type == "application/json":
        found = json.loads(text)
    elif request.content_type == "application/x-www-form-urlencoded":
        given = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
        found = json.loads(given["payload"]) if "payload" in given else given
    else:
        raise Malformed("JSON or a form")
    if not isinstance(found, dict):
        raise Malformed("an object")
    body_ = shaped(found)
    retry = request.headers.get("X-Slack-Retry-Num", "")
    # Read once, by us: as in Socket Mode, bolt is given what it is, and reads nothing itself.
    return AsyncBoltRequest(
        mode="socket_mode", body=body_, headers={"x-slack-retry-num": retry} if retry else {}
    )


def shaped(found: dict[str, Any]) -> dict[str, Any]:
    """The payload, if it has the shape in which bolt reads it; raises `Malformed`.

    Bolt looks into parts of a payload without asking whether they are there.
    """
    kind = found.get("type", "")
    if not found or not isinstance(kind, str):
        raise Malformed("type")
    for name in ("team", "user", "enterprise", "channel", "view", "message"):
        if not isinstance(found.get(name), dict | str | None):
            raise Malformed(name)
    if "view" in found and not isinstance(found["view"], dict):
        raise Malformed("view")
    authorized = found.get("authorizations")
    if authorized is not None and (
        not isinstance(authorized, list) or len(list_at(found, "authorizations")) != len(authorized)
    ):
        raise Malformed("authorizations")
    if kind == "event_callback":
        needed(found, "event", "type")
    if kind == "block_actions":
        needed(next(iter(list_at(found, "actions")), {}), "action_id")
    if kind in {"view_submission", "view_closed"}:
        needed(found, "view", "id")
    if kind in {"shortcut", "message_action"}:
        needed(found, "callback_id")
    if kind == "block_suggestion":
        needed(found, "action_id")
    return found


def _response(answer: BoltResponse) -> web.Response:
    headers = {
        name: str(values[0])
        for name, values in answer.headers.items()
        if name.startswith("x-slack-")
    }
    kind = "application/json" if answer.body.startswith("{") else "text/plain"
    return web.Response(status=answer.status, text=answer.body, content_type=kind, headers=headers)
