"""Everything that happens in Teams, handed to whoever deals with it."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.teams.acting import Acting
from bot.teams.adapter import Adapter
from bot.teams.answers import Answers, said
from bot.teams.coming import Coming
from bot.teams.consent import Consent
from bot.teams.deps import Clock
from bot.teams.heard import Ear
from bot.teams.messages import Messages
from bot.teams.reactions import Reactions
from bot.teams.received import Invoked, Received
from bot.teams.turns import Turns
from desk.errors import NotSaved

_log = structlog.get_logger(__name__)

NOT_SAVED = "This was not saved. Nothing has changed. Try again in a moment."


class Listening(Turns):
    """Deals with activities, one turn each."""

    def __init__(self, ear: Ear, now: Clock, wake: Callable[[], None]) -> None:
        super().__init__()
        answers = Answers(ear)
        self._ear = ear
        self._adapter = Adapter(ear.link.connector)
        self._acting = Acting(ear, answers)
        self._messages = Messages(ear, answers, self._acting, Consent(ear, answers))
        self._reactions = Reactions(ear, answers)
        self._coming = Coming(ear, answers, now, wake)

    async def take(self, one: Received) -> Invoked | None:
        """An activity that was let in; what is returned answers an invoke."""
        return await self._adapter.turn(one, self)

    async def said(self, one: Received) -> None:
        """What is not saved is said: Teams brings a message once only."""
        try:
            await self._messages.said(one)
        except NotSaved as error:
            _log.warning("teams.not_saved", reason=str(error))
            words = {"type": "message", "text": NOT_SAVED}
            self._ear.link.later("words", self._reply(one, words))

    async def edited(self, one: Received) -> None:
        await self._messages.edited(one)

    async def deleted(self, one: Received) -> None:
        await self._messages.deleted(one)

    async def reacted(self, one: Received) -> None:
        await self._reactions.happened(one)

    async def changed(self, one: Received) -> None:
        await self._coming.changed(one)

    async def installed(self, one: Received) -> None:
        await self._coming.installed(one)

    async def invoked(self, one: Received) -> Invoked | None:
        try:
            return await self._acting.invoked(one)
        except NotSaved as error:
            _log.warning("teams.not_saved", name=one.name, reason=str(error))
            if one.name == "adaptiveCard/action":
                return said(NOT_SAVED)
            return Invoked({"task": {"type": "message", "value": NOT_SAVED}})

    async def _reply(self, one: Received, words: dict[str, str]) -> None:
        await self._ear.link.connector.post(one.at, words)
