"""Cards as Teams draws them for the people of one tenant: its accounts are what is mentioned."""

from __future__ import annotations

from collections.abc import Mapping

from bot.naming import names
from bot.teams import render
from bot.teams.deps import Clock
from bot.teams.people import accounts_in
from bot.teams.render import Dialog, Drawn, Look
from desk.people import Identity
from desk.ports import Desk, UnitOfWork
from handlers.exchange import Sender
from handlers.intents import Intent
from handlers.views.vocabulary import Card, Confirm

# A place has readers in several zones; the vendor's own is the one that the promises are made in.
ZONE = "Asia/Shanghai"


class Looks:
    """Draws cards. Accounts are read in one short transaction, where somebody is named at all."""

    def __init__(self, desk: Desk, public_url: str, now: Clock) -> None:
        self._desk = desk
        self._public_url = public_url
        self._now = now

    async def of(self, card: Card, tenant: str, reader: Sender | None = None) -> Look:
        """How a card looks to the people of a tenant, or to one `reader` in their own zone."""
        named = {name.person_id for name in names(card) if name.mention}

        async def look(uow: UnitOfWork) -> tuple[Mapping[str, str], str]:
            zone = ""
            if reader is not None:
                identity = Identity(reader.platform, reader.workspace, reader.user)
                person = await uow.people.by_identity(identity)
                zone = person.time_zone if person is not None else ""
            return await accounts_in(uow, named, tenant), zone

        accounts: Mapping[str, str] = {}
        zone = ""
        if named or reader is not None:
            accounts, zone = await self._desk.run(look)
        return Look(accounts, self._public_url, zone or ZONE, self._now(), own=bool(zone))

    async def message(self, card: Card, tenant: str, reader: Sender | None = None) -> Drawn:
        """The card as a message."""
        return render.message(card, await self.of(card, tenant, reader))

    async def dialog(
        self, card: Card, tenant: str, reader: Sender, carry: Mapping[str, object]
    ) -> Dialog:
        """The card as a dialog; `carry` comes back with its form."""
        return render.dialog(card, await self.of(card, tenant, reader), carry)

    async def question(
        self, intent: Intent, ask: Confirm, tenant: str, carry: Mapping[str, object]
    ) -> Dialog:
        """What is asked before something is done."""
        return render.question(intent, ask, await self.of(Card((), ""), tenant), carry)
