"""Files to and from where Teams keeps them: addresses that carry permission, or need ours."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from yarl import URL

from bot.platform import Permanent
from bot.teams.deps import Settings
from bot.teams.errors import Busy, Lost
from bot.teams.hosts import is_file, is_service
from bot.teams.tokens import Tokens

_PIECE = 2**16
# What was pasted into a message has such an address.
_PASTED = "/v3/attachments/"


class Transfer:
    """Fetches what people sent, and puts what they agreed to have."""

    def __init__(self, session: aiohttp.ClientSession, tokens: Tokens, settings: Settings) -> None:
        self._session = session
        self._tokens = tokens
        self._settings = settings

    async def download(self, url: str, limit: int) -> AsyncIterator[bytes]:
        """A file in pieces; raises `Permanent` for what is not there, or has over `limit` bytes."""
        headers = {}
        if is_service(url, self._settings) and _PASTED in url:
            # The Connector keeps it itself, for the desk alone.
            if not self._settings.anonymous:
                headers["Authorization"] = f"Bearer {await self._tokens.get()}"
        elif not is_file(url, self._settings):
            raise Permanent("the file is at an address that is not Teams'")
        size = 0
        try:
            async with self._session.get(
                URL(url, encoded=True), headers=headers, allow_redirects=False
            ) as answer:
                _check(answer)
                async for piece in answer.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > limit:
                        raise Permanent("the file is too large")
                    yield piece
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Lost(f"the file could not be fetched: {type(error).__name__}") from error

    async def upload(self, url: str, content: AsyncIterator[bytes], size: int) -> None:
        """Put a file of `size` bytes, one at least, where its receiver has agreed to have it."""
        if not is_file(url, self._settings):
            raise Permanent("the file would go to an address that is not Teams'")
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
            "Content-Range": f"bytes 0-{size - 1}/{size}",
        }
        try:
            async with self._session.put(
                URL(url, encoded=True), data=content, headers=headers, allow_redirects=False
            ) as answer:
                _check(answer)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Lost(f"the file could not be sent: {type(error).__name__}") from error


def _check(answer: aiohttp.ClientResponse) -> None:
    """An address that was good for a while says 401 or 404 afterwards: that is for good."""
    if answer.status == 429 or answer.status >= 500:
        raise Busy(f"the file's host answers {answer.status}")
    if answer.status not in {200, 201}:
        raise Permanent(f"the file's host answers {answer.status}", "Send the file again.")
