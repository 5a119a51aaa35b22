"""The app and its channels come and go: people are greeted, places follow, operators are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.teams.answers import Answers
from bot.teams.deps import Clock
from bot.teams.heard import Ear
from bot.teams.people import channel_of, is_direct, user_of
from bot.teams.received import Received, list_at, text_at
from desk.notices import Trouble
from handlers import announce
from handlers.intents import Help

_AFTER = "The desk's notices for it go to the next target meanwhile."
_REMOVED = frozenset({"remove", "remove-upgrade"})
_UPGRADED = frozenset({"add-upgrade"})


class Coming:
    """Hears where the app is put and taken away. `wake` is called where somebody is told."""

    def __init__(self, ear: Ear, answers: Answers, now: Clock, wake: Callable[[], None]) -> None:
        self._ear = ear
        self._answers = answers
        self._now = now
        self._wake = wake

    async def installed(self, one: Received) -> None:
        """The app was put somewhere, brought up to date, or removed."""
        action = text_at(one.raw, "action")
        if action in _REMOVED:
            await self._gone(one)
            return
        heard = await self._ear.hear(one)
        place = await self._ear.people.place(heard.where.channel)
        if place is not None and place.archived:
            await self._ear.desk.run(
                lambda uow: uow.people.put_place(replace(place, archived=False))
            )
            self._ear.people.forget_places()
        if action not in _UPGRADED and heard.where.direct:
            await self._answers.to_message(await self._ear.ask(heard, Help()))

    async def changed(self, one: Received) -> None:
        """A channel was deleted, renamed or brought back; members are nobody's business here."""
        event, channel = text_at(one.raw, "channelData", "eventType"), _channel(one)
        if event == "channelDeleted":
            await self._archived(one, channel, gone=True)
        elif event == "channelRestored":
            await self._archived(one, channel, gone=False)
        elif any(
            text_at(member, "id") == text_at(one.raw, "recipient", "id")
            for member in list_at(one.raw, "membersRemoved")
        ):
            await self._gone(one)

    async def _gone(self, one: Received) -> None:
        if is_direct(one):
            why = "they have removed the app in Teams"
            await self._ear.people.close(one.tenant, user_of(one), why)
            return
        channel = channel_of(one.at.id)
        await self._ear.people.close(one.tenant, channel, "the app was taken out of it")
        place = await self._ear.people.place(channel)
        if place is not None:
            await self._tell(
                f"teams:left:{one.tenant}:{channel}:{self._now().isoformat()}",
                f"The app was taken out of the Teams channel {place.name}.",
                f"Add it to the team again. {_AFTER}",
            )

    async def _archived(self, one: Received, channel: str, *, gone: bool) -> None:
        place = await self._ear.people.place(channel)
        if place is None:
            return
        marked = replace(place, archived=gone)
        await self._ear.desk.run(lambda uow: uow.people.put_place(marked))
        self._ear.people.forget_places()
        if gone:
            await self._tell(
                f"teams:deleted:{one.tenant}:{channel}:{self._now().isoformat()}",
                f"The Teams channel {place.name} was deleted.",
                f"Name another channel in the roster, or restore it. {_AFTER}",
            )

    async def _tell(self, key: str, what: str, mend: str) -> None:
        told, now = Trouble(key, what, mend), self._now()
        await self._ear.desk.run(lambda uow: announce.operators(uow, f"trouble:{key}", told, now))
        self._wake()


def _channel(one: Received) -> str:
    return text_at(one.raw, "channelData", "channel", "id") or channel_of(one.at.id)
