"""oauth.*, apps.*, and the page on which people agree: how the app comes, stays and goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack.faults import ApiError
from tests.fakes.slack.records import Grant, Install, Json
from tests.fakes.slack.slack import APP, Slack

CLIENT_ID, CLIENT_SECRET = "111.222", "5f0c1b7e9d2a4c6f8b3e1d0a7c9f2b4d"
LASTS, CODE_LASTS = 43_200, 600


async def authorize(slack: Slack, request: web.Request) -> web.Response:
    """GET /oauth/v2/authorize: somebody of the workspace named in `team` agrees at once."""
    query = request.query
    if query.get("client_id") != CLIENT_ID:
        return web.Response(status=400, text="no such app")
    if not slack.scopes >= set(query.get("scope", "").split(",")):
        return web.Response(status=400, text="invalid_scope")
    code = f"code-{slack.number()}"
    team = query.get("team", next(iter(slack.teams)))
    slack.codes[code] = Grant(team, query["redirect_uri"], slack.seconds())
    back = urlencode({"code": code, "state": query.get("state", "")})
    raise web.HTTPFound(f"{query['redirect_uri']}?{back}")


async def access(slack: Slack, _token: str, args: Json) -> Json:
    """oauth.v2.access: a code, or a token that is to be renewed."""
    if (args.get("client_id"), args.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise ApiError("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        return _renew(slack, str(args.get("refresh_token", "")))
    grant = slack.codes.pop(str(args.get("code", "")), None)
    if grant is None or slack.seconds() - grant.at > CODE_LASTS:
        raise ApiError("invalid_code")
    if grant.redirect_uri != args.get("redirect_uri"):
        raise ApiError("bad_redirect_uri")
    return _granted(slack, _installed(slack, grant.team))


def _installed(slack: Slack, team: str) -> Install:
    """The app in a workspace: whoever installs it again without rotation gets the same token."""
    rotates = bool(slack.manifest["settings"].get("token_rotation_enabled"))
    there = slack.of_team(team)
    if there is not None and not rotates:
        there.scopes = slack.scopes
        return there
    install = slack.installs[slack.install(team)]
    if rotates:
        ends(slack, install, LASTS)
    return install


def ends(slack: Slack, install: Install, seconds: float) -> None:
    """The token ends after so many seconds, as tokens do where rotation is on."""
    install.refresh_token = f"xoxe-1-{slack.number()}"
    install.expires_at = slack.seconds() + seconds


def _renew(slack: Slack, refresh_token: str) -> Json:
    for install in slack.installs.values():
        if refresh_token and install.refresh_token == refresh_token and not install.revoked:
            del slack.installs[install.token]
            install.token = f"xoxe.xoxb-{install.team}-{slack.number()}"
            ends(slack, install, LASTS)
            slack.installs[install.token] = install
            return _granted(slack, install)
    raise ApiError("invalid_refresh_token")


def _granted(slack: Slack, install: Install) -> Json:
    team = slack.teams[install.team]
    inside = {"id": team.enterprise, "name": "An organisation"} if team.enterprise else None
    made: Json = {
        "ok": True,
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(sorted(install.scopes)),
        "bot_user_id": install.bot_user,
        "app_id": APP,
        "team": None if install.whole else {"id": team.id, "name": team.name},
        "enterprise": {"id": team.id, "name": team.name} if install.whole else inside,
        "authed_user": {"id": "UINSTALLER"},
        "is_enterprise_install": install.whole,
    }
    if install.refresh_token and install.expires_at is not None:
        made["refresh_token"] = install.refresh_token
        made["expires_in"] = int(install.expires_at - slack.seconds())
    return made


async def uninstalled(slack: Slack, team: str) -> list[Json]:
    """Somebody takes the app out of a workspace; returns what was brought, to be brought again."""
    install = slack.of_team(team)
    assert install is not None
    install.revoked = True
    events: list[Json] = [
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [install.bot_user]}},
        {"type": "app_uninstalled"},
    ]
    brought = [_outer(slack, team, event) for event in events]
    for envelope in brought:
        await slack.delivery.event(envelope)
    return brought


def _outer(slack: Slack, team: str, event: Json) -> Json:
    """An event of the app itself names nobody who gave it the right to hear of it."""
    return {
        "token": "verification",
        "team_id": team,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{slack.number():010}",
        "event_time": int(slack.seconds()),
    }


async def connect(slack: Slack, token: str, _args: Json) -> Json:
    """apps.connections.open: where Socket Mode is to connect."""
    if not token.startswith("xapp-"):
        raise ApiError("not_allowed_token_type")
    ticket = slack.delivery.ticket()
    address = slack.url.replace("http://", "ws://")
    return {"ok": True, "url": f"{address}/link/?ticket={ticket}&app_id={APP}"}


OPEN: dict[str, Callable[[Slack, str, Json], Awaitable[Json]]] = {
    "oauth.v2.access": access,
    "apps.connections.open": connect,
}
