"""Socket Mode: the desk calls Slack and stays on the line; nothing has to reach the desk."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from bot.platform import Retryable
from bot.slack import arrival
from bot.slack.api import proxy_for
from bot.slack.errors import Refused
from bot.slack.link import Link
from bot.slack.listening import Listening
from bot.slack.read import Malformed, map_at, text_at
from bot.slack.wire import ANSWER_WITHIN, dispatch
from storage.desk import within

_log = structlog.get_logger(__name__)

# A line without an answer to a ping for so long, in seconds, is dead.
HEARTBEAT = 20.0
# How long the other end may take to say goodbye, and what is being answered to be answered.
CLOSING = aiohttp.ClientWSTimeout(ws_close=0.2)
LAST = 0.2
# How often the line is looked at; how old it may become (Slack asks for a new one sooner), and how
# long it may bring nothing at all.
LOOK_EVERY = timedelta(seconds=30)
OLDEST, SILENT = timedelta(hours=6), timedelta(hours=1)
# The gaps between tries to get a line, in seconds: Slack lets an app ask once a minute or so.
GAPS = (0.0, 1.0, 5.0, 15.0, 60.0)


class Socket:
    """A line to Slack that is watched: a dead, silent or old one is made anew."""

    def __init__(self, link: Link, listening: Listening) -> None:
        self._link = link
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._lines: set[aiohttp.ClientWebSocketResponse] = set()
        self._stopping = False
        self._renew = asyncio.Event()
        self._tries = 0
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

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            self.look()

    async def _stay(self) -> None:
        """Always have one line; while a new one is made, the old one is still listened to."""
        while True:
            self._renew.clear()
            line = self._start(self._line())
            asked = asyncio.ensure_future(self._renew.wait())
            try:
                await asyncio.wait((line, asked), return_when=asyncio.FIRST_COMPLETED)
            finally:
                asked.cancel()
            await asyncio.sleep(GAPS[min(self._tries, len(GAPS) - 1)])

    async def _line(self) -> None:
        """Get a line and listen until it ends."""
        self._tries += 1
        self.since = self.heard_at = self._link.wall()
        try:
            said = await self._link.api.call(self._link.settings.app_token, "apps.connections.open")
            url = text_at(said, "url")
            async with self._session.ws_connect(
                url, heartbeat=HEARTBEAT, timeout=CLOSING, proxy=proxy_for(url)
            ) as line:
                for old in tuple(self._lines):
                    self._start(self._close(old))
                self._lines.add(line)
                try:
                    await self._listen(line)
                finally:
                    self._lines.discard(line)
        except (Refused, Retryable, aiohttp.ClientError, OSError) as error:
            _log.warning("slack.socket.no_line", reason=str(error) or type(error).__name__)

    async def _close(self, line: aiohttp.ClientWebSocketResponse) -> None:
        await line.close()

    async def _listen(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for said in line:
            if said.type != aiohttp.WSMsgType.TEXT:
                continue
            self.heard_at = self._link.wall()
            try:
                envelope = arrival.parsed(said.data)
            except ValueError:
                continue
            match text_at(envelope, "type"):
                case "hello":
                    self._tries = 0
                    _log.info("slack.socket.connected")
                case "disconnect" if text_at(envelope, "reason") != "warning":
                    self._renew.set()
                case "events_api" | "slash_commands" | "interactive" if not self._stopping:
                    # One that takes long must not keep the others waiting.
                    task = self._start(self._heard(line, envelope))
                    self._answering.add(task)
                    task.add_done_callback(self._answering.discard)

    async def _heard(self, line: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        retry = str(envelope.get("retry_attempt") or "")
        try:
            call = arrival.call(map_at(envelope, "payload"), retry)
        except Malformed as error:
            _log.warning("slack.malformed", lacks=str(error))
            answer = BoltResponse(status=200)
        else:
            with within(ANSWER_WITHIN):
                answer = await dispatch(self._listening, call) if call else BoltResponse(status=200)
        if answer.status >= 500:
            # Not acknowledged: Slack brings an event again.
            return
        try:
            await line.send_json(_response(text_at(envelope, "envelope_id"), answer))
        except (ConnectionError, aiohttp.ClientError) as error:
            _log.info("slack.socket.answer_lost", reason=type(error).__name__)


def _response(envelope_id: str, answer: BoltResponse) -> dict[str, Any]:
    """Whatever was wrong with what Slack brought: it must not bring it for ever."""
    if answer.status != 200 or not answer.body:
        return {"envelope_id": envelope_id}
    payload = json.loads(answer.body) if answer.body.startswith("{") else {"text": answer.body}
    return {"envelope_id": envelope_id, "payload": payload}
