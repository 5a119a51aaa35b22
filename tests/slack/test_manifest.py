"""The app's manifest: valid as far as that can be said offline, and in step with the code."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.slack import manifest, shortcuts
from bot.slack.deps import INSTALL, PATH, REDIRECT, Settings
from bot.slack.link import Link
from bot.slack.wire import routes
from handlers.router import Router
from tests.bot.terminal import settings_of, typed
from tests.fakes.slack import server
from tests.slack.world import World
from tests.talk import CATALOG

ROOT = Path(__file__).parents[2]
URL = "https://desk.example.com"
DEPLOYMENTS = [
    manifest.manifest(),
    manifest.manifest(URL),
    manifest.manifest(URL, socket=True),
]

# Of what Slack publishes, all that a desk might ask for; a slip of the pen is not among it.
_KNOWN_SCOPES = """
    app_mentions:read assistant:write bookmarks:read bookmarks:write channels:history
    channels:join channels:manage channels:read chat:write chat:write.customize
    chat:write.public commands emoji:read files:read files:write groups:history groups:read
    groups:write im:history im:read im:write links:read links:write mpim:history mpim:read
    mpim:write pins:read pins:write reactions:read reactions:write team:read usergroups:read
    users.profile:read users:read users:read.email users:write
"""
KNOWN_SCOPES = frozenset(_KNOWN_SCOPES.split())
_KNOWN_EVENTS = """
    app_context_changed app_home_opened app_mention app_rate_limited app_requested
    app_uninstalled app_uninstalled_team assistant_thread_context_changed
    assistant_thread_started channel_archive channel_created channel_deleted
    channel_history_changed channel_id_changed channel_left channel_rename channel_shared
    channel_unarchive channel_unshared emoji_changed file_change file_created file_deleted
    file_public file_shared file_unshared function_executed group_archive group_close
    group_deleted group_history_changed group_left group_open group_rename group_unarchive
    im_history_changed link_shared member_joined_channel member_left_channel message.channels
    message.groups message.im message.mpim message_metadata_deleted message_metadata_posted
    message_metadata_updated pin_added pin_removed reaction_added reaction_removed
    team_access_granted team_access_revoked team_join team_rename tokens_revoked user_change
