"""The fake's HTTP side: the login, the keys, the Connector with its quirks, files."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.teams import conversations
from tests.fakes.teams.faults import ApiError
from tests.fakes.teams.records import Json
from tests.fakes.teams.teams import Teams
from tests.fakes.teams.unkindness import Fault

Work = Callable[[], Awaitable[Any]]


def application(teams: Teams) -> web.Application:
    """Everything that the fake serves."""
    service, connector = _Service(teams), _Connector(teams)
    app = web.Application(client_max_size=64 * 2**20)
    conversation = "/emea/v3/conversations/{conversation}"
    app.add_routes(
        [
            web.get("/v1/.well-known/openidconfiguration", service.metadata),
            web.get("/v1/.well-known/keys", service.keys),
            web.post("/login/{tenant}/oauth2/v2.0/token", service.login),
            web.get("/metadata/identity/oauth2/token", service.identity),
            web.get("/files/{key}", service.download),
            web.put("/files/{key}", service.upload),
            web.post("/emea/v3/conversations", connector.create),
            web.post(f"{conversation}/activities", connector.post),
            web.post(f"{conversation}/activities/{{message}}", connector.reply),
            web.put(f"{conversation}/activities/{{message}}", connector.update),
            web.delete(f"{conversation}/activities/{{message}}", connector.delete),
            web.get(f"{conversation}/pagedmembers", connector.members),
            web.get(f"{conversation}/members/{{user}}", connector.member),
            web.get("/emea/v3/teams/{team}/conversations", connector.channels),
            web.get("/emea/v3/attachments/{key}/views/original", connector.attachment),
        ]
    )
    return app


async def _served(teams: Teams, what: str, request: web.Request, work: Work) -> web.StreamResponse:
    """Do it, unless something goes wrong; of some faults nobody learns that it was done."""
    fault = teams.unkind.next_fault(what)
    if fault is not None and fault.done:
        await work()
    if fault is not None:
        return await _failed(teams, request, fault)
    try:
        made = await work()
    except ApiError as refusal:
        return refusal.response()
    return made if isinstance(made, web.StreamResponse) else web.json_response(made)


async def _failed(teams: Teams, request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault.how:
        case "hang":
            await teams.unkind.hang()
            return web.Response(status=504)
        case "reset":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case "garbage":
            return web.Response(text="<html>", content_type="text/html")
        case "body":
            return web.Response(body=fault.body, content_type="application/json")
        case status:
            response = ApiError(int(status), fault.code or "ServiceError").response()
            if fault.wait is not None:
                response.headers["Retry-After"] = fault.wait
            if 300 <= int(status) < 400:
                response.headers["Location"] = f"{teams.url}/elsewhere"
            return response


class _Service:
    """The login, the keys, the files."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def metadata(self, request: web.Request) -> web.StreamResponse:
        """GET …/openidconfiguration."""

        async def work() -> Json:
            return {
                "issuer": "https://api.botframework.com",
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self._teams.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }

        self._teams.asked.append("metadata")
        return await _served(self._teams, "metadata", request, work)

    async def keys(self, request: web.Request) -> web.StreamResponse:
        """GET …/keys."""

        async def work() -> Json:
            return self._teams.signer.jwks()

        self._teams.asked.append("keys")
        return await _served(self._teams, "keys", request, work)

    async def login(self, request: web.Request) -> web.StreamResponse:
        """POST …/token: for the right password, at the right tenant."""
        teams = self._teams
        form = {name: str(value) for name, value in (await request.post()).items()}

        async def work() -> web.Response:
            wrong = [
                form.get("grant_type") != "client_credentials",
                form.get("scope") != "https://api.botframework.com/.default",
                request.match_info["tenant"] not in {teams.home, "botframework.com"},
            ]
            if any(wrong) or form.get("client_id") != teams.app_id:
                return _no_token("unauthorized_client", "AADSTS700016: not found in the directory")
            if form.get("client_secret") != teams.password:
                said = "AADSTS7000215: Invalid client secret provided. Trace ID: 0"
                return _no_token("invalid_client", said, 401)
            return web.json_response({"expires_in": 3599, **self._token(3599)})

        teams.asked.append("login")
        return await _served(teams, "login", request, work)

    async def identity(self, request: web.Request) -> web.StreamResponse:
        """GET …/token of a machine; an app service's says when it ends, not how long it lasts."""
        teams = self._teams
        shown = request.headers.get("X-IDENTITY-HEADER")

        async def work() -> web.Response:
            asked = (request.query["resource"], request.query["client_id"])
            if asked != ("https://api.botframework.com", teams.app_id):
                return _no_token("invalid_request", "Identity not found")
            if shown == "the key" and request.query["api-version"] == "2019-08-01":
                ends = {"expires_on": str(int(teams.seconds()) + 86399)}
                return web.json_response({**ends, **self._token(86399)})
            if request.headers.get("Metadata") == "true" and shown is None:
                return web.json_response({"expires_in": "86399", **self._token(86399)})
            return _no_token("invalid_request", "no Metadata header")

        teams.asked.append("identity")
        return await _served(teams, "identity", request, work)

    def _token(self, lasts: int) -> Json:
        token = f"token-{self._teams.number()}"
        self._teams.tokens[token] = self._teams.seconds() + lasts
        return {"token_type": "Bearer", "access_token": token}

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET a file, by an address that carries its permission."""

        async def work() -> web.Response:
            found = self._teams.files.get(request.match_info["key"])
            if found is None or not found.ready:
                return web.Response(status=404)
            assert "Authorization" not in request.headers, "our token went to where files are kept"
            return web.Response(body=found.content)

        return await _served(self._teams, "file", request, work)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """PUT a file, where somebody has agreed to have it."""
        body = await request.read()

        async def work() -> web.Response:
            found = self._teams.files.get(request.match_info["key"])
            if found is None or found.ready:
                return web.Response(status=404)
            size = len(body)
            assert request.headers["Content-Range"] == f"bytes 0-{size - 1}/{size}"
            found.content, found.ready = body, True
            return web.json_response({"name": found.name}, status=201)

        return await _served(self._teams, "file", request, work)


def _no_token(error: str, description: str, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)


class _Connector:
    """The Connector: authorized, limited, and strict about what it is given."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def create(self, request: web.Request) -> web.StreamResponse:
        return await self._call("create", request, conversations.create)

    async def post(self, request: web.Request) -> web.StreamResponse:
        return await self._call("post", request, conversations.post)

    async def reply(self, request: web.Request) -> web.StreamResponse:
        return await self._call("reply", request, conversations.reply)

    async def update(self, request: web.Request) -> web.StreamResponse:
        return await self._call("update", request, conversations.update)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        return await self._call("delete", request, conversations.delete)

    async def members(self, request: web.Request) -> web.StreamResponse:
        return await self._call("members", request, conversations.members)

    async def member(self, request: web.Request) -> web.StreamResponse:
        return await self._call("member", request, conversations.member)

    async def channels(self, request: web.Request) -> web.StreamResponse:
        return await self._call("channels", request, conversations.channels)

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """GET what was pasted into a message: kept here, and for the app alone."""

        async def work(teams: Teams, where: Json, _body: Json) -> web.Response:
            return web.Response(body=teams.files[where["key"]].content)

        return await self._call("attachment", request, work)

    async def _call(
        self,
        what: str,
        request: web.Request,
        work: Callable[[Teams, Json, Json], Awaitable[Any]],
    ) -> web.StreamResponse:
        teams, where = self._teams, {**request.query, **request.match_info}
        body = json.loads(await request.text() or "{}")
        teams.calls.append((what, {**where, "body": body}))

        async def done() -> Any:
            self._check(request)
            wait = teams.unkind.waits(what, conversations.counted(where, body))
            if wait:
                response = ApiError(429, "Throttled").response()
                response.headers["Retry-After"] = str(wait)
                return response
            return await work(teams, where, body)

        return await _served(teams, what, request, done)

    def _check(self, request: web.Request) -> None:
        if not self._teams.delivery.signs:
            return
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._teams.tokens.get(token, 0) <= self._teams.seconds():
            raise ApiError(401, "Unauthorized", "Authorization has been denied for this request.")
