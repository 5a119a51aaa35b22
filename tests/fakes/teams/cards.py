"""What the fake Teams does not take: cards of a later version, too large, or ambiguous."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.teams.faults import ApiError
from tests.fakes.teams.records import CARD, Json

# Bytes of a whole message in UTF-16, as published.
LARGEST = 100 * 1024
NEWEST = (1, 5)
_LATER = {"Action.Execute": (1, 4), "Table": (1, 5)}


def checked(activity: Json) -> None:
    """Refuse a message that the real Teams would refuse, or would show as nothing."""
    if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > LARGEST:
        raise ApiError(413, "MessageSizeTooBig")
    attachments = activity.get("attachments") or []
    if not activity.get("text") and not attachments:
        raise ApiError(400, "BadArgument", "there is nothing in the message")
    for one in attachments:
        if one.get("contentType") == CARD:
            check(one.get("content"))


def check(card: Any) -> None:
    """Refuse a card."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        raise ApiError(400, "BadArgument", "no Adaptive Card")
    version = _version(card)
    if version > NEWEST:
        raise ApiError(400, "BadArgument", f"Teams shows version 1.5, not {card['version']}")
    seen: set[str] = set()
    for one in walk(card):
        kind, key = one.get("type", ""), one.get("id")
        if version < _LATER.get(kind, (1, 0)):
            raise ApiError(400, "BadArgument", f"{kind} in a card of version {card['version']}")
        if kind.startswith("Input.") and not key:
            raise ApiError(400, "BadArgument", f"{kind} without an id")
        if kind.startswith("Input.") and key in seen:
            raise ApiError(400, "BadArgument", f"two inputs {key!r}")
        seen.add(str(key) if kind.startswith("Input.") else "")
        if kind == "TextBlock" and not one.get("text"):
            raise ApiError(400, "BadArgument", "a TextBlock without text")
    if len((card.get("refresh") or {}).get("userIds") or []) > 60:
        raise ApiError(400, "BadArgument", "refreshed for more than 60 people")


def walk(value: Any) -> Iterator[Json]:
    """Every object within, the outer ones first."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)


def _version(card: Json) -> tuple[int, int]:
    major, _, minor = str(card.get("version", "")).partition(".")
    if not major.isdigit() or not minor.isdigit():
        raise ApiError(400, "BadArgument", "no version")
    return int(major), int(minor)
