"""Views as Slack's blocks: pure functions from a card to what is posted, opened or published."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack import published
from bot.slack.blocks import Pen, note, weight
from bot.slack.elements import card as whole
from bot.slack.home import home
from bot.slack.limits import Fault, check
from bot.slack.literal import Json, cut, escape
from bot.slack.modal import errors, modal, options, typed
from bot.slack.spans import Look
from handlers.views.vocabulary import Card

__all__ = [
    "Drawn",
    "Fault",
    "Look",
    "agent_prompts",
    "check",
    "errors",
    "home",
    "message",
    "modal",
    "options",
    "typed",
]

# Below what Slack takes, because nobody outside knows exactly how it counts.
_ROOM = 11_500
# Notifications show the first line of it, screen readers all.
_FALLBACK = 2_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message: its blocks, and the text for notifications, which is markup and is escaped."""

    text: str
    blocks: list[Json]


def message(card: Card, look: Look) -> Drawn:
    """A card as a message: within 50 blocks and what Slack takes altogether."""
    room = _ROOM
    blocks = whole(Pen(look, card), room)
    # What cannot be cut may have taken more than its share; what can be makes way for it.
    while weight(blocks) > published.MESSAGE_WEIGHT and room > 1_000:
        room -= 1_000
        blocks = whole(Pen(look, card), room)
    return Drawn(_fallback(card.summary), _sendable(blocks[: published.MESSAGE_BLOCKS]))


def _sendable(blocks: list[Json]) -> list[Json]:
    """A message that lacks its heaviest part is better than one that Slack does not take."""
    while weight(blocks) > published.MESSAGE_WEIGHT:
        heaviest = max(range(len(blocks)), key=lambda n: weight([blocks[n]]))
        blocks[heaviest] = note("… A part of this is too long for Slack.")
    return blocks


def _fallback(summary: str) -> str:
    text = escape(cut(" ".join(summary.split()), _FALLBACK))
    return text or "A message from the desk"


def agent_prompts() -> list[dict[str, str]]:
    """What the desk suggests to somebody who opens its conversation: at most four."""
    said = {
        "Open a case": "open a case",
        "My cases": "my cases",
        "What is left of our quota": "quota",
        "Who is our TAM": "tam",
    }
    return [{"title": title, "message": message} for title, message in said.items()]
