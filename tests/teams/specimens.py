"""The smallest cards that Teams takes, for tests in which it is not the card that matters."""

from __future__ import annotations

from typing import Any

from tests.fakes.teams.records import CARD, Json

CLAIM: Json = {"type": "Action.Execute", "title": "Claim", "verb": "do", "data": {"case": 7}}


def line(text: str) -> Json:
    """A line of text."""
    return {"type": "TextBlock", "text": text, "wrap": True}


def card(*body: Json, **more: Any) -> Json:
    """A card of these elements."""
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": "A newer Teams is needed.",
        "body": list(body),
        "msteams": {"width": "Full"},
        **more,
    }


def posted(content: Json, **more: Any) -> Json:
    """A message with a card."""
    attachment = {"contentType": CARD, "content": content}
    return {"type": "message", "attachments": [attachment], **more}
