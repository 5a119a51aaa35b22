"""The few listeners that bolt calls: each finds what is to be done, and answers whatever happens.

A request is committed first and acknowledged last. Nothing that a person did ends in an error page:
what could not be saved, is not known, or went wrong is said to them in words.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.platform import Retryable
from bot.ports import Router
from bot.slack import arrival, words
from bot.slack.acting import Acting
from bot.slack.answers import Answers
from bot.slack.channels import Channels
from bot.slack.deps import Clock
from bot.slack.errors import Refused
from bot.slack.events import Events
from bot.slack.front import Front
from bot.slack.heard import Ear
from bot.slack.installs import NotInstalled
from bot.slack.link import Link
from bot.slack.read import Malformed, Payload, installed, text_at
from bot.slack.shortcuts import Shortcuts
from bot.slack.telling import Body
from desk.errors import NotSaved
from desk.mishaps import survived

_log = structlog.get_logger(__name__)

# Slack delivers an event four times at most: at once, and three times again.
LAST_TRY = "3"
_ANYTHING = re.compile(".*", re.DOTALL)

Work = Callable[[Payload], Awaitable[Body]]


class Listening:
    """Joins what acts with bolt. `app` dispatches; its own verification and OAuth are not used."""

    def __init__(self, link: Link, router: Router, now: Clock, wake: Callable[[], None]) -> None:
        self._link = link
        ear = Ear(link, router, now, wake)
        answers = Answers(link)
        front = Front(link, ear)
        self.acting = Acting(link, ear, answers, front)
        self.shortcuts = Shortcuts(link, ear, answers)
        self.events = Events(link, ear, answers, front, Channels(link, wake))
        self.app = self._bolt()

    def _bolt(self) -> AsyncApp:
        """Bolt with the defaults that lose acknowledgements or ask Slack too often changed."""
        with _unseen_environment():
            app = AsyncApp(
                name="partnerdesk",
                # Bolt's loggers take the level of this one; without it, the root's.
                logger=logging.getLogger("slack_bolt"),
                client=self._link.api.client(),
                authorize=_authorizing(self._link),
                process_before_response=True,
                # Done before bolt sees a request, over its raw bytes.
                request_verification_enabled=False,
                ssl_check_enabled=False,
                # Ours are told apart where they are read.
                ignoring_self_events_enabled=False,
                attaching_function_token_enabled=False,
            )
        app.event(_ANYTHING)(self._event)
        app.command(_ANYTHING)(self._answering(self.acting.command, words.to_command))
        app.action(_ANYTHING)(self._answering(self.acting.press, self._to_press))
        app.view(_ANYTHING)(self._answering(self.acting.submit, words.to_form))
        app.options(_ANYTHING)(self._answering(self.acting.search, words.to_search))
        app.shortcut(_ANYTHING)(self._answering(self.shortcuts.used, self._to_press))
        app.view_closed(_ANYTHING)(self._answering(self.acting.closed, words.to_nobody))
        return app

    def _answering(
        self, work: Work, otherwise: Callable[[Payload, str], Body]
    ) -> Callable[..., Awaitable[BoltResponse]]:
        """A listener that answers with what `work` returns, or says why there is nothing."""

        async def listener(context: AsyncBoltContext) -> BoltResponse:
            body = arrival.brought(context)
            said: Body = {}
            with survived() as mishap:
                said = await work(body)
            if isinstance(mishap.error, Malformed):
                _log.warning("slack.malformed", lacks=str(mishap.error))
                return BoltResponse(status=400)
            if mishap.error is not None:
                said = otherwise(body, _words_for(mishap.error, text_at(body, "type")))
            return BoltResponse(status=200, body=said or "")

        return listener

    def _to_press(self, body: Payload, said: str) -> Body:
        """A press is answered with nothing; its words come after it."""
        self._link.later("words", self._say(body, said))
        return {}

    async def _say(self, body: Payload, said: str) -> None:
        url, trigger = text_at(body, "response_url"), text_at(body, "trigger_id")
        try:
            if url:
                told = {"response_type": "ephemeral", "replace_original": False, "text": said}
                await self._link.api.post_json(url, told)
                return
            via = await self._link.installs.of(*installed(body))
            if via is not None and trigger:
                method = "views.push" if words.in_modal(body) else "views.open"
                await self._link.api.call(
                    via.token, method, trigger_id=trigger, view=words.notice(said)
                )
        except (Refused, Retryable, NotSaved) as error:
            _log.info("slack.words_lost", reason=str(error))

    async def _event(self, context: AsyncBoltContext, request: AsyncBoltRequest) -> BoltResponse:
        """An event; what was not saved is delivered by Slack again."""
        body = arrival.brought(context)
        with survived() as mishap:
            await self.events.happened(body)
        match mishap.error:
            case None:
                return BoltResponse(status=200)
            case NotInstalled() | Refused():
                _log.warning("slack.not_installed", reason=str(mishap.error))
                return BoltResponse(status=200)
            case Malformed():
                _log.warning("slack.malformed", lacks=str(mishap.error))
                return BoltResponse(status=400, headers={"x-slack-no-retry": "1"})
            case NotSaved() | Retryable():
                _log.warning("slack.event_not_saved", reason=str(mishap.error))
                if request.headers.get("x-slack-retry-num", [""])[0] == LAST_TRY:
                    self._link.later("words", self.events.lost(body, words.NOT_SAVED))
                return BoltResponse(status=503)
            case error:
                _log.error(
                    "slack.event_failed", type=text_at(body, "event", "type"), exc_info=error
                )
                return BoltResponse(status=500)


def _words_for(error: Exception, kind: str) -> str:
    """What is said to a person of what went wrong; it is written down, too."""
    match error:
        case NotSaved() | Retryable():
            _log.warning("slack.not_saved", type=kind, reason=str(error))
            return words.NOT_SAVED
        case NotInstalled() | Refused():
            _log.warning("slack.not_installed", reason=str(error))
            return words.NOT_INSTALLED
        case _:
            _log.error("slack.failed", type=kind, exc_info=error)
            return words.FAILED


@contextmanager
def _unseen_environment() -> Iterator[None]:
    """Bolt reads Slack's variables by itself: it would set up an OAuth of its own, with files."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _authorizing(link: Link) -> Callable[..., Awaitable[AuthorizeResult]]:
    """How bolt learns whose token to use: from our own rows, without a call of Slack."""

    async def authorize(context: AsyncBoltContext) -> AuthorizeResult:
        found = None
        with suppress(NotSaved, Retryable):
            # The listener asks again, in what is left of the time, and says so.
            found = await link.installs.of(*installed(arrival.brought(context)))
        # An app that is not installed is dealt with in words, later on.
        return AuthorizeResult(
            enterprise_id=found.enterprise if found else None,
            team_id=found.workspace if found else None,
            bot_user_id=found.bot_user if found else None,
            bot_id=found.bot_id if found else None,
            bot_token=found.token if found else None,
        )

    return authorize
