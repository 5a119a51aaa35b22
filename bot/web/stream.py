"""The live stream as a page hears it: server-sent events, drawn for whoever looks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.web import render
from bot.web.conversations import item, room
from bot.web.faults import BadRequest
from bot.web.live import Batch, Stream
from bot.web.visit import Visit, visit
from desk.errors import NotSaved
from desk.mishaps import survived

_log = structlog.get_logger(__name__)
HEARTBEAT = 15.0
_PATIENCE = 10.0  # for a page that does not take what it is sent
_HEADERS: Mapping[str, str] = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}


async def events(request: web.Request) -> web.StreamResponse:
    """GET /events: what changes, from where the page left off."""
    here = await visit(request)
    conversation = request.query.get("conversation", "")
    after = _after(request)
    hub = here.deps.hub
    response = web.StreamResponse(headers=_HEADERS)
    try:
        await here.deps.desk.run(lambda uow: room(uow, here.person, conversation))
        stream = await hub.open(here.person.id, conversation, after)
    except NotSaved:
        # A browser gives up on a stream that fails, but comes back to one that ends.
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        return response
    try:
        await response.prepare(request)
        await _write(response, "retry: 1000\n\n" + _clock(here))
        await _tell(here, stream, response)
    except (ConnectionError, TimeoutError):
        pass  # it has gone, or takes nothing any more; it comes back and catches up
    finally:
        hub.leave(stream)
    return response


async def _tell(here: Visit, stream: Stream, response: web.StreamResponse) -> None:
    until = here.session.until
    while not stream.closed and (until is None or here.deps.clock.now() < until):
        try:
            await asyncio.wait_for(stream.woken.wait(), HEARTBEAT)
        except TimeoutError:
            await _write(response, ": still here\n\n")
            continue
        stream.woken.clear()
        if stream.clock_moved:
            stream.clock_moved = False
            await _write(response, _clock(here))
        while stream.batches:
            batch = stream.batches.popleft()
            stream.pending -= len(batch.told)
            stream.touched.update(batch.cases)
            await _write(response, _batch(here, batch))
        while stream.touched:
            await _write(response, _event("focus", {"case": stream.touched.pop()}))


def _batch(here: Visit, batch: Batch) -> str:
    now = here.deps.clock.now()
    said = []
    for one in batch.told:
        message = one.message
        html = ""
        with survived() as mishap:
            html = render.message(here.viewer, item(one, here.person), now)
        if mishap.error is not None:
            # One message that cannot be drawn must not keep a page from all the later ones.
            _log.error("web.message.failed", message_id=message.id, exc_info=mishap.error)
            continue
        data = {
            "conversation": message.conversation,
            "thread": "" if message.thread is None else str(message.thread),
            "id": str(message.id),
            "html": html,
            "seq": message.seq,
        }
        said.append(_event("message", data, message.seq))
    said.append(_event("unread", batch.unread, batch.seq))
    return "".join(said)


def _clock(here: Visit) -> str:
    return _event("clock", {"now": int(here.deps.clock.now().timestamp() * 1000)})


def _event(name: str, data: object, seq: int | None = None) -> str:
    last = "" if seq is None else f"id: {seq}\n"
    return f"{last}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


async def _write(response: web.StreamResponse, text: str) -> None:
    await asyncio.wait_for(response.write(text.encode()), _PATIENCE)


def _after(request: web.Request) -> int:
    said = request.headers.get("Last-Event-ID") or request.query.get("seq", "0")
    if not (said.isascii() and said.isdigit()) or len(said) > 15:
        raise BadRequest("The stream cannot begin there.", "", "Reload the page.")
    return int(said)
