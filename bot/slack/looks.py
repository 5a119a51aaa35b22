"""Cards as Slack draws them for the people of one workspace: its accounts are what is mentioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.naming import names
from bot.slack import render
from bot.slack.deps import Clock
from bot.slack.people import accounts_in
from bot.slack.render import Drawn, Look
from desk.ports import Desk
from handlers.views.vocabulary import Card

# Where Slack shows no reader's own zone, as in notifications, times are in this one.
ZONE = "Asia/Shanghai"


class Looks:
    """Draws cards. Accounts are read in one short transaction, where somebody is named at all."""

    def __init__(self, desk: Desk, public_url: str, now: Clock) -> None:
        self._desk = desk
        self._public_url = public_url
        self._now = now

    async def of(self, card: Card, workspace: str) -> Look:
        """How a card looks to the people of a workspace."""
        return await self.over((card,), workspace)

    async def over(self, cards: Sequence[Card], workspace: str) -> Look:
        """How several cards look to the people of a workspace."""
        named = {name.person_id for name in names(tuple(cards)) if name.mention}
        accounts: Mapping[str, str] = {}
        if named:
            accounts = await self._desk.run(lambda uow: accounts_in(uow, named, workspace))
        return Look(names=accounts, public_url=self._public_url, zone=ZONE, now=self._now())

    async def message(self, card: Card, workspace: str) -> Drawn:
        """The card as a message."""
        return render.message(card, await self.of(card, workspace))

    async def modal(self, card: Card, workspace: str, metadata: str) -> dict[str, Any]:
        """The card as a modal; `metadata` comes back with it."""
        return render.modal(card, await self.of(card, workspace), metadata=metadata)
