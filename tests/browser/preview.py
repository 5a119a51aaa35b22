"""Serves the example pages on loopback as the desk would, policy included; what is sent is kept.

`python -m tests.browser.preview` shows them to a person.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.web import render
from bot.web.templating import HERE
from tests.browser import examples

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass
class Preview:
    """A running preview: `answers` is what the next posts get, `posted` what was sent."""

    url: str = ""
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: list[dict[str, Any] | None] = field(default_factory=list)
    streams: list[web.StreamResponse] = field(default_factory=list)
    online: bool = True
    news: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, event: str, **data: object) -> None:
        """Send one event to every open page."""
        for stream in self.streams:
            await stream.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    async def received(self, path: str, **fields: str) -> None:
        """Wait until a page has sent this."""
        async with asyncio.timeout(5):
            while not any(p == path and fields.items() <= form.items() for p, form in self.posted):
                self.news.clear()
                await self.news.wait()

    async def cut(self) -> None:
        """Break every stream, and refuse new ones until `online` again."""
        self.online = False
        for stream in self.streams:
            if stream._req is not None and stream._req.transport is not None:
                stream._req.transport.close()
        self.streams.clear()

    async def page(self, request: web.Request) -> web.Response:
        shown = {
            "empty": examples.EMPTY,
            "answered": examples.ANSWERED,
            "form": replace(examples.PAGE, focus=(examples.ASK, examples.CASE)),
        }.get(request.match_info["name"], examples.PAGE)
        talk = replace(shown.conversation, thread=request.query.get("thread", ""))
        match request.headers.get("X-Fragment"):
            case "conversation":
                html = render.conversation(shown.viewer, talk, shown.now)
            case "focus":
                html = render.focus(shown.viewer, shown.focus, shown.now)
            case _:
                html = render.page(replace(shown, conversation=talk))
        return _html(html)

    async def home(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/c/page")

    async def problem(self, request: web.Request) -> web.Response:
        return _html(render.problem(404, "There is no such page", "It may have moved.", "Go back."))

    async def signin(self, request: web.Request) -> web.Response:
        return _html(render.signin("ready", "abc", name="Anna Berger"))

    async def post(self, request: web.Request) -> web.Response:
        form = await request.post()
        sent = {k: getattr(v, "filename", str(v)) for k, v in form.items()}
        self.posted.append((request.path, sent))
        self.news.set()
        # The page marks what was read whenever it likes; that takes no answer from a press.
        takes = bool(self.answers) and request.path != "/read"
        answer = self.answers.pop(0) if takes else {}
        if answer is None:
            return web.json_response(
                {"error": "Not saved. Nothing was changed; try again."}, status=503
            )
        return web.json_response(
            {"messages": [], "form": None, "accepted": True, "case": None, "error": None} | answer
        )

    async def older(self, request: web.Request) -> web.Response:
        first = replace(examples.MESSAGES[0], id="0", text="The very first message.")
        return _html(render.older(examples.PARTNER_VIEW, (first,), "", examples.NOW))

    async def events(self, request: web.Request) -> web.StreamResponse:
        if not self.online:
            raise web.HTTPServiceUnavailable
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"retry: 100\n\n")
        self.streams.append(stream)
        await self.closing.wait()
        return stream

    async def static(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(HERE / "static" / request.match_info["name"])


def _html(text: str) -> web.Response:
    return web.Response(
        text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY}
    )


@asynccontextmanager
async def previewing(port: int = 0) -> AsyncIterator[Preview]:
    """A preview that runs until the block is left."""
    preview = Preview()
    app = web.Application()
    app.router.add_get("/c/{name}", preview.page)
    app.router.add_get("/", preview.home)
    app.router.add_get("/problem", preview.problem)
    app.router.add_get("/signin", preview.signin)
    app.router.add_get("/older", preview.older)
    app.router.add_get("/events", preview.events)
    app.router.add_get("/static/{name}", preview.static)
    app.router.add_post("/{path:.*}", preview.post)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    preview.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield preview
    preview.closing.set()
    await runner.cleanup()


async def _show() -> None:
    async with previewing(8099) as preview:
        print(f"{preview.url}/c/page  /c/answered  /c/form  /c/empty  /signin  /problem")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_show())
