"""What comes from Teams is handed to the desk: who, where, one transaction, an answer."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.ports import FileStore, Router
from bot.teams.deps import PLATFORM, Clock
from bot.teams.link import Link
from bot.teams.looks import Looks
from bot.teams.people import People, channel_of, has_threads, is_direct, thread_of
from bot.teams.received import Conversation, Received, list_at, text_at
from desk.ports import Desk
from desk.records import Attachment
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.intents import Intent

_MENTION = re.compile(r"<at[^>]*>(.*?)</at>", re.DOTALL | re.IGNORECASE)
_LONGEST_ID = 500


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who did something, as the desk calls them and the place."""

    received: Received
    sender: Sender
    where: Where
    event_id: str

    @property
    def at(self) -> Conversation:
        """The conversation in Teams' words, with the thread in it."""
        here = self.received.at
        channel, thread = self.where.channel, self.where.thread
        inside = f"{channel};messageid={thread}" if thread and has_threads(channel) else channel
        return replace(here, id=inside)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the desk, and its answer."""

    heard: Heard
    answer: Answer


class Ear:
    """Hands events to the router that it attends to; what speaks shares what it knows.

    `now` is the desk's time.
    """

    def __init__(self, link: Link, desk: Desk, files: FileStore, now: Clock) -> None:
        self.link = link
        self.desk = desk
        self.files = files
        self._now = now
        self._router: Router | None = None
        self._wake: Callable[[], None] = lambda: None
        self.people = People(desk, link.connector, link.wall)
        self.looks = Looks(desk, link.settings.public_url, now)

    def attend(self, router: Router, wake: Callable[[], None]) -> None:
        """From now on hand events to `router`; `wake` is called after each."""
        self._router = router
        self._wake = wake

    async def hear(self, one: Received) -> Heard:
        """Who did it and where; what is learned of how to reach them is kept."""
        await self.people.learn(one)
        sender = await self.people.sender(one)
        channel = channel_of(one.at.id)
        direct = is_direct(one)
        thread = "" if direct else thread_of(one.at.id)
        where = Where(PLATFORM, sender.workspace, channel, thread, direct)
        if not direct:
            place = await self.people.place(channel)
            where = replace(where, workspace=place.workspace if place else one.tenant)
        return Heard(one, sender, where, event_id(one))

    async def ask(
        self,
        heard: Heard,
        said: Intent | Utterance,
        files: Sequence[Attachment] = (),
        suffix: str = "",
    ) -> Asked:
        """One transaction of the desk; raises `NotSaved`, and then nothing was changed.

        `suffix` tells several questions of one event apart.
        """
        if self._router is None:
            raise RuntimeError("the routes come first")
        event = (heard.event_id + suffix)[:_LONGEST_ID]
        inbound = Inbound(event, heard.sender, heard.where, said, tuple(files))
        answer = await self._router.handle(inbound, self._now())
        self._wake()
        return Asked(heard, answer)


def event_id(one: Received) -> str:
    """The same however often Teams brings it; an edit of a message is another event."""
    said = text_at(one.raw, "id")
    if one.type == "message" and said:
        return f"{PLATFORM}:said:{channel_of(one.at.id)}:{said}"[:_LONGEST_ID]
    told = {key: value for key, value in one.raw.items() if key not in {"serviceUrl", "locale"}}
    seed = json.dumps(told, sort_keys=True, default=str)
    return f"{PLATFORM}:{one.type}:{hashlib.sha256(seed.encode()).hexdigest()}"


def words(one: Received) -> str:
    """What a message says, as its readers see it, without the app's own name in front of it."""
    text = text_at(one.raw, "text")
    own = text_at(one.raw, "recipient", "id")
    for entity in list_at(one.raw, "entities"):
        if text_at(entity, "type") == "mention" and text_at(entity, "mentioned", "id") == own:
            text = text.replace(text_at(entity, "text") or "\x00", " ", 1)
    text = _MENTION.sub(lambda found: f"@{found[1]}", text).replace("&nbsp;", " ")
    if text_at(one.raw, "textFormat") == "xml":
        text = html.unescape(text)
    return text.replace("\xa0", " ").strip()


def is_called(one: Received) -> bool:
    """Whether the app is mentioned by name."""
    own = text_at(one.raw, "recipient", "id")
    return any(
        text_at(entity, "type") == "mention" and text_at(entity, "mentioned", "id") == own
        for entity in list_at(one.raw, "entities")
    )


def quoted(one: Received) -> str:
    """The message that is answered by quoting it, which is how one answers in a chat; or ""."""
    for attached in list_at(one.raw, "attachments"):
        if text_at(attached, "contentType") != "messageReference":
            continue
        content = attached.get("content")
        found: object = content
        if isinstance(content, str):
            try:
                found = json.loads(content)
            except (ValueError, RecursionError):
                found = None
        if isinstance(found, Mapping):
            return text_at(found, "messageId")
    return ""


def source_of(heard: Heard, message: str) -> str:
    """The name of a message towards the rest of the desk, so that edits find it."""
    where = heard.where
    return f"{where.platform}:{where.workspace}:{where.channel}:{message}"
