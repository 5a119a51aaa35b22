"""Emoji on a case's card in the engineers' channel: eyes claim it, a check mark offers to resolve.

Whoever may not do it has only shown a face: nothing is done, and nothing is said.
"""

from __future__ import annotations

from bot.forms import form_in
from bot.teams.answers import Answers
from bot.teams.heard import Asked, Ear
from bot.teams.received import Received, list_at, text_at
from desk.errors import NotAllowed, NotKnown
from desk.notices import Side
from handlers.intents import Begin, ClaimCase
from handlers.views.cards import to_card
from handlers.views.kinds import DoneView, RefusalView
from handlers.views.vocabulary import Button

# As Teams names them: by their code point first, or by an older word.
_CLAIM = frozenset({"1f440_eyes", "eyes"})
_RESOLVE = frozenset({"2705_whiteheavycheckmark", "checkmark", "2714_heavycheckmark"})


class Reactions:
    """Hears emoji."""

    def __init__(self, ear: Ear, answers: Answers) -> None:
        self._ear = ear
        self._answers = answers

    async def happened(self, one: Received) -> None:
        """Somebody put an emoji to something."""
        found = {text_at(reaction, "type") for reaction in list_at(one.raw, "reactionsAdded")}
        message = text_at(one.raw, "replyToId")
        if not message or not found & (_CLAIM | _RESOLVE):
            return
        heard = await self._ear.hear(one)
        where = heard.where
        ref = await self._ear.desk.run(
            lambda uow: uow.posts.thread_of(where.platform, where.workspace, where.channel, message)
        )
        if ref is None or ref.side is not Side.ENGINEERS:
            return
        wanted = ClaimCase(ref.case_id) if found & _CLAIM else Begin("resolve_case", ref.case_id)
        asked = await self._ear.ask(heard, wanted)
        if _none_of_theirs(asked):
            return
        if any(form_in(to_card(reply.view)) for reply in asked.answer.replies):
            offered = to_card(_offer(ref.case_id))
            self._ear.link.later("answer", self._answers.whisper(heard, offered))
        else:
            await self._answers.to_message(asked)


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
