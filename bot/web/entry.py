"""The way in and out: one-time links and sessions."""

from __future__ import annotations

from aiohttp import web

from bot.web import render
from bot.web.deps import DEPS
from bot.web.forms import read_form
from bot.web.session import COOKIE, Attempts, check_origin
from bot.web.visit import SESSIONS, posted
from desk.people import Person
from desk.ports import UnitOfWork
from handlers.sign_in import hashed

ATTEMPTS: web.AppKey[Attempts] = web.AppKey("web_attempts", Attempts)


async def offer(request: web.Request) -> web.Response:
    """GET /signin/{token}: a page with one button, so that a link's preview does not use it up."""
    token = request.match_info["token"]
    csrf = request.app[SESSIONS].csrf("link:" + hashed(token))
    return _page(render.signin("ready", token=token, csrf=csrf))


async def enter(request: web.Request) -> web.Response:
    """POST /signin/{token}: use the link up and begin a session."""
    deps, sessions, attempts = request.app[DEPS], request.app[SESSIONS], request.app[ATTEMPTS]
    now, address = deps.clock.now(), request.remote or ""
    check_origin(request, deps.settings)
    secret_hash = hashed(request.match_info["token"])
    # Nobody is known here yet, so nobody may leave files.
    given = await read_form(request, None)
    sessions.check_csrf("link:" + secret_hash, given.fields.get("_csrf", ""))

    async def use(uow: UnitOfWork) -> Person | None:
        link = await uow.notes.use_link(secret_hash, now)
        return await uow.people.person(link.person_id) if link else None

    person = await deps.desk.run(use)
    if person is None:
        # A good link is never made to wait: behind a proxy everybody comes from one address.
        attempts.check(address, now)
        attempts.failed(address, now)
        return _page(render.signin("spent"), 410)
    response = web.Response(status=303, headers={"Location": "/"})
    sessions.write(sessions.begin(person.id, now), response)
    return response


async def leave(request: web.Request) -> web.Response:
    """POST /signout: end the session."""
    here, given = await posted(request)
    await given.forget(here.deps.files)
    response = web.Response(status=303, headers={"Location": "/"})
    response.del_cookie(COOKIE, path="/")
    return response


def _page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")
