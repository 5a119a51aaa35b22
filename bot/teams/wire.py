"""Where Teams' requests arrive: taken apart or refused, proven or refused, then handed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot.teams.auth import TurnedAway, check_address, check_neighbour
from bot.teams.link import Link
from bot.teams.received import Invoked, Malformed, Received, read
from desk.mishaps import survived
from storage.desk import within

_log = structlog.get_logger(__name__)

PATH = "/api/messages"
# Teams shows an error after ten seconds or so; people think that nothing happened after three.
ANSWER_WITHIN = 2.6
_LARGEST = 2**20
# How long a body may be on its way, in seconds.
_PATIENCE = 10.0

Handler = Callable[[Received], Awaitable[Invoked | None]]


def routes(app: web.Application, link: Link, handler: Handler) -> None:
    """Put Teams' route into an application.

    `handler` gets every activity that is let in. What it returns for an invoke is the answer; of
    anything else Teams expects none.
    """
    app.router.add_post(PATH, _Door(link, handler).take)


class _Door:
    """Lets in what the service signed."""

    def __init__(self, link: Link, handler: Handler) -> None:
        self._link = link
        self._handler = handler

    async def take(self, request: web.Request) -> web.Response:
        """POST /api/messages: everything that happens in Teams."""
        try:
            received = read(await _raw(request))
            await self._admit(request, received)
        except Malformed as error:
            _log.warning("teams.malformed", reason=str(error), remote=request.remote)
            return web.Response(status=400)
        except TurnedAway as why:
            _log.warning("teams.turned_away", status=why.status, reason=str(why))
            return _turned_away(why.status)
        with survived() as mishap, within(ANSWER_WITHIN):
            return _answer(received, await self._handler(received))
        # It is ours to mend. Whoever sent it may try again: what was committed is done once.
        _log.error("teams.not_handled", type=received.type, exc_info=mishap.error)
        return _turned_away(503)

    async def _admit(self, request: web.Request, received: Received) -> None:
        if self._link.settings.anonymous:
            check_neighbour(request.remote, request.headers)
            check_address(received, self._link.settings)
        else:
            await self._link.gate.admit(request.headers.getall("Authorization", []), received)


async def _raw(request: web.Request) -> bytes:
    """The body as it came, as long as it can be Teams'; raises `TurnedAway`."""
    if request.content_type != "application/json":
        raise TurnedAway(415, f"{request.content_type[:80]} is no JSON")
    if (request.content_length or 0) > _LARGEST:
        raise TurnedAway(413, "too large")
    body = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > _LARGEST:
                    raise TurnedAway(413, "too large")
    except TimeoutError as error:
        raise TurnedAway(408, "too slow") from error
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Malformed("a whole body") from error
    return bytes(body)


def _turned_away(status: int) -> web.Response:
    headers = {
        401: {"WWW-Authenticate": "Bearer"},
        503: {"Retry-After": "5"},
    }
    return web.Response(status=status, headers=headers.get(status))


def _answer(received: Received, invoked: Invoked | None) -> web.Response:
    if received.type != "invoke":
        return web.Response(status=200)
    if invoked is None:
        # Nobody here knows of such a thing.
        _log.info("teams.passed_over", name=received.name)
        return web.Response(status=501)
    if invoked.body is None:
        return web.Response(status=invoked.status)
    return web.json_response(invoked.body, status=invoked.status)
