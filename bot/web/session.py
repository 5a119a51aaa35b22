"""Who is looking: one-time links, the signed session cookie, and what proves a form is ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from itsdangerous import BadData, URLSafeSerializer

from bot.web.deps import Settings
from bot.web.faults import BadRequest, Forged, TooMany

COOKIE = "desk_session"
SESSION_LIVES = timedelta(hours=12)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: whose it is, its own name, and until when (None: the demo's)."""

    person_id: str
    sid: str
    until: datetime | None


class Sessions:
    """The session cookies of one desk."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._signer = URLSafeSerializer(settings.secret, salt="partnerdesk.session")
        self._key = hashlib.sha256(b"partnerdesk.csrf:" + settings.secret.encode()).digest()

    def begin(self, person_id: str, now: datetime) -> Session:
        """A new session; the demo's ends with the browser, because its clock is moved about."""
        until = None if self._settings.demo else now + SESSION_LIVES
        return Session(person_id, secrets.token_urlsafe(16), until)

    def write(self, session: Session, response: web.StreamResponse) -> None:
        """Put the session's cookie on a response."""
        until = None if session.until is None else int(session.until.timestamp())
        response.set_cookie(
            COOKIE,
            self._signer.dumps([session.person_id, session.sid, until]),
            max_age=None if until is None else int(SESSION_LIVES.total_seconds()),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._settings.secure,
        )

    def read(self, request: web.Request, now: datetime) -> Session | None:
        """The request's session, if its cookie is ours and still good."""
        try:
            person_id, sid, ends = self._signer.loads(request.cookies.get(COOKIE, ""))
        except (BadData, ValueError, TypeError):
            return None
        until = None if ends is None else datetime.fromtimestamp(ends, UTC)
        if (until is None) != self._settings.demo or (until is not None and until <= now):
            return None
        return Session(person_id, sid, until)

    def csrf(self, bound_to: str) -> str:
        """The token that a form must carry: it belongs to a session, or to a sign-in link."""
        return hmac.new(self._key, bound_to.encode(), hashlib.sha256).hexdigest()

    def check_csrf(self, bound_to: str, given: str) -> None:
        """Raise `Forged` where the token is missing or another session's."""
        if not hmac.compare_digest(self.csrf(bound_to).encode(), given.encode()):
            raise Forged


def check_origin(request: web.Request, settings: Settings) -> None:
    """Raise `Forged` where a browser says that the request comes from another site."""
    headers: Mapping[str, str] = request.headers
    if headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forged
    origin = headers.get("Origin")
    if origin is None:
        return
    # The scheme is left out: behind a proxy that ends TLS, the request itself does not know it.
    ours = {request.host.lower(), urlsplit(settings.public_url).netloc.lower()}
    if origin.partition("://")[2].lower() not in ours:
        raise Forged


def check_host(request: web.Request, settings: Settings) -> None:
    """Raise `BadRequest` where a desk on loopback is called by a name that is not this machine's.

    Any website could otherwise point a name of its own at this machine and read along.
    """
    if not settings.loopback:
        return
    try:
        asked = urlsplit(f"//{request.host}").hostname
    except ValueError:
        asked = None
    if asked not in _LOOPBACK | {urlsplit(settings.public_url).hostname}:
        raise BadRequest(
            "The desk does not go by this name.",
            "It listens on this machine only.",
            f"Open {settings.public_url} instead.",
        )


class Attempts:
    """How often an address may fail to sign in: `allowed` times in `window`."""

    def __init__(self, allowed: int = 10, window: timedelta = timedelta(minutes=10)) -> None:
        self._allowed = allowed
        self._window = window
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()

    def check(self, address: str, now: datetime) -> None:
        """Raise `TooMany` where the address has used up its tries."""
        recent = [at for at in self._failed.get(address, ()) if at > now - self._window]
        if len(recent) >= self._allowed:
            raise TooMany(
                "There were too many tries from your address.",
                "",
                "Wait ten minutes, then ask for a new link.",
            )

    def failed(self, address: str, now: datetime) -> None:
        """Count a failure."""
        recent = [at for at in self._failed.pop(address, ()) if at > now - self._window]
        self._failed[address] = [*recent, now]
        while len(self._failed) > 10_000:
            self._failed.popitem(last=False)
