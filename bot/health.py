"""Whether the program runs, and whether it can work: for whoever watches over it."""

from __future__ import annotations

from aiohttp import web

from desk.errors import NotSaved
from desk.ports import Desk

_ANY_NOTE = "health"


def routes(app: web.Application, desk: Desk) -> None:
    """Put `/healthz` and `/readyz` into an application."""

    async def readyz(_request: web.Request) -> web.Response:
        """The program can work: its database answers."""
        try:
            await desk.run(lambda uow: uow.notes.read(_ANY_NOTE))
        except NotSaved as error:
            return web.json_response({"ready": False, "why": str(error)}, status=503)
        return web.json_response({"ready": True})

    app.add_routes([web.get("/healthz", _healthz), web.get("/readyz", readyz)])


async def _healthz(_request: web.Request) -> web.Response:
    """The program runs."""
    return web.json_response({"partnerdesk": "running"})
