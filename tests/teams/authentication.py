"""What arrives at the door of Teams, and what becomes of it: a table for tests and for the docs.

The page is written by `python -m tests.teams.authentication > docs/teams-authentication.md`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
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


@dataclass(frozen=True)
class Case:
    """What arrives, what is answered, and how to make it of a good letter."""

    words: str
    status: int
    spoil: Spoil


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


def pieces(header: Any = None, payload: Any = None, signature: bytes = b"") -> Spoil:
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


# --- the table ------------------------------------------------------------------------------------

_AAD = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
_AAD_2 = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"
_CONNECTOR = "https://smba.trafficmanager.net/emea/"
_NEVER = "the address of another Connector"

TAKEN = (
    Case("a message as Teams sends it", 200, nothing),
    Case(
        "the scheme in small letters",
        200,
        lambda one: headers(("Authorization", f"bearer {one.signed()}"))(one),
    ),
    Case("the public cloud's Connector", 200, service(_CONNECTOR)),
    Case(
        "the Connector of the American government",
        200,
        service("https://smba.infra.gov.teams.microsoft.us/teams/"),
    ),
    Case("an end that passed 4 min 59 s ago: clocks differ", 200, moved("exp", -299)),
    Case("a beginning in 4 min 59 s", 200, moved("nbf", 299)),
    Case("without a beginning", 200, claim(nbf=None)),
    Case(
        "more in the header and the claims than we know",
        200,
        lambda one: (header(x5t="abc", typ="JWT")(one), claim(jti="1", roles=["x"])(one)),
    ),
    Case("a key for several channels", 200, endorsed("webchat", "msteams")),
    Case("a key that is a moment old: the keys are fetched at once", 200, rotated),
    Case("the key of before, still published", 200, both_published),
)

UNKNOWN = (
    Case("no `Authorization`", 401, headers()),
    Case("two of them", 401, lambda one: headers(
        ("Authorization", f"Bearer {one.signed()}"),
        ("Authorization", f"Bearer {one.signed()}"))(one)),
    Case("another scheme", 401, headers(("Authorization", "Basic YTpi"))),
    Case("a scheme without a token", 401, headers(("Authorization", "Bearer"))),
    Case("garbage", 401, bearer("garbage")),
    Case("two pieces", 401, bearer("e30.e30")),
    Case("four pieces", 401, lambda one: bearer(f"{one.signed()}.e30")(one)),
    Case("letters that no token has", 401, lambda one: bearer(one.signed() + "=")(one)),
    Case("two tokens after one another", 401, lambda one: bearer(
        f"{one.signed()} {one.signed()}")(one)),
    Case("a header that is no JSON", 401, pieces(b"{")),
    Case("a header that is a list", 401, pieces([1])),
    Case("a header nested 5,000 deep", 401, pieces(b"[" * 5000)),
    Case("claims that are no JSON", 401, pieces(payload=b"\xff")),
    Case("claims that are a list", 401, pieces(payload=[1])),
    Case("not signed: `alg` none", 401, pieces({"alg": "none"})),
    Case("not signed: `alg` nOnE", 401, pieces({"alg": "nOnE"})),
    Case("`alg` none, with a signature", 401, pieces(
        {"alg": "none"}, signature=b"x" * 256)),
    Case("no `alg`", 401, by_hand(sha512)),
    Case("`alg` that is a number", 401, pieces({"alg": 256})),
    Case("HS256, keyed with the public key", 401, by_hand(hmac_of_public, alg="HS256")),
    Case("RS512 with the right key", 401, by_hand(sha512, alg="RS512")),
    Case("PS256 with the right key", 401, by_hand(pss, alg="PS256")),
    Case("RS256 announced, another digest used", 401, by_hand(sha512, alg="RS256")),
    Case("an empty signature", 401, pieces()),
    Case("another key under the right name", 401, forged()),
    Case("a forger's key in the header", 401, with_forgers_key),
    Case("the signature of another token", 401, borrowed),
    Case("claims changed after signing", 401, altered),
    Case("no `kid`", 401, lambda one: setattr(one, "kid", None)),
    Case("`kid` that is a number", 401, pieces({"kid": 1})),
    Case("`kid` that is empty", 401, pieces({"kid": ""})),
    Case("`kid` that nobody knows", 401, unknown_key),
    Case("a key that was taken back a day ago", 401, retired),
    Case("a published key of 1,024 bits", 401, weak),
    Case("a published key for encryption", 401, for_encryption),
    Case("asks for something critical, and is well signed", 401, by_hand(
        rightly, alg="RS256", crit=["b64"], b64=True)),
    Case("no `exp`", 401, claim(exp=None)),
    Case("an end that passed 5 min ago", 401, moved("exp", -300)),
    Case("an end that passed a year ago", 401, moved("exp", -365 * 86400)),
    Case("`exp` that is a text", 401, claim(exp="4102444800")),
    Case("`exp` that is true", 401, claim(exp=True)),
    Case("`exp` that is null", 401, lambda one: one.claims.update(exp=None)),
    Case("`exp` that is NaN", 401, claim(exp=float("nan"))),
    Case("`exp` that is endless", 401, claim(exp=float("inf"))),
    Case("`exp` of 400 digits", 401, claim(exp=10**400)),
    Case("a beginning in 5 min 1 s", 401, moved("nbf", 301)),
    Case("`nbf` that is a text", 401, claim(nbf="now")),
    Case("made in an hour", 401, moved("iat", 3600)),
    Case("no `aud`", 401, claim(aud=None)),
    Case("for another bot", 401, claim(aud="99999999-2222-3333-4444-555555555555")),
    Case("for us and another, as a list", 401, lambda one: claim(
        aud=[one.at.teams.app_id, "another"])(one)),
    Case("for us alone, as a list", 401, lambda one: claim(aud=[one.at.teams.app_id])(one)),
    Case("for nobody", 401, claim(aud="")),
    Case("no `iss`", 401, claim(iss=None)),
    Case("of another issuer", 401, claim(iss="https://evil.example")),
    Case("of ours with a stroke more", 401, claim(iss="https://api.botframework.com/")),
    Case("of ours, as a list", 401, claim(iss=["https://api.botframework.com"])),
    Case("of the directory, as the emulator has it", 401, claim(iss=_AAD)),
    Case("of the directory's newer login", 401, claim(iss=_AAD_2, ver="2.0")),
    Case("a bot's own outgoing token that leaked", 401, lambda one: claim(
        iss=_AAD, aud="https://api.botframework.com", appid=one.at.teams.app_id,
        serviceurl=None)(one)),
)  # fmt: skip

FORBIDDEN = (
    Case("a key that may not sign for Teams", 403, endorsed("webchat")),
    Case("a key that may sign for nobody", 403, endorsed()),
    Case("a token for no Connector", 403, claim(serviceurl=None)),
    Case("a token for another Connector", 403, claim(serviceurl=_CONNECTOR)),
    Case("a Connector that differs by its last stroke", 403, lambda one: claim(
        serviceurl=one.at.teams.service_url.rstrip("/"))(one)),
    Case("an activity of another channel", 403, channel("webchat")),
    Case("an activity of a channel that is none", 403, channel("MSTEAMS")),
    *(
        Case(f"{_NEVER}: `{url}`", 403, service(url))
        for url in (
            "https://evil.example/",
            "https://smba.trafficmanager.net.evil.example/",
            "https://evil.example/smba.trafficmanager.net/",
            "https://smba.trafficmanager.net@evil.example/",
            "https://evil.example\\@smba.trafficmanager.net/",
            "https://evil-smba.trafficmanager.net/",
            "https://x.smba.trafficmanager.net/",
            "https://trafficmanager.net/",
            "https://smba.trafficmanager.net:8443/",
            "https://smba.trafficmanager.net./",
            "https://SMBA.trafficmanager.net/",
            "https://smba.trafficmanager.nеt/",
            "https://smba。trafficmanager。net/",
            "http://smba.trafficmanager.net/",
            "ftp://smba.trafficmanager.net/",
            "//smba.trafficmanager.net/",
            " https://smba.trafficmanager.net/",
            "https://smba.trafficmanager.net/?to=evil.example",
            "https://smba.trafficmanager.net/#evil.example",
            "https://smba.trafficmanager.net/%2e%2e/",
            "https://smba.trafficmanager.net/../",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
            "http://169.254.169.254/metadata/",
            "file:///etc/passwd",
        )
    ),
)  # fmt: skip

MALFORMED = (
    Case("nothing", 400, raw(b"")),
    Case("no JSON", 400, raw(b"{")),
    Case("no UTF-8", 400, raw(b'{"type":"\xff"}')),
    Case("a list", 400, raw(b"[]")),
    Case("a text", 400, raw(b'"message"')),
    Case("lists nested 100,000 deep", 400, raw(b"[" * 100_000)),
    Case("a number of 5,000 digits", 400, raw(b'{"type":' + b"1" * 5000 + b"}")),
    Case("no type", 400, of(type=None)),
    Case("a type that is a number", 400, of(type=1)),
    Case("no service address", 400, of(serviceUrl=None)),
    Case("an empty service address", 400, of(serviceUrl="")),
    Case("a service address that is an object", 400, of(serviceUrl={"url": _CONNECTOR})),
    Case("no channel", 400, of(channelId=None)),
    Case("no conversation", 400, of(conversation=None)),
    Case("a conversation that is a text", 400, of(conversation="a:1")),
    Case("a conversation without an id", 400, of(conversation={"tenantId": "1"})),
    Case("a conversation with an id of 2,000 letters", 400, of(conversation={"id": "a" * 2000})),
    Case("a sender that is a text", 400, of(**{"from": "29:1nora"})),
    Case("a text that is a list", 400, of(text=["hello"])),
    Case("a time that is none", 400, of(timestamp="yesterday")),
    Case("a time that is a number", 400, of(timestamp=1772784000)),
    Case("a local time that is none", 400, of(localTimestamp="2026-13-41T25:00:00Z")),
    Case("attachments that are an object", 400, of(attachments={"contentType": "text/html"})),
    Case("attachments that are texts", 400, of(attachments=["card"])),
    Case("members that are nothing", 400, of(membersAdded=[None])),
    Case("particulars of Teams that are a list", 400, of(channelData=[1])),
)

TOO_MUCH = (
    Case("more than 1 MiB", 413, raw(b'{"text":"' + b"x" * 2**20 + b'"}')),
    Case("a form", 415, kind("application/x-www-form-urlencoded")),
    Case("a plain text", 415, kind("text/plain")),
)

UNCERTAIN = (
    Case("the host of the keys is dead", 503, away("metadata", "reset")),
    Case("it answers 500", 503, away("metadata", 500)),
    Case("it sends us elsewhere", 503, away("metadata", 302)),
    Case("it answers a page", 503, away("metadata", "garbage")),
    Case("it names keys at an address that is none", 503, away(
        "metadata", "body", body=b'{"jwks_uri": 1}')),
    Case("it names keys where anybody could change them", 503, away(
        "metadata", "body", body=b'{"jwks_uri": "http://evil.example/keys"}')),
    Case("the keys themselves are not to be had", 503, away("keys", "reset")),
    Case("there are no keys", 503, away("keys", "body", body=b'{"keys": []}')),
    Case("the keys are a list of texts", 503, away("keys", "body", body=b'{"keys": ["a"]}')),
    Case("the keys are more than 1 MiB", 503, away("keys", "body", body=b" " * (2**20 + 1))),
)  # fmt: skip

GROUPS = (
    ("Taken", TAKEN, "The desk acts on it."),
    ("Nobody knows who sent it", UNKNOWN, "No token, or one that proves nothing."),
    (
        "It is the service's, and may not do this",
        FORBIDDEN,
        "The token is genuine. It is for something else, or would have the desk answer to a "
        "stranger, who would get the desk's own token.",
    ),
    (
        "It is no activity",
        MALFORMED,
        "Refused before its token is looked at, and without fetching a key.",
    ),
    ("It is too much, or of another kind", TOO_MUCH, "Refused by its size or its kind alone."),
    (
        "It cannot be known",
        UNCERTAIN,
        "The token may be genuine: whoever sent it may try again. Nobody else waits meanwhile, and "
        "the host is left alone for ten seconds.",
    ),
)


def cases() -> Iterator[Case]:
    """All of them."""
    for _, found, _ in GROUPS:
        yield from found


def page() -> str:
    """The page of the documentation."""
    number = len(list(cases()))
    lines = [
        "# Who may speak to the desk in Teams",
        "",
        "`POST /api/messages` is open to the whole internet. Whatever arrives is let in only if",
        "the Bot Framework service signed it, for this bot, for Teams, a moment ago, and if the",
        "Connector that it names is one of Microsoft's. Nothing is ever answered with a 500.",
        "",
        f"These {number} cases are tried over HTTP by `tests/teams/test_authentication.py`. The",
        "page is written from the same table: `python -m tests.teams.authentication`.",
        "",
        "Settings: the accepted issuers, the address of the keys, and the hosts of the Connector.",
        "Without an app id nobody would have to sign, so that Teams is not served without one. A",
        "trial on one machine, as with the Playground, is an explicit setting: it works on a desk",
        "that nobody else reaches, for programs on that machine, and for no page in a browser.",
    ]
    for title, found, about in GROUPS:
        lines += ["", f"## {title}", "", about, "", "| what arrives | answer |", "|---|---|"]
        lines += [f"| {one.words.replace('|', chr(92) + '|')} | {one.status} |" for one in found]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
