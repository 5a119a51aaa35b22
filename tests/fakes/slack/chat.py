"""chat.*: messages of the app, for everybody and for one."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from tests.fakes.slack import reading
from tests.fakes.slack.faults import ApiError, checked, needed
from tests.fakes.slack.records import Channel, Install, Json, Message
from tests.fakes.slack.slack import Slack

LONGEST = 40_000


async def post(slack: Slack, install: Install, args: Json) -> Json:
    """chat.postMessage."""
    channel = _channel(slack, install, args)
    message = _made(slack, install, channel, args)
    if ("username" in args or "icon_url" in args) and "chat:write.customize" not in install.scopes:
        raise ApiError("missing_scope", needed="chat:write.customize")
    message.username = str(args.get("username", ""))
    message.icon = str(args.get("icon_url", ""))
    channel.messages.append(message)
    slack.note(_who(slack, channel, message), slack.reader.shown(message.blocks) or message.text)
    slack.later(slack.delivery.message(channel, message))
    return {"channel": channel.id, "ts": message.ts, "message": _drawn(message)}


async def whisper(slack: Slack, install: Install, args: Json) -> Json:
    """chat.postEphemeral."""
    needed(args, "user")
    channel = _channel(slack, install, args)
    if args["user"] not in channel.members:
        raise ApiError("user_not_in_channel")
    message = _made(slack, install, channel, args)
    message.to = str(args["user"])
    channel.said_alone.append(message)
    who = f"{_who(slack, channel, message)} to {slack.name_of(message.to)} alone"
    slack.note(who, slack.reader.shown(message.blocks) or message.text)
    return {"message_ts": message.ts}


async def update(slack: Slack, install: Install, args: Json) -> Json:
    """chat.update."""
    channel, message = _own(slack, install, args)
    checked(args.get("blocks") or [], "message")
    message.text = _cut(str(args.get("text", "")))
    message.blocks = list(args.get("blocks") or [])
    slack.note(f"{_who(slack, channel, message)} (changed)", slack.reader.shown(message.blocks))
    return {"channel": channel.id, "ts": message.ts, "text": message.text}


async def delete(slack: Slack, install: Install, args: Json) -> Json:
    """chat.delete."""
    channel, message = _own(slack, install, args)
    channel.messages.remove(message)
    slack.note(f"{_who(slack, channel, message)} (deleted)", "")
    return {"channel": channel.id, "ts": message.ts}


async def respond(slack: Slack, request: web.Request) -> web.Response:
    """POST to a response_url: five times within half an hour."""
    key = request.match_info["key"]
    found = slack.delivery.responses.get(key)
    if found is None or found.uses >= 5 or slack.seconds() - found.at > 1800:
        return web.Response(status=404, text="used_url")
    found.uses += 1
    body: dict[str, Any] = await request.json()
    try:
        answer(slack, found.channel, found.user, found.install, body)
    except ApiError as error:
        return web.Response(status=400, text=error.code)
    return web.Response(text="ok")


def answer(slack: Slack, channel_id: str, user: str, install: Install, body: Json) -> Message:
    """Show an answer to a command or a press: to one, or to everybody."""
    channel = slack.channels[channel_id]
    message = _made(slack, install, channel, body)
    alone = body.get("response_type") != "in_channel"
    message.to = user if alone else ""
    (channel.said_alone if alone else channel.messages).append(message)
    who = _who(slack, channel, message) + (f" to {slack.name_of(user)} alone" if alone else "")
    slack.note(who, slack.reader.shown(message.blocks) or message.text)
    return message


def _channel(slack: Slack, install: Install, args: Json) -> Channel:
    needed(args, "channel")
    key = str(args["channel"])
    if key in slack.users:
        # A person's id is good for a message, and leads into the direct conversation.
        return slack.direct(key, install)
    channel = slack.channels.get(key)
    visible = channel is not None and (install.team in channel.teams)
    if channel is None or not visible or (channel.private and not _member(channel, install)):
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")
    if not _member(channel, install):
        raise ApiError("not_in_channel")
    return channel


def _member(channel: Channel, install: Install) -> bool:
    return install.bot_user in channel.members


def _made(slack: Slack, install: Install, channel: Channel, args: Json) -> Message:
    blocks, text = list(args.get("blocks") or []), str(args.get("text") or "")
    if not blocks and not text:
        raise ApiError("no_text")
    if blocks:
        checked(blocks, "message")
    thread = str(args.get("thread_ts") or "")
    root = channel.find(thread) if thread else None
    if thread and root is None:
        raise ApiError("thread_not_found")
    # A reply to a reply belongs to the root.
    thread = (root.thread or root.ts) if root else ""
    return Message(
        ts=slack.ts(), channel=channel.id, user=install.bot_user, team=install.team,
        text=_cut(text), blocks=blocks, thread=thread, bot_id=install.bot_id,
        metadata=args.get("metadata"),
    )  # fmt: skip


def _own(slack: Slack, install: Install, args: Json) -> tuple[Channel, Message]:
    needed(args, "channel", "ts")
    channel = slack.channels.get(str(args["channel"]))
    message = channel.find(str(args["ts"])) if channel else None
    if channel is None:
        raise ApiError("channel_not_found")
    if message is None:
        raise ApiError("message_not_found")
    if message.bot_id != install.bot_id:
        raise ApiError("cant_update_message")
    return channel, message


def _cut(text: str) -> str:
    return text[:LONGEST]


def mentioned(message: Message) -> frozenset[str]:
    """Whom a message notifies: in markup, and in the user elements of its blocks."""
    markup = re.findall(r"<(?:@|!)([A-Za-z0-9]+)", message.text)
    return frozenset([*markup, *reading.notified(message.blocks)])


def _who(slack: Slack, channel: Channel, message: Message) -> str:
    place = slack.place_name(channel)
    inside = " (thread)" if message.thread else ""
    return f"{message.username or slack.name_of(message.user)} in {place}{inside}"


def _drawn(message: Message) -> Json:
    return {"type": "message", "ts": message.ts, "text": message.text, "user": message.user}


METHODS = {
    "chat.postMessage": post,
    "chat.postEphemeral": whisper,
    "chat.update": update,
    "chat.delete": delete,
}
