"""users.*, auth.*, oauth.*, apps.*: who is who, and whose token it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.faults import ApiError, needed
from tests.fakes.slack.records import Install, Json, User
from tests.fakes.slack.slack import APP, Slack

CLIENT_ID, CLIENT_SECRET = "111.222", "a-secret-of-the-client"
LASTS = 43_200


async def test(slack: Slack, install: Install, _args: Json) -> Json:
    """auth.test."""
    team = slack.teams[install.team]
    return {
        "url": "https://fake.slack.example/",
        "team": team.name,
        "team_id": team.id,
        "enterprise_id": team.enterprise or None,
        "user": "partnerdesk",
        "user_id": install.bot_user,
        "bot_id": install.bot_id,
        "is_enterprise_install": False,
    }


async def info(slack: Slack, install: Install, args: Json) -> Json:
    """users.info; an address for those alone whose own workspace it is."""
    needed(args, "user")
    found = slack.users.get(str(args["user"]))
    if found is None:
        raise ApiError("user_not_found")
    return {"user": _as_json(slack, found, install)}


async def by_email(slack: Slack, install: Install, args: Json) -> Json:
    """users.lookupByEmail."""
    needed(args, "email")
    for one in slack.users.values():
        if one.email == args["email"] and one.team == install.team:
            return {"user": _as_json(slack, one, install)}
    raise ApiError("users_not_found")


async def suggest(slack: Slack, _install: Install, args: Json) -> Json:
    """assistant.threads.setSuggestedPrompts, in the manner of the agent's messages tab."""
    needed(args, "channel_id", "prompts")
    if not 1 <= len(args["prompts"]) <= 4:
        raise ApiError("invalid_arguments")
    slack.prompts[str(args["channel_id"])] = list(args["prompts"])
    return {}


def _as_json(slack: Slack, user: User, install: Install) -> Json:
    own = user.team == install.team
    profile = {"real_name": user.name, "image_72": user.picture}
    if own and user.email and "users:read.email" in install.scopes:
        profile["email"] = user.email
    told: Json = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name.lower().replace(" ", "."),
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "profile": profile,
    }
    if not own:
        told["is_stranger"] = False
    enterprise = slack.teams[user.team].enterprise
    if enterprise:
        told["enterprise_user"] = {"enterprise_id": enterprise}
    return told


async def access(slack: Slack, _token: str, args: Json) -> Json:
    """oauth.v2.access: a code, or a token that is to be renewed."""
    if (args.get("client_id"), args.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise ApiError("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _renew(slack, str(args.get("refresh_token", "")))
    team_id = slack.codes.pop(str(args.get("code", "")), None)
    if team_id is None:
        raise ApiError("invalid_code")
    install = slack.installs[slack.install(team_id)]
    if slack.manifest["settings"].get("token_rotation_enabled"):
        install.refresh_token = f"xoxe-1-{slack.number()}"
        install.expires_at = slack.seconds() + LASTS
    return _granted(slack, install)


def _renew(slack: Slack, refresh_token: str) -> Json:
    for install in slack.installs.values():
        if refresh_token and install.refresh_token == refresh_token:
            del slack.installs[install.token]
            number = slack.number()
            install.token = f"xoxe.xoxb-{install.team}-{number}"
            install.refresh_token = f"xoxe-1-{number}"
            install.expires_at = slack.seconds() + LASTS
            slack.installs[install.token] = install
            return _granted(slack, install)
    raise ApiError("invalid_refresh_token")


def _granted(slack: Slack, install: Install) -> Json:
    team = slack.teams[install.team]
    made: Json = {
        "ok": True,
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(sorted(install.scopes)),
        "bot_user_id": install.bot_user,
        "app_id": APP,
        "team": {"id": team.id, "name": team.name},
        "enterprise": {"id": team.enterprise, "name": "An organisation"}
        if team.enterprise
        else None,
        "authed_user": {"id": "UINSTALLER"},
        "is_enterprise_install": False,
    }
    if install.refresh_token and install.expires_at is not None:
        made["refresh_token"] = install.refresh_token
        made["expires_in"] = int(install.expires_at - slack.seconds())
    return made


async def connect(slack: Slack, token: str, _args: Json) -> Json:
    """apps.connections.open: where Socket Mode is to connect."""
    if not token.startswith("xapp-"):
        raise ApiError("not_allowed_token_type")
    ticket = slack.delivery.ticket()
    address = slack.url.replace("http://", "ws://")
    return {"ok": True, "url": f"{address}/link/?ticket={ticket}&app_id={APP}"}


async def authorize(slack: Slack, request: web.Request) -> web.Response:
    """GET /oauth/v2/authorize: somebody of the workspace named in `team` agrees at once."""
    query = request.query
    if query.get("client_id") != CLIENT_ID:
        return web.Response(status=400, text="no such app")
    code = f"code-{slack.number()}"
    slack.codes[code] = query.get("team", next(iter(slack.teams)))
    back = urlencode({"code": code, "state": query.get("state", "")})
    raise web.HTTPFound(f"{query['redirect_uri']}?{back}")


OPEN: dict[str, Callable[[Slack, str, Json], Awaitable[Json]]] = {
    "oauth.v2.access": access,
    "apps.connections.open": connect,
}

METHODS = {
    "auth.test": test,
    "users.info": info,
    "users.lookupByEmail": by_email,
    "assistant.threads.setSuggestedPrompts": suggest,
}
