"""Partners, and the people on both sides of the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the desk; one person may be several (an engineer who is also a TAM)."""

    CONTACT = "contact"
    ENGINEER = "engineer"
    TAM = "tam"
    DUTY_MANAGER = "duty_manager"
    OPERATOR = "operator"


class Coordination(StrEnum):
    """Who coordinates the customer's problem, a property of every case."""

    INDEPENDENT = "independent"
    VENDOR = "vendor_coordinated"
    PARTNER = "partner_coordinated"


class Billing(StrEnum):
    """How a subscription is billed; monthly ones carry no yearly allowance by default."""

    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is on duty: weekdays (Monday 0), from and to, in their own time zone."""

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: time = time(9)
    end: time = time(18)


@dataclass(frozen=True, slots=True)
class Identity:
    """An account on a chat platform; `workspace` is "" where the platform has none."""

    platform: str
    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the desk knows. `id` is the roster's key; `partner_id` is set for contacts only.

    `on_duty` is what engineers say of themselves; `hours` is when a TAM or duty manager is on
    duty, and `cover_id` who is pinged in their place otherwise.
    """

    id: str
    name: str
    roles: frozenset[Role]
    time_zone: str
    email: str | None = None
    language: str = "en"
    partner_id: str | None = None
    on_duty: bool = True
    hours: Hours | None = None
    cover_id: str | None = None
    identities: tuple[Identity, ...] = ()

    @property
    def is_vendor(self) -> bool:
        """Whether this person works for the vendor."""
        return self.partner_id is None


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that was promised support. `id` is the roster's key.

    `program` and `plan` are catalog keys; `subscribed_on` starts the subscription year, in the
    program's home time zone. `kind` is the published kind of partner (sales, solution, ...).
    """

    id: str
    name: str
    program: str
    plan: str
    subscribed_on: date
    billing: Billing
    kind: str
    country: str
    time_zone: str
    language: str = "en"
    tam_id: str | None = None


class PlaceKind(StrEnum):
    """What a shared conversation is for."""

    ENGINEERS = "engineers"
    PARTNER = "partner"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that the roster names. `id` is the roster's key.

    An engineer channel serves the cases of `programs` and `products` (empty: all); a partner
    channel belongs to every partner in `partner_ids`, which may be more than one.
    """

    id: str
    kind: PlaceKind
    platform: str
    workspace: str
    channel: str
    name: str
    programs: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    partner_ids: tuple[str, ...] = ()
    archived: bool = field(default=False)
