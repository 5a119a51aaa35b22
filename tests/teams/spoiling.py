"""Ways to spoil a letter to the door of Teams: each takes a good one, and changes one thing."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from tests.fakes.teams.delivery import Answered
from tests.fakes.teams.records import Json
from tests.fakes.teams.signing import SigningKey, pieced
from tests.teams.transport import Transport

Headers = list[tuple[str, str]]
MINUTE = 60


@dataclass
class Letter:
    """A request: the activity, what its token says, and how it is signed, all to be spoilt."""

    at: Transport
    activity: Json
    claims: Json
    token: str = ""
    headers: Headers | None = None
    body: bytes | None = None
    key: SigningKey | None = None
    kid: Any = ""
    header: Json = field(default_factory=dict)

    def signed(self) -> str:
        """Its token."""
        signer = self.at.teams.signer
        return self.token or signer.signed(self.claims, self.key, self.kid, **self.header)

    async def send(self) -> Answered:
        """Bring it to the door."""
        headers = self.headers
        if headers is None:
            headers = [("Authorization", f"Bearer {self.signed()}")]
        body = json.dumps(self.activity).encode() if self.body is None else self.body
        return await self.at.teams.delivery.post(body, headers)


Spoil = Callable[[Letter], object]


def letter(at: Transport) -> Letter:
    """A letter as Teams sends it."""
    url = at.teams.service_url
    return Letter(at, at.message(), at.teams.signer.claims(url))


# --- ways to spoil one ----------------------------------------------------------------------------


def nothing(_letter: Letter) -> None:
    """Leave it as it is."""


def claim(**changes: Any) -> Spoil:
    """Change claims; None takes one away."""

    def spoil(one: Letter) -> None:
        one.claims |= changes
        one.claims = {name: value for name, value in one.claims.items() if value is not None}

    return spoil


def moved(name: str, seconds: float) -> Spoil:
    """A time so many seconds from now."""
    return lambda one: one.claims.update({name: int(one.at.now.timestamp() + seconds)})


def headers(*given: tuple[str, str]) -> Spoil:
    return lambda one: setattr(one, "headers", list(given))


def bearer(text: str) -> Spoil:
    """Something in place of the token."""
    return headers(("Authorization", f"Bearer {text}"))


def header(**given: Any) -> Spoil:
    """More in the token's header."""
    return lambda one: one.header.update(given)


def pieces(header: Any = None, payload: Any = None, signature: bytes = b"x" * 256) -> Spoil:
    """A token put together by hand."""

    def spoil(one: Letter) -> None:
        head = {"alg": "RS256", "kid": one.at.teams.signer.current.kid} | (
            header if isinstance(header, dict) else {}
        )
        one.token = pieced(
            header if header is not None and not isinstance(header, dict) else head,
            one.claims if payload is None else payload,
            signature,
        )

    return spoil


def by_hand(sign: Callable[[Letter, bytes], bytes], **header: Any) -> Spoil:
    """A token with a signature of any other kind."""

    def spoil(one: Letter) -> None:
        head = {"kid": one.at.teams.signer.current.kid, **header}
        unsigned = pieced(head, one.claims).rpartition(".")[0]
        one.token = pieced(head, one.claims, sign(one, unsigned.encode()))

    return spoil


def hmac_of_public(one: Letter, signed: bytes) -> bytes:
    """The old trick: the key that everybody knows, taken for a secret."""
    public = one.at.teams.signer.current.private.public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hmac.new(pem, signed, hashlib.sha256).digest()


def pss(one: Letter, signed: bytes) -> bytes:
    """The right key, used in another way."""
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return one.at.teams.signer.current.private.sign(signed, salted, hashes.SHA256())


def rightly(one: Letter, signed: bytes) -> bytes:
    """The right key, used as it should be."""
    return one.at.teams.signer.current.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())


def sha512(one: Letter, signed: bytes) -> bytes:
    """The right key, with another digest."""
    return one.at.teams.signer.current.private.sign(signed, padding.PKCS1v15(), hashes.SHA512())


