"""What Slack brings, read once: bytes become a payload, and of that bolt is given an outline.

Bolt looks into parts of a payload without asking whether they are there. So it gets only what it
needs to find the listener, in a shape of our own making; the payload itself lies beside it.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.read import Malformed, Payload, list_at, needed, text_at

_BROUGHT = "brought"
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


def read(body: bytes, content_type: str, charset: str | None) -> Payload:
    """The payload of a signed request; raises `ValueError` for what is none of Slack's."""
    if (charset or "utf-8").lower() != "utf-8":
        raise Malformed("UTF-8")
    text = body.decode("utf-8")
    if content_type == _JSON:
        found = parsed(text)
    elif content_type == _FORM:
        given = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))
        found = parsed(given["payload"]) if "payload" in given else _kept(given)
    else:
        raise Malformed("JSON or a form")
    if not isinstance(found, dict):
        raise Malformed("an object")
    return found


def parsed(text: str) -> Any:
    """What a text of JSON says; raises `ValueError` where it is none."""
    found = json.loads(text)
    return _kept(found) if "\\u" in text else found


def _kept(found: Any) -> Any:
    """The same in characters that every database keeps: no NUL, and no half of a character."""
    match found:
        case str():
            return found.encode("utf-8", "replace").decode().replace("\x00", "\u2400")
        case dict():
            return {_kept(name): _kept(one) for name, one in found.items()}
        case list():
            return [_kept(one) for one in found]
        case _:
            return found


def call(payload: Payload, retry: str = "") -> AsyncBoltRequest | None:
    """The request for bolt; None for what no listener is for, and Slack is free to invent.

    `retry` is the number of the try, "" at the first. Raises `Malformed` where the payload lacks
    what its kind always has.
    """
    outline = _outline(payload)
    if outline is None:
        return None
    return AsyncBoltRequest(
        # As in Socket Mode, also over HTTP: bolt is given what it is, and reads nothing itself.
        mode="socket_mode",
        body=outline,
        headers={"x-slack-retry-num": retry} if retry else {},
        context={_BROUGHT: payload},
    )


def brought(context: AsyncBoltContext) -> Payload:
    """The payload that lies beside what bolt was given."""
    payload: Payload = context[_BROUGHT]
    return payload


def _outline(payload: Payload) -> dict[str, Any] | None:
    kind = payload.get("type")
    if kind is None:
        # Commands come without a kind, and so do checks of our certificate.
        kind = next((one for one in ("command", "ssl_check") if one in payload), None)
    match kind:
        case "command":
            return {"command": needed(payload, "command")}
        case "event_callback":
            return {"type": kind, "event": {"type": needed(payload, "event", "type")}}
        case "block_actions":
            first = next(iter(list_at(payload, "actions")), {})
            return {"type": kind, "actions": [{"action_id": needed(first, "action_id")}]}
        case "block_suggestion":
            return {"type": kind, "action_id": needed(payload, "action_id")}
        case "shortcut" | "message_action":
            return {"type": kind, "callback_id": needed(payload, "callback_id")}
        case "view_submission" | "view_closed":
            needed(payload, "view", "id")
            form = text_at(payload, "view", "callback_id")
            return {"type": kind, "view": {"type": "modal", "callback_id": form}}
        case "url_verification":
            return {"type": kind, "challenge": needed(payload, "challenge")}
        case str():
            return None
        case _:
            raise Malformed("type")
