"""Who speaks: Slack's accounts with their own workspace, name, address and picture."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.platform import Retryable
from bot.slack.api import SlackApi
from bot.slack.deps import PLATFORM
from bot.slack.errors import Refused
from bot.slack.installs import Installs
from bot.slack.read import Actor, map_at, text_at
from desk.errors import NotSaved
from desk.linking import Installation
from desk.people import Identity, Person, Place
from desk.ports import Desk, UnitOfWork
from handlers.exchange import Sender

K = TypeVar("K")
V = TypeVar("V")

_log = structlog.get_logger(__name__)

_MOST = 10_000
_KEPT = timedelta(minutes=10)
_PLACES_KEPT = timedelta(seconds=5)
# Slack is asked who somebody is within a request, which must end in three seconds.
PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody as Slack knows them; `teams` are ids of their own workspace and organisation."""

    name: str
    email: str | None
    picture: str
    teams: tuple[str, ...]


class People:
    """Turns accounts into senders. What was learned is kept for a while."""

    def __init__(
        self, desk: Desk, api: SlackApi, installs: Installs, now: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._api = api
        self._installs = installs
        self._now = now
        self._senders: OrderedDict[tuple[str, str], tuple[Sender, datetime]] = OrderedDict()
        self._accounts: OrderedDict[str, tuple[Account, datetime]] = OrderedDict()
        self._places: tuple[dict[str, Place], datetime] | None = None

    async def sender(self, actor: Actor, via: Installation) -> Sender:
        """Who speaks; their own workspace decides it, not the one where it was said.

        `via` is the installation that heard them.
        """
        teams = actor.teams
        if not teams:
            account = await self._account(actor.user, via)
            teams = account.teams if account else ()
        workspace = await self._installs.home(*teams) if teams else ""
        kept, until = self._senders.get((workspace, actor.user), (None, None))
        if kept is not None and until is not None and until > self._now():
            return kept
        found, sure = await self._look(workspace, actor.user, via)
        if sure:
            _keep(self._senders, (workspace, actor.user), (found, self._now() + _KEPT))
        return found

    async def _look(self, workspace: str, user: str, via: Installation) -> tuple[Sender, bool]:
        """Somebody the desk knows needs no questions; about the others Slack is asked."""
        identity = Identity(PLATFORM, workspace, user)
        known = await self._desk.run(lambda uow: uow.people.by_identity(identity))
        if known is not None:
            return Sender(PLATFORM, workspace, user, known.name, known.email), True
        account = await self._account(user, via)
        if account is None:
            return Sender(PLATFORM, workspace, user), False
        # An address proves nothing where somebody else's workspace vouches for it.
        own = await self._installs.of(workspace) is not None
        email = account.email if own else None
        return Sender(PLATFORM, workspace, user, account.name, email), False

    async def picture(self, user: str, via: Installation) -> str:
        """The address of somebody's picture, "" where it is not known."""
        account = await self._account(user, via)
        return account.picture if account else ""

    async def name(self, user: str, via: Installation) -> str:
        """What somebody is called, "" where it is not known."""
        account = await self._account(user, via)
        return account.name if account else ""

    async def _account(self, user: str, via: Installation) -> Account | None:
        kept, until = self._accounts.get(user, (None, None))
        if kept is not None and until is not None and until > self._now():
            return kept
        try:
            async with asyncio.timeout(PATIENCE):
                token = await self._installs.token(via)
                said = await self._api.call(token, "users.info", user=user)
        except (Refused, Retryable, TimeoutError) as error:
            _log.info("slack.who", user=user, reason=str(error) or "no answer in time")
            return None
        told = map_at(said, "user")
        profile = map_at(told, "profile")
        ids = (text_at(told, "team_id"), text_at(told, "enterprise_user", "enterprise_id"))
        account = Account(
            name=text_at(profile, "real_name") or text_at(told, "name"),
            email=text_at(profile, "email") or None,
            picture=text_at(profile, "image_72"),
            teams=tuple(one for one in ids if one),
        )
        _keep(self._accounts, user, (account, self._now() + _KEPT))
        return account

    async def place(self, channel: str) -> Place | None:
        """What the roster says of a channel, by its id alone: Slack gives each id once."""
        kept = self._places
        if kept is None or kept[1] <= self._now():
            try:
                found = await self._desk.run(lambda uow: uow.people.places())
            except NotSaved:
                if kept is None:
                    raise
                # What was so a moment ago is better than nothing while the database is away.
                return kept[0].get(channel)
            ours = {one.channel: one for one in found if one.platform == PLATFORM}
            kept = self._places = ours, self._now() + _PLACES_KEPT
        return kept[0].get(channel)

    def forget_places(self) -> None:
        """A channel was renamed, archived or moved."""
        self._places = None


async def accounts_in(uow: UnitOfWork, person_ids: set[str], workspace: str) -> dict[str, str]:
    """The Slack ids of persons in a workspace, for mentions."""
    found: dict[str, str] = {}
    for person_id in person_ids:
        person = await uow.people.person(person_id)
        user = account_of(person, workspace) if person else ""
        if user:
            found[person_id] = user
    return found


async def names_of(
    uow: UnitOfWork, users: frozenset[str], workspaces: Sequence[str]
) -> dict[str, str]:
    """What accounts are called, as far as the desk knows them."""
    found: dict[str, str] = {}
    for user in users:
        for workspace in dict.fromkeys(workspaces):
            person = await uow.people.by_identity(Identity(PLATFORM, workspace, user))
            if person is not None:
                found.setdefault(user, person.name)
    return found


def account_of(person: Person, workspace: str) -> str:
    """Somebody's id in a workspace, "" where they have none."""
    ours = [one for one in person.identities if one.platform == PLATFORM]
    return next((one.user for one in ours if one.workspace == workspace), "")


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)
