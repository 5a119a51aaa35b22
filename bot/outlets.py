"""The platforms as delivery sees them: with a memory of who asked us to wait, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.platform import (
    Address,
    Doubting,
    Gone,
    Permanent,
    Platform,
    Retryable,
    Sent,
    SignInBroken,
)
from desk.records import Post
from handlers.views.kinds import View

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# One call of a platform; one that hangs must not outlive the lease of what it sends.
PATIENCE = 20.0
FIRST_GAP, LONGEST_GAP = timedelta(seconds=1), timedelta(minutes=1)
# Stands behind the reason of a try of which nobody knows whether it reached the platform.
MAYBE = " (it may have arrived)"
# How long a platform that refuses our sign-in is left alone.
SIGNED_OUT = timedelta(minutes=1)
# An adapter's own mistake is tried again this often before it counts as a refusal.
MISTAKES = 5


# What a place may be asked to wait with.
POST, CHANGE = "post", "change"


@dataclass(frozen=True, slots=True)
class Trial:
    """A try, by its number from 1; `doubted_since` is set where an earlier one may have arrived."""

    number: int
    doubted_since: datetime | None = None


async def _post(address: Address, view: View, key: str, trial: Trial, platform: Platform) -> Sent:
    if trial.doubted_since is not None and isinstance(platform, Doubting):
        platform.doubt(key, trial.doubted_since)
    return await platform.post(address, view, key)


class Held(Exception):
    """Not now, but at `until` (UTC). `signed_out` names a platform that refuses the desk itself."""

    def __init__(self, until: datetime, reason: str, signed_out: str = "") -> None:
        super().__init__(reason)
        self.until = until
        self.reason = reason
        self.signed_out = signed_out


class Outlets:
    """Posts and changes messages on the platforms by name; raises `Held` or `Permanent` alone.

    A channel that answers "too many" is left alone until its time, and so is nothing else.
    `chance` gives numbers from 0 to 1, to spread out what is tried again.
    """

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._platforms = platforms
        self._clock = clock
        self._chance = chance
        self._held: dict[tuple[str, ...], tuple[datetime, str]] = {}

    async def post(
        self, addresses: Sequence[Address], view: View, key: str, trial: Trial
    ) -> tuple[Address, Sent]:
        """Post at the first address that takes it; raises `Gone` where every thread is."""
        refused: list[Permanent] = []
        held: Held | None = None
        for address in addresses:
            try:
                work = partial(_post, address, view, key, trial)
                sent = await self._call(address, POST, work, trial.number)
            except Permanent as no:
                refused.append(no)
            except Held as later:
                if not later.signed_out:
                    raise
                held = later
            else:
                return address, sent
        if held is not None:
            raise held
        reasons = "; ".join(no.reason for no in refused) or "there is no address"
        mends = " ".join(dict.fromkeys(no.mend for no in refused if no.mend))
        kind = Gone if refused and all(isinstance(no, Gone) for no in refused) else Permanent
        raise kind(reasons, mends or "See that the desk may still write there.")

    async def change(self, post: Post, view: View | None, tries: int) -> None:
        """Make an earlier message show `view`, or take it away."""
        address = Address(post.platform, post.workspace, post.channel, thread=post.thread)

        async def work(platform: Platform) -> None:
            if view is None:
                await platform.delete(address, post.message_id)
            else:
                await platform.update(address, post.message_id, view)

        await self._call(address, CHANGE, work, tries)

    async def _call(
        self, address: Address, doing: str, work: Callable[[Platform], Awaitable[T]], tries: int
    ) -> T:
        platform = self._platforms.get(address.platform)
        if platform is None:
            raise Permanent(
                f"{address.platform} is not set up", f"Set up {address.platform} for this desk."
            )
        # Platforms count what is posted and what is changed apart.
        place = (address.platform, address.workspace, address.channel or address.user, doing)
        self._check(place[:1])
        self._check(place)
        try:
            async with asyncio.timeout(PATIENCE):
                return await work(platform)
        except Permanent:
            raise
        except SignInBroken as broken:
            reason = f"{address.platform} does not accept the desk's sign-in: {broken}"
            raise self._hold(place[:1], SIGNED_OUT, reason) from broken
        except Retryable as busy:
            gap = self._gap(tries) if busy.after is None else busy.after
            raise self._hold(place, gap, busy.reason) from busy
        except TimeoutError as slow:
            raise self._hold(place, self._gap(tries), f"no answer in time{MAYBE}") from slow
        except Exception as mistake:
            _log.exception("delivery.platform_failed", platform=address.platform)
            if tries >= MISTAKES:
                raise Permanent(f"the desk could not speak to {address.platform}") from mistake
            raise Held(self._clock() + self._gap(tries), repr(mistake)) from mistake

    def _check(self, place: tuple[str, ...]) -> None:
        until, reason = self._held.get(place, (None, ""))
        if until is None:
            return
        if until > self._clock():
            raise Held(until, reason, place[0] if len(place) == 1 else "")
        del self._held[place]

    def _hold(self, place: tuple[str, ...], gap: timedelta, reason: str) -> Held:
        until = self._clock() + gap
        self._held[place] = (until, reason)
        return Held(until, reason, place[0] if len(place) == 1 else "")

    def _gap(self, tries: int) -> timedelta:
        """Growing gaps, spread out so that what failed together does not come back together."""
        grown = min(FIRST_GAP * (1 << min(tries - 1, 10)), LONGEST_GAP)
        return grown * (0.5 + self._chance())
