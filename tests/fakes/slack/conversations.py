"""conversations.*: what a channel is, who is in it, what was said there."""

from __future__ import annotations

from tests.fakes.slack.faults import ApiError, needed
from tests.fakes.slack.records import Channel, Install, Json, Message
from tests.fakes.slack.slack import Slack


async def open_(slack: Slack, install: Install, args: Json) -> Json:
    """conversations.open: a direct conversation with somebody."""
    needed(args, "users")
    user = slack.users.get(str(args["users"]))
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted:
        raise ApiError("user_disabled")
    if user.is_bot:
        raise ApiError("cannot_dm_bot")
    if user.team != install.team and not slack.share(user.id, install):
        raise ApiError("user_not_visible")
    return {"channel": {"id": slack.direct(user.id, install).id}}


async def info(slack: Slack, install: Install, args: Json) -> Json:
    """conversations.info."""
    channel = _seen(slack, install, args)
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": not channel.direct,
            "is_im": channel.direct,
            "is_private": channel.private,
            "is_archived": channel.archived,
            "is_member": install.bot_user in channel.members,
            "is_ext_shared": channel.external,
        }
    }


async def mine(slack: Slack, install: Install, args: Json) -> Json:
    """users.conversations: the channels that the app is in, a page at a time."""
    kinds = str(args.get("types", "public_channel"))
    found = sorted(
        one.id
        for one in slack.channels.values()
        if install.bot_user in one.members
        and install.team in one.teams
        and not one.direct
        and not (one.archived and args.get("exclude_archived") == "true")
        and ("private_channel" if one.private else "public_channel") in kinds
    )
    begin, size = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), slack.page)
    page, rest = found[begin : begin + size], found[begin + size :]
    following = str(begin + size) if rest else ""
    return {
        "channels": [{"id": one, "name": slack.channels[one].name} for one in page],
        "response_metadata": {"next_cursor": following},
    }


async def members(slack: Slack, install: Install, args: Json) -> Json:
    """conversations.members."""
    return {"members": sorted(_seen(slack, install, args).members)}


async def history(slack: Slack, install: Install, args: Json) -> Json:
    """conversations.history: the newest first, without what is in threads."""
    channel = _seen(slack, install, args)
    found = [one for one in channel.messages if not one.thread]
    return _page(found[::-1], args)


async def replies(slack: Slack, install: Install, args: Json) -> Json:
    """conversations.replies: a thread with its root, the oldest first."""
    needed(args, "ts")
    channel = _seen(slack, install, args)
    if channel.find(str(args["ts"])) is None:
        raise ApiError("thread_not_found")
    found = [one for one in channel.messages if args["ts"] in {one.ts, one.thread}]
    return _page(found, args)


async def react(slack: Slack, install: Install, args: Json) -> Json:
    """reactions.add."""
    needed(args, "channel", "timestamp", "name")
    message = _seen(slack, install, args).find(str(args["timestamp"]))
    if message is None:
        raise ApiError("message_not_found")
    message.reactions.setdefault(str(args["name"]), set()).add(install.bot_user)
    return {}


def _page(found: list[Message], args: Json) -> Json:
    oldest, limit = float(args.get("oldest") or 0), int(args.get("limit") or 100)
    whole = args.get("include_all_metadata") in {True, "true", "1"}
    kept = [one for one in found if float(one.ts) >= oldest][:limit]
    return {"messages": [_as_json(one, metadata=whole) for one in kept], "has_more": False}


def _as_json(message: Message, *, metadata: bool) -> Json:
    made: Json = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "files": [{"id": one} for one in message.files],
    }
    if message.thread:
        made["thread_ts"] = message.thread
    if message.bot_id:
        made["bot_id"] = message.bot_id
    if metadata and message.metadata:
        made["metadata"] = message.metadata
    return made


def _seen(slack: Slack, install: Install, args: Json) -> Channel:
    needed(args, "channel")
    channel = slack.channels.get(str(args["channel"]))
    if channel is None or install.team not in channel.teams:
        raise ApiError("channel_not_found")
    if channel.private and install.bot_user not in channel.members:
        raise ApiError("channel_not_found")
    return channel


METHODS = {
    "conversations.open": open_,
    "conversations.info": info,
    "conversations.members": members,
    "users.conversations": mine,
    "conversations.history": history,
    "conversations.replies": replies,
    "reactions.add": react,
}
