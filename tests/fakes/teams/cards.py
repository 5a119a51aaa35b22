"""What the fake Teams does not take: cards that the real one refuses, or would show as nothing."""

from __future__ import annotations

import json
from typing import Any

from bot.teams.limits import Surface, check
from tests.fakes.teams import reading
from tests.fakes.teams.faults import ApiError
from tests.fakes.teams.records import CARD, Json

# Bytes of a whole message in UTF-16, as published.
LARGEST = 100 * 1024


def checked(activity: Json) -> None:
    """Refuse a message."""
    if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > LARGEST:
        raise ApiError(413, "MessageSizeTooBig")
    attachments = activity.get("attachments") or []
    if not activity.get("text") and not attachments:
        raise ApiError(400, "BadArgument", "there is nothing in the message")
    for one in attachments:
        if one.get("contentType") == CARD:
            check_card(one.get("content"))


def check_card(card: Any, surface: Surface | None = None) -> None:
    """Refuse a card; a message that asks for something may be as long as a dialog."""
    if not isinstance(card, dict):
        raise ApiError(400, "BadArgument", "no Adaptive Card")
    faults = check(card, surface or ("form" if reading.inputs(card) else "message"))
    if faults:
        said = "; ".join(f"{one.pointer}: {one.code}: {one.message}" for one in faults[:9])
        raise ApiError(400, "BadArgument", said)
