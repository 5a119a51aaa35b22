"""Installing the app into a workspace: a state that is good once, a cookie, and a token kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from bot.platform import Retryable
from bot.slack import manifest
from bot.slack.deps import API_URL, INSTALL, PLATFORM, REDIRECT, Settings
from bot.slack.errors import Refused
from bot.slack.link import Link
from bot.slack.read import text_at
from desk.errors import NoKey, NotSaved
from desk.linking import Installation
from desk.ports import UnitOfWork

_log = structlog.get_logger(__name__)

COOKIE = "slack_install"
LASTS = timedelta(minutes=10)


def routes(app: web.Application, link: Link) -> None:
    """Put the two pages of an installation into an application."""
    flow = _Flow(link)
    app.router.add_get(INSTALL, flow.begin, allow_head=False)
    app.router.add_get(REDIRECT, flow.end, allow_head=False)


class _Flow:
    """The way to Slack's page and back."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def begin(self, _request: web.Request) -> web.Response:
        """GET /slack/install: off to Slack, with a state that only this browser can use."""
        link, settings = self._link, self._link.settings
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        until = link.wall() + LASTS

        async def note(uow: UnitOfWork) -> None:
            # Before anybody agrees to anything in Slack.
            uow.installations.ready()
            await uow.codes.add_state(_hash(state), _hash(browser), until)

        try:
            await link.desk.run(note)
        except NotSaved as error:
            _log.warning("slack.install.not_saved", reason=str(error))
            return _page(503, "Not saved", "Nothing was begun. Try again in a moment.")
        except NoKey as error:
            return _no_key(error)
        query = urlencode(
            {
                "client_id": settings.client_id,
                "scope": ",".join(manifest.SCOPES),
                "state": state,
                "redirect_uri": settings.public_url + REDIRECT,
            }
        )
        response = web.Response(
            status=302, headers={"Location": f"{_authorize_url(settings)}?{query}"}
        )
        response.set_cookie(
            COOKIE,
            browser,
            max_age=int(LASTS.total_seconds()),
            path=REDIRECT,
            secure=settings.public_url.startswith("https://"),
            httponly=True,
            # Slack sends the browser back from another site: "Strict" would lose it there.
            samesite="Lax",
        )
        return response

    async def end(self, request: web.Request) -> web.Response:
        """GET /slack/oauth_redirect: back from Slack, with a code for a token."""
        try:
            response = await self._end(request)
        except (Refused, Retryable) as error:
            _log.warning("slack.install.refused", reason=str(error))
            response = _page(502, "Slack did not finish it", "Begin again with the same link.")
        except NoKey as error:
            response = _no_key(error)
        except NotSaved as error:
            _log.warning("slack.install.not_saved", reason=str(error))
            response = _page(503, "Not saved", "Nothing was changed. Begin again.")
        response.del_cookie(COOKIE, path=REDIRECT)
        return response

    async def _end(self, request: web.Request) -> web.Response:
        query, link = request.query, self._link
        state, browser = query.get("state", ""), request.cookies.get(COOKIE, "")
        now = link.wall()
        # Used up first, whatever else is wrong: a state is never good twice.
        expected = await link.desk.run(lambda uow: uow.codes.use_state(_hash(state), now))
        if expected is None or not secrets.compare_digest(expected, _hash(browser)):
            _log.warning("slack.install.forged", remote=request.remote)
            return _page(400, "This did not begin here", "Begin with the desk's own link.")
        if query.get("error", "access_denied" if "code" not in query else "") == "access_denied":
            return _page(200, "Nothing was installed", "You did not agree, so nothing changed.")
        if "error" in query:
            raise Refused("oauth.v2.authorize", query["error"][:100])
        said = await link.api.call(
            "",
            "oauth.v2.access",
            client_id=link.settings.client_id,
            client_secret=link.settings.client_secret,
            code=query["code"],
            redirect_uri=link.settings.public_url + REDIRECT,
        )
        bot = (await link.api.identity(text_at(said, "access_token")))[0]
        made = installation(said, bot, now)

        async def keep(uow: UnitOfWork) -> Installation | None:
            await uow.installations.put(made)
            return await uow.installations.get(made.platform, made.workspace)

        kept = await link.desk.run(keep)
        link.installs.forget()
        _log.info("slack.installed", workspace=made.workspace, name=made.name)
        how = (
            "Now say to the app in Slack which partner this workspace is of: "
            "/desk link and the code that you were given."
        )
        if kept is not None and kept.partner_id is not None:
            how = "The desk knows this workspace: write to the app in Slack as before."
        return _page(200, f"The desk is in {made.name or made.workspace}", how)


def installation(said: Mapping[str, Any], bot: Mapping[str, Any], now: datetime) -> Installation:
    """What `oauth.v2.access` granted, and `auth.test` told of the bot, as it is kept."""
    whole = said.get("is_enterprise_install") is True
    enterprise = text_at(said, "enterprise", "id")
    lasts = said.get("expires_in")
    return Installation(
        platform=PLATFORM,
        workspace=enterprise if whole else text_at(said, "team", "id"),
        token=text_at(said, "access_token"),
        enterprise=enterprise,
        bot_user=text_at(said, "bot_user_id"),
        bot_id=text_at(bot, "bot_id"),
        scopes=tuple(one for one in text_at(said, "scope").split(",") if one),
        refresh_token=text_at(said, "refresh_token"),
        expires_at=now + timedelta(seconds=lasts) if isinstance(lasts, int) else None,
        installed_by=text_at(said, "authed_user", "id"),
        name=text_at(said, "team", "name") or text_at(said, "enterprise", "name"),
    )


def _authorize_url(settings: Settings) -> str:
    """Slack's own page; where the Web API is somewhere else, that page is there too."""
    parts = urlsplit(settings.api_url)
    base = (
        "https://slack.com" if settings.api_url == API_URL else f"{parts.scheme}://{parts.netloc}"
    )
    return f"{base}/oauth/v2/authorize"


def _no_key(error: NoKey) -> web.Response:
    _log.error("slack.install.no_key", reason=str(error))
    how = "Nothing was installed. Ask the desk's operators to set DESK_SECRET_KEY."
    return _page(503, "The desk cannot keep a token", how)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _page(status: int, title: str, what: str) -> web.Response:
    html = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><body><h1>{escape(title)}</h1><p>{escape(what)}</p>"
    )
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)
