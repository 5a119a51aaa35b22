"""What comes from Slack is handed to the desk: who, where, one transaction, an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.ports import Router
from bot.slack import texts
from bot.slack.deps import PLATFORM, Clock
from bot.slack.link import Link
from bot.slack.people import names_of
from bot.slack.read import Call, Payload, Spot, words_of
from desk.linking import Installation
from desk.records import Attachment
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.intents import Intent


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody of whom the desk knows who they are, and through which installation they spoke."""

    call: Call
    via: Installation
    token: str
    sender: Sender
    where: Where


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the desk, and its answer."""

    heard: Heard
    answer: Answer


class Ear:
    """Hands events to the router. `wake` is called after each, `now` is the desk's time."""

    def __init__(self, link: Link, router: Router, now: Clock, wake: Callable[[], None]) -> None:
        self._link = link
        self._router = router
        self._now = now
        self._wake = wake

    async def hear(self, call: Call) -> Heard:
        """Who speaks, and where; raises `NotInstalled`, `Retryable` and `NotSaved`."""
        # Somebody of another organisation presses in a channel that is shared with them: what is
        # named may be theirs, where the app is not installed.
        via = await self._link.installs.hearing(*call.installed)
        sender = await self._link.people.sender(call.actor, via)
        where = await self.where(call.spot, via, sender)
        return Heard(call, via, await self._link.installs.token(via), sender, where)

    async def where(self, spot: Spot, via: Installation, sender: Sender) -> Where:
        """The conversation in the desk's words: a shared channel is its owner's in the roster."""
        workspace = sender.workspace
        if not spot.direct:
            place = await self._link.people.place(spot.channel)
            workspace = place.workspace if place else via.workspace
        return Where(PLATFORM, workspace, spot.channel, spot.thread, spot.direct)

    async def words(self, heard: Heard, message: Payload) -> str:
        """What a message or a command says, as its readers see it: names for ids, and emoji."""
        text = words_of(message)
        bots = await self._link.installs.bots()
        users = texts.mentions(text) - bots
        names: Mapping[str, str] = {}
        if users:
            workspaces = (heard.where.workspace, heard.via.workspace, heard.sender.workspace)
            names = await self._link.desk.run(lambda uow: names_of(uow, users, workspaces))
        return texts.plain(text, bots, names, texts.emoji_in(message.get("blocks")))

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
        event_id = heard.call.event_id + suffix
        inbound = Inbound(event_id[:500], heard.sender, heard.where, said, tuple(files))
        answer = await self._router.handle(inbound, self._now())
        self._wake()
        return Asked(heard, answer)

    async def at(self, heard: Heard, spot: Spot) -> Heard:
        """The same person, at another place: a form acts where it was asked for."""
        where = await self.where(spot, heard.via, heard.sender)
        return replace(heard, where=where, call=replace(heard.call, spot=spot))


def source_of(heard: Heard, message: str) -> str:
    """The name of a message towards the rest of the desk, so that edits find it."""
    where = heard.where
    return f"{where.platform}:{where.workspace}:{where.channel}:{message}"
