"""What arrives at the door of Teams, and what becomes of it: a table for tests and for the docs.

The page is written by `python -m tests.teams.authentication > docs/teams-authentication.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.teams.spoiling import (
    Spoil,
    altered,
    away,
    bearer,
    borrowed,
    both_published,
    by_hand,
    channel,
    claim,
    endorsed,
    for_encryption,
    forged,
    header,
    headers,
    hmac_of_public,
    kind,
    moved,
    nothing,
    of,
    pieces,
    pss,
    raw,
    retired,
    rightly,
    rotated,
    service,
    sha512,
    unknown_key,
    weak,
    with_forgers_key,
)


@dataclass(frozen=True)
class Case:
    """What arrives, what is answered, what the log says, and how to make it of a good letter."""

    words: str
    status: int
    why: str
    spoil: Spoil


# --- the table ------------------------------------------------------------------------------------

_AAD = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
_AAD_2 = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"
_CONNECTOR = "https://smba.trafficmanager.net/emea/"
_NEVER = "the address of another Connector"
_UNREADABLE = "no token that can be read"

TAKEN = (
    Case("a message as Teams sends it", 200, "", nothing),
    Case(
        "the scheme in small letters",
        200,
        "",
        lambda one: headers(("Authorization", f"bearer {one.signed()}"))(one),
    ),
    Case("the public cloud's Connector", 200, "", service(_CONNECTOR)),
    Case(
        "the Connector of the American government",
        200,
        "",
        service("https://smba.infra.gov.teams.microsoft.us/teams/"),
    ),
    Case("an end that passed 4 min 59 s ago: clocks differ", 200, "", moved("exp", -299)),
    Case("a beginning in 4 min 59 s", 200, "", moved("nbf", 299)),
    Case("without a beginning", 200, "", claim(nbf=None)),
    Case(
        "more in the header and the claims than we know",
        200,
        "",
        lambda one: (header(x5t="abc", typ="JWT")(one), claim(jti="1", roles=["x"])(one)),
    ),
    Case("a key for several channels", 200, "", endorsed("webchat", "msteams")),
    Case("a key that is a moment old: the keys are fetched at once", 200, "", rotated),
    Case("the key of before, still published", 200, "", both_published),
)

UNKNOWN = (
    Case("no `Authorization`", 401, "0 Authorization headers", headers()),
    Case(
        "two of them",
        401,
        "2 Authorization headers",
        lambda one: headers(
            ("Authorization", f"Bearer {one.signed()}"), ("Authorization", f"Bearer {one.signed()}")
        )(one),
    ),
    Case("another scheme", 401, "no bearer token", headers(("Authorization", "Basic YTpi"))),
    Case("a scheme without a token", 401, "no bearer token", headers(("Authorization", "Bearer"))),
    Case("garbage", 401, "no bearer token", bearer("garbage")),
    Case("two pieces", 401, "no bearer token", bearer("e30.e30")),
    Case("four pieces", 401, "no bearer token", lambda one: bearer(f"{one.signed()}.e30")(one)),
    Case(
        "letters that no token has",
        401,
        "no bearer token",
        lambda one: bearer(one.signed() + "=")(one),
    ),
    Case(
        "two tokens after one another",
        401,
        "no bearer token",
        lambda one: bearer(f"{one.signed()} {one.signed()}")(one),
    ),
    Case("a header that is no JSON", 401, _UNREADABLE, pieces(b"{")),
    Case("a header that is a list", 401, _UNREADABLE, pieces([1])),
    Case("a header nested 5,000 deep", 401, _UNREADABLE, pieces(b"[" * 5000)),
    Case("claims that are no JSON", 401, _UNREADABLE, pieces(payload=b"\xff")),
    Case("claims that are a list", 401, _UNREADABLE, pieces(payload=[1])),
    Case(
        "not signed: `alg` none",
        401,
        "not signed with RS256",
        pieces({"alg": "none"}, signature=b""),
    ),
    Case(
        "not signed: `alg` nOnE",
        401,
        "not signed with RS256",
        pieces({"alg": "nOnE"}, signature=b""),
    ),
    Case(
        "`alg` none, with a signature that is right",
        401,
        "not signed with RS256",
        by_hand(rightly, alg="none"),
    ),
    Case("no `alg`", 401, "not signed with RS256", by_hand(rightly)),
    Case("`alg` that is a number", 401, "not signed with RS256", by_hand(rightly, alg=256)),
    Case(
        "HS256, keyed with the public key",
        401,
        "not signed with RS256",
        by_hand(hmac_of_public, alg="HS256"),
    ),
    Case("RS512 with the right key", 401, "not signed with RS256", by_hand(sha512, alg="RS512")),
    Case("PS256 with the right key", 401, "not signed with RS256", by_hand(pss, alg="PS256")),
    Case(
        "RS256 announced, another digest used",
        401,
        "another signature",
        by_hand(sha512, alg="RS256"),
    ),
    Case("an empty signature", 401, "another signature", pieces(signature=b"")),
    Case("a signature of zeros", 401, "another signature", pieces(signature=bytes(256))),
    Case("another key under the right name", 401, "another signature", forged()),
    Case("a forger's key in the header", 401, "another signature", with_forgers_key),
    Case("the signature of another token", 401, "another signature", borrowed),
    Case("claims changed after signing", 401, "another signature", altered),
    Case("no `kid`", 401, "names no key", lambda one: setattr(one, "kid", None)),
    Case("`kid` that is a number", 401, _UNREADABLE, by_hand(rightly, alg="RS256", kid=1)),
    Case("`kid` that is empty", 401, "names no key", by_hand(rightly, alg="RS256", kid="")),
    Case("`kid` that nobody knows", 401, "an unknown key", unknown_key),
    Case("a key that was taken back a day ago", 401, "an unknown key", retired),
    Case("a published key of 1,024 bits", 401, "an unknown key", weak),
    Case("a published key for encryption", 401, "an unknown key", for_encryption),
    Case(
        "asks for something critical, and is well signed",
        401,
        "asks for more than we know",
        by_hand(rightly, alg="RS256", crit=["b64"], b64=True),
    ),
    Case("no `exp`", 401, "without an end", claim(exp=None)),
    Case("an end that passed 5 min ago", 401, "expired", moved("exp", -300)),
    Case("an end that passed a year ago", 401, "expired", moved("exp", -365 * 86400)),
    Case("`exp` that is a text", 401, "exp is no time", claim(exp="4102444800")),
    Case("`exp` that is true", 401, "exp is no time", claim(exp=True)),
    Case("`exp` that is null", 401, "exp is no time", lambda one: one.claims.update(exp=None)),
    Case("`exp` that is NaN", 401, "exp is no time", claim(exp=float("nan"))),
    Case("`exp` that is endless", 401, "exp is no time", claim(exp=float("inf"))),
    Case("`exp` of 400 digits", 401, "exp is no time", claim(exp=10**400)),
    Case("a beginning in 5 min 1 s", 401, "not good yet", moved("nbf", 301)),
    Case("`nbf` that is a text", 401, "nbf is no time", claim(nbf="now")),
    Case("`nbf` that is true", 401, "nbf is no time", claim(nbf=True)),
    Case("made in an hour", 401, "not good yet", moved("iat", 3600)),
    Case("no `aud`", 401, "for somebody else", claim(aud=None)),
    Case(
        "for another bot",
        401,
        "for somebody else",
        claim(aud="99999999-2222-3333-4444-555555555555"),
    ),
    Case(
        "for us and another, as a list",
        401,
        "for somebody else",
        lambda one: claim(aud=[one.at.teams.app_id, "another"])(one),
    ),
    Case(
        "for us alone, as a list",
        401,
        "for somebody else",
        lambda one: claim(aud=[one.at.teams.app_id])(one),
    ),
    Case("for nobody", 401, "for somebody else", claim(aud="")),
    Case("no `iss`", 401, "of another issuer", claim(iss=None)),
    Case("of another issuer", 401, "of another issuer", claim(iss="https://evil.example")),
    Case(
        "of ours with a stroke more",
        401,
        "of another issuer",
        claim(iss="https://api.botframework.com/"),
    ),
    Case(
        "of ours, as a list", 401, "of another issuer", claim(iss=["https://api.botframework.com"])
    ),
    Case("of the directory, as the emulator has it", 401, "of another issuer", claim(iss=_AAD)),
    Case("of the directory's newer login", 401, "of another issuer", claim(iss=_AAD_2, ver="2.0")),
    Case(
        "a bot's own outgoing token that leaked",
        401,
        "of another issuer",
        lambda one: claim(
            iss=_AAD, aud="https://api.botframework.com", appid=one.at.teams.app_id, serviceurl=None
        )(one),
    ),
)

FORBIDDEN = (
    Case(
        "a key that may not sign for Teams",
        403,
        "a key that may not sign for Teams",
        endorsed("webchat"),
    ),
    Case("a key that may sign for nobody", 403, "a key that may not sign for Teams", endorsed()),
    Case("a token for no Connector", 403, "for another Connector", claim(serviceurl=None)),
    Case(
        "a token for another Connector", 403, "for another Connector", claim(serviceurl=_CONNECTOR)
    ),
    Case(
        "a Connector that differs by its last stroke",
        403,
        "for another Connector",
        lambda one: claim(serviceurl=one.at.teams.service_url.rstrip("/"))(one),
    ),
    Case("an activity of another channel", 403, "of the channel 'webchat'", channel("webchat")),
    Case(
        "an activity of a channel that is none", 403, "of the channel 'MSTEAMS'", channel("MSTEAMS")
    ),
    *(
        Case(f"{_NEVER}: `{url}`", 403, "no Connector of ours", service(url))
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
)

MALFORMED = (
    Case("nothing", 400, "JSON", raw(b"")),
    Case("no JSON", 400, "JSON", raw(b"{")),
    Case("no UTF-8", 400, "JSON", raw(b'{"type":"\xff"}')),
    Case("a list", 400, "an object", raw(b"[]")),
    Case("a text", 400, "an object", raw(b'"message"')),
    Case("lists nested 100,000 deep", 400, "JSON", raw(b"[" * 100_000)),
    Case("a number of 5,000 digits", 400, "JSON", raw(b'{"type":' + b"1" * 5000 + b"}")),
    Case("no type", 400, "type", of(type=None)),
    Case("a type that is a number", 400, "type", of(type=1)),
    Case("no service address", 400, "serviceUrl", of(serviceUrl=None)),
    Case("an empty service address", 400, "serviceUrl", of(serviceUrl="")),
    Case(
        "a service address that is an object", 400, "serviceUrl", of(serviceUrl={"url": _CONNECTOR})
    ),
    Case("no channel", 400, "channelId", of(channelId=None)),
    Case("no conversation", 400, "conversation.id", of(conversation=None)),
    Case("a conversation that is a text", 400, "conversation", of(conversation="a:1")),
    Case(
        "a conversation without an id", 400, "conversation.id", of(conversation={"tenantId": "1"})
    ),
    Case(
        "a conversation with an id of 2,000 letters",
        400,
        "conversation.id",
        of(conversation={"id": "a" * 2000}),
    ),
    Case("a sender that is a text", 400, "from", of(**{"from": "29:1nora"})),
    Case("a text that is a list", 400, "text", of(text=["hello"])),
    Case("a time that is none", 400, "timestamp", of(timestamp="yesterday")),
    Case("a time that is a number", 400, "timestamp", of(timestamp=1772784000)),
    Case(
        "a local time that is none",
        400,
        "localTimestamp",
        of(localTimestamp="2026-13-41T25:00:00Z"),
    ),
    Case(
        "attachments that are an object",
        400,
        "attachments",
        of(attachments={"contentType": "text/html"}),
    ),
    Case("attachments that are texts", 400, "attachments", of(attachments=["card"])),
    Case("members that are nothing", 400, "membersAdded", of(membersAdded=[None])),
    Case("particulars of Teams that are a list", 400, "channelData", of(channelData=[1])),
)

TOO_MUCH = (
    Case("more than 1 MiB", 413, "too large", raw(b'{"text":"' + b"x" * 2**20 + b'"}')),
    Case(
        "a form",
        415,
        "application/x-www-form-urlencoded is no JSON",
        kind("application/x-www-form-urlencoded"),
    ),
    Case("a plain text", 415, "text/plain is no JSON", kind("text/plain")),
)

UNCERTAIN = (
    Case("the host of the keys is dead", 503, "ServerDisconnectedError", away("metadata", "reset")),
    Case("it answers 500", 503, "answers 500", away("metadata", 500)),
    Case("it sends us elsewhere", 503, "answers 302", away("metadata", 302)),
    Case("it answers a page", 503, "JSONDecodeError", away("metadata", "garbage")),
    Case(
        "it names keys at an address that is none",
        503,
        "no safe address of keys",
        away("metadata", "body", body=b'{"jwks_uri": 1}'),
    ),
    Case(
        "it names keys where anybody could change them",
        503,
        "no safe address of keys",
        away("metadata", "body", body=b'{"jwks_uri": "http://evil.example/keys"}'),
    ),
    Case(
        "the keys themselves are not to be had",
        503,
        "ServerDisconnectedError",
        away("keys", "reset"),
    ),
    Case(
        "there are no keys",
        503,
        "no key that could be used",
        away("keys", "body", body=b'{"keys": []}'),
    ),
    Case(
        "the keys are a list of texts",
        503,
        "no key that could be used",
        away("keys", "body", body=b'{"keys": ["a"]}'),
    ),
    Case(
        "the keys are more than 1 MiB",
        503,
        "TooLong",
        away("keys", "body", body=b" " * (2**20 + 1)),
    ),
)

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
        lines += ["", f"## {title}", "", about, ""]
        lines += ["| what arrives | answer | the log says |", "|---|---|---|"]
        lines += [f"| {one.words} | {one.status} | {one.why} |" for one in found]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
