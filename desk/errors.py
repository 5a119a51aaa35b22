"""Refusals: what the desk will not do, worded for people, with the next possible step.

Refusal                  expected, shown to the person, never an alarm
├── NotKnown             the thing does not exist, or not for this person: the same answer
├── NotAllowed           the person may not do this here
├── Stale                the case has moved on; carries the case's number, changes nothing
├── NotEntitled          the plan or the quota does not cover it
└── Invalid              a form's fields are wrong; carries a text a field
NotSaved                 storage could not keep it: nothing was changed, try again
NoKey                    a token cannot be kept or read: no key, or not the one it was kept with
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(eq=False)
class Refusal(Exception):
    """Something the desk will not do. `what` happened, `why` it stands, and `next_step` in words.

    `code` is stable and for machines. `until` is when the refusal ends by itself (UTC), if known.
    """

    code: str
    what: str
    why: str = ""
    next_step: str = ""
    until: datetime | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


class NotKnown(Refusal):
    """No such thing for this person; a case of somebody else answers exactly as a missing one."""


class NotAllowed(Refusal):
    """The person's role does not carry this right."""


@dataclass(eq=False)
class Stale(Refusal):
    """The case is no longer in a state in which this can be done; the card is to be refreshed."""

    case_id: int = 0


class NotEntitled(Refusal):
    """The plan does not offer it, or nothing is left of the quota."""


@dataclass(eq=False)
class Invalid(Refusal):
    """Wrong input in a form: `fields` maps a field's name to what is wrong with it."""

    fields: Mapping[str, str] = field(default_factory=dict)


class NotSaved(Exception):
    """The storage could not keep the change in time: nothing was saved; trying again is safe."""


class NoKey(Exception):
    """A token cannot be encrypted, or not be read with the key in force; for operators."""
