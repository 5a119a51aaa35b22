"""Other people's workspaces: where the desk is installed, and how one becomes a partner's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Installation:
    """The desk in one workspace of a chat platform, with what it may do there.

    `workspace` is the platform's id of it; where a whole organisation installed the desk at once,
    it is the organisation's own. `enterprise` is the organisation that it belongs to, or "".
    `token` and `refresh_token` are plain here and encrypted in the database; `expires_at` is when
    the token ends, None where it does not. `partner_id` is whose workspace it is: read from the
    linked workspaces, and never written from here.
    """

    platform: str
    workspace: str
    token: str = field(repr=False)
    enterprise: str = ""
    bot_user: str = ""
    bot_id: str = ""
    scopes: tuple[str, ...] = ()
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    partner_id: str | None = None
    installed_by: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A one-time code that makes a workspace a partner's own: only its hash is kept.

    `used_in` is the workspace that it was used in, as "platform:workspace".
    """

    code_hash: str
    partner_id: str
    expires_at: datetime
    used_at: datetime | None = None
    used_in: str = ""


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many codes a workspace has tried since `began_at`, this one among them."""

    number: int
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Reference:
    """How somebody or a channel is reached on a platform that writes only where it was met.

    `target` is the person's or the channel's id in the workspace, `conversation` is where messages
    for it go ("" while there is none yet), `account` what the platform calls a person towards the
    app, and `service_url` the address over which both are reached. `closed` says why nothing
    reaches it any more, "" while something does.
    """

    platform: str
    workspace: str
    target: str
    service_url: str
    conversation: str = ""
    account: str = ""
    closed: str = ""


class References(Protocol):
    """How people and channels are reached, as learned from what they sent."""

    async def get(self, platform: str, workspace: str, target: str) -> Reference | None: ...
    async def put(self, reference: Reference) -> None:
        """Store it in the place of what was known; a closed one is open again."""

    async def close(self, platform: str, workspace: str, target: str, why: str) -> bool:
        """Mark that nothing reaches it any more; False where that was known, or it is not."""

    async def owner(self, platform: str, workspace: str, conversation: str) -> str:
        """The `target` whose conversation it is, "" for nobody's."""

    async def service_url(self, platform: str, workspace: str) -> str:
        """The newest address of anybody in a workspace, "" where nobody was met."""


class Installations(Protocol):
    """Where the desk is installed, with its tokens; encrypted by whoever opened the storage.

    Without a key, or with another one, `get`, `put` and `renew` raise `NoKey`.
    """

    def ready(self) -> None:
        """Raises `NoKey` where no token could be kept."""

    async def get(self, platform: str, workspace: str) -> Installation | None: ...
    async def put(self, installation: Installation) -> None:
        """Store it, new or renewed; a renewal that was under way is over then."""

    async def remove(self, platform: str, workspace: str) -> None: ...
    async def all(self, platform: str = "") -> Sequence[Installation]:
        """Every installation, for lists: their tokens are left out ("")."""

    async def renew(
        self, platform: str, workspace: str, now: datetime, until: datetime
    ) -> Installation | None:
        """The installation, if this caller alone may renew its token until `until`; else None."""


class Codes(Protocol):
    """One-time secrets, by their hashes: invitations of partners, and states of an OAuth flow."""

    async def add(self, code: LinkCode) -> None: ...
    async def get(self, code_hash: str, now: datetime) -> LinkCode | None:
        """A code that is still good; looking at it does not use it up."""

    async def use(self, code_hash: str, used_in: str, now: datetime) -> bool:
        """Mark a good code used; False where it is not good any more: of two only one gets it."""

    async def attempt(
        self, platform: str, workspace: str, now: datetime, since: datetime
    ) -> Attempts:
        """Count a try of this workspace; the count begins anew if it began before `since`."""

    async def forgive(self, platform: str, workspace: str) -> None:
        """Forget the tries of a workspace."""

    async def add_state(self, state_hash: str, value: str, expires_at: datetime) -> None: ...
    async def use_state(self, state_hash: str, now: datetime) -> str | None:
        """The value kept with a state, once; None for an unknown, used or expired one."""

    async def forget_old(self, now: datetime) -> None:
        """Remove what has expired, and tries of a day ago."""
