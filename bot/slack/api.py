"""Slack's Web API over one shared connection pool, with a memory of which calls have to wait."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Retryable
from bot.slack.errors import Busy, Lost, Refused, busy, refusal
from storage.desk import left

# A call that hangs must end before the lease of the notice that it sends.
TOTAL, CONNECT = 15.0, 5.0
_PIECE = 2**16
# Slack takes these as a form only, and overlooks JSON.
FORMS = frozenset(
    {
        "auth.test",
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "oauth.v2.access",
        "users.conversations",
        "users.info",
        "users.lookupByEmail",
    }
)
# Where files are, wherever the Web API is reached: here, or below.
_SLACK = ("slack.com", "slack-gov.com")
# What is limited a channel, besides a workspace.
_BY_CHANNEL = frozenset({"chat.postMessage"})


class SlackApi:
    """Calls methods of the Web API. Made by `open`; `now` is the time, aware."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, now: Callable[[], datetime]
    ) -> None:
        self.session = session
        self.base_url = base_url if base_url.endswith("/") else base_url + "/"
        self._now = now
        self._held: dict[tuple[str, str, str], datetime] = {}

    @classmethod
    async def open(
        cls, base_url: str, now: Callable[[], datetime], *, total: float = TOTAL
    ) -> SlackApi:
        """With a session of its own, to be closed by `close`; a call may take `total` seconds."""
        timeout = aiohttp.ClientTimeout(total=total, connect=CONNECT)
        session = aiohttp.ClientSession(timeout=timeout, proxy=proxy_for(base_url))
        return cls(session, base_url, now)

    async def close(self) -> None:
        """Give the connections back."""
        await self.session.close()

    def _pool(self) -> aiohttp.ClientSession:
        """The connections; once they are given back the SDK would quietly make others."""
        if self.session.closed:
            raise Lost("the desk is about to stop")
        return self.session

    def client(self, token: str | None = None) -> AsyncWebClient:
        """The SDK's client, without retries of its own: they might post a message twice."""
        client = AsyncWebClient(
            token=token, base_url=self.base_url, session=self._pool(), retry_handlers=[]
        )
        # The session has one where one is needed; the SDK's own overlooks NO_PROXY.
        client.proxy = None
        return client

    async def call(self, token: str, method: str, **arguments: Any) -> dict[str, Any]:
        """Call `method`; arguments that are None are left out.

        Raises:
            Refused: Slack answered that it will not.
            Busy: it asks to wait, or did so before and the time is not over.
            Lost: there was no proper answer; it may have been done.
            Retryable: it was certainly not done.
        """
        return (await self._call(token, method, arguments))[0]

    async def identity(self, token: str) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Whose token it is, and with which scopes; raises as `call` does."""
        said, headers = await self._call(token, "auth.test", {})
        scopes = str(headers.get("x-oauth-scopes", ""))
        return said, tuple(one.strip() for one in scopes.split(",") if one.strip())

    async def _call(
        self, token: str, method: str, arguments: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Mapping[str, Any]]:
        given = {name: value for name, value in arguments.items() if value is not None}
        place = str(given.get("channel", "")) if method in _BY_CHANNEL else ""
        held = (_tag(token), method, place)
        self._check(held)
        client = self.client(token or None)
        try:
            # Whoever is to be answered in time waits no longer for Slack than for the database.
            async with asyncio.timeout(left()):
                if method in FORMS:
                    answer = await client.api_call(method, data=_as_form(given))
                else:
                    answer = await client.api_call(method, json=given)
        except SlackApiError as error:
            raise self._failed(held, error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # Nothing was asked, so that nothing can have been done.
            raise Retryable(f"Slack cannot be reached: {type(error).__name__}") from error
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Lost(f"no answer from Slack: {type(error).__name__}") from error
        except AttributeError as error:
            # The SDK takes every answer for an object, also a list or a text of some proxy.
            raise Lost("Slack answers nothing that can be read") from error
        if not isinstance(answer.data, dict):
            raise Lost("Slack answers nothing that can be read")
        return answer.data, answer.headers

    async def post_json(self, url: str, body: Mapping[str, Any]) -> None:
        """Post to a `response_url`, which needs no token; raises `Refused`, `Busy` or `Lost`."""
        try:
            async with self._pool().post(url, json=body) as answer:
                said = (await answer.text())[:200]
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Lost(f"no answer from Slack: {type(error).__name__}") from error
        if answer.status == 429:
            raise busy(answer.headers.get("Retry-After"))
        if answer.status >= 500:
            raise Lost(f"Slack answers {answer.status}")
        if answer.status != 200:
            raise Refused("response_url", said.strip() or str(answer.status))

    async def upload(self, url: str, content: AsyncIterator[bytes], size: int) -> None:
        """Send a file's bytes to the address that Slack named for them."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        try:
            async with self._pool().post(url, data=content, headers=headers) as answer:
                await answer.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Lost(f"the file could not be sent: {type(error).__name__}") from error
        if answer.status != 200:
            raise Lost(f"the file could not be sent: Slack answers {answer.status}")

    async def download(self, token: str, url: str, limit: int) -> AsyncIterator[bytes]:
        """A private file's bytes; raises `Refused` for what is not the file, or is too large."""
        if not self._is_slacks(url):
            # The token goes along, and nobody else may have it.
            raise Refused("files.download", "address_elsewhere")
        headers = {"Authorization": f"Bearer {token}"}
        size = 0
        try:
            async with self._pool().get(url, headers=headers, allow_redirects=False) as answer:
                # Without the right scope Slack shows a page to sign in instead of the file.
                if answer.status != 200 or _is_a_page(answer):
                    raise Refused("files.download", f"http_{answer.status}", "files:read")
                async for piece in answer.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > limit:
                        raise Refused("files.download", "file_too_large")
                    yield piece
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Lost(f"the file could not be fetched: {type(error).__name__}") from error

    def _is_slacks(self, url: str) -> bool:
        """Whether an address is Slack's own, or where the Web API is reached instead."""
        home, there = urlsplit(self.base_url), urlsplit(url)
        if (there.scheme, there.netloc) == (home.scheme, home.netloc):
            return True
        host = there.hostname or ""
        return there.scheme == "https" and any(
            host == one or host.endswith(f".{one}") for one in _SLACK
        )

    def _check(self, held: tuple[str, str, str]) -> None:
        until = self._held.get(held)
        if until is None:
            return
        left = until - self._now()
        if left > timedelta(0):
            raise Busy("Slack asked to wait", left)
        del self._held[held]

    def _failed(self, held: tuple[str, str, str], error: SlackApiError) -> Exception:
        """What went wrong. The answer is whatever came: JSON, a page of HTML, or nothing."""
        answer = error.response
        status = getattr(answer, "status_code", None) or getattr(answer, "status", 0)
        data = getattr(answer, "data", None)
        headers = getattr(answer, "headers", {})
        if status == 429:
            waits = busy(headers.get("Retry-After"))
            if waits.after is not None:
                self._held[held] = self._now() + waits.after
            return waits
        if not isinstance(data, dict) or "error" not in data:
            return Lost(f"Slack answers {status} and nothing that can be read")
        return refusal(held[1], str(data["error"]), str(data.get("needed") or ""))


def _tag(token: str) -> str:
    """A name for a token that is not the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def _as_form(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
    }


def _is_a_page(answer: aiohttp.ClientResponse) -> bool:
    # A file that is a page itself is sent as a download.
    return answer.content_type == "text/html" and "attachment" not in str(
        answer.content_disposition
    )


def proxy_for(url: str) -> str | None:
    """The proxy on the way to an address, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say."""
    parts = urlsplit(url)
    if proxy_bypass(parts.hostname or ""):
        return None
    # What speaks over a web socket takes the same way as the rest.
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return getproxies().get(scheme) or None
