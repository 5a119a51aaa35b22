"""The fake's keys: how it signs what it brings, and how its keys are forged and replaced."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from jwt.api_jws import PyJWS

from tests.fakes.teams.records import Json

ISSUER = "https://api.botframework.com"
LASTS = 3600


@functools.cache
def pair(number: int) -> rsa.RSAPrivateKey:
    """A pair of keys; making one is slow, so every test has the same."""
    return rsa.generate_private_key(65537, 2048 if number >= 0 else 1024)


@dataclass
class SigningKey:
    """A key by its id; `endorsements` are the channels that it may sign for."""

    kid: str
    number: int
    endorsements: tuple[str, ...] = ("msteams", "webchat")

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """What signs."""
        return pair(self.number)

    def public(self) -> Json:
        """How the key set has it."""
        made: Json = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**made, "kid": self.kid, "use": "sig", "endorsements": list(self.endorsements)}


class Signer:
    """Signs tokens as the service does. `seconds` is the time since 1970."""

    def __init__(self, app_id: str, seconds: Callable[[], float]) -> None:
        self.app_id = app_id
        self._seconds = seconds
        self.current = SigningKey("key-0", 0)
        self.published = [self.current]
        self._rotations = 0

    def rotate(self) -> SigningKey:
        """Sign with another key from now on; the old one is not published any more."""
        self._rotations += 1
        self.current = SigningKey(f"key-{self._rotations}", self._rotations)
        self.published = [self.current]
        return self.current

    def jwks(self) -> Json:
        """The key set."""
        return {"keys": [one.public() for one in self.published]}

    def claims(self, service_url: str, **more: Any) -> Json:
        """What a token says; a claim that is None is left out."""
        now = int(self._seconds())
        said = {
            "serviceurl": service_url,
            "nbf": now,
            "exp": now + LASTS,
            "iss": ISSUER,
            "aud": self.app_id,
            **more,
        }
        return {name: value for name, value in said.items() if value is not None}

    def token(self, service_url: str, **more: Any) -> str:
        """A token as the service makes it."""
        return self.signed(self.claims(service_url, **more))

    def signed(
        self, claims: Json, key: SigningKey | None = None, kid: str | None = "", **header: Any
    ) -> str:
        """A token with any claims, any key, any key's name (None for no name at all)."""
        key = key or self.current
        headers: Json = {"kid": key.kid if kid == "" else kid, **header}
        if headers["kid"] is None:
            del headers["kid"]
        # Whatever the claims are: a library that makes tokens would refuse some of them.
        payload = json.dumps(claims).encode()
        return PyJWS().encode(payload, key.private, algorithm="RS256", headers=headers)


def pieced(header: Any, payload: Any, signature: bytes = b"") -> str:
    """A token of any three pieces, signed or not."""
    pieces = (_encoded(header), _encoded(payload), _base64(signature))
    return ".".join(pieces)


def _encoded(value: Any) -> str:
    return _base64(value if isinstance(value, bytes) else json.dumps(value).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