"""
KNOWN_EVENTS = frozenset(_KNOWN_EVENTS.split())
# Methods of the Web API that the fake does not serve by a table, with what they need.
MORE_SCOPES = {"apps.connections.open": "", "files.download": "files:read", "oauth.v2.access": ""}
# What no method and no event needs, and what it is good for.
MANNERS = {
    "commands": "slash commands and shortcuts",
    "chat:write.customize": "the writer's name and picture with chat.postMessage",
    "groups:history": "conversations.replies in a private channel",
    "groups:read": "conversations.info of a private channel",
    "im:history": "conversations.history of a direct conversation",
    "users:read.email": "the address in users.info",
}


# --- valid ----------------------------------------------------------------------------------------


def faults(made: dict[str, Any]) -> Iterator[str]:
    """What Slack would refuse."""
    yield from _keys(made)
    shown = made["display_information"]
    yield from _long("name", shown["name"], 35)
    yield from _long("description", shown["description"], 140)
    if not re.fullmatch("#[0-9a-f]{6}", shown["background_color"]):
        yield "background_color"
    features = made["features"]
    yield from _long("bot", features["bot_user"]["display_name"], 80)
    yield from _long("agent", features["agent_view"]["agent_description"], 300)
    prompts = features["agent_view"]["suggested_prompts"]
    if not 1 <= len(prompts) <= 4 or any(set(one) != {"title", "message"} for one in prompts):
        yield "suggested_prompts"
    yield from _commands(features["slash_commands"])
    yield from _shortcuts(features["shortcuts"])
    yield from _addresses(made)
    yield from (
        f"scope {s}" for s in made["oauth_config"]["scopes"]["bot"] if s not in KNOWN_SCOPES
    )
    events = made["settings"]["event_subscriptions"]["bot_events"]
    yield from (f"event {event}" for event in events if event not in KNOWN_EVENTS)


def _keys(made: dict[str, Any]) -> Iterator[str]:
    allowed = {
        "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
        "_metadata": {"major_version", "minor_version"},
        "display_information": {"name", "description", "background_color", "long_description"},
        "features": {"app_home", "agent_view", "bot_user", "shortcuts", "slash_commands"},
        "oauth_config": {"redirect_urls", "scopes"},
        "settings": {
            "event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled",
            "token_rotation_enabled",
        },
    }  # fmt: skip
    for table, keys in allowed.items():
        found = made[table] if table else made
        yield from (f"{table}.{key}" for key in set(found) - keys)


def _long(what: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= len(text) <= most:
        yield f"{what}: {len(text)} characters"


def _commands(commands: list[dict[str, Any]]) -> Iterator[str]:
    if not 1 <= len(commands) <= 50:
        yield "slash_commands"
    for one in commands:
        if not re.fullmatch(r"/[a-z0-9_-]{1,31}", one["command"]):
            yield f"command {one['command']}"
        yield from _long(one["command"], one["description"], 2000)
        yield from _long(one["command"], one.get("usage_hint", "none"), 1000)
        known = {"command", "description", "usage_hint", "should_escape", "url"}
        yield from (f"{one['command']}.{key}" for key in set(one) - known)


def _shortcuts(shortcuts: list[dict[str, Any]]) -> Iterator[str]:
    # Five of a kind are shown.
    for kind in ("global", "message"):
        if len([one for one in shortcuts if one["type"] == kind]) > 5:
            yield f"{kind} shortcuts"
    for one in shortcuts:
        yield from _long("shortcut", one["name"], 24)
        yield from _long("shortcut", one["description"], 150)
        yield from _long("shortcut", one["callback_id"], 255)
        if set(one) != {"name", "type", "callback_id", "description"}:
            yield f"shortcut {one}"


def _addresses(made: dict[str, Any]) -> Iterator[str]:
    """Over HTTP everything has one; by Socket Mode nothing is called."""
    settings, commands = made["settings"], made["features"]["slash_commands"]
    called = [
        settings["event_subscriptions"].get("request_url"),
        settings["interactivity"].get("request_url"),
        settings["interactivity"].get("message_menu_options_url"),
        *(one.get("url") for one in commands),
    ]
    wanted = None if settings["socket_mode_enabled"] else URL + PATH
    yield from (f"address {one}" for one in called if one != wanted)


@pytest.mark.parametrize("made", DEPLOYMENTS, ids=["nowhere", "http", "socket"])
def test_slack_takes_it(made: dict[str, Any]) -> None:
    assert list(faults(made)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("display_information.name", "x" * 36),
        ("display_information.description", "x" * 141),
        ("display_information.color", "#fff"),
        ("features.agent_view.agent_description", "x" * 301),
        ("features.agent_view.suggested_prompts", [{"title": "a", "message": "b"}] * 5),
        ("features.slash_commands.0.command", "case"),
        ("features.shortcuts.0.name", "x" * 25),
        ("features.slash_commands.0.url", "https://elsewhere.example.com"),
        ("oauth_config.scopes.bot.0", "chat:wrote"),
        ("settings.event_subscriptions.bot_events.0", "app_mentioned"),
    ],
)
def test_the_validator_finds_what_slack_would_refuse(path: str, value: object) -> None:
    made: Any = manifest.manifest(URL)
    *way, last = path.split(".")
    inner = made
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    inner[int(last) if last.isdigit() else last] = value
    assert len(list(faults(made))) == 1


# --- in step with the code ------------------------------------------------------------------------


def test_the_file_is_what_the_command_prints_for_socket_mode() -> None:
    kept = json.loads((ROOT / "manifest.json").read_text("utf-8"))
    assert kept == manifest.manifest(), "partnerdesk slack manifest --socket > manifest.json"


def _strings() -> set[str]:
    """Every literal text in the code of Slack's platform."""
    found = set()
    for path in (ROOT / "bot" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_scope_is_needed_and_every_needed_one_is_asked_for() -> None:
    by_method = {**server.SCOPES, **MORE_SCOPES}
    needed = {scope for method, scope in by_method.items() if scope and method in _strings()}
    needed |= {scope for scope in manifest.EVENTS.values() if scope}

    assert needed | set(MANNERS) == set(manifest.SCOPES)
    asked = manifest.manifest()["oauth_config"]["scopes"]["bot"]
    assert asked == sorted(manifest.SCOPES)


def test_every_method_that_is_called_is_one_of_which_the_scope_is_known() -> None:
    families = "apps|assistant|auth|chat|conversations|files|oauth|reactions|team|users|views"
    called = {s for s in _strings() if re.fullmatch(rf"({families})(\.[a-zA-Z0-9]+)+", s)}
    # Never called, and the page on which people agree.
    no_calls = {"chat.getPermalink", "oauth.v2.authorize"}

    assert called - no_calls <= set(server.SCOPES) | set(MORE_SCOPES)


async def served(world: World) -> tuple[frozenset[str], set[str]]:
    """The events that are dealt with, and the addresses, of a desk that has everything."""
    settings = Settings(signing_secret="s", client_id="1.2", client_secret="c", public_url=URL)
    app = web.Application()
    async with await Link.open(world.desk, world.files, settings, lambda: world.now) as link:
        router = Router(world.desk, lambda: CATALOG)
        listening = routes(app, link, router, lambda: world.now, lambda: None)
    addresses = {resource.canonical for resource in app.router.resources()}
    return listening.events.kinds, addresses


async def test_every_event_is_listened_to_and_every_listener_hears(slack_world: World) -> None:
    kinds, _ = await served(slack_world)

    assert {event.partition(".")[0] for event in manifest.EVENTS} == kinds
    asked = manifest.manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert asked == sorted(manifest.EVENTS)


async def test_the_addresses_are_those_that_are_served(slack_world: World) -> None:
    _, addresses = await served(slack_world)
    made = manifest.manifest(URL)

    assert addresses == {PATH, INSTALL, REDIRECT}
    assert made["oauth_config"]["redirect_urls"] == [URL + REDIRECT]


def test_every_shortcut_is_one_that_is_acted_upon() -> None:
    offered = {
        (one["type"], one["callback_id"]) for one in manifest.manifest()["features"]["shortcuts"]
    }

    assert offered == {
        ("global", shortcuts.OPEN),
        ("message", shortcuts.OPEN_FROM),
        ("message", shortcuts.SEND_ON),
    }


# --- the command ----------------------------------------------------------------------------------


def printed(*words: str) -> Any:
    result = typed("slack", "manifest", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_command_prints_it_for_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_of({}, monkeypatch)
    assert printed("--url", URL) == manifest.manifest(URL)
    assert printed("--socket") == manifest.manifest()
    assert printed("--socket", "--url", f"{URL}/") == manifest.manifest(URL, socket=True)


def test_the_command_knows_the_deployment_by_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings_of({"DESK_PUBLIC_URL": URL}, monkeypatch)
    assert printed() == manifest.manifest(URL)
    settings_of({"DESK_PUBLIC_URL": "http://desk.local"}, monkeypatch)
    assert printed("--socket") == manifest.manifest()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--url https://desk.example.com"),
        (("--url", "http://desk.example.com"), "begin with https://"),
        (("--url", "desk.example.com"), "begin with https://"),
        (("--url", f"{URL}/desk"), "must end after the host name"),
    ],
)
def test_an_address_that_slack_cannot_call_is_refused(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    settings_of({}, monkeypatch)
    result = typed("slack", "manifest", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
