"""The app as Slack is told of it: its scopes, commands, shortcuts and events, for a deployment."""

from __future__ import annotations

from typing import Any

from bot.slack import render
from bot.slack.deps import PATH, REDIRECT
from bot.slack.shortcuts import OPEN, OPEN_FROM, SEND_ON

Json = dict[str, Any]

# Each with what it is for; without it that, and nothing else, is missing.
SCOPES: dict[str, str] = {
    "app_mentions:read": "hear that it is called in a channel",
    "assistant:write": "suggest what to say",
    "channels:history": "hear what is said in a case's thread",
    "channels:read": "see that a channel is archived, and which it is in",
    "chat:write": "post cases, answers and alerts",
    "chat:write.customize": "show who wrote a message that is passed on",
    "commands": "offer commands and shortcuts",
    "files:read": "take files into a case",
    "files:write": "pass files on",
    "groups:history": "hear what is said in a case's thread in a private channel",
    "groups:read": "see that a private channel is archived",
    "im:history": "hear what is said to it directly",
    "im:write": "write to somebody directly",
    "reactions:read": "take a case by an emoji",
    "users:read": "know who speaks",
    "users:read.email": "match somebody with the roster",
}

# Each with the scope that it needs.
EVENTS: dict[str, str] = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_id_changed": "channels:read",
    "channel_left": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_unarchive": "groups:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "tokens_revoked": "",
}

_COMMANDS: tuple[Json, ...] = (
    {
        "command": "/case",
        "description": "Open a support case, or show one by its number",
        "usage_hint": "[number]",
    },
    {"command": "/quota", "description": "What is left of our quota?"},
    {"command": "/tam", "description": "Who is our technical account manager?"},
    {
        "command": "/desk",
        "description": "Anything else, in your own words",
        "usage_hint": "my cases | why C-1042 | help",
    },
)

_SHORTCUTS: tuple[Json, ...] = (
    {
        "name": "Open a support case",
        "type": "global",
        "callback_id": OPEN,
        "description": "Tell the vendor's engineers what is wrong",
    },
    {
        "name": "Open a case from this",
        "type": "message",
        "callback_id": OPEN_FROM,
        "description": "A support case with these words, their link and files",
    },
    {
        "name": "Send to partner",
        "type": "message",
        "callback_id": SEND_ON,
        "description": "Pass a message of the internal thread on to the partner",
    },
)


def manifest(url: str = "", *, socket: bool = False) -> Json:
    """The manifest of a deployment that is reached at `url`, "" where it is not from outside.

    With `socket`, or without a `url`, the desk calls Slack (Socket Mode) and `url` is only where
    whoever installs the app comes back to.
    """
    made: Json = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Partnerdesk",
            "description": "The vendor's support desk: open cases, see your quota, reach your TAM.",
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": "Opens support cases, and tells you how they stand.",
                "suggested_prompts": render.agent_prompts(),
            },
            "bot_user": {"display_name": "Partnerdesk", "always_online": True},
            "shortcuts": [dict(one) for one in _SHORTCUTS],
            "slash_commands": [{**one, "should_escape": True} for one in _COMMANDS],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket or not url,
            "token_rotation_enabled": False,
        },
    }
    if url:
        made["oauth_config"]["redirect_urls"] = [url.rstrip("/") + REDIRECT]
    if url and not socket:
        _reached(made, url.rstrip("/") + PATH)
    return made


def _reached(made: Json, address: str) -> None:
    """Put in the address at which Slack reaches the desk."""
    for command in made["features"]["slash_commands"]:
        command["url"] = address
    made["settings"]["event_subscriptions"]["request_url"] = address
    made["settings"]["interactivity"] |= {
        "request_url": address,
        "message_menu_options_url": address,
    }
