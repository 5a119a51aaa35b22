"""What is typed into a form is kept while it is typed: Slack does not say it when a form closes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TypeVar

import structlog

from bot.slack import forms
from bot.slack.answers import Answers
from bot.slack.forms import BadForm
from bot.slack.heard import Asked, Ear, Heard
from bot.slack.link import Link
from bot.slack.read import Sheet
from desk.errors import NotSaved
from handlers import intent_codec
from handlers.intents import KeepDraft
from handlers.views.cards import to_card

_log = structlog.get_logger(__name__)

T = TypeVar("T")

_REMEMBERED = 2000
# How long what is typed may wait to be kept, in seconds; shorter than a stop waits for it.
_PACE = 0.7


class Drafts:
    """Keeps drafts after Slack was answered: of many changes of one form, the newest."""

    def __init__(self, link: Link, ear: Ear, answers: Answers) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers
        self._typed: dict[str, tuple[Heard, Sheet]] = {}
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._last: OrderedDict[str, Sheet] = OrderedDict()
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._resting: set[str] = set()

    def typed(self, heard: Heard, sheet: Sheet) -> None:
        """Something was typed or chosen in a form."""
        if sheet.id in self._sent:
            # The last letter came after the form itself.
            return
        self._typed[sheet.id] = heard, sheet
        _remember(self._last, sheet.id, sheet)
        if sheet.id not in self._keeping:
            self._keeping[sheet.id] = self._link.later("draft", self._keep(sheet.id))

    async def sending(self, sheet: Sheet) -> None:
        """The form is being sent: what is kept of it just now must not outlive that."""
        _remember(self._sent, sheet.id, None)
        await self._settled(sheet)

    def stays(self, heard: Heard, sheet: Sheet) -> None:
        """It was not taken, and is still open: what is in it is kept."""
        self._sent.pop(sheet.id, None)
        self.typed(heard, sheet)

    async def _settled(self, sheet: Sheet) -> None:
        self._typed.pop(sheet.id, None)
        self._last.pop(sheet.id, None)
        under_way = self._keeping.get(sheet.id)
        if under_way is None:
            return
        if sheet.id in self._resting:
            under_way.cancel()
        await asyncio.wait((under_way,))

    async def closed(self, heard: Heard, sheet: Sheet) -> None:
        """The form was closed: say that what was typed is kept, and how to go on with it."""
        last = self._last.get(sheet.id)
        if not any(sheet.values.values()):
            if last is None:
                return
            sheet = last
        await self._settled(sheet)
        asked = await self._one(heard, sheet)
        for reply in asked.answer.replies if asked else ():
            await self._answers.whisper(heard, to_card(reply.view))

    async def _keep(self, view_id: str) -> None:
        try:
            while view_id in self._typed:
                # Slack tells every letter; each is not worth a transaction.
                self._resting.add(view_id)
                await self._link.pause(_PACE)
                self._resting.discard(view_id)
                newest = self._typed.pop(view_id, None)
                if newest is not None:
                    await self._one(*newest)
        finally:
            self._resting.discard(view_id)
            self._keeping.pop(view_id, None)

    async def _one(self, heard: Heard, sheet: Sheet) -> Asked | None:
        try:
            draft = KeepDraft(intent_codec.encode(forms.wanted(sheet)))
        except BadForm:
            return None
        try:
            asked = await self._ear.ask(heard, draft, suffix=":draft")
        except NotSaved as error:
            # What is typed next is kept together with it.
            _log.info("slack.draft_not_kept", reason=str(error))
            return None
        # Not every form is kept (a code is a secret), and nobody asked for it.
        return asked if asked.answer.accepted else None


def _remember(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)
