"""What the desk answers, shown where it was asked: in the chat, in the card, in a dialog."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from bot.forms import form_in, offer
from bot.platform import Permanent, Retryable, SignInBroken
from bot.teams.buttons import remember
from bot.teams.errors import Busy
from bot.teams.heard import Asked, Ear, Heard
from bot.teams.received import Conversation, Invoked
from bot.teams.render import Dialog, Drawn
from handlers.exchange import Audience
from handlers.intents import Intent, ShowCase
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card, Confirm, Text

_log = structlog.get_logger(__name__)

CARD = "application/vnd.microsoft.card.adaptive"
_TEXT = "application/vnd.microsoft.activity.message"
# What a toast shows before it is cut; the whole is in the chat.
_TOAST = 300

# How often and how long an answer waits for room in a conversation.
_TRIES = 4
_SHORTLY, _PATIENCE = timedelta(seconds=1), timedelta(seconds=30)

_DIRECTLY = "The desk has written to you in your own chat with it."


class Answers:
    """Shows answers. What an invoke is answered with is returned; the rest is sent afterwards."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._link = ear.link

    # --- by what was done -------------------------------------------------------------------------

    async def to_message(self, asked: Asked) -> None:
        """In the conversation: to everybody where it is theirs alone, else to the writer."""
        if asked.answer.again:
            return
        heard = asked.heard
        for reply in asked.answer.replies:
            card = offer(to_card(reply.view))
            here = heard.where.direct or reply.audience is Audience.HERE
            self._link.later("answer", self._post(heard, card, here=here))

    async def to_press(self, asked: Asked) -> Invoked:
        """In the card that was pressed, if it is the case's own; else in words."""
        if asked.answer.again:
            return said("This was done already.")
        heard = asked.heard
        cards = [offer(to_card(reply.view)) for reply in asked.answer.replies]
        if asked.answer.accepted and asked.answer.case_id is not None and all(map(_plain, cards)):
            shown = await self._renewed(heard, asked.answer.case_id, cards)
            if shown is not None:
                return _shown(shown.card)
        for card in cards:
            if heard.where.direct or not _plain(card):
                self._link.later("answer", self._post(heard, card, here=heard.where.direct))
        first = next(iter(cards), None)
        if first is None:
            return said("Done.")
        if not heard.where.direct and not _plain(first):
            return said(f"{_line(first)} {_DIRECTLY}")
        return said(_line(first))

    async def _renewed(self, heard: Heard, case_id: int, cards: list[Card]) -> Drawn | None:
        """The case's card as it is now, with what was done above it; None for any other card."""
        message = heard.received.raw.get("replyToId")
        if not isinstance(message, str) or not await self._is_card(heard, message, case_id):
            return None
        asked = await self._ear.ask(heard, ShowCase(case_id), suffix=":card")
        fresh = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if fresh is None or fresh.about != "case":
            return None
        done = tuple(Text((_line(card),)) for card in cards)
        fresh = replace(fresh, elements=(*done, *fresh.elements))
        return await self._ear.looks.message(fresh, heard.where.workspace, heard.sender)

    async def _is_card(self, heard: Heard, message: str, case_id: int) -> bool:
        where = heard.where
        ref = await self._ear.desk.run(
            lambda uow: uow.posts.thread_of(where.platform, where.workspace, where.channel, message)
        )
        return ref is not None and ref.case_id == case_id

    async def to_look(self, asked: Asked) -> Invoked:
        """The card as it is now, for one who looks at it."""
        fresh = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if fresh is None or not asked.answer.accepted:
            return said("There is nothing new.")
        heard = asked.heard
        drawn = await self._ear.looks.message(fresh, heard.where.workspace, heard.sender)
        return _shown(drawn.card)

    # --- dialogs ----------------------------------------------------------------------------------

    async def to_dialog(self, asked: Asked, carry: Mapping[str, object]) -> Invoked:
        """The form that was asked for, or why there is none; or what came of one."""
        card = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if card is None:
            return closing()
        return await self.in_dialog(asked.heard, card, carry)

    async def in_dialog(self, heard: Heard, card: Card, carry: Mapping[str, object]) -> Invoked:
        """A card in a dialog; one that is a line only is shown as that line."""
        if form_in(card) is None and _plain(card):
            return Invoked({"task": {"type": "message", "value": _line(card)}})
        tenant = heard.where.workspace
        return _opened(await self._ear.looks.dialog(card, tenant, heard.sender, carry))

    async def question(
        self, heard: Heard, intent: Intent, ask: Confirm, carry: Mapping[str, object]
    ) -> Invoked:
        """What is asked before something is done."""
        tenant = heard.where.workspace
        return _opened(await self._ear.looks.question(intent, ask, tenant, carry))

    # --- sending ----------------------------------------------------------------------------------

    async def whisper(self, heard: Heard, card: Card) -> None:
        """Tell one person alone."""
        await self._post(heard, card, here=heard.where.direct)

    async def openly(self, heard: Heard, card: Card) -> None:
        """Tell everybody where it was said."""
        await self._post(heard, card, here=True)

    async def _post(self, heard: Heard, card: Card, *, here: bool) -> None:
        """Into the conversation, or into the own chat of the one person who is to read it."""
        try:
            reader = None if here and not heard.where.direct else heard.sender
            drawn = await self._ear.looks.message(card, heard.where.workspace, reader)
            at = heard.at
            if not here:
                at = await self._ear.people.reached(heard.sender.workspace, heard.sender.user)
                remember(drawn.card, carried(heard))
            await self._patiently(at, activity(drawn))
        except (Retryable, Permanent, SignInBroken) as error:
            _log.warning("teams.answer_lost", event_id=heard.event_id, reason=str(error))

    async def _patiently(self, at: Conversation, made: dict[str, Any]) -> None:
        """Post; what there is no room for yet is tried again, since nobody asks twice."""
        for left in reversed(range(_TRIES)):
            try:
                await self._link.connector.post(at, made)
            except Busy as busy:
                wait = _SHORTLY if busy.after is None else busy.after
                if not left or wait > _PATIENCE:
                    raise
                await asyncio.sleep(wait.total_seconds())
            else:
                return


