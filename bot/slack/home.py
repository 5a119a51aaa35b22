"""App Home: several cards on one page, each under a heading of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from bot.slack import published
from bot.slack.blocks import Pen, heading, note, weight
from bot.slack.elements import body
from bot.slack.literal import Json
from bot.slack.spans import Look
from handlers.views.vocabulary import Card

_ROOM = 30_000
_DIVIDER: Json = {"type": "divider"}


def home(cards: Sequence[Card], look: Look) -> Json:
    """The page; what does not fit on it is said at its end."""
    numbers = count(1)
    room = _ROOM // max(1, len(cards)) + 8_000
    blocks: list[Json] = []
    left_out = 0
    for n, card in enumerate(cards):
        pen = Pen(look, card, numbers)
        head = heading(pen)
        drawn = [head, *body(card.elements, pen, room - weight([head]))]
        between = [_DIVIDER] if n else []
        # One block is kept for saying what is missing.
        if len(blocks) + len(between) + len(drawn) >= published.VIEW_BLOCKS:
            left_out += 1
            continue
        blocks += [*between, *drawn]
    if left_out:
        more = "The rest does not fit here. Ask for it in a message: my cases, queue, quota."
        blocks.append(note(more))
    return {"type": "home", "blocks": blocks or [note("Nothing is here yet.")]}
