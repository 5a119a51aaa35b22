"""Payloads of Slack in the desk's words: who, where, what was pressed, what a form holds. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack import render

Payload = Mapping[str, Any]


class Malformed(ValueError):
    """The payload lacks what Slack always sends."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `teams` are ids of their own workspace or organisation, () where unknown."""

    user: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it happened. `thread` is the root's time stamp, `message` that of the message."""

    channel: str = ""
    thread: str = ""
    message: str = ""
    direct: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file on Slack; `url` is "" while Slack keeps its particulars to itself."""

    id: str
    name: str
    media_type: str
    size: int
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A modal or the Home tab: what it carries, and what stands in its fields."""

    id: str
    hash: str
    kind: str
    carries: Mapping[str, Any]
    values: Mapping[str, str]
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One interaction. `installed` are ids of where the app is; `trigger` opens forms for 3 s."""

    event_id: str
    actor: Actor
    spot: Spot
    installed: tuple[str, ...]
    trigger: str = ""
    response_url: str = field(default="", repr=False)
    sheet: Sheet | None = None


def text_at(data: object, *path: str) -> str:
    """The text at a path of keys, "" where there is none."""
    found = data
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) else ""


def map_at(data: object, *path: str) -> Payload:
    """The object at a path of keys, an empty one where there is none."""
    found = data
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def list_at(data: object, *path: str) -> list[Payload]:
    """The objects of the list at a path of keys."""
    *above, last = path
    found = map_at(data, *above).get(last)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def needed(data: object, *path: str) -> str:
    """The text at a path of keys; raises `Malformed` where there is none."""
    found = text_at(data, *path)
    if not found:
        raise Malformed(".".join(path))
    return found


def installed(body: Payload) -> tuple[str, ...]:
    """Every id by which the installation that got this may be known, the surest first."""
    authorized = [one for who in list_at(body, "authorizations") for one in _team(who)]
    ids = (
        text_at(body, "view", "app_installed_team_id"),
        *authorized,
        text_at(body, "team", "id"),
        text_at(body, "team_id"),
        text_at(body, "enterprise", "id"),
        text_at(body, "enterprise_id"),
        text_at(body, "team", "enterprise_id"),
        text_at(body, "user", "team_id"),
    )
    return tuple(dict.fromkeys(one for one in ids if one))


def _team(who: Payload) -> tuple[str, str]:
    return text_at(who, "team_id"), text_at(who, "enterprise_id")


def command(body: Payload) -> Call:
    """A slash command."""
    channel = needed(body, "channel_id")
    teams = (text_at(body, "team_id"), text_at(body, "enterprise_id"))
    return Call(
        event_id=f"slack:command:{needed(body, 'trigger_id')}",
        actor=Actor(needed(body, "user_id"), tuple(one for one in teams if one)),
        spot=Spot(channel, direct=_direct(channel)),
        installed=installed(body),
        trigger=needed(body, "trigger_id"),
        response_url=text_at(body, "response_url"),
    )


def interaction(body: Payload) -> Call:
    """A button, a form, a shortcut, or a search in a field."""
    sheet = _sheet(body)
    channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
    message = text_at(body, "message", "ts") or text_at(body, "container", "message_ts")
    thread = text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts")
    return Call(
        event_id=_event_id(body, sheet),
        actor=Actor(needed(body, "user", "id"), _own_teams(body)),
        spot=Spot(channel, thread, message, _direct(channel)),
        installed=installed(body),
        trigger=text_at(body, "trigger_id"),
        response_url=text_at(body, "response_url"),
        sheet=sheet,
    )


def _own_teams(body: Payload) -> tuple[str, ...]:
    """The user's own; `team` is where it happened, which may be somebody else's."""
    own = text_at(body, "user", "team_id")
    return (own,) if own else tuple(one for one in (text_at(body, "team", "id"),) if one)


def _event_id(body: Payload, sheet: Sheet | None) -> str:
    if body.get("type") == "view_submission" and sheet is not None:
        # Whoever sends the same form again after Slack lost the answer must not open two cases.
        said = json.dumps([sheet.values, [file.id for file in sheet.files]], sort_keys=True)
        digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24]
        return f"slack:form:{sheet.id}:{digest}"
    if body.get("type") == "view_closed" and sheet is not None:
        return f"slack:closed:{sheet.id}:{sheet.hash}"
    pressed = next(iter(list_at(body, "actions")), {})
    parts = (
        text_at(body, "trigger_id") or text_at(body, "action_ts"),
        text_at(pressed, "block_id"),
        text_at(pressed, "action_id"),
        text_at(pressed, "action_ts"),
    )
    return "slack:press:" + ":".join(one for one in parts if one)


def pressed(body: Payload) -> tuple[str, str]:
    """The action_id and value of what was pressed or chosen; ("", "") where nothing was."""
    action = next(iter(list_at(body, "actions")), {})
    value = text_at(action, "value") or text_at(action, "selected_option", "value")
    return text_at(action, "action_id"), value


def _sheet(body: Payload) -> Sheet | None:
    view = map_at(body, "view")
    if not view:
        return None
    state = {
        block: {name: one for name, one in inputs.items() if isinstance(one, Mapping)}
        for block, inputs in map_at(view, "state", "values").items()
        if isinstance(inputs, Mapping)
    }
    given = [one for inputs in state.values() for one in inputs.values()]
    files = [file_of(file) for one in given for file in list_at(one, "files")]
    return Sheet(
        id=needed(view, "id"),
        hash=text_at(view, "hash"),
        kind=text_at(view, "type"),
        carries=carried(text_at(view, "private_metadata")),
        values={name: _clean(value) for name, value in render.typed(state).items()},
        files=tuple(files),
    )


def _clean(said: str) -> str:
    return said.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\u2400")


def carried(metadata: str) -> Mapping[str, Any]:
    """What a view carries of ours; nothing where it is not ours."""
    try:
        found = json.loads(metadata) if metadata else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def words_of(message: Payload) -> str:
    """What a message says; of an app that says it beside its text, what stands there."""
    beside = [
        text_at(one, "text") or text_at(one, "fallback") for one in list_at(message, "attachments")
    ]
    return text_at(message, "text") or "\n".join(one for one in beside if one)


def file_of(data: Payload) -> File:
    """A file as a message or a form has it."""
    size = data.get("size")
    hidden = text_at(data, "file_access") == "check_file_info" or text_at(data, "mode") in {
        "external",
        "hidden_by_limit",
        "tombstone",
    }
    return File(
        id=text_at(data, "id"),
        name=text_at(data, "name") or text_at(data, "title") or "file",
        media_type=text_at(data, "mimetype") or "application/octet-stream",
        size=size if isinstance(size, int) else 0,
        url="" if hidden else text_at(data, "url_private_download") or text_at(data, "url_private"),
    )


def event(body: Payload) -> Call:
    """What happened, of the Events API: a message, a reaction, the Home tab opened, and so on."""
    inner = map_at(body, "event")
    message = _message(inner)
    channel = text_at(inner, "channel") or text_at(inner, "item", "channel")
    user = text_at(message, "user") or text_at(inner, "user")
    own = (text_at(message, "user_team"), text_at(inner, "user_team"))
    shared = body.get("is_ext_shared_channel") is True
    teams = tuple(dict.fromkeys(one for one in own if one))
    if not teams:
        sent = text_at(message, "source_team") or text_at(message, "team")
        # In a channel of several organisations the outer team is nobody's in particular.
        teams = (sent,) if sent else () if shared else installed(body)
    return Call(
        event_id=f"slack:{needed(body, 'event_id')}",
        actor=Actor(user, teams),
        spot=Spot(
            channel=channel,
            thread=text_at(message, "thread_ts"),
            message=text_at(message, "ts") or text_at(inner, "item", "ts"),
            direct=text_at(inner, "channel_type") == "im" or _direct(channel),
        ),
        installed=installed(body),
    )


def _message(inner: Payload) -> Payload:
    """The message that an event is about: itself, or what it became, or what it was."""
    changed = map_at(inner, "message")
    return changed or map_at(inner, "previous_message") or inner


def _direct(channel: str) -> bool:
    return channel.startswith("D")
