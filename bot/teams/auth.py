"""Whether a request is the service's own: every rule for its token, in the order of their cost.

A request is refused with 401 where nobody knows who sent it, with 403 where that is known and it
may not do this, with 503 where it cannot be known for the moment. What a token says of itself is
read first, so that a forger without the right words costs nothing; then a key is looked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.api_jws import PyJWS

from bot.nearby import is_loopback
from bot.teams.deps import CHANNEL, Clock, Settings
from bot.teams.fetching import as_object
from bot.teams.hosts import is_service
from bot.teams.keys import Key, Keys, Unreachable
from bot.teams.received import Received

# How far the service's clock and ours may be apart, either way.
LEEWAY = timedelta(minutes=5)
ALGORITHM = "RS256"
_JWS = PyJWS(algorithms=[ALGORITHM])
_BEARER = re.compile(r"bearer +([\w-]+\.[\w-]+\.[\w-]*)", re.ASCII | re.IGNORECASE)
_LONGEST_KID = 256
# What a proxy adds: behind one, everybody looks as if they were on this machine.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


class TurnedAway(Exception):
    """The request is not let in: `status` is for whoever sent it, the text for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was sent, and what it says of itself."""

    raw: str
    kid: str
    claims: Mapping[str, Any]


class Gate:
    """Lets in what the service signed. `now` is the machine's time, aware."""

    def __init__(self, settings: Settings, keys: Keys, now: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._now = now

    async def admit(self, authorization: Sequence[str], received: Received) -> None:
        """Raise `TurnedAway` unless one header in `authorization` proves who sent `received`."""
        token = read_token(authorization)
        check_claims(token.claims, self._settings, self._now())
        try:
            key = await self._keys.find(token.kid)
        except Unreachable as error:
            raise TurnedAway(503, str(error)) from error
        if key is None:
            raise TurnedAway(401, "an unknown key")
        check_signature(token, key)
        check_service(token.claims, key, received, self._settings)


def read_token(authorization: Sequence[str]) -> Token:
    """The token of the `Authorization` headers, not believed yet; raises `TurnedAway`."""
    if len(authorization) != 1:
        raise TurnedAway(401, f"{len(authorization)} Authorization headers")
    found = _BEARER.fullmatch(authorization[0])
    if found is None:
        raise TurnedAway(401, "no bearer token")
    try:
        read = _JWS.decode_complete(found[1], options={"verify_signature": False})
        claims = as_object(read["payload"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise TurnedAway(401, f"no token that can be read: {type(error).__name__}") from error
    header = read["header"]
    if header.get("alg") != ALGORITHM:
        raise TurnedAway(401, f"not signed with {ALGORITHM}")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_KID:
        raise TurnedAway(401, "names no key")
    if "crit" in header:
        raise TurnedAway(401, "asks for more than we know")
    return Token(found[1], kid, claims)


def check_claims(claims: Mapping[str, Any], settings: Settings, now: datetime) -> None:
    """Raise `TurnedAway` unless a token is from an issuer of ours, for us, and of now."""
    if claims.get("iss") not in settings.issuers:
        raise TurnedAway(401, "of another issuer")
    # A list would let a token that is for somebody else as well pass for ours.
    if not isinstance(claims.get("aud"), str) or claims["aud"] != settings.app_id:
        raise TurnedAway(401, "for somebody else")
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if "exp" not in claims:
        raise TurnedAway(401, "without an end")
    if at >= _seconds(claims, "exp") + leeway:
        raise TurnedAway(401, "expired")
    for name in ("nbf", "iat"):
        if name in claims and at < _seconds(claims, name) - leeway:
            raise TurnedAway(401, "not good yet")


def check_signature(token: Token, key: Key) -> None:
    """Raise `TurnedAway` unless the token was signed with `key`."""
    try:
        _JWS.decode_complete(token.raw, key.public, algorithms=[ALGORITHM])
    except jwt.InvalidTokenError as error:
        raise TurnedAway(401, "another signature") from error


def check_service(
    claims: Mapping[str, Any], key: Key, received: Received, settings: Settings
) -> None:
    """Raise `TurnedAway` unless a genuine token is for this channel, and for this Connector."""
    if received.channel != CHANNEL:
        raise TurnedAway(403, f"of the channel {received.channel[:40]!r}")
    if received.channel not in key.endorsements:
        raise TurnedAway(403, "a key that may not sign for Teams")
    named = claims.get("serviceurl")
    if not isinstance(named, str) or named != received.at.service_url:
        raise TurnedAway(403, "for another Connector")
    check_address(received, settings)


def check_address(received: Received, settings: Settings) -> None:
    """Raise `TurnedAway` where the activity would have us answer to a stranger."""
    if not is_service(received.at.service_url, settings):
        raise TurnedAway(403, f"no Connector of ours: {received.at.service_url[:100]!r}")


def check_neighbour(remote: str | None, headers: Mapping[str, str]) -> None:
    """Raise `TurnedAway` unless an anonymous request comes from a program on this machine.

    A page in somebody's browser is on this machine too: it says where it comes from, and cannot
    send JSON to another place without being asked first.
    """
    if remote is None or not is_loopback(remote):
        raise TurnedAway(401, "from another machine, without a token")
    if any(name in headers for name in _FORWARDED):
        raise TurnedAway(401, "through a proxy, without a token")
    host = headers.get("Host", "").rpartition(":")
    name = host[0] if host[1] and host[2].isdigit() else headers.get("Host", "")
    if not is_loopback(name.strip("[]")) or "Origin" in headers:
        raise TurnedAway(401, "from a page in a browser, without a token")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    said = claims[name]
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise TurnedAway(401, f"{name} is no time")
    try:
        seconds = float(said)
    except OverflowError as error:
        raise TurnedAway(401, f"{name} is no time") from error
    if not math.isfinite(seconds):
        raise TurnedAway(401, f"{name} is no time")
    return seconds
