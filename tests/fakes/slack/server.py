"""The fake's HTTP side: the Web API with its quirks, files, response URLs, a page to look at."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from bot.slack.api import FORMS
from tests.fakes.slack import chat, conversations, files, installing, page, people, views
from tests.fakes.slack.faults import ApiError
from tests.fakes.slack.records import Install, Json
from tests.fakes.slack.slack import Slack

Method = Callable[[Slack, Install, Json], Awaitable[Json]]

# What each method needs of the app; "" where any token will do.
SCOPES: dict[str, str] = {
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "auth.test": "",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "users.conversations": "channels:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "views.open": "",
    "views.publish": "",
    "views.push": "",
    "views.update": "",
}

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **views.METHODS,
}


def application(slack: Slack) -> web.Application:
    """Everything that the fake serves."""
    app = web.Application(client_max_size=64 * 2**20)
    app.add_routes(
        [
            web.post("/api/{method}", _Api(slack).call),
            web.post("/response/{key}", partial(chat.respond, slack)),
            web.post("/upload/{key}", partial(files.upload, slack)),
            web.get("/files/{key}/{name}", partial(files.download, slack)),
            web.get("/oauth/v2/authorize", partial(installing.authorize, slack)),
            web.get("/link/", slack.delivery.socket),
            web.get("/", partial(page.show, slack)),
        ]
    )
    return app


class _Api:
    """POST /api/{method}."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def call(self, request: web.Request) -> web.StreamResponse:
        slack, method = self._slack, request.match_info["method"]
        if request.transport is not None:
            slack.peers.add(request.transport.get_extra_info("peername"))
        args = await _arguments(request, method)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        shown = {name: value for name, value in args.items() if "secret" not in name}
        slack.called(method, shown)
        gate = slack.unkind.gates.get(method)
        if gate is not None:
            await gate.wait()
        fault = slack.unkind.next_fault(method)
        if fault is not None and fault.how != "after":
            return _failed(request, fault.how, fault.error, fault.after)
        wait = slack.unkind.waits(method, token, str(args.get("channel", "")))
        if wait:
            return _failed(request, "429", "", wait)
        answer = await self._answer(method, token, args)
        if fault is not None:
            # It was done, and nobody learns of it.
            return _failed(request, "reset", "", 0)
        known = slack.installs.get(token)
        scopes = {"X-OAuth-Scopes": ",".join(sorted(known.scopes))} if known else {}
        return web.json_response(answer, headers=scopes)

    async def _answer(self, method: str, token: str, args: Json) -> Json:
        slack = self._slack
        try:
            if method in {"oauth.v2.access", "apps.connections.open"}:
                return await installing.OPEN[method](slack, token, args)
            install = _authorized(slack, token, method)
            done = METHODS.get(method)
            if done is None:
                raise ApiError("unknown_method")
            return {"ok": True, **await done(slack, install, args)}
        except ApiError as error:
            return {"ok": False, "error": error.code, **error.more}


async def _arguments(request: web.Request, method: str) -> Json:
    if request.content_type == "application/json":
        # Slack overlooks JSON where it takes forms alone.
        return {} if method in FORMS else dict(json.loads(await request.text() or "{}"))
    form = await request.post()
    return {name: str(value) for name, value in form.items()}


def _authorized(slack: Slack, token: str, method: str) -> Install:
    if not token:
        raise ApiError("not_authed")
    install = slack.installs.get(token)
    if install is None:
        raise ApiError("invalid_auth")
    if install.revoked:
        raise ApiError("token_revoked")
    if install.expires_at is not None and install.expires_at <= slack.seconds():
        raise ApiError("token_expired")
    needed = SCOPES.get(method, "")
    if needed and needed not in install.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(install.scopes)))
    return install


def _failed(request: web.Request, how: str, error: str, after: int) -> web.StreamResponse:
    match how:
        case "error":
            return web.json_response({"ok": False, "error": error})
        case "429":
            headers = {"Retry-After": str(after)}
            body: Any = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers=headers)
        case "500":
            return web.json_response({"ok": False, "error": "fatal_error"}, status=500)
        case "html":
            page_ = "<html><body><h1>Something went wrong</h1></body></html>"
            return web.Response(text=page_, content_type="text/html", status=500)
        case _:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
