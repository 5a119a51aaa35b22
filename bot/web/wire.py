"""The routes of the web chat, and what holds for every one of them."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web import acting, assets, demo, entry, reading, render, stream
from bot.web.answers import result
from bot.web.deps import DEPS, Deps
from bot.web.entry import ATTEMPTS
from bot.web.faults import BadRequest, Fault, NotFound, NotSignedIn
from bot.web.session import Attempts, Sessions, check_host
from bot.web.visit import SESSIONS
from desk.errors import NotSaved, Refusal

_log = structlog.get_logger(__name__)
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": browsers would then hide the origin of our own forms too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
# What is answered with JSON, also when it goes wrong: the page's scripts ask for it.
_SCRIPTED = ("/act", "/say", "/read", "/message/", "/demo/", "/events", "/older")
_NOT_SAVED = "Not saved. Nothing was changed; try again."


def routes(app: web.Application, deps: Deps) -> None:
    """Put the web chat into an application; what is there already stays as it is."""
    app[DEPS] = deps
    app[SESSIONS] = Sessions(deps.settings)
    app[ATTEMPTS] = Attempts()
    ours = app.add_routes(
        [
            web.get("/", reading.home),
            web.get("/c/{conversation}", reading.page),
            web.get("/older", reading.older),
            web.get("/files/{key}", reading.file, allow_head=False),
            web.get("/events", stream.events, allow_head=False),
            web.post("/act", acting.act),
            web.post("/say", acting.say),
            web.post("/read", acting.mark_read),
            web.post("/message/{id}/edit", acting.edit),
            web.post("/message/{id}/delete", acting.delete),
            web.get("/signin/{token}", entry.offer),
            web.post("/signin/{token}", entry.enter),
            web.post("/signout", entry.leave),
            web.post("/demo/persona", demo.persona),
            web.post("/demo/clock", demo.clock),
            web.get("/static/{file:.+}", assets.asset),
        ]
    )
    app.middlewares.append(_guard(frozenset(id(route.handler) for route in ours)))
    app.on_response_prepare.append(_harden)
    app.cleanup_ctx.append(deps.hub.running)
    app.on_shutdown.append(deps.hub.close)


def _guard(ours: frozenset[int]) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer every failure of the web chat's own routes in words; leave other routes alone."""
        lost = request.match_info.http_exception
        if lost is None and id(request.match_info.handler) not in ours:
            return await handler(request)
        try:
            check_host(request, request.app[DEPS].settings)
            if lost is not None:
                raise lost
            return await handler(request)
        except web.HTTPNotFound:
            return _failed(request, NotFound())
        except web.HTTPMethodNotAllowed as error:
            response = _failed(request, BadRequest("This address is not used like that."), 405)
            response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
            return response
        except web.HTTPRequestEntityTooLarge:
            return _failed(request, BadRequest("Nothing was sent.", "It is too large."), 413)
        except web.HTTPException:
            raise
        except Fault as fault:
            return _failed(request, fault)
        except Refusal as refusal:
            return _failed(request, BadRequest(refusal.what, refusal.why, refusal.next_step))
        except NotSaved as error:
            _log.warning("web.not_saved", path=request.path, reason=str(error))
            response = _failed(request, BadRequest(_NOT_SAVED), 503)
            response.headers["Retry-After"] = "2"
            return response
        except ConnectionError:
            raise  # the browser has gone: nobody is left to be answered
        except Exception:  # noqa: BLE001  the edge: a crash is logged, and answered as one
            _log.exception("web.failed", path=request.path)
            words = ("The desk could not do this.", "The fault is ours, and has been written down.")
            return _failed(request, BadRequest(*words, "Try again in a moment."), 500)

    return guard


def _failed(request: web.Request, fault: Fault, status: int = 0) -> web.Response:
    status = status or fault.status
    if request.path.startswith(_SCRIPTED):
        return result(accepted=False, error=fault.words, status=status)
    if isinstance(fault, NotSignedIn):
        html = render.signin("needed")
    else:
        html = render.problem(status, fault.what, fault.why, fault.next_step)
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[DEPS].settings.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
