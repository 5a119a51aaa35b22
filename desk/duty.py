"""Who is on duty, and who stands in: pure, `now` is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.people import Person, Place, PlaceKind, Role


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is pinged, and instead of whom (None where it is the TAM in person)."""

    person: Person
    instead_of: Person | None = None


def on_duty(person: Person, now: datetime) -> bool:
    """Whether somebody is on duty: not off by their own word, and within their hours, if any.

    Hours are wall-clock times in the person's own zone; those that end at or before their start
    run over midnight and belong to the weekday on which they begin.
    """
    if not person.on_duty:
        return False
    hours = person.hours
    if hours is None:
        return True
    local = now.astimezone(ZoneInfo(person.time_zone))
    clock = local.time()
    if hours.start < hours.end:
        return local.weekday() in hours.weekdays and hours.start <= clock < hours.end
    yesterday = (local - timedelta(days=1)).weekday()
    return (local.weekday() in hours.weekdays and clock >= hours.start) or (
        yesterday in hours.weekdays and clock < hours.end
    )


def next_on_duty(person: Person, now: datetime) -> datetime | None:
    """When somebody's hours begin next; None for those who are always, or never, on duty."""
    hours = person.hours
    if hours is None or not hours.weekdays or not person.on_duty:
        return None
    zone = ZoneInfo(person.time_zone)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(8))
    begins = (datetime.combine(d, hours.start, zone) for d in days if d.weekday() in hours.weekdays)
    return next((moment for moment in begins if moment > now), None)


def on_call(
    tam: Person | None, cover: Person | None, managers: Sequence[Person], now: datetime
) -> OnCall | None:
    """Who answers for a partner now: the TAM on duty, else their cover, else a duty manager.

    A designated TAM is on duty 8/5. With nobody on duty the first duty manager is asked all the
    same: an escalation is never silent. None only where the roster names nobody at all.
    """
    if tam is not None and on_duty(tam, now):
        return OnCall(tam)
    if cover is not None and on_duty(cover, now):
        return OnCall(cover, tam)
    awake = next((m for m in managers if on_duty(m, now)), None)
    anyone = awake or next(iter(managers), None) or cover or tam
    if anyone is None:
        return None
    return OnCall(anyone, tam if anyone is not tam else None)


def duty_manager(people: Sequence[Person], now: datetime) -> Person | None:
    """The duty manager to ask now: one on duty if there is one, else the first."""
    managers = [p for p in people if Role.DUTY_MANAGER in p.roles]
    awake = next((m for m in managers if on_duty(m, now)), None)
    return awake or next(iter(managers), None)


def engineer_place(places: Sequence[Place], program: str, product: str) -> Place | None:
    """The engineers' channel for a case: the one that names its product before its program's.

    A channel that names neither serves everything. Archived channels are passed over.
    """
    fit = [
        place
        for place in places
        if place.kind is PlaceKind.ENGINEERS
        and not place.archived
        and (not place.programs or program in place.programs)
        and (not place.products or product in place.products)
    ]
    return max(fit, key=lambda p: (bool(p.products), bool(p.programs)), default=None)


def operator_place(places: Sequence[Place]) -> Place | None:
    """The operators' channel, if the roster names one."""
    return next((p for p in places if p.kind is PlaceKind.OPERATORS and not p.archived), None)
