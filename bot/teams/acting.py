"""What people press in Teams: buttons of cards, dialogs, the action on a message, offered files."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import structlog

from bot.forms import form_in, with_values
from bot.teams import files, forms
from bot.teams.answers import Answers, carried, closing
from bot.teams.forms import BadForm
from bot.teams.heard import Ear, Heard, source_of
from bot.teams.received import Invoked, Payload, Received, map_at, text_at
from handlers.exchange import Where
from handlers.intents import Begin, Intent, SendToPartner
from handlers.views.cards import to_card

_log = structlog.get_logger(__name__)

# The actions of the message extension, as the manifest names them.
OPEN, OPEN_FROM, SEND_ON = "openCase", "openCaseFromMessage", "sendToPartner"
_TAGS = re.compile(r"<(?:br|/p|/div|/li)[^>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]+>")


class Acting:
    """Answers what Teams waits for."""

    def __init__(self, ear: Ear, answers: Answers) -> None:
        self._ear = ear
        self._answers = answers

    async def invoked(self, one: Received) -> Invoked | None:
        """An invoke; None for one that nobody knows."""
        match one.name:
            case "adaptiveCard/action":
                return await self._executed(one)
            case "task/fetch":
                return await self._fetched(one)
            case "task/submit" | "composeExtension/submitAction":
                return await self._submitted(one)
            case "composeExtension/fetchTask":
                return await self._extended(one)
            case "fileConsent/invoke":
                heard = await self._ear.hear(one)
                self._ear.link.later("file", files.agreed(self._ear, heard))
                return Invoked()
            case _:
                return None

    # --- cards ------------------------------------------------------------------------------------

    async def _executed(self, one: Received) -> Invoked:
        data = map_at(one.value, "action", "data")
        heard = await self._ear.hear(one)
        asked = await self._ear.ask(heard, _pressed(data))
        if forms.again(data):
            return await self._answers.to_look(asked)
        return await self._answers.to_press(asked)

    async def submitted_in_chat(self, one: Received) -> None:
        """A button of a client that knows no better sends a message with what it holds."""
        heard = await self._ear.hear(one)
        if forms.kept(one.value):
            return
        asked = await self._ear.ask(heard, _wanted(one.value))
        await self._answers.to_message(asked)

    # --- dialogs ----------------------------------------------------------------------------------

    async def _fetched(self, one: Received) -> Invoked:
        """A button that opens a dialog: a form, or a question before something is done."""
        data = map_at(one.value, "data")
        # A form that was asked for in a channel is offered in the own chat, and is for there.
        heard = self._back(await self._ear.hear(one), forms.carried(data))
        intent, carry = _pressed(data), carried(heard)
        ask = forms.ask_of(data)
        if ask is not None:
            return await self._answers.question(heard, intent, ask, carry)
        asked = await self._ear.ask(heard, intent)
        return await self._answers.to_dialog(asked, carry)

    async def _submitted(self, one: Received) -> Invoked:
        """A dialog was sent: it says what is wrong with it, or what came of it."""
        data = map_at(one.value, "data")
        if forms.kept(data):
            return closing()
        carry = forms.carried(data)
        heard = self._back(await self._ear.hear(one), carry)
        try:
            intent = forms.wanted(data)
        except BadForm as error:
            _log.info("teams.unknown_form", reason=str(error))
            intent = Begin("")
        asked = await self._ear.ask(heard, intent)
        return await self._answers.to_dialog(asked, carry)

    def _back(self, heard: Heard, carry: Payload) -> Heard:
        """The same person where the form was asked for; rights are asked again all the same."""
        channel, thread = text_at(carry, "channel"), text_at(carry, "thread")
        workspace = text_at(carry, "workspace")
        if not channel or not workspace:
            return heard
        direct = carry.get("direct") is True
        return replace(heard, where=Where(heard.where.platform, workspace, channel, thread, direct))

    # --- the action on a message ------------------------------------------------------------------

    async def _extended(self, one: Received) -> Invoked:
        """An action of the extension: open a case, also about a message, or pass a message on."""
        heard = await self._ear.hear(one)
        payload = map_at(one.value, "messagePayload")
        command = text_at(one.value, "commandId")
        if command == SEND_ON:
            intent = await self._send_on(heard, payload)
            return await self._answers.to_dialog(await self._ear.ask(heard, intent), {})
        words = plain(text_at(payload, "body", "content")) if command == OPEN_FROM else ""
        asked = await self._ear.ask(heard, Begin("open_case", text=words))
        card = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if card is None:
            return closing()
        link = text_at(payload, "linkToMessage")
        form = form_in(card)
        if form is not None and command == OPEN_FROM and link:
            typed = next((f.value for f in form.fields if f.name == "description"), "")
            card = with_values(card, {"description": f"{typed}\n\n{link}".strip()})
        return await self._answers.in_dialog(heard, card, carried(heard))

    async def _send_on(self, heard: Heard, payload: Payload) -> Intent:
        """A message of the engineers' thread goes to the partner."""
        where, message = heard.where, text_at(payload, "id")
        root = text_at(payload, "replyToId") or where.thread or message
        ref = await self._ear.desk.run(
            lambda uow: uow.posts.thread_of(where.platform, where.workspace, where.channel, root)
        )
        if ref is None:
            return Begin("")
        return SendToPartner(ref.case_id, source=source_of(heard, message))


def _pressed(data: Payload) -> Intent:
    """What a button wants; one of a version that is gone is answered by the router in words."""
    try:
        return forms.pressed(data)
    except BadForm as error:
        _log.info("teams.unknown_button", reason=str(error))
        return Begin("")


def _wanted(data: Payload) -> Intent:
    try:
        return forms.wanted(data)
    except BadForm:
        return _pressed(data)


def plain(content: str) -> str:
    """A message's HTML as its words."""
    text = _MARKUP.sub("", _TAGS.sub("\n", content))
    return html.unescape(text).replace("\xa0", " ").strip()
