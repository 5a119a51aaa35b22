"""What happens in Slack: messages and their edits, reactions, channels that come and go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import structlog

from bot.slack import files, read, texts
from bot.slack.answers import Answers
from bot.slack.deps import PLATFORM, Clock
from bot.slack.front import Front
from bot.slack.heard import Ear, Heard, source_of
from bot.slack.link import Link
from bot.slack.read import Call, Payload, map_at, text_at
from desk.notices import Side, Trouble
from desk.people import Place
from desk.ports import UnitOfWork
from desk.records import ThreadRef
from handlers import announce
from handlers.exchange import Utterance
from handlers.intents import Begin, ClaimCase, DeleteMessage, EditMessage, Say
from handlers.views.cards import to_card
from handlers.views.kinds import DoneView
from handlers.views.vocabulary import Button

_log = structlog.get_logger(__name__)

# Messages that people wrote; every other subtype is Slack's own bookkeeping.
_WRITTEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_CLAIM = frozenset({"eyes"})
_RESOLVE = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})
_AFTER = "The desk's notices for it go to the next target meanwhile."


class Events:
    """Deals with events. What raises `NotSaved` is delivered by Slack again."""

    def __init__(self, link: Link, ear: Ear, answers: Answers, front: Front, now: Clock) -> None:
        self._link = link
        self._ear = ear
        self._answers = answers
        self._front = front
        self._now = now
        self._known: Mapping[str, Callable[[Call, Payload], Awaitable[None]]] = {
            "message": self._message,
            "app_mention": self._message,
            "reaction_added": self._reaction,
            "app_home_opened": self._front.opened,
            "app_uninstalled": self._gone,
            "tokens_revoked": self._revoked,
            "channel_archive": self._archived,
            "group_archive": self._archived,
            "channel_deleted": self._archived,
            "group_deleted": self._archived,
            "channel_left": self._left,
            "group_left": self._left,
            "channel_unarchive": self._back,
            "group_unarchive": self._back,
            "channel_id_changed": self._moved,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The types of events that are dealt with: what the manifest subscribes to."""
        return frozenset(self._known)

    async def happened(self, body: Payload) -> None:
        """An event; one of a kind that the desk does not know is passed over."""
        kind = text_at(body, "event", "type")
        known = self._known.get(kind)
        if known is None:
            _log.debug("slack.event_passed_over", type=kind)
            return
        await known(read.event(body), map_at(body, "event"))

    async def lost(self, body: Payload, said: str) -> None:
        """Tell who wrote a message that it was not kept, for Slack brings it no more."""
        call, event = read.event(body), map_at(body, "event")
        spot = call.spot
        if text_at(event, "type") not in {"message", "app_mention"} or not spot.direct:
            return
        via = await self._link.installs.of(*call.installed)
        if via is not None and call.actor.user != via.bot_user:
            await self._link.api.call(
                via.token, "chat.postMessage", channel=spot.channel, text=said,
                thread_ts=spot.thread or None,
            )  # fmt: skip

    # --- messages ---------------------------------------------------------------------------------

    async def _message(self, call: Call, event: Payload) -> None:
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
        said = await self._ear.words(heard, text_at(event, "text"))
        attached = [read.file_of(one) for one in read.list_at(event, "files")]
        fetched = await files.fetch(self._link, heard, attached)
        try:
            words = Utterance(said, source_of(heard, spot.message))
            asked = await self._ear.ask(heard, words, fetched.attachments)
        finally:
            await files.forget_unused(self._link, fetched.attachments)
        await self._answers.to_message(asked)
        if fetched.missing and asked.answer.case_id is not None:
            self._link.later("files", self._late(heard, asked.answer.case_id, fetched.missing))

    async def _late(self, heard: Heard, case_id: int, missing: tuple[read.File, ...]) -> None:
        """Files that took too long for the message come after it."""
        late = await files.fetch(self._link, heard, missing, patience=files.LONG)
        if late.attachments:
            ref = await self._thread(heard)
            side = ref.side.value if ref else Side.PARTNER.value
            await self._ear.ask(heard, Say(case_id, side), late.attachments, suffix=":files")
        if late.missing:
            await self._answers.whisper(heard, files.not_fetched(case_id, late.missing))

    async def _edited(self, call: Call, event: Payload) -> None:
        message = map_at(event, "message")
        if text_at(message, "subtype") == "tombstone":
            await self._deleted(call, event)
            return
        # Slack reports previews of links as edits, too.
        same = text_at(message, "text") == text_at(event, "previous_message", "text")
        if same or not call.actor.user or text_at(message, "bot_id"):
            return
        heard = await self._ear.hear(call)
        text = await self._ear.words(heard, text_at(message, "text"))
        source = source_of(heard, text_at(message, "ts"))
        asked = await self._ear.ask(heard, EditMessage(source, text))
        await self._answers.to_message(asked)

    async def _deleted(self, call: Call, event: Payload) -> None:
        message = text_at(event, "deleted_ts") or text_at(event, "previous_message", "ts")
        if not call.actor.user or text_at(event, "previous_message", "bot_id"):
            return
        heard = await self._ear.hear(call)
        asked = await self._ear.ask(heard, DeleteMessage(source_of(heard, message)))
        await self._answers.to_message(asked)

    # --- reactions --------------------------------------------------------------------------------

    async def _reaction(self, call: Call, event: Payload) -> None:
        name = text_at(event, "reaction").partition("::")[0]
        if name not in _CLAIM | _RESOLVE or text_at(event, "item", "type") != "message":
            return
        heard = await self._ear.hear(call)
        ref = await self._card(heard)
        if ref is None or ref.side is not Side.ENGINEERS:
            return
        if name in _CLAIM:
            asked = await self._ear.ask(heard, ClaimCase(ref.case_id))
            await self._answers.to_message(asked)
            return
        offer = DoneView(
            (f"Is C-{ref.case_id} solved? Say what solved it, and the partner reads that.",),
            ref.case_id,
            (Button("Resolve", Begin("resolve_case", ref.case_id), "primary"),),
            "notice",
        )
        self._link.later("answer", self._answers.whisper(heard, to_card(offer)))

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

    async def _thread(self, heard: Heard) -> ThreadRef | None:
        where = heard.where
        return await self._link.desk.run(
            lambda uow: uow.posts.thread_of(PLATFORM, where.workspace, where.channel, where.thread)
        )

    # --- the app and its channels -----------------------------------------------------------------

    async def _gone(self, call: Call, _event: Payload) -> None:
        gone = await self._link.installs.remove(*call.installed)
        if gone is None:
            return
        await self._tell(
            f"slack:uninstalled:{call.event_id}",
            f"The app was removed from the Slack workspace {gone.name or gone.workspace}.",
            "Nothing reaches its people there. To undo it, let them install the app again.",
        )

    async def _revoked(self, call: Call, event: Payload) -> None:
        # Tokens of single users are none of ours; only the bot's own end an installation.
        if map_at(event, "tokens").get("bot"):
            await self._gone(call, event)

    async def _archived(self, call: Call, _event: Payload) -> None:
        place = await self._mark(call.spot.channel, archived=True)
        if place is not None:
            await self._tell(
                f"slack:archived:{call.event_id}",
                f"The Slack channel {place.name} was archived or deleted.",
                f"Name another channel in the roster, or take it out of the archive. {_AFTER}",
            )

    async def _back(self, call: Call, _event: Payload) -> None:
        await self._mark(call.spot.channel, archived=False)

    async def _left(self, call: Call, _event: Payload) -> None:
        place = await self._link.people.place(call.spot.channel)
        if place is not None:
            await self._tell(
                f"slack:left:{call.event_id}",
                f"The app was taken out of the Slack channel {place.name}.",
                f"Invite it again: /invite @Partnerdesk. {_AFTER}",
            )

    async def _moved(self, _call: Call, event: Payload) -> None:
        old, new = text_at(event, "old_channel_id"), text_at(event, "new_channel_id")
        place = await self._link.people.place(old)
        if place is not None and new:
            moved = replace(place, channel=new)
            await self._link.desk.run(lambda uow: uow.people.put_place(moved))
            self._link.people.forget_places()

    async def _mark(self, channel: str, *, archived: bool) -> Place | None:
        place = await self._link.people.place(channel)
        if place is None:
            return None
        marked = replace(place, archived=archived)
        await self._link.desk.run(lambda uow: uow.people.put_place(marked))
        self._link.people.forget_places()
        return marked

    async def _tell(self, key: str, what: str, mend: str) -> None:
        told, now = Trouble(key, what, mend), self._now()
        await self._link.desk.run(lambda uow: announce.operators(uow, f"trouble:{key}", told, now))
