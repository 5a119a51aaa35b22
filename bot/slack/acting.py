"""What people do in Slack besides writing: commands, buttons, forms, searches."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import structlog

from bot.attached import forget_unused
from bot.slack import files, forms, read, render
from bot.slack.answers import NOTHING, Answers
from bot.slack.drafts import Drafts
from bot.slack.forms import BadForm
from bot.slack.front import Front
from bot.slack.heard import Asked, Ear, Heard
from bot.slack.link import Link
from bot.slack.read import Payload, Sheet, text_at
from bot.slack.telling import Body
from handlers import intent_codec
from handlers.exchange import Utterance
from handlers.grammar import is_command
from handlers.intents import Begin, Intent, Say
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card

_log = structlog.get_logger(__name__)

# Fields that let Slack search begin with this.
_SEARCH = "search:"


class Acting:
    """Answers everything that Slack waits for. What is returned is the answer's body."""

    def __init__(self, link: Link, ear: Ear, answers: Answers, front: Front) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers
        self._front = front
        self._drafts = Drafts(link, ear, answers)

    async def command(self, body: Payload) -> Body:
        """A slash command: its words are what the grammar reads."""
        heard = await self._ear.hear(read.command(body))
        name = text_at(body, "command")
        said = await self._ear.words(heard, body)
        words = f"{name} {said}".strip()
        if not is_command(words):
            words = f"/desk {said or 'help'}"
        # A command is never a message of the thread in which it is typed: Slack knows no thread.
        asked = await self._ear.ask(heard, Utterance(words))
        return await self._answers.to_command(asked)

    async def press(self, body: Payload) -> Body:
        """A button, a menu, or a choice in a form."""
        call = read.interaction(body)
        action, value = read.pressed(body)
        heard = await self._ear.hear(call)
        if call.sheet is not None and action.partition(":")[0] != "do":
            return await self._chosen(heard, call.sheet, body)
        try:
            intent = intent_codec.decode(value)
        except intent_codec.BadIntent:
            # A link's button only tells that it was followed; any other is of a version that is
            # gone, and the router says so.
            if action.startswith("link") or not value:
                return NOTHING
            intent = Begin("")
        asked = await self._ear.ask(heard, intent)
        if call.sheet is not None and call.sheet.kind == "home":
            self._front.show(heard)
        elif call.sheet is not None:
            self._front.refresh(heard)
        return await self._answers.to_press(asked)

    async def _chosen(self, heard: Heard, sheet: Sheet, body: Payload) -> Body:
        """A choice on which other fields depend draws the form again; all of it is kept."""
        heard = await self._ear.at(heard, forms.spot_of(sheet))
        self._drafts.typed(heard, sheet)
        block = text_at(next(iter(read.list_at(body, "actions")), {}), "block_id")
        name = block.partition(":")[0]
        card = await self._card(heard, sheet)
        form = forms.form_in(card) if card is not None else None
        if card is None or form is None or all(one.depends_on != name for one in form.fields):
            return NOTHING
        drawn = forms.with_values(card, sheet.values)
        self._answers.redraw(heard, sheet, drawn)
        return NOTHING

    async def _card(self, heard: Heard, sheet: Sheet) -> Card | None:
        """The form that a view shows: remembered, or asked for anew after a restart."""
        card = self._answers.remembered.get(sheet.id)
        if card is None:
            try:
                intent = forms.wanted(sheet)
            except BadForm:
                return None
            form = intent_codec.tag(intent)
            about = intent_codec.fields_of(intent).get("case_id", 0)
            # A question, and a new one each time: a search has no id of its own.
            asked = await self._ear.ask(heard, Begin(form, about), suffix=f":{uuid4().hex}")
            views = (to_card(reply.view) for reply in asked.answer.replies)
            card = next((one for one in views if forms.form_in(one) is not None), None)
        if card is not None:
            self._answers.remembered.keep(sheet.id, card)
        return card

    async def submit(self, body: Payload) -> Body:
        """A form was sent."""
        call = read.interaction(body)
        sheet = call.sheet
        if sheet is None:
            raise read.Malformed("view")
        try:
            intent = forms.wanted(sheet)
        except BadForm as error:
            _log.info("slack.unknown_form", reason=str(error))
            return {"response_action": "clear"}
        heard = await self._ear.at(await self._ear.hear(call), forms.spot_of(sheet))
        await self._drafts.sending(sheet)
        fetched = await files.fetch(self._link, heard, forms.files_of(sheet))
        accepted = False
        try:
            asked = await self._ask_with(heard, intent, fetched)
            accepted = asked.answer.accepted
        finally:
            if not accepted:
                self._drafts.stays(heard, sheet)
        if accepted:
            self._front.refresh(heard)
            self._answers.remembered.forget(sheet.id)
            incomplete = fetched.missing or fetched.refused
            if incomplete and asked.answer.case_id is not None and not asked.answer.again:
                later = self._follow(heard, asked.answer.case_id, fetched)
                self._link.later("files", later)
        return await self._answers.to_form(asked)

    async def _ask_with(self, heard: Heard, intent: Intent, fetched: files.Fetched) -> Asked:
        try:
            return await self._ear.ask(heard, intent, fetched.attachments)
        finally:
            await forget_unused(self._link.desk, self._link.files, fetched.attachments)

    async def _follow(self, heard: Heard, case_id: int, fetched: files.Fetched) -> None:
        """Files that took too long for the form come into the case a moment later."""
        late = await files.fetch(self._link, heard, fetched.missing, patience=files.LONG)
        if late.attachments:
            try:
                intent = Say(case_id, "partner")
                await self._ear.ask(heard, intent, late.attachments, suffix=":files")
            finally:
                await forget_unused(self._link.desk, self._link.files, late.attachments)
        lost = (*fetched.refused, *late.refused, *late.missing)
        if lost:
            await self._answers.whisper(heard, files.not_fetched(case_id, lost))

    async def closed(self, body: Payload) -> Body:
        """A form was closed without being sent: what was typed is kept."""
        call = read.interaction(body)
        if call.sheet is not None:
            heard = await self._ear.at(await self._ear.hear(call), forms.spot_of(call.sheet))
            self._answers.remembered.forget(call.sheet.id)
            self._link.later("draft", self._drafts.closed(heard, call.sheet))
        return NOTHING

    async def search(self, body: Payload) -> dict[str, Any]:
        """Somebody types into a field with a search."""
        call = read.interaction(body)
        sheet = call.sheet
        action = text_at(body, "action_id")
        if sheet is None or not action.startswith(_SEARCH):
            return {"options": []}
        name = action.removeprefix(_SEARCH)
        card = self._answers.remembered.get(sheet.id)
        if card is None:
            card = await self._card(await self._ear.hear(call), sheet)
        form = forms.form_in(card) if card is not None else None
        field = next((f for f in form.fields if f.name == name), None) if form else None
        if field is None:
            return {"options": []}
        return {"options": render.options(field, text_at(body, "value"))}