def forged(**header: Any) -> Spoil:
    """Another key under the name of the service's."""

    def spoil(one: Letter) -> None:
        one.key = SigningKey(one.at.teams.signer.current.kid, 90)
        one.header |= header

    return spoil


def with_forgers_key(one: Letter) -> None:
    """A forger who brings the key along, and where to find more of them."""
    forgery = SigningKey(one.at.teams.signer.current.kid, 90)
    url = f"{one.at.teams.url}/forged"
    forged(jwk=forgery.public(), jku=url, x5u=url)(one)


def altered(one: Letter) -> None:
    """Another activity's service, put into a token that was signed before."""
    first, _, last = one.signed().split(".")
    middle = pieced({}, {**one.claims, "exp": one.claims["exp"] + MINUTE}).split(".")[1]
    one.token = f"{first}.{middle}.{last}"


def borrowed(one: Letter) -> None:
    """The signature of another token."""
    other = one.at.teams.signer.token(one.at.teams.service_url, jti="another")
    one.token = f"{one.signed().rpartition('.')[0]}.{other.rpartition('.')[2]}"


def endorsed(*channels: str) -> Spoil:
    """A key of the service, for these channels."""
    return lambda one: setattr(one.at.teams.signer.rotate(), "endorsements", channels)


def unknown_key(one: Letter) -> None:
    """A key that the service never had."""
    one.key = SigningKey("nobody", 90)


def rotated(one: Letter) -> None:
    """A key that the service has had for a moment."""
    one.key = one.at.teams.signer.rotate()


def retired(one: Letter) -> None:
    """The key of yesterday, which is not published any more."""
    one.key = one.at.teams.signer.current
    one.at.teams.signer.rotate()
    one.at.later(hours=25)
    one.claims = one.at.teams.signer.claims(one.at.teams.service_url)


def both_published(one: Letter) -> None:
    """The key of before, beside the new one."""
    signer = one.at.teams.signer
    one.key = signer.current
    signer.published = [signer.rotate(), one.key]


def weak(one: Letter) -> None:
    """A key of 1,024 bits, published."""
    key = SigningKey("weak", -1)
    one.at.teams.signer.published.append(key)

    def sign(_one: Letter, signed: bytes) -> bytes:
        return key.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    by_hand(sign, alg="RS256", kid="weak")(one)


def for_encryption(one: Letter) -> None:
    """A published key that is not for signatures."""

    class Encrypting(SigningKey):
        def public(self) -> Json:
            return {**super().public(), "use": "enc"}

    one.key = Encrypting("for-encryption", 2)
    one.at.teams.signer.published.append(one.key)


def service(url: Any, claimed: Any = ...) -> Spoil:
    """The address of another Connector, in the activity and in the token."""

    def spoil(one: Letter) -> None:
        one.activity["serviceUrl"] = url
        one.claims["serviceurl"] = url if claimed is ... else claimed

    return spoil


def of(**changes: Any) -> Spoil:
    """Change the activity; None takes something away. Not signed: that is not looked at yet."""

    def spoil(one: Letter) -> None:
        one.activity |= changes
        for name in [name for name, value in changes.items() if value is None]:
            del one.activity[name]
        one.headers = []

    return spoil


def raw(body: bytes) -> Spoil:
    """Any bytes at all, not signed."""

    def spoil(one: Letter) -> None:
        one.body, one.headers = body, []

    return spoil


def kind(content_type: str) -> Spoil:
    """Another kind of body, well signed."""

    def spoil(one: Letter) -> None:
        one.headers = [
            ("Authorization", f"Bearer {one.signed()}"),
            ("Content-Type", content_type),
        ]

    return spoil


def channel(name: str) -> Spoil:
    """Another of the service's channels."""
    return lambda one: one.activity.update(channelId=name)


def away(what: str, how: int | str, **more: Any) -> Spoil:
    """The host of the keys has a fault."""
    return lambda one: one.at.teams.unkind.fails(what, how, times=9, **more)
