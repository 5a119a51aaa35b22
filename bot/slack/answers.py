"""What the desk answers, shown where it was asked: at once, to one person, in a form, or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.platform import Retryable
from bot.slack import forms, render
from bot.slack.errors import Refused
from bot.slack.forms import Remembered
from bot.slack.heard import Asked, Heard
from bot.slack.link import Link
from bot.slack.read import File, Sheet, text_at
from bot.slack.telling import Body, Telling, alone
from handlers.exchange import Audience
from handlers.intents import OpenCase
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card
from storage.desk import left, within

_log = structlog.get_logger(__name__)

NOTHING: Body = {}

# How long Slack may take to open a form, in seconds: the press must be answered within three.
OPENING, LATEST = 1.5, 0.2


class Answers:
    """Shows answers. What Slack is answered with at once is returned; the rest is sent later."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._telling = Telling(link)
        self.remembered = Remembered()

    # --- by what was done -------------------------------------------------------------------------

    async def to_command(self, asked: Asked) -> Body:
        """Shown in the answer itself, to the one who typed it."""
        first, *rest = await self._for_one(asked)
        if not first:
            return NOTHING
        for body in rest:
            self._link.later("answer", self._telling.respond(asked.heard, body))
        return first

    async def to_press(self, asked: Asked) -> Body:
        """Shown beside the message, in the modal or over the Home tab that has the button."""
        heard = asked.heard
        if asked.answer.again:
            return NOTHING
        if heard.call.sheet is not None:
            await self._in_view(asked, heard.call.sheet)
            return NOTHING
        for body in await self._for_one(asked):
            if body:
                self._link.later("answer", self._telling.respond(heard, body))
        return NOTHING

    async def to_message(self, asked: Asked) -> None:
        """Shown in the conversation: to everybody in a direct one, to the writer elsewhere.

        What Slack brings again was answered when it came first.
        """
        if asked.answer.again:
            return
        for number, reply in enumerate(asked.answer.replies):
            card = to_card(reply.view)
            body = await self._drawn(asked.heard, forms.offer(card))
            here = asked.heard.where.direct or reply.audience is Audience.HERE
            key = f"answer:{asked.heard.call.event_id}:{number}"
            self._link.later("answer", self._telling.post(asked.heard, body, key if here else ""))

    async def to_form(self, asked: Asked) -> Body:
        """Shown in the form: what is wrong with it, or what came of it."""
        sheet = asked.heard.call.sheet
        card = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if card is None or sheet is None:
            return {"response_action": "clear"}
        form = forms.form_in(card)
        faults = render.errors(card)
        if form is not None and faults and len(faults) == sum(bool(f.error) for f in form.fields):
            # Each stands at its field, and Slack leaves everything else as it was typed.
            return {"response_action": "errors", "errors": faults}
        view = await self._view(asked.heard, card, forms.files_of(sheet))
        if form is not None:
            self.remembered.keep(sheet.id, card)
        return {"response_action": "update", "view": view}

    # --- forms ------------------------------------------------------------------------------------

    async def open(self, heard: Heard, card: Card, files: tuple[File, ...] = ()) -> bool:
        """Open a card's form; False where Slack does not let us any more."""
        if not heard.call.trigger:
            return False
        view = await self._view(heard, card, files)
        inside = heard.call.sheet is not None and heard.call.sheet.kind == "modal"
        method = "views.push" if inside else "views.open"
        try:
            hurry = left()
            with within(OPENING if hurry is None else min(OPENING, hurry + LATEST)):
                said = await self._link.api.call(
                    heard.token, method, trigger_id=heard.call.trigger, view=view
                )
        except (Refused, Retryable) as error:
            _log.info("slack.form_not_opened", method=method, reason=str(error))
            return False
        self.remembered.keep(text_at(said, "view", "id"), card)
        return True

    async def offer(self, heard: Heard, card: Card) -> None:
        """Offer a form by a button, to the one who acts."""
        body = alone(await self._drawn(heard, forms.offer(card)))
        self._link.later("answer", self._telling.respond(heard, body))

    async def whisper(self, heard: Heard, card: Card) -> None:
        """Tell one person, where they are."""
        await self._telling.tell(heard, await self._drawn(heard, card))

    def redraw(self, heard: Heard, sheet: Sheet, card: Card) -> None:
        """Show the form as it is after a choice; of several choices, after the last."""
        self.remembered.keep(sheet.id, card)
        self._link.later("redraw", self._redraw(heard, sheet, card))

    async def _redraw(self, heard: Heard, sheet: Sheet, card: Card) -> None:
        async with self.remembered.turn(sheet.id):
            if self.remembered.get(sheet.id) is card:
                view = await self._view(heard, card, forms.files_of(sheet))
                await self._update(heard, sheet, view)

    async def _view(self, heard: Heard, card: Card, files: tuple[File, ...] = ()) -> Body:
        form = forms.form_in(card)
        intent = form.intent if form is not None else OpenCase()
        metadata = forms.carry(intent, heard.call.spot, files) if form is not None else ""
        view = await self._link.looks.modal(card, heard.via.workspace, metadata)
        for block in view["blocks"] if form is not None else ():
            forms.listen(block)
        return view

    async def _in_view(self, asked: Asked, sheet: Sheet) -> None:
        """A press within a modal changes it; one on the Home tab opens a modal over it."""
        for reply in asked.answer.replies:
            card = to_card(reply.view)
            if forms.form_in(card) is not None or sheet.kind != "modal":
                if not await self.open(asked.heard, card):
                    body = await self._drawn(asked.heard, forms.offer(card))
                    self._link.later("answer", self._telling.tell(asked.heard, body))
                continue
            view = await self._view(asked.heard, card)
            self._link.later("answer", self._update(asked.heard, sheet, view))

    async def _update(self, heard: Heard, sheet: Sheet, view: Mapping[str, Any]) -> None:
        seen = self.remembered.hash(sheet.id, sheet.hash)
        try:
            said = await self._link.api.call(
                heard.token, "views.update", view_id=sheet.id, hash=seen or None, view=view
            )
            self.remembered.drawn(sheet.id, seen, text_at(said, "view", "hash"))
        except (Refused, Retryable) as error:
            # A newer change has won, or the modal is closed: it shows what it should, or nothing.
            _log.info("slack.view_not_updated", reason=str(error))

    # --- drawing ----------------------------------------------------------------------------------

    async def _for_one(self, asked: Asked) -> list[Body]:
        """The replies as messages for one person; a form is opened, or else offered by a button."""
        bodies: list[Body] = []
        for reply in asked.answer.replies:
            card = to_card(reply.view)
            if forms.form_in(card) is not None and await self.open(asked.heard, card):
                bodies.append(NOTHING)
                continue
            bodies.append(alone(await self._drawn(asked.heard, forms.offer(card))))
        return bodies or [NOTHING]

    async def _drawn(self, heard: Heard, card: Card) -> Body:
        drawn = await self._link.looks.message(card, heard.via.workspace)
        return {"text": drawn.text, "blocks": drawn.blocks}
