"""Shortcuts: a case from nothing, a case from a message, and a message sent on to the partner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.slack import forms, read
from bot.slack.answers import NOTHING, Answers
from bot.slack.heard import Ear, Heard, source_of
from bot.slack.link import Link
from bot.slack.literal import cut
from bot.slack.read import File, Payload, text_at
from bot.slack.telling import Body
from handlers import intent_codec
from handlers.fields import TEXT
from handlers.intents import Begin, KeepDraft, SendToPartner
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card, Text

# As the manifest names them.
OPEN, OPEN_FROM, SEND_ON = "open_case", "open_case_from_message", "send_to_partner"

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


class Shortcuts:
    """Answers shortcuts. What is returned is the answer's body."""

    def __init__(self, link: Link, ear: Ear, answers: Answers) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers

    async def used(self, body: Payload) -> Body:
        """A global shortcut, or one on a message."""
        heard = await self._ear.hear(read.interaction(body))
        used = text_at(body, "callback_id")
        if used == OPEN_FROM:
            return await self._open_from(heard, body)
        if used == SEND_ON:
            return await self._send_on(heard)
        # For one of a version that is gone the router has the words.
        begun = Begin("open_case" if used == OPEN else "")
        return await self._answers.to_press(await self._ear.ask(heard, begun))

    async def _open_from(self, heard: Heard, body: Payload) -> Body:
        """A case about a message: with its words, where it stands, and its files."""
        message = read.map_at(body, "message")
        said = await self._ear.words(heard, message)
        attached = tuple(read.file_of(one) for one in read.list_at(message, "files"))
        asked = await self._ear.ask(heard, Begin("open_case", text=said))
        card = next((to_card(reply.view) for reply in asked.answer.replies), None)
        if card is None or forms.form_in(card) is None:
            return await self._answers.to_press(asked)
        card = _with_place(card, _permalink(heard, body))
        if not await self._answers.open(heard, card, attached):
            await self._keep(heard, card)
            await self._answers.offer(heard, _without_files(card, attached))
        return NOTHING

    async def _keep(self, heard: Heard, card: Card) -> None:
        """More than fits into a button is found again as a draft."""
        form = forms.form_in(card)
        if form is not None:
            filled = intent_codec.fill(form.intent, {one.name: one.value for one in form.fields})
            draft = KeepDraft(intent_codec.encode(filled))
            await self._ear.ask(heard, draft, suffix=":draft")

    async def _send_on(self, heard: Heard) -> Body:
        """A message of the engineers' thread goes to the partner."""
        spot, where = heard.call.spot, heard.where
        thread = spot.thread or spot.message
        ref = await self._link.desk.run(
            lambda uow: uow.posts.thread_of(where.platform, where.workspace, where.channel, thread)
        )
        source = source_of(heard, spot.message)
        intent = SendToPartner(ref.case_id if ref else 0, source=source)
        return await self._answers.to_press(await self._ear.ask(heard, intent))


def _with_place(card: Card, link: str) -> Card:
    """The form with the message's address below its words, which make way for it."""
    form = forms.form_in(card)
    about = (
        next((one.value for one in form.fields if one.name == "description"), "") if form else ""
    )
    if not link or link in about:
        return card
    below = f"\n\nSaid in Slack: {link}"
    return forms.with_values(card, {"description": cut(about, TEXT - len(below)) + below})


def _permalink(heard: Heard, body: Payload) -> str:
    """Where the message can be read, made without asking: a press waits for one read alone."""
    spot = heard.call.spot
    if not spot.channel or not spot.message:
        return ""
    domain = text_at(body, "team", "domain")
    host = f"{domain}.slack.com" if _DOMAIN.fullmatch(domain) else "slack.com"
    link = f"https://{host}/archives/{spot.channel}/p{spot.message.replace('.', '')}"
    inside = spot.thread and spot.thread != spot.message
    return f"{link}?thread_ts={spot.thread}&cid={spot.channel}" if inside else link


def _without_files(card: Card, files: Sequence[File]) -> Card:
    """The card, saying that files could not be brought along."""
    if not files:
        return card
    what = "its file" if len(files) == 1 else f"its {len(files)} files"
    lead = Text((f"The message is kept. Attach {what} in the form: that was not possible here.",))
    return replace(card, elements=(lead, *card.elements))
