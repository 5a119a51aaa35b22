"""What people write in Slack: words for the desk, messages of a case, their edits and deletions."""

from __future__ import annotations

from dataclasses import replace

from bot.attached import forget_unused
from bot.slack import files, read, texts
from bot.slack.answers import Answers
from bot.slack.heard import Ear, Heard, source_of
from bot.slack.link import Link
from bot.slack.read import Actor, Call, Payload, map_at, text_at
from desk.records import ThreadRef
from handlers.exchange import Utterance
from handlers.intents import DeleteMessage, EditMessage, Say

# Messages that people wrote; every other subtype is Slack's own bookkeeping.
_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
# Files that came after their message are a message of their own, called after it.
_LATE = ":files"


class Messages:
    """Hears what is written. What raises `NotSaved` is delivered by Slack again."""

    def __init__(self, link: Link, ear: Ear, answers: Answers) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers

    async def happened(self, call: Call, event: Payload) -> None:
        """A message was written, edited or deleted."""
        subtype = text_at(event, "subtype")
        if subtype == "message_changed":
            await self._edited(call, event)
        elif subtype == "message_deleted":
            await self._deleted(call, event)
        elif subtype in _WRITTEN and call.actor.user and not text_at(event, "bot_id"):
            await self._written(call, event)

    async def _written(self, call: Call, event: Payload) -> None:
        spot = call.spot
        await self._link.installs.hearing(*call.installed)
        bots = await self._link.installs.bots()
        if call.actor.user in bots:
            return
        # People talk in channels: only where the desk is at home, or is called, is it asked.
        called = bots & texts.mentions(text_at(event, "text"))
        if not (spot.direct or called or await self._link.people.place(spot.channel)):
            return
        # A mention comes twice, as a message and as a mention; it is one thing said.
        heard = await self._ear.hear(
            replace(call, event_id=f"slack:said:{spot.channel}:{spot.message}")
        )
        said = await self._ear.words(heard, event)
        attached = [read.file_of(one) for one in read.list_at(event, "files")]
        fetched = await files.fetch(self._link, heard, attached)
        try:
            words = Utterance(said, source_of(heard, spot.message))
            asked = await self._ear.ask(heard, words, fetched.attachments)
        finally:
            await forget_unused(self._link.desk, self._link.files, fetched.attachments)
        await self._answers.to_message(asked)
        if (fetched.missing or fetched.refused) and not asked.answer.again:
            stored = asked.answer.case_id is not None
            self._link.later("files", self._late(heard, fetched, stored=stored))

    async def _late(self, heard: Heard, fetched: files.Fetched, *, stored: bool) -> None:
        """Files that took too long come after their message, if that stands in a case's thread.

        `stored` says whether the case has a message already to which they belong.
        """
        ref = await self._thread(heard)
        if ref is None:
            return
        late = await files.fetch(self._link, heard, fetched.missing, patience=files.LONG)
        if late.attachments:
            source = source_of(heard, heard.call.spot.message) + (_LATE if stored else "")
            intent = Say(ref.case_id, ref.side.value, source=source)
            try:
                await self._ear.ask(heard, intent, late.attachments, suffix=_LATE)
            finally:
                await forget_unused(self._link.desk, self._link.files, late.attachments)
        lost = (*fetched.refused, *late.refused, *late.missing)
        if lost:
            await self._answers.whisper(heard, files.not_fetched(ref.case_id, lost))

    async def _thread(self, heard: Heard) -> ThreadRef | None:
        where = heard.where
        return await self._link.desk.run(
            lambda uow: uow.posts.thread_of(
                where.platform, where.workspace, where.channel, where.thread
            )
        )

    async def _edited(self, call: Call, event: Payload) -> None:
        message = map_at(event, "message")
        before = map_at(event, "previous_message")
        if text_at(message, "subtype") == "tombstone":
            # What is left of the root of a thread is nobody's; who deleted it is who wrote it.
            writer = replace(call, actor=Actor(text_at(before, "user"), call.actor.teams))
            await self._deleted(writer, event)
            return
        # Slack reports previews of links as edits, too.
        same = text_at(message, "text") == text_at(before, "text")
        if same or not call.actor.user or text_at(message, "bot_id"):
            return
        heard = await self._ear.hear(call)
        text = await self._ear.words(heard, message)
        source = source_of(heard, text_at(message, "ts"))
        asked = await self._ear.ask(heard, EditMessage(source, text))
        await self._answers.to_message(asked)

    async def _deleted(self, call: Call, event: Payload) -> None:
        message = text_at(event, "deleted_ts") or text_at(event, "previous_message", "ts")
        if not call.actor.user or text_at(event, "previous_message", "bot_id"):
            return
        heard = await self._ear.hear(call)
        source = source_of(heard, message)
        for part in ("", _LATE):
            asked = await self._ear.ask(heard, DeleteMessage(source + part), suffix=part)
            await self._answers.to_message(asked)
