"""How the fake Slack misbehaves: too many calls, errors, answers that are lost on the way."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

How = Literal["500", "html", "429", "reset", "after", "error"]


@dataclass(frozen=True)
class Limit:
    """So many calls in so many seconds, in each channel where `by_channel`."""

    calls: int
    per: float
    by_channel: bool = False


# As published: calls a minute and workspace, by tier; messages also one a second and channel.
PUBLISHED: dict[str, Limit] = {
    "chat.postMessage": Limit(1, 1.0, by_channel=True),
    "chat.update": Limit(50, 60),
    "chat.postEphemeral": Limit(100, 60),
    "views.open": Limit(100, 60),
    "users.info": Limit(100, 60),
    "users.lookupByEmail": Limit(50, 60),
    "conversations.info": Limit(50, 60),
    "conversations.open": Limit(50, 60),
    "conversations.history": Limit(1, 60),
    "conversations.replies": Limit(1, 60),
    "apps.connections.open": Limit(1, 60),
}


@dataclass
class Fault:
    """One thing that goes wrong, so many times."""

    method: str
    how: How
    times: int
    error: str = ""
    after: int = 1


@dataclass
class Unkindness:
    """What goes wrong next. Without a word from the test nothing does."""

    seconds: Callable[[], float]
    limits: dict[str, Limit] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    _calls: defaultdict[tuple[str, str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def hangs(self, method: str) -> asyncio.Event:
        """`method` answers nobody until the event is set."""
        return self.gates.setdefault(method, asyncio.Event())

    def fails(self, method: str, how: How, times: int = 1, after: int = 1) -> None:
        """`method` fails so many times; `after` is what a 429 asks to wait, in seconds."""
        self.faults.append(Fault(method, how, times, after=after))

    def refuses(self, method: str, error: str, times: int = 1) -> None:
        """`method` answers with an error of Slack's so many times."""
        self.faults.append(Fault(method, "error", times, error=error))

    def next_fault(self, method: str) -> Fault | None:
        """What goes wrong with this call."""
        for fault in self.faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def waits(self, method: str, token: str, channel: str) -> int:
        """For how many seconds the caller has to wait; 0 where the call is within its limit."""
        limit = self.limits.get(method)
        if limit is None:
            return 0
        now = self.seconds()
        calls = self._calls[method, token, channel if limit.by_channel else ""]
        calls[:] = [at for at in calls if now - at < limit.per]
        if len(calls) >= limit.calls:
            return max(1, math.ceil(limit.per - (now - calls[0])))
        calls.append(now)
        return 0
