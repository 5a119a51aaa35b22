"""Text as people typed it, where Slack takes nothing else: literal, escaped, of its length."""

from __future__ import annotations

from typing import Any

from bot.literal import cut, inline, literal, sendable, units

__all__ = ["Json", "cut", "escape", "inline", "literal", "sendable", "text_object", "units"]

Json = dict[str, Any]


def escape(text: str) -> str:
    """Text for a place that is markup and cannot be anything else: nothing in it notifies."""
    return literal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def text_object(text: str, limit: int) -> Json:
    """A plain_text object of at most `limit` characters; never empty, which Slack refuses."""
    said = cut(literal(text), limit)
    return {"type": "plain_text", "text": said if said.strip() else "–", "emoji": False}
