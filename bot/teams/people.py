"""Who speaks and where: Teams' accounts and channels, and how each is reached afterwards."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.platform import Permanent, Retryable, SignInBroken
from bot.teams.connector import Connector
from bot.teams.deps import PLATFORM
from bot.teams.received import Conversation, Received, text_at
from desk.linking import Reference
from desk.people import Identity, Place
from desk.ports import Desk, UnitOfWork
from handlers.exchange import Sender

_log = structlog.get_logger(__name__)

_MOST = 10_000
_KEPT = timedelta(minutes=10)
_PLACES_KEPT = timedelta(seconds=5)
# Teams is asked who somebody is within a request, which must end in three seconds.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody as Teams knows them; `tenant` is their own, which a guest brings along."""

    name: str
    email: str
    tenant: str


class People:
    """Turns accounts into senders. What was learned is kept for a while."""

    def __init__(self, desk: Desk, connector: Connector, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._connector = connector
        self._now = now
        self._learned: OrderedDict[tuple[str, str], Reference] = OrderedDict()
        self._accounts: OrderedDict[tuple[str, str], tuple[Account, datetime]] = OrderedDict()
        self._owners: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._places: tuple[dict[str, Place], datetime] | None = None

    async def sender(self, one: Received) -> Sender:
        """Who speaks: the tenant and the account are the service's word, the name is decoration."""
        user, name = user_of(one), text_at(one.raw, "from", "name")
        identity = Identity(PLATFORM, one.tenant, user)
        known = await self._desk.run(lambda uow: uow.people.by_identity(identity))
        if known is not None:
            return Sender(PLATFORM, one.tenant, user, known.name, known.email)
        account = await self._account(one)
        if account is None:
            return Sender(PLATFORM, one.tenant, user, name)
        # A guest is whoever they are at home; an address proves nothing where they are a guest.
        home = account.tenant or one.tenant
        email = account.email if home == one.tenant else None
        return Sender(PLATFORM, home, user, account.name or name, email or None)

    async def _account(self, one: Received) -> Account | None:
        asked = (one.tenant, user_of(one))
        kept, until = self._accounts.get(asked, (None, None))
        if kept is not None and until is not None and until > self._now():
            return kept
        try:
            async with asyncio.timeout(PATIENCE):
                said = await self._connector.member(one.at, text_at(one.raw, "from", "id"))
        except (Retryable, Permanent, SignInBroken, TimeoutError) as error:
            _log.info("teams.who", reason=str(error) or "no answer in time")
            return None
        account = Account(
            text_at(said, "name"),
            text_at(said, "email") or text_at(said, "userPrincipalName"),
            text_at(said, "tenantId"),
        )
        self._accounts[asked] = account, self._now() + _KEPT
        _shrink(self._accounts)
        return account

    # --- places -----------------------------------------------------------------------------------

    async def place(self, channel: str) -> Place | None:
        """What the roster says of a channel, by its id alone: Teams gives each id once."""
        kept = self._places
        if kept is None or kept[1] <= self._now():
            found = await self._desk.run(lambda uow: uow.people.places())
            ours = {one.channel: one for one in found if one.platform == PLATFORM}
            kept = self._places = ours, self._now() + _PLACES_KEPT
        return kept[0].get(channel)

    def forget_places(self) -> None:
        """A channel was renamed, deleted or brought back."""
        self._places = None

    # --- how they are reached ---------------------------------------------------------------------

    async def learn(self, one: Received) -> None:
        """Remember where this came from, so that the desk can write there by itself."""
        user, account = user_of(one), text_at(one.raw, "from", "id")
        at = one.at
        found = []
        if is_direct(one):
            found.append(
                Reference(PLATFORM, one.tenant, user, at.service_url, at.id, account=account)
            )
        else:
            channel = channel_of(at.id)
            found.append(Reference(PLATFORM, one.tenant, channel, at.service_url, channel))
            if user and self._new(one.tenant, user):
                met = await self._reference(one.tenant, user)
                found.append(
                    met or Reference(PLATFORM, one.tenant, user, at.service_url, account=account)
                )
        for reference in found:
            await self._keep(reference)

    def _new(self, tenant: str, target: str) -> bool:
        return (tenant, target) not in self._learned

    async def _keep(self, reference: Reference) -> None:
        key = reference.workspace, reference.target
        if not reference.target or self._learned.get(key) == reference:
            return
        if await self._reference(*key) != reference:
            await self._desk.run(lambda uow: uow.references.put(reference))
        self._learned[key] = reference
        _shrink(self._learned)

    async def _reference(self, tenant: str, target: str) -> Reference | None:
        return await self._desk.run(lambda uow: uow.references.get(PLATFORM, tenant, target))

    async def reached(self, tenant: str, user: str) -> Conversation:
        """The conversation with a person; raises `Permanent` for one who never met the app."""
        found = await self._reference(tenant, user)
        if found is None:
            raise Permanent(
                "they have never spoken to the app in Teams",
                "Let them add the app in Teams, or say hello to it.",
            )
        if found.closed:
            raise Permanent(found.closed, "Let them add or unblock the app in Teams.")
        if found.conversation:
            return Conversation(found.service_url, found.conversation, tenant)
        made = await self._connector.talk_to(found.service_url, tenant, found.account)
        await self._keep(
            Reference(PLATFORM, tenant, user, found.service_url, made.id, found.account)
        )
        return made

    async def alone_in(self, at: Conversation) -> Sender | None:
        """Who reads a chat with the app alone; None in channels and groups."""
        if at.id.startswith("19:"):
            return None
        asked = (at.tenant, at.id)
        user = self._owners.get(asked, "")
        if not user:
            user = await self._desk.run(lambda uow: uow.references.owner(PLATFORM, *asked))
            self._owners[asked] = user
            _shrink(self._owners)
        return Sender(PLATFORM, at.tenant, user) if user else None

    async def channel(self, tenant: str, channel: str) -> Conversation:
        """A channel or a group; raises `Permanent` where nobody of its tenant was ever met."""

        async def look(uow: UnitOfWork) -> tuple[Reference | None, str]:
            found = await uow.references.get(PLATFORM, tenant, channel)
            return found, await uow.references.service_url(PLATFORM, tenant)

        found, anywhere = await self._desk.run(look)
        if found is not None and found.closed:
            raise Permanent(found.closed, "Add the app to the team or the chat again.")
        service_url = found.service_url if found is not None else anywhere
        if not service_url:
            raise Permanent(
                "nobody of this tenant has met the app in Teams",
                "Add the app to the team, and mention it once in the channel.",
            )
        return Conversation(service_url, channel, tenant)

    async def close(self, tenant: str, target: str, why: str) -> None:
        """Nothing reaches them any more, until the app meets them again."""
        self._learned.pop((tenant, target), None)
        await self._desk.run(lambda uow: uow.references.close(PLATFORM, tenant, target, why))


def user_of(one: Received) -> str:
    """Who did it, by their id in the tenant: its administrators know that one, too."""
    return text_at(one.raw, "from", "aadObjectId") or text_at(one.raw, "from", "id")


def is_direct(one: Received) -> bool:
    """Whether it happened in somebody's own chat with the app."""
    return text_at(one.raw, "conversation", "conversationType") in {"personal", ""} and not (
        one.at.id.startswith("19:")
    )


def channel_of(conversation: str) -> str:
    """The channel or chat of a conversation's id, without its thread."""
    return conversation.partition(";")[0]


def thread_of(conversation: str) -> str:
    """The root of the thread that a conversation's id names, "" where it names none."""
    return conversation.partition(";messageid=")[2]


def has_threads(channel: str) -> bool:
    """Whether answers there stand under what they answer: in channels, and nowhere else."""
    return channel.startswith("19:") and "@thread.tacv2" in channel


async def accounts_in(uow: UnitOfWork, person_ids: set[str], tenant: str) -> Mapping[str, str]:
    """Teams' ids of persons in a tenant, for mentions."""
    found: dict[str, str] = {}
    for person_id in person_ids:
        person = await uow.people.person(person_id)
        for one in person.identities if person is not None else ():
            if (one.platform, one.workspace) == (PLATFORM, tenant):
                found[person_id] = one.user
    return found


def _shrink(kept: OrderedDict[tuple[str, str], Any]) -> None:
    while len(kept) > _MOST:
        kept.popitem(last=False)
