"""How much the desk may say where: kept before the service has to complain.

Teams counts for each conversation (a chat with one person, a group, a whole channel), and all of a
tenant together. What is too much is not sent: it is `Busy` until the moment when there is room.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.teams.deps import Clock
from bot.teams.errors import Busy


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls within so long."""

    calls: int
    per: timedelta


class Kind(Enum):
    """What is counted by itself, as published; each with its limits."""

    SEND = ((7, 1), (8, 2), (60, 30), (1800, 3600))
    READ = ((14, 1), (16, 2), (120, 30), (3600, 3600))
    TENANT = ((30, 1),)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The most that the service takes."""
        return tuple(Limit(calls, timedelta(seconds=per)) for calls, per in self.value)


_LIMITS = {kind: kind.limits for kind in Kind}
_MOST = {kind: max(one.calls for one in limits) for kind, limits in _LIMITS.items()}
_REMEMBERED = 5_000
# After "too many" without a time: this long, doubled with each that follows.
_FIRST, _LONGEST = timedelta(seconds=2), timedelta(minutes=1)


@dataclass(slots=True)
class _Lane:
    """What was called lately, and what the service asked for."""

    calls: deque[datetime]
    until: datetime | None = None
    strikes: int = 0


class Pace:
    """Counts calls. `now` is the machine's time, `chance` gives numbers from 0 to 1."""

    def __init__(self, now: Clock, chance: Callable[[], float]) -> None:
        self._now = now
        self._chance = chance
        self._lanes: OrderedDict[tuple[Kind, str], _Lane] = OrderedDict()

    def take(self, kind: Kind, conversation: str, tenant: str) -> None:
        """Count a call, or raise `Busy` with the time that is left until there is room for it."""
        now = self._now()
        places = ((kind, conversation), (Kind.TENANT, tenant))
        lanes = [(one, self._lane(one, key)) for one, key in places]
        left = max(_left(one, lane, now) for one, lane in lanes)
        if left > timedelta(0):
            raise Busy("Teams takes no more there at this moment", left)
        for _, lane in lanes:
            lane.calls.append(now)

    def refused(self, kind: Kind, conversation: str, after: timedelta | None) -> timedelta:
        """The service said "too many", and perhaps for how long; returns how long that is."""
        lane = self._lane(kind, conversation)
        if after is None:
            grown = min(_FIRST * (1 << min(lane.strikes, 10)), _LONGEST)
            after = grown * (0.8 + 0.4 * self._chance())
        lane.strikes += 1
        lane.until = self._now() + after
        return after

    def taken(self, kind: Kind, conversation: str) -> None:
        """The service took a call."""
        self._lane(kind, conversation).strikes = 0

    def _lane(self, kind: Kind, key: str) -> _Lane:
        # A thread is part of its channel, for which all of them count together.
        place = (kind, key.partition(";messageid=")[0])
        lane = self._lanes.setdefault(place, _Lane(deque(maxlen=_MOST[kind])))
        self._lanes.move_to_end(place)
        while len(self._lanes) > _REMEMBERED:
            self._lanes.popitem(last=False)
        return lane


def _left(kind: Kind, lane: _Lane, now: datetime) -> timedelta:
    """How long until one more call is within every limit."""
    waits = [timedelta(0), (lane.until or now) - now]
    for limit in _LIMITS[kind]:
        if len(lane.calls) >= limit.calls:
            waits.append(lane.calls[-limit.calls] + limit.per - now)
    return max(waits)
