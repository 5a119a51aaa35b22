"""The desk's own token for the Connector: fetched once for all, and renewed before it ends."""

from __future__ import annotations

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import structlog

from bot.platform import SignInBroken
from bot.teams.deps import AppType, Clock, Settings
from bot.teams.errors import Busy, waiting
from bot.teams.fetching import as_object, read_body
from bot.teams.received import text_at

_log = structlog.get_logger(__name__)

# How long asking may take, in seconds.
PATIENCE = 10.0
# A token that ends within this time, or has a fifth of its life left, is renewed while it still
# serves; within the second it does not.
EARLY, LATE = timedelta(minutes=10), timedelta(seconds=30)
# How long nobody is asked again after a refusal.
REST = timedelta(seconds=5)
_LARGEST = 2**18
_GOOD = re.compile(r"[\x21-\x7e]{1,16384}", re.ASCII)
# The reason within a long text: AADSTS7000215.
_REASON = re.compile(r"AADSTS\d+", re.ASCII)
# A bot of many tenants is at home in the service's own.
_COMMON_TENANT = "botframework.com"

_Asking = AbstractAsyncContextManager[aiohttp.ClientResponse]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    renewed_at: datetime
    ends_at: datetime


class Tokens:
    """Gives the token. `now` is the machine's time, aware."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings, now: Clock) -> None:
        self._session = session
        self._settings = settings
        self._now = now
        self._kept: _Token | None = None
        self._fault: Busy | SignInBroken | None = None
        self._rests_until: datetime | None = None
        self._flight: asyncio.Task[None] | None = None

    async def get(self) -> str:
        """A token that is good now; raises `Busy` or `SignInBroken`."""
        kept, now = self._kept, self._now()
        if kept is not None and kept.ends_at - now > LATE:
            if kept.renewed_at <= now and not self._rests():
                self._renew()
            return kept.text
        if not self._rests():
            # Whoever asked may go; the others still want it.
            await asyncio.shield(self._renew())
        if self._fault is not None:
            raise _again(self._fault)
        if self._kept is None:
            raise Busy("there is no token yet")
        return self._kept.text

    def forget(self, token: str) -> None:
        """The Connector did not take it: the next one who asks gets another."""
        if self._kept is not None and self._kept.text == token:
            self._kept = None

    async def settled(self) -> None:
        """Until nobody asks meanwhile."""
        if self._flight is not None:
            await asyncio.wait([self._flight])

    async def close(self) -> None:
        """End what is under way."""
        if self._flight is not None and not self._flight.done():
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _rests(self) -> bool:
        return self._rests_until is not None and self._now() < self._rests_until

    def _renew(self) -> asyncio.Task[None]:
        """The one request that is under way, begun now where there is none."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.get_running_loop().create_task(self._ask())
        return self._flight

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                self._kept = await self._request()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            self._failed(Busy(f"no token can be had: {type(error).__name__}"))
        except (Busy, SignInBroken) as fault:
            self._failed(fault)
        else:
            self._fault, self._rests_until = None, None

    def _failed(self, fault: Busy | SignInBroken) -> None:
        self._fault = fault
        rest = fault.after if isinstance(fault, Busy) else None
        self._rests_until = self._now() + (rest or REST)
        _log.error("teams.no_token", reason=str(fault))

    async def _request(self) -> _Token:
        machine = self._settings.app_type is AppType.MANAGED_IDENTITY
        async with self._of_machine() if machine else self._of_secret() as answer:
            status, body = answer.status, await read_body(answer, _LARGEST)
        now = self._now()
        if status == 200:
            return _read(body, now)
        # A machine that is being looked after answers these for a while.
        if status == 429 or status >= 500 or (machine and status in {404, 410}):
            after = waiting(answer.headers.get("Retry-After"), now)
            raise Busy(f"no token can be had: the login answers {status}", after)
        mend = "the managed identity" if machine else "MicrosoftAppPassword"
        why = _refusal(body) or str(status)
        raise SignInBroken(f"Teams gives the desk no token ({why}): look at {mend}")

    def _of_secret(self) -> _Asking:
        """Ask with the bot's password, at its own tenant or at the service's."""
        settings = self._settings
        single = settings.app_type is AppType.SINGLE_TENANT
        tenant = settings.tenant_id if single else _COMMON_TENANT
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.password,
            "scope": settings.scope,
        }
        url = f"{settings.login_url.rstrip('/')}/{tenant}/oauth2/v2.0/token"
        return self._session.post(url, data=form, allow_redirects=False)

    def _of_machine(self) -> _Asking:
        """Ask this machine, which is registered as the bot; an app service wants its key shown."""
        settings, key = self._settings, self._settings.identity_key
        query = {
            "api-version": "2019-08-01" if key else "2018-02-01",
            "resource": settings.scope.removesuffix("/.default"),
            "client_id": settings.app_id,
        }
        headers = {"X-IDENTITY-HEADER": key} if key else {"Metadata": "true"}
        return self._session.get(
            settings.identity_url, params=query, headers=headers, allow_redirects=False
        )


def _read(body: bytes, now: datetime) -> _Token:
    """The token in an answer; raises `ValueError` for what is none."""
    said = as_object(body)
    token = said.get("access_token")
    if not isinstance(token, str) or _GOOD.fullmatch(token) is None:
        raise ValueError("no token in it")
    # Some logins write numbers as texts, some say when it ends instead of how long it lasts.
    if "expires_in" in said:
        lasts = float(str(said["expires_in"]))
    else:
        lasts = float(str(said.get("expires_on"))) - now.timestamp()
    if not 0 < lasts < 10**7:
        raise ValueError("no end in it")
    ends_at = now + timedelta(seconds=lasts)
    return _Token(token, ends_at - min(EARLY, timedelta(seconds=lasts / 5)), ends_at)


def _refusal(body: bytes) -> str:
    """Why the login gives none: its own number for it, or its word."""
    try:
        said = as_object(body)
    except ValueError:
        return ""
    found = _REASON.search(text_at(said, "error_description"))
    return found[0] if found else text_at(said, "error")[:80]


def _again(fault: Busy | SignInBroken) -> Busy | SignInBroken:
    """The same fault as an exception of its own: one may be raised to many at once."""
    return Busy(fault.reason, fault.after) if isinstance(fault, Busy) else SignInBroken(str(fault))
