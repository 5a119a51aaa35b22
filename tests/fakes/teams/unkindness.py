"""How the fake Teams misbehaves: too many calls, errors, answers that are late or lost."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

# As published, a conversation: so many calls in so many seconds.
SENDS = ((7, 1), (8, 2), (60, 30), (1800, 3600))
READS = ((14, 1), (16, 2), (120, 30), (3600, 3600))


@dataclass
class Fault:
    """One thing that goes wrong, so many times.

    `how` is an HTTP status, or "reset" (the line goes dead), "hang" (no answer), "garbage" (an
    answer that nobody can read). With `done`, what was asked for is done all the same.
    """

    what: str
    how: int | str
    times: int = 1
    code: str = ""
    wait: str | None = None
    done: bool = False
    body: bytes | None = None


@dataclass
class Unkindness:
    """What goes wrong next. Without a word from the test nothing does."""

    seconds: Callable[[], float]
    limited: bool = False
    faults: list[Fault] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    _calls: defaultdict[tuple[str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def fails(self, what: str, how: int | str, times: int = 1, **more: object) -> None:
        """`what` (post, reply, update, delete, create, member, login, keys …) fails."""
        self.faults.append(Fault(what, how, times, **more))  # type: ignore[arg-type]

    def mends(self, what: str) -> None:
        """Nothing is wrong with `what` any more."""
        self.faults = [one for one in self.faults if one.what != what]

    def next_fault(self, what: str) -> Fault | None:
        """What goes wrong with this call."""
        for fault in self.faults:
            if fault.what == what and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    async def hang(self) -> None:
        """Say nothing until the test is over."""
        self.hung.set()
        await self.released.wait()

    def waits(self, what: str, conversation: str) -> int:
        """For how many seconds the caller has to wait; 0 where there is room."""
        if not self.limited:
            return 0
        kind = "read" if what in {"member", "members", "channels"} else "send"
        now = self.seconds()
        calls = self._calls[kind, conversation.partition(";")[0]]
        for most, per in READS if kind == "read" else SENDS:
            recent = [at for at in calls if now - at < per]
            if len(recent) >= most:
                return max(1, math.ceil(per - (now - recent[0])))
        calls.append(now)
        return 0
