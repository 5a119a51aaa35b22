"""Socket Mode: the desk calls Slack and stays on the line; nothing has to reach the desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog
from aiohttp import ClientWebSocketResponse as Line
from slack_bolt.response import BoltResponse

from bot.platform import Retryable
from bot.slack import arrival, wire
from bot.slack.api import proxy_for
from bot.slack.errors import Refused
from bot.slack.link import Link
from bot.slack.listening import Listening
from bot.slack.read import Malformed, map_at, text_at
from desk.errors import NotSaved
from desk.mishaps import survived
from storage.desk import within

_log = structlog.get_logger(__name__)

# A line without an answer to a ping for so long, in seconds, is dead; so is one without a hello.
HEARTBEAT, HELLO_WITHIN = 20.0, 20.0
# How long the other end may take to say goodbye, and what is being answered to be answered.
CLOSING = aiohttp.ClientWSTimeout(ws_close=0.2)
LAST = 0.2
# How often the line is looked at; how old it may become (Slack asks for a new one sooner), and how
# long it may bring nothing at all.
LOOK_EVERY = timedelta(seconds=30)
OLDEST, SILENT = timedelta(hours=6), timedelta(hours=1)
# A line that held for less is no better than none. The gaps between tries, in seconds, where one
# after the other fails: Slack lets an app ask once a minute or so.
HELD = timedelta(seconds=30)
GAPS = (0.0, 1.0, 5.0, 15.0, 60.0)

_REFUSED = "Slack refuses the desk's line"
_MEND = (
    "Nothing of Slack arrives until then. Compare SLACK_APP_TOKEN with the app's settings: it "
    "needs the scope connections:write, and Socket Mode has to be on there."
)

Pause = Callable[[float], Awaitable[None]]


class Socket:
    """A line to Slack that is watched: a dead, silent or old one is made anew.

    `pause` waits for so many seconds between two tries.
    """

    def __init__(self, link: Link, listening: Listening, pause: Pause = asyncio.sleep) -> None:
        self._link = link
        self._listening = listening
        self._pause = pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: set[Line] = set()
        self._answering: dict[asyncio.Task[None], Line] = {}
        self._stopping = False
        self._renew = asyncio.Event()
        self._failed = 0
        self._wait = timedelta(0)
        self.since = self.heard_at = link.wall()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self._start(self._stay())
        self._start(self._watch())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self._stopping = True
        if self._answering:
            # Somebody waits for each of these.
            await asyncio.wait(tuple(self._answering), timeout=LAST)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._session.close()

    @property
    def connected(self) -> bool:
        """Whether there is a line."""
        return any(not line.closed for line in self._lines)

    def look(self) -> str:
        """Why the line is to be made anew now, "" where it is good; it is made anew then."""
        now = self._link.wall()
        why = ""
        if now - self.since > OLDEST:
            why = "old"
        elif now - self.heard_at > SILENT:
            why = "silent"
        if why:
            _log.warning("slack.socket.made_anew", why=why)
            self._renew.set()
        return why

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            self.look()

    # --- having a line ----------------------------------------------------------------------------

    async def _stay(self) -> None:
        """Always have one line; while a new one is made, the old one is still listened to."""
        while True:
            # One for each line: what an old one asks for has been done already.
            self._renew = asyncio.Event()
            self._wait = timedelta(0)
            self.since = self.heard_at = self._link.wall()
            line = self._start(self._line(self._renew))
            asked = self._start(_until(self._renew))
            try:
                await asyncio.wait((line, asked), return_when=asyncio.FIRST_COMPLETED)
            finally:
                asked.cancel()
            held = self._link.wall() - self.since >= HELD
            self._failed = 0 if held else self._failed + 1
            gap = GAPS[min(self._failed, len(GAPS) - 1)]
            await self._pause(max(gap, self._wait.total_seconds()))

    async def _line(self, renew: asyncio.Event) -> None:
        """Get a line and listen until it ends."""
        with survived() as mishap:
            said = await self._link.api.call(self._link.settings.app_token, "apps.connections.open")
            url = text_at(said, "url")
            async with self._session.ws_connect(
                url, heartbeat=HEARTBEAT, timeout=CLOSING, proxy=proxy_for(url)
            ) as line:
                self._lines.add(line)
                try:
                    await self._listen(line, renew)
                finally:
                    self._lines.discard(line)
        match mishap.error:
            case None:
                _log.info("slack.socket.ended")
            case Refused() as refused:
                await self._tell(refused.code, f'{_REFUSED}: "{refused.code}".')
            case Retryable() | aiohttp.ClientError() | OSError() as error:
                self._wait = getattr(error, "after", None) or timedelta(0)
                reason = str(error) or type(error).__name__
                _log.warning("slack.socket.no_line", reason=reason)
            case error:
                _log.error("slack.socket.failed", exc_info=error)

    async def _tell(self, why: str, what: str) -> None:
        """Operators have to mend it, and are told once an hour; it is tried again all the same."""
        _log.error("slack.socket.refused", reason=why)
        self._wait = timedelta(seconds=GAPS[-1])
        hour = self._link.now().strftime("%Y-%m-%dT%H")
        try:
            await self._link.tell(f"slack:socket:{why}:{hour}", what, _MEND)
        except NotSaved as error:
            _log.error("slack.not_told", what=what, reason=str(error))

    # --- on the line ------------------------------------------------------------------------------

    async def _listen(self, line: Line, renew: asyncio.Event) -> None:
        async with asyncio.timeout(HELLO_WITHIN) as silence:
            async for said in line:
                if said.type != aiohttp.WSMsgType.TEXT:
                    continue
                try:
                    envelope = arrival.parsed(said.data)
                except (ValueError, RecursionError):
                    _log.warning("slack.malformed", lacks="JSON")
                    continue
                self.heard_at = self._link.wall()
                match text_at(envelope, "type"):
                    case "hello":
                        silence.reschedule(None)
                        self.since = self._link.wall()
                        _log.info("slack.socket.connected")
                        for old in self._lines - {line}:
                            self._start(self._leave(old))
                    case "disconnect":
                        await self._asked(text_at(envelope, "reason"), renew)
                    case "events_api" | "slash_commands" | "interactive" if not self._stopping:
                        # One that takes long must not keep the others waiting.
                        task = self._start(self._heard(line, envelope))
                        self._answering[task] = line
                        task.add_done_callback(self._answering.pop)

    async def _asked(self, reason: str, renew: asyncio.Event) -> None:
        """Slack says that the line is about to end, and why."""
        _log.info("slack.socket.asked_to_renew", reason=reason)
        if reason == "link_disabled":
            await self._tell(reason, f"{_REFUSED}: Socket Mode was switched off.")
        elif reason != "too_many_websockets":
            # Where there are too many of them already, this one ends first.
            renew.set()

    async def _leave(self, old: Line) -> None:
        """Close a line whose place another has taken, once what came by it is answered."""
        under_way = [task for task, line in self._answering.items() if line is old]
        if under_way:
            await asyncio.wait(under_way)
        await old.close()

    async def _heard(self, line: Line, envelope: dict[str, Any]) -> None:
        answer = BoltResponse(status=500)
        with survived() as mishap:
            answer = await self._answer(envelope)
        if mishap.error is not None:
            _log.error("slack.failed", type=text_at(envelope, "type"), exc_info=mishap.error)
        if answer.status >= 500 and text_at(envelope, "type") == "events_api":
            # Not acknowledged: Slack brings it again.
            return
        try:
            await line.send_json(_response(text_at(envelope, "envelope_id"), answer))
        except (ConnectionError, aiohttp.ClientError) as error:
            _log.info("slack.socket.answer_lost", reason=type(error).__name__)

    async def _answer(self, envelope: dict[str, Any]) -> BoltResponse:
        try:
            retry = str(envelope.get("retry_attempt") or "")
            call = arrival.call(map_at(envelope, "payload"), retry)
        except Malformed as error:
            _log.warning("slack.malformed", lacks=str(error))
            return BoltResponse(status=400)
        if call is None:
            return BoltResponse(status=200)
        with within(wire.ANSWER_WITHIN):
            return await wire.dispatch(self._listening, call)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _response(envelope_id: str, answer: BoltResponse) -> dict[str, Any]:
    """Whatever was wrong with what Slack brought: it must not bring it for ever."""
    if answer.status != 200 or not answer.body:
        return {"envelope_id": envelope_id}
    payload = json.loads(answer.body) if answer.body.startswith("{") else {"text": answer.body}
    return {"envelope_id": envelope_id, "payload": payload}
