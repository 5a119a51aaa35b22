"""What people write in Teams: words for the desk, messages of a case, their edits and deletions."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from bot.attached import forget_unused
from bot.platform import Permanent, Retryable, SignInBroken
from bot.teams import files, forms
from bot.teams.acting import Acting
from bot.teams.answers import Answers
from bot.teams.consent import Consent
from bot.teams.heard import Ear, Heard, is_called, quoted, source_of, words
from bot.teams.people import channel_of, is_direct
from bot.teams.received import Received, text_at
from desk.records import ThreadRef
from handlers.exchange import Utterance
from handlers.intents import DeleteMessage, EditMessage
from handlers.views.vocabulary import Card, Text, Tone

_log = structlog.get_logger(__name__)

# Whoever waits longer than this, in seconds, sees that the desk is writing.
_TYPING_AFTER = 1.0
_UNDELETED = "undeleteMessage"


class Messages:
    """Hears what is written."""

    def __init__(self, ear: Ear, answers: Answers, acting: Acting, consent: Consent) -> None:
        self._ear = ear
        self._answers = answers
        self._acting = acting
        self._consent = consent

    async def said(self, one: Received) -> None:
        """A message was written, or a button sent one."""
        if forms.is_ours(one.value):
            await self._acting.submitted_in_chat(one)
            return
        # People talk in channels: only where the desk is at home, or is called, is it asked.
        called = is_called(one)
        if not (is_direct(one) or called or await self._ear.people.place(channel_of(one.at.id))):
            return
        typing = asyncio.get_running_loop().create_task(self._typing(one))
        try:
            await self._written(one, called=called)
        finally:
            typing.cancel()

    async def _written(self, one: Received, *, called: bool) -> None:
        heard = await self._in_thread(await self._ear.hear(one), one)
        fetched = await files.fetch(self._ear, files.of_message(one))
        try:
            said = Utterance(words(one), source_of(heard, text_at(one.raw, "id")))
            asked = await self._ear.ask(heard, said, fetched.attachments)
        finally:
            await forget_unused(self._ear.desk, self._ear.files, fetched.attachments)
        await self._answers.to_message(asked)
        if asked.answer.again:
            return
        case_id = asked.answer.case_id
        if fetched.missing and case_id is not None:
            told = _not_fetched(case_id, fetched.missing)
            self._ear.link.later("files", self._answers.whisper(heard, told))
        self._ear.link.later("consent", self._consent.noticed(heard, called=called))

    async def _in_thread(self, heard: Heard, one: Received) -> Heard:
        """In a chat one answers by quoting: what is quoted says which case it is about."""
        message = quoted(one)
        if not message or heard.where.thread:
            return heard
        where = heard.where
        ref = await self._root(heard, message)
        return replace(heard, where=replace(where, thread=message)) if ref else heard

    async def _root(self, heard: Heard, message: str) -> ThreadRef | None:
        where = heard.where
        return await self._ear.desk.run(
            lambda uow: uow.posts.thread_of(where.platform, where.workspace, where.channel, message)
        )

    async def _typing(self, one: Received) -> None:
        await asyncio.sleep(_TYPING_AFTER)
        try:
            await self._ear.link.connector.post(one.at, {"type": "typing"})
        except (Retryable, Permanent, SignInBroken) as error:
            _log.debug("teams.typing_not_shown", reason=str(error))

    # --- afterwards -------------------------------------------------------------------------------

    async def edited(self, one: Received) -> None:
        """A message was changed, or brought back after it was deleted."""
        heard = await self._ear.hear(one)
        source = source_of(heard, text_at(one.raw, "id"))
        if text_at(one.raw, "channelData", "eventType") == _UNDELETED:
            _log.info("teams.undeleted", source=source)
        asked = await self._ear.ask(heard, EditMessage(source, words(one)))
        await self._answers.to_message(asked)

    async def deleted(self, one: Received) -> None:
        """A message was taken back."""
        heard = await self._ear.hear(one)
        asked = await self._ear.ask(heard, DeleteMessage(source_of(heard, text_at(one.raw, "id"))))
        await self._answers.to_message(asked)


def _not_fetched(case_id: int, names: tuple[str, ...]) -> Card:
    """Says which files the desk could not get, and what to do."""
    what = f"These files did not reach C-{case_id}: {', '.join(names)}."
    how = "Each may have 25 MB. Send them again in your own chat with the desk."
    return Card(
        (f"Files are missing on C-{case_id}",), f"{what} {how}", Tone.WARNING,
        elements=(Text((what,)), Text((how,), small=True)), case_id=case_id,
    )  # fmt: skip
