"""How the fake reaches the app: signed over HTTP, or by Socket Mode; events again and again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType, web

from tests.fakes.slack.records import Channel, Install, Json, Message

if TYPE_CHECKING:
    from tests.fakes.slack.slack import Slack

# How long the app has, in seconds; and when an event is brought again, in seconds after the first.
PATIENCE = 3.0
AGAIN = (0.0, 60.0, 300.0)


@dataclass
class Response:
    """Where a response_url leads."""

    channel: str
    user: str
    install: Install
    at: float
    uses: int = 0


@dataclass(frozen=True)
class Answered:
    """What the app answered: an HTTP status (0 for none), and its body."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Json:
        """The body, where it is an object."""
        return dict(json.loads(self.text)) if self.text.startswith("{") else {}


@dataclass
class Due:
    """An event that is brought again."""

    at: float
    number: int
    reason: str
    envelope: Json


class Delivery:
    """Brings what happens to the app."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self.app_url = ""
        self.responses: dict[str, Response] = {}
        self.due: list[Due] = []
        self.delivered: list[tuple[str, int]] = []
        # What is lost next: a "request" on its way to the app, or its "answer" on the way back.
        self.loses: list[Literal["request", "answer"]] = []
        # How long the app has to acknowledge an envelope, in seconds.
        self.patience = PATIENCE
        self.by_line = False
        self.says_hello = True
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[Json] = []
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self.tickets: set[str] = set()
        self.connected = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._session: ClientSession | None = None

    # --- signed requests --------------------------------------------------------------------------

    def signed(self, body: bytes, at: float | None = None, secret: str = "") -> dict[str, str]:
        """The headers of a request that is Slack's."""
        stamp = str(int(self._slack.seconds() if at is None else at))
        key = (secret or self._slack.secret).encode()
        digest = hmac.new(key, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def post(self, body: bytes, kind: str, headers: dict[str, str]) -> Answered:
        """Post raw bytes to the app."""
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=PATIENCE * 3))
        said = {"Content-Type": kind, **headers}
        try:
            async with self._session.post(
                f"{self.app_url}/slack/events", data=io.BytesIO(body), headers=said
            ) as answer:
                return Answered(answer.status, await answer.text(), answer.headers)
        except (ClientError, TimeoutError):
            return Answered(0)

    async def _lossy(self, bring: Callable[[], Awaitable[Answered]]) -> Answered:
        """Bring something, unless it is lost; of what is lost Slack only sees that time is up."""
        lost = self.loses.pop(0) if self.loses else ""
        if lost != "request":
            answer = await bring()
        return Answered(0) if lost else answer

    async def form(self, fields: Json) -> Answered:
        """A slash command."""
        return await self._lossy(partial(self._form, fields))

    async def _form(self, fields: Json) -> Answered:
        if self.by_line:
            return await self._by_socket("slash_commands", fields)
        body = urlencode(fields).encode()
        return await self.post(body, "application/x-www-form-urlencoded", self.signed(body))

    async def payload(self, payload: Json) -> Answered:
        """An interaction."""
        return await self._lossy(partial(self._payload, payload))

    async def _payload(self, payload: Json) -> Answered:
        if self.by_line:
            return await self._by_socket("interactive", payload)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post(body, "application/x-www-form-urlencoded", self.signed(body))

    # --- events -----------------------------------------------------------------------------------

    async def message(self, channel: Channel, message: Message) -> None:
        """A message of the app itself comes back to it, as every other."""
        team = message.team
        event = {
            "type": "message",
            "channel": channel.id,
            "user": message.user,
            "bot_id": message.bot_id,
            "text": message.text,
            "ts": message.ts,
            "team": team,
            "channel_type": "im" if channel.direct else "channel",
        }
        if message.thread:
            event["thread_ts"] = message.thread
        await self.happened(event, channel)

    async def happened(
        self,
        event: Json,
        channel: Channel | None = None,
        team: str = "",
        event_id: str = "",
        *,
        retry: int = 0,
    ) -> Answered | None:
        """Something the app has subscribed to; None where it has not, or is not there."""
        slack = self._slack
        wanted = event["type"]
        if wanted == "message" and channel is not None:
            where = "im" if channel.direct else "groups" if channel.private else "channels"
            wanted = f"message.{where}"
        install = self._hearing(channel, team)
        if install is None or wanted not in slack.subscribed:
            return None
        envelope = {
            "token": "verification",
            "team_id": install.team,
            "api_app_id": "A0DESK",
            "event": event,
            "type": "event_callback",
            "event_id": event_id or f"Ev{slack.number():010}",
            "event_time": int(slack.seconds()),
            "authorizations": [
                {
                    "enterprise_id": slack.teams[install.team].enterprise or None,
                    "team_id": install.team,
                    "user_id": install.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.external,
        }
        return await self.event(envelope, retry, "http_timeout" if retry else "")

    def _hearing(self, channel: Channel | None, team: str) -> Install | None:
        slack = self._slack
        teams = [team] if team else channel.teams if channel else []
        for one in teams:
            install = slack.of_team(one)
            if install and (channel is None or install.bot_user in channel.members):
                return install
        return None

    async def event(self, envelope: Json, retry: int = 0, reason: str = "") -> Answered:
        """Bring an event, and plan the next try where the app does not take it."""
        answer = await self._lossy(partial(self._event, envelope, retry, reason))
        self.delivered.append((envelope["event"]["type"], answer.status))
        stopped = answer.headers.get("X-Slack-No-Retry") == "1"
        if not 200 <= answer.status < 300 and retry < len(AGAIN) and not stopped:
            why = "http_error" if answer.status else "http_timeout"
            at = self._slack.seconds() + AGAIN[retry]
            self.due.append(Due(at, retry + 1, why, envelope))
        return answer

    async def _event(self, envelope: Json, retry: int, reason: str) -> Answered:
        if self.by_line:
            return await self._by_socket("events_api", envelope, retry, reason)
        body = json.dumps(envelope).encode()
        headers = self.signed(body)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        return await self.post(body, "application/json", headers)

    async def again(self) -> int:
        """Bring everything again whose time has come; returns how many events that were."""
        now = self._slack.seconds()
        ready = [one for one in self.due if one.at <= now]
        self.due = [one for one in self.due if one.at > now]
        for one in ready:
            await self.event(one.envelope, one.number, one.reason)
        return len(ready)

    # --- Socket Mode ------------------------------------------------------------------------------

    def ticket(self) -> str:
        """What lets a connection in, once."""
        made = f"ticket-{self._slack.number()}"
        self.tickets.add(made)
        return made

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """GET /link/: a connection of Socket Mode."""
        if request.query.get("ticket", "") not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.remove(request.query["ticket"])
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if request.transport is not None:
            self._transports[socket] = request.transport
        self.by_line = True
        hello = {
            "type": "hello",
            "num_connections": 1,
            "connection_info": {"app_id": "A0DESK"},
            "debug_info": {"approximate_connection_time": 18060},
        }
        if self.says_hello:
            await socket.send_json(hello)
        self.sockets.append(socket)
        self.connected.set()
        self._slack.stirred()
        try:
            async for said in socket:
                if said.type == WSMsgType.TEXT:
                    self._acknowledged(json.loads(said.data))
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            if not self.sockets:
                self.connected.clear()
            self._slack.stirred()
        return socket

    def _acknowledged(self, said: Json) -> None:
        self.acknowledged.append(said)
        self._slack.stirred()
        waiting = self._waiting.pop(str(said.get("envelope_id", "")), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be made anew, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def cut(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.sockets):
            self._transports[socket].abort()

    async def brings(self, text: str) -> None:
        """Bring whatever it is."""
        await self.sockets[-1].send_str(text)

    async def _by_socket(
        self, kind: str, payload: Json, retry: int = 0, reason: str = ""
    ) -> Answered:
        envelope_id = f"envelope-{self._slack.number()}"
        envelope: dict[str, Any] = {
            "type": kind,
            "envelope_id": envelope_id,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        if not self.sockets:
            return Answered(0)
        await self.sockets[-1].send_json(envelope)
        try:
            said = await asyncio.wait_for(waiting, self.patience)
        except TimeoutError:
            return Answered(0)
        body = said.get("payload")
        return Answered(200, json.dumps(body) if body else "")

    async def close(self) -> None:
        """Give the connections back."""
        for socket in list(self.sockets):
            await socket.close()
        if self._session is not None:
            await self._session.close()
