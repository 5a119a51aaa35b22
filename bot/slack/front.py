"""The app's own pages: the Home tab, made of ordinary questions, and what its chat suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.platform import Retryable
from bot.slack import render
from bot.slack.errors import Refused
from bot.slack.heard import Ear, Heard
from bot.slack.link import Link
from bot.slack.read import Call, Payload, text_at
from desk.people import Identity, Person, Role
from handlers.intents import AskQuota, AskTam, Help, Intent, ListCases, ListPartners, ShowQueue
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card

_log = structlog.get_logger(__name__)

_WORKING = frozenset({Role.ENGINEER, Role.DUTY_MANAGER})


class Front:
    """Draws the Home tab of whoever opens it, and suggests what to say in the app's chat."""

    def __init__(self, link: Link, ear: Ear) -> None:
        self._link = link
        self._ear = ear

    async def opened(self, call: Call, event: Payload) -> None:
        """Somebody opened the app: its Home tab or its messages."""
        heard = await self._ear.hear(call)
        if text_at(event, "tab") == "messages":
            self._link.later("prompts", self._suggest(heard))
        else:
            self._link.later("home", self.publish(heard, call.event_id))

    async def publish(self, heard: Heard, event_id: str) -> None:
        """Draw the Home tab as things are now; `event_id` is what it is drawn because of."""
        cards = [
            card
            for number, intent in enumerate(await self._questions(heard))
            for card in await self._cards(heard, intent, f"{event_id}:home:{number}")
        ]
        look = await self._link.looks.over(cards, heard.via.workspace)
        view = render.home(cards, look)
        try:
            await self._link.api.call(
                heard.token, "views.publish", user_id=heard.sender.user, view=view
            )
        except (Refused, Retryable) as error:
            _log.warning("slack.home_not_drawn", reason=str(error))

    async def _questions(self, heard: Heard) -> Sequence[Intent]:
        """What somebody's page is made of: the same questions that they could ask in words."""
        one = heard.sender
        identity = Identity(one.platform, one.workspace, one.user)
        person = await self._link.desk.run(lambda uow: uow.people.by_identity(identity))
        return questions(person)

    async def _cards(self, heard: Heard, intent: Intent, event_id: str) -> list[Card]:
        asking = replace(heard, call=replace(heard.call, event_id=event_id))
        asked = await self._ear.ask(asking, intent)
        return [to_card(reply.view) for reply in asked.answer.replies]

    async def _suggest(self, heard: Heard) -> None:
        try:
            await self._link.api.call(
                heard.token,
                "assistant.threads.setSuggestedPrompts",
                channel_id=heard.where.channel,
                prompts=render.agent_prompts(),
            )
        except (Refused, Retryable) as error:
            _log.info("slack.prompts_not_set", reason=str(error))


def questions(person: Person | None) -> Sequence[Intent]:
    """By what somebody is to the desk; who is not known yet is told how to become it."""
    if person is None or not person.is_vendor:
        first: list[Intent] = [Help()]
        return first if person is None else [*first, AskQuota(), AskTam(), ListCases("open")]
    asked: list[Intent] = [Help()]
    if person.roles & _WORKING:
        asked += [ShowQueue("mine"), ShowQueue()]
    if Role.TAM in person.roles:
        asked.append(ListPartners())
    return asked
