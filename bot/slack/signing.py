"""Whether a request is Slack's: decided over its raw bytes, before anything of it is read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

# How far Slack's clock and ours may be apart, either way.
WINDOW = timedelta(minutes=5)
_LONGEST = 12
_SIGNATURE_LENGTH = len("v0=") + 64


class Forged(Exception):
    """The request is not to be trusted; the text says why, for the log."""


def check(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise `Forged` unless `body` was signed with `secret` within five minutes of `now`."""
    said = headers.get("X-Slack-Request-Timestamp", "")
    # Whatever int() would take besides plain digits (signs, spaces, other scripts) is not Slack's.
    if not (said.isascii() and said.isdigit()) or len(said) > _LONGEST:
        raise Forged("no time that could be its own")
    if abs(now.timestamp() - int(said)) > WINDOW.total_seconds():
        raise Forged("not of these five minutes")
    given = headers.get("X-Slack-Signature", "")
    if len(given) != _SIGNATURE_LENGTH or not given.isascii():
        raise Forged("no signature")
    if not hmac.compare_digest(given.encode(), sign(secret, said, body).encode()):
        raise Forged("another signature")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of `body` at `timestamp`, in seconds since 1970 as Slack writes it."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
