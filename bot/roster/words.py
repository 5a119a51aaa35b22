"""How a change of the roster is said: one line, its values as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

from desk.people import Hours, Identity

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = {
    "cover_id": "cover",
    "email": "e-mail",
    "hours": "duty",
    "on_duty": "on duty",
    "partner_id": "partner",
    "partner_ids": "partners",
    "subscribed_on": "subscribed on",
    "tam_id": "TAM",
    "time_zone": "time zone",
}


def heading(noun: str, thing: Any) -> str:
    """What a line is about: `partner northwind (Northwind)`."""
    return f"{noun} {thing.id} ({thing.name})"


def fields_changed(old: Any, new: Any) -> str:
    """Every field that differs, as it was and as it will be."""
    pairs = ((f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(old))
    return ", ".join(
        f"{_NAMES.get(name, name)} {in_words(was)} → {in_words(will)}"
        for name, was, will in pairs
        if was != will
    )


def in_words(value: Any) -> str:
    """A field's value on one line."""
    match value:
        case None | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Hours():
            days = " ".join(_WEEKDAYS[day] for day in value.weekdays)
            return f"{days} {value.start:%H:%M}-{value.end:%H:%M}"
        case Identity():
            return " ".join(p for p in (value.platform, value.workspace, value.user) if p)
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case frozenset():
            return _listed(sorted(in_words(one) for one in value))
        case tuple():
            return _listed(in_words(one) for one in value)
        case _:
            return str(value)


def _listed(words: Iterable[str]) -> str:
    return " + ".join(words) or "none"
