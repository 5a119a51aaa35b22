"""With which keys the service signs: fetched without holding anybody up, and renewed in time."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from bot.nearby import is_loopback
from bot.teams.deps import Clock
from bot.teams.fetching import as_object, read_body
from bot.teams.received import Payload, list_at

_log = structlog.get_logger(__name__)

# How long fetching may take in all, in seconds.
PATIENCE = 5.0
# After FRESH keys are fetched again, while the old ones still serve; after TRUSTED they do not: a
# key that the service took back must end some day, though its host be away.
FRESH, TRUSTED = timedelta(hours=1), timedelta(hours=24)
# How long nobody is asked again after a look that brought nothing: the host is away, or somebody
# makes up names of keys.
REST = timedelta(seconds=10)
_LARGEST = 2**20
_SHORTEST_KEY = 2048


class Unreachable(Exception):
    """The keys are not to be had: nobody can be told from a forger for the moment."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and the channels that it may sign for."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class Keys:
    """The service's keys by their ids. `now` is the machine's time, aware."""

    def __init__(self, session: aiohttp.ClientSession, metadata_url: str, now: Clock) -> None:
        self._session = session
        self._url = metadata_url
        self._now = now
        self._known: dict[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._rests_until: datetime | None = None
        self._fault = ""
        self._flight: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> Key | None:
        """The key of that id, looked for at once where it is new; None where there is none.

        Raises `Unreachable` where it cannot be known.
        """
        age = self._age()
        found = self._known.get(kid) if age < TRUSTED else None
        if found is not None:
            if age >= FRESH and not self._rests():
                self._fetch_meanwhile()
            return found
        if not self._rests():
            # Whoever asked may go; the others who wait, and the next ones, still want the answer.
            await asyncio.shield(self._fetch_meanwhile())
            if not self._fault and kid not in self._known:
                self._rests_until = self._now() + REST
        if self._fault:
            raise Unreachable(self._fault)
        return self._known.get(kid)

    async def close(self) -> None:
        """End what is under way."""
        if self._flight is not None and not self._flight.done():
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _age(self) -> timedelta:
        return self._now() - self._fetched_at if self._fetched_at else timedelta.max

    def _rests(self) -> bool:
        return self._rests_until is not None and self._now() < self._rests_until

    def _fetch_meanwhile(self) -> asyncio.Task[None]:
        """The one fetch that is under way, begun now where there is none."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.get_running_loop().create_task(self._fetch())
        return self._flight

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                metadata = await self._get(self._url)
                keys = _keys(await self._get(self._checked(metadata.get("jwks_uri"))))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            self._fault = f"the keys of Teams cannot be fetched: {type(error).__name__}: {error}"
            self._rests_until = self._now() + REST
            _log.error("teams.no_keys", reason=self._fault)
            return
        self._known, self._fault = keys, ""
        self._fetched_at, self._rests_until = self._now(), None
        _log.info("teams.keys", kids=sorted(keys))

    async def _get(self, url: str) -> dict[str, Any]:
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"{url} answers {answer.status}")
            return as_object(await read_body(answer, _LARGEST))

    def _checked(self, uri: Any) -> str:
        """Where the keys are, if nobody on the way there can put others in their place."""
        parts = urlsplit(uri) if isinstance(uri, str) else urlsplit("")
        here = is_loopback(urlsplit(self._url).hostname or "")
        if parts.scheme == "https" or (here and is_loopback(parts.hostname or "")):
            return parts.geturl()
        raise ValueError("no safe address of keys")


def _keys(said: dict[str, Any]) -> dict[str, Key]:
    """The keys of a key set; one that cannot be used is passed over, for others may be good."""
    read = [_key(one) for one in list_at(said, "keys")]
    found = dict(one for one in read if one is not None)
    if not found:
        raise ValueError("no key that could be used")
    return found


def _key(jwk: Payload) -> tuple[str, Key] | None:
    kid, listed = jwk.get("kid"), jwk.get("endorsements")
    if not isinstance(kid, str) or jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig":
        return None
    try:
        public = RSAPublicNumbers(_number(jwk.get("e")), _number(jwk.get("n"))).public_key()
    except ValueError:
        return None
    if public.key_size < _SHORTEST_KEY:
        return None
    endorsed = listed if isinstance(listed, list) else []
    return kid, Key(public, frozenset(one for one in endorsed if isinstance(one, str)))


def _number(said: Any) -> int:
    """A number as keys have it: base64 of its bytes, without padding."""
    if not isinstance(said, str) or not said.isascii():
        raise ValueError("no number")
    return int.from_bytes(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
