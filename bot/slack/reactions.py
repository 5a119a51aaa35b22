"""Emoji on a case's card in the engineers' channel: eyes claim it, a check mark offers to resolve.

Whoever may not do it has only shown a face: nothing is done, and nothing is said.
"""

from __future__ import annotations

from bot.slack import forms
from bot.slack.answers import Answers
from bot.slack.deps import PLATFORM
from bot.slack.heard import Asked, Ear, Heard
from bot.slack.link import Link
from bot.slack.read import Call, Payload, text_at
from desk.errors import NotAllowed, NotKnown
from desk.notices import Side
from desk.ports import UnitOfWork
from desk.records import ThreadRef
from handlers.intents import Begin, ClaimCase
from handlers.views.cards import to_card
from handlers.views.kinds import DoneView, RefusalView
from handlers.views.vocabulary import Button

_CLAIM = frozenset({"eyes"})
_RESOLVE = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})


class Reactions:
    """Hears emoji."""

    def __init__(self, link: Link, ear: Ear, answers: Answers) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers

    async def happened(self, call: Call, event: Payload) -> None:
        """Somebody put an emoji to something."""
        name = text_at(event, "reaction").partition("::")[0]
        if name not in _CLAIM | _RESOLVE or text_at(event, "item", "type") != "message":
            return
        heard = await self._ear.hear(call)
        ref = await self._card(heard)
        if ref is None or ref.side is not Side.ENGINEERS:
            return
        wanted = ClaimCase(ref.case_id) if name in _CLAIM else Begin("resolve_case", ref.case_id)
        asked = await self._ear.ask(heard, wanted)
        if _none_of_theirs(asked):
            return
        if any(forms.form_in(to_card(reply.view)) for reply in asked.answer.replies):
            self._link.later("answer", self._answers.whisper(heard, to_card(_offer(ref.case_id))))
        else:
            await self._answers.to_message(asked)

    async def _card(self, heard: Heard) -> ThreadRef | None:
        """Whose card the message is, if it is one."""
        where, message = heard.where, heard.call.spot.message

        async def look(uow: UnitOfWork) -> ThreadRef | None:
            ref = await uow.posts.thread_of(PLATFORM, where.workspace, where.channel, message)
            if ref is None:
                return None
            cards = await uow.posts.of(ref.case_id, ref.side, "card")
            return ref if any(card.message_id == message for card in cards) else None

        return await self._link.desk.run(look)


def _none_of_theirs(asked: Asked) -> bool:
    return any(
        isinstance(reply.view, RefusalView)
        and isinstance(reply.view.refusal, NotAllowed | NotKnown)
        for reply in asked.answer.replies
    )


def _offer(case_id: int) -> DoneView:
    return DoneView(
        (f"Is C-{case_id} solved? Say what solved it, and the partner reads that.",),
        case_id,
        (Button("Resolve", Begin("resolve_case", case_id), "primary"),),
        "notice",
    )
