"""The Connector, Teams' own API: messages, conversations, members.

An address is looked at before every call, for it was written down long ago; nobody is followed
elsewhere; and no more is sent than Teams takes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from bot.platform import Permanent, SignInBroken
from bot.teams.deps import Clock, Settings
from bot.teams.errors import Busy, Lost, Missing, failure
from bot.teams.fetching import as_object, read_body
from bot.teams.hosts import is_service
from bot.teams.pace import Kind, Pace
from bot.teams.received import Conversation, Payload, list_at, text_at
from bot.teams.tokens import Tokens

_log = structlog.get_logger(__name__)

# A call that hangs must end before the lease of the notice that it sends; both in seconds.
TOTAL, CONNECT = 15.0, 5.0
_LARGEST = 2**22
_PAGE = 200
# A team has 25,000 members at most.
_PAGES = 150

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked of the Connector, in which conversation."""

    method: str
    at: Conversation
    path: str
    kind: Kind
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None


class Connector:
    """Calls the Connector. `now` is the machine's time, `chance` gives numbers from 0 to 1."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: Tokens,
        settings: Settings,
        now: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._session = session
        self._tokens = tokens
        self._settings = settings
        self._now = now
        self._pace = Pace(now, chance)

    # --- messages ---------------------------------------------------------------------------------

    async def post(self, at: Conversation, activity: Payload) -> str:
        """Post into a conversation; returns the message's id.

        Like everything here it raises `Busy` (not done), `Lost` (perhaps done), `Permanent` or its
        kinds `Closed` and `Missing`, and `SignInBroken`.
        """
        return await self._posted(at, _activities(at), activity)

    async def reply(self, at: Conversation, message_id: str, activity: Payload) -> str:
        """Answer a message; returns the id of the answer."""
        return await self._posted(at, _activities(at, message_id), activity)

    async def update(self, at: Conversation, message_id: str, activity: Payload) -> None:
        """Make a message of ours another."""
        body = {**activity, "id": message_id}
        await self._call(_Call("PUT", at, _activities(at, message_id), Kind.SEND, body))

    async def delete(self, at: Conversation, message_id: str) -> None:
        """Take a message of ours away; one that is gone already is no mistake."""
        try:
            await self._call(_Call("DELETE", at, _activities(at, message_id), Kind.SEND))
        except Missing:
            _log.info("teams.deleted_before", conversation=at.id)

    # --- conversations ----------------------------------------------------------------------------

    async def talk_to(self, service_url: str, tenant: str, user: str) -> Conversation:
        """The conversation with one person, who must have installed the app."""
        at = Conversation(service_url, user, tenant)
        body = {
            "bot": self._own(),
            "members": [{"id": user}],
            "isGroup": False,
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        said = await self._call(_Call("POST", at, "v3/conversations", Kind.SEND, body))
        return Conversation(service_url, _needed(said, "id"), tenant)

    async def start_thread(
        self, channel: Conversation, activity: Payload
    ) -> tuple[Conversation, str]:
        """Begin a thread in a channel; returns the thread, and the id of its first message."""
        body = {
            "bot": self._own(),
            "isGroup": True,
            "tenantId": channel.tenant,
            "channelData": {"channel": {"id": channel.id}, "tenant": {"id": channel.tenant}},
            "activity": dict(activity),
        }
        said = await self._call(_Call("POST", channel, "v3/conversations", Kind.SEND, body))
        thread = Conversation(channel.service_url, _needed(said, "id"), channel.tenant)
        return thread, _needed(said, "activityId")

    async def member(self, at: Conversation, user: str) -> Json:
        """Somebody in a conversation, with their name, their address and their id in the tenant."""
        path = f"v3/conversations/{_quoted(at.id)}/members/{_quoted(user)}"
        return await self._call(_Call("GET", at, path, Kind.READ))

    async def members(self, at: Conversation) -> list[Payload]:
        """Everybody in a conversation."""
        found: list[Payload] = []
        token = ""
        for _ in range(_PAGES):
            query = {"pageSize": str(_PAGE)} | ({"continuationToken": token} if token else {})
            path = f"v3/conversations/{_quoted(at.id)}/pagedmembers"
            said = await self._call(_Call("GET", at, path, Kind.READ, query=query))
            found += list_at(said, "members")
            token = text_at(said, "continuationToken")
            if not token:
                return found
        raise Permanent("the conversation has more members than a team may have")

    async def channels(self, at: Conversation, team: str) -> list[Payload]:
        """The channels of a team, as long as the app is in it."""
        path = f"v3/teams/{_quoted(team)}/conversations"
        return list(list_at(await self._call(_Call("GET", at, path, Kind.READ)), "conversations"))

    # --- how --------------------------------------------------------------------------------------

    async def _posted(self, at: Conversation, path: str, activity: Payload) -> str:
        said = await self._call(_Call("POST", at, path, Kind.SEND, dict(activity)))
        # That somebody writes is no message, and needs none.
        return _needed(said, "id") if activity.get("type") == "message" else text_at(said, "id")

    async def _call(self, call: _Call) -> Json:
        """Ask once, and once more where the token alone was wrong; returns what was said."""
        if not is_service(call.at.service_url, self._settings):
            raise Permanent(
                "the conversation is at an address that is not Teams'",
                "Say something to the app there, so that the desk learns the right address.",
            )
        self._pace.take(call.kind, call.at.id, call.at.tenant)
        headers = await self._signed()
        try:
            return await self._ask(call, headers)
        except SignInBroken:
            if not headers:
                raise
            # A password that was changed ends the tokens that were got with the old one.
            self._tokens.forget(headers["Authorization"].removeprefix("Bearer "))
        return await self._ask(call, await self._signed())

    async def _ask(self, call: _Call, headers: Mapping[str, str]) -> Json:
        url = URL(f"{call.at.service_url.rstrip('/')}/{call.path}", encoded=True)
        if call.query:
            url = url.with_query(call.query)
        try:
            async with self._session.request(
                call.method, url, json=call.body, headers=headers, allow_redirects=False
            ) as answer:
                body = await read_body(answer, _LARGEST)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Busy(f"Teams cannot be reached: {type(error).__name__}") from error
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Lost(f"no answer from Teams: {type(error).__name__}") from error
        if 200 <= answer.status < 300:
            self._pace.taken(call.kind, call.at.id)
            return _said(body)
        raise self._failed(call, answer, body)

    def _failed(self, call: _Call, answer: aiohttp.ClientResponse, body: bytes) -> Exception:
        wrong = failure(answer.status, body, answer.headers.get("Retry-After"), self._now())
        _log.info("teams.refused", method=call.method, status=answer.status, reason=str(wrong))
        if answer.status == 429 and isinstance(wrong, Busy):
            return Busy(wrong.reason, self._pace.refused(call.kind, call.at.id, wrong.after))
        return wrong

    async def _signed(self) -> dict[str, str]:
        if self._settings.anonymous:
            return {}
        return {"Authorization": f"Bearer {await self._tokens.get()}"}

    def _own(self) -> Json:
        return {"id": f"28:{self._settings.app_id}"}


def _said(body: bytes) -> Json:
    """What a success says; many say nothing."""
    try:
        return as_object(body) if body.strip() else {}
    except ValueError as error:
        raise Lost("Teams answers what cannot be read") from error


def _needed(said: Payload, name: str) -> str:
    found = text_at(said, name)
    if not found:
        raise Lost(f"Teams answers without {name}")
    return found


def _activities(at: Conversation, message_id: str = "") -> str:
    path = f"v3/conversations/{_quoted(at.id)}/activities"
    return f"{path}/{_quoted(message_id)}" if message_id else path


def _quoted(text: str) -> str:
    return quote(text, safe="")