def carried(heard: Heard) -> Mapping[str, object]:
    """Where a form was asked for; Teams sends it from wherever it likes."""
    where = heard.where
    return {
        "workspace": where.workspace,
        "channel": where.channel,
        "thread": where.thread,
        "direct": where.direct,
    }


def activity(drawn: Drawn, *, alert: bool = False) -> dict[str, Any]:
    """A message with its card; `alert` shows it in the reader's activity feed as well."""
    made: dict[str, Any] = {
        "type": "message",
        "summary": drawn.summary,
        "attachments": [{"contentType": CARD, "content": drawn.card}],
    }
    if alert or drawn.mentions:
        made["channelData"] = {"notification": {"alert": True}}
    return made


def said(words: str) -> Invoked:
    """A press is answered in words, to the one who pressed."""
    return Invoked({"statusCode": 200, "type": _TEXT, "value": words})


def closing() -> Invoked:
    """The dialog is closed."""
    return Invoked({})


def _shown(card: dict[str, Any]) -> Invoked:
    return Invoked({"statusCode": 200, "type": CARD, "value": card})


def _opened(dialog: Dialog) -> Invoked:
    value = {
        "title": dialog.title,
        "height": dialog.height,
        "width": dialog.width,
        "card": {"contentType": CARD, "content": dialog.card},
    }
    return Invoked({"task": {"type": "continue", "value": value}})


def _plain(card: Card) -> bool:
    """Whether a card says no more than its summary."""
    return all(isinstance(one, Text) for one in card.elements)


def _line(card: Card) -> str:
    words = " ".join(card.summary.split())
    return words if len(words) <= _TOAST else words[: _TOAST - 1].rstrip() + "…"
