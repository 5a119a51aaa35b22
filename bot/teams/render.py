"""Views as Teams' cards: pure functions from a card to what is posted, or opened as a dialog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.forms import form_in
from bot.literal import cut, inline
from bot.teams import dialog as dialogs
from bot.teams import published
from bot.teams.blocks import note
from bot.teams.buttons import refresh
from bot.teams.dialog import Dialog
from bot.teams.elements import body, card
from bot.teams.limits import Fault, check
from bot.teams.literal import Json, weight
from bot.teams.spans import Look, Pen
from handlers.intents import Intent, ShowCase
from handlers.views.vocabulary import Card, Confirm

__all__ = [
    "Dialog",
    "Drawn",
    "Fault",
    "Look",
    "check",
    "dialog",
    "form",
    "message",
    "question",
]

# What a card has around its elements.
_AROUND = 600
_SUMMARY = 2_000
_OLD = "This needs a newer Teams. Update it, or ask the desk in words."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message: its card, and its summary in plain words for notifications and lists of chats."""

    summary: str
    card: Json

    @property
    def mentions(self) -> bool:
        """Whether it notifies somebody by name."""
        return bool(self.card["msteams"].get("entities"))


def message(shown: Card, look: Look) -> Drawn:
    """A card as a message, within what a card may weigh."""
    room = published.CARD // 2 - _AROUND
    pen = Pen(look, shown)
    drawn = _whole({"body": card(pen, room)}, pen)
    # What cannot be cut may have taken more than its share; what can be makes way for it.
    while _heavy(drawn) and room > 1_000:
        room -= 1_000
        pen = Pen(look, shown)
        drawn = _whole({"body": card(pen, room)}, pen)
    return Drawn(_summary(shown.summary), _sendable(drawn, pen))


def form(shown: Card, look: Look, carry: Mapping[str, object] | None = None) -> Drawn:
    """A card with its form in the message itself, for a chat in which somebody is alone."""
    found = form_in(shown)
    if found is None:
        return message(shown, look)
    pen = Pen(look, shown)
    above = [e for e in shown.elements if e is not found]
    head = [*card(Pen(look, _without_elements(shown)), 2_000), *body(above, pen, 3_000)]
    made = _whole({"body": [*head, *dialogs.inline(found, pen, carry)]}, pen)
    return Drawn(_summary(shown.summary), made)


def dialog(shown: Card, look: Look, carry: Mapping[str, object] | None = None) -> Dialog:
    """A card as a dialog; what `carry` holds comes back with its form."""
    pen, made = dialogs.dialog(shown, look, carry)
    return Dialog(made.title, made.height, made.width, _whole(made.card, pen, live=False))


def question(
    intent: Intent, ask: Confirm, look: Look, carry: Mapping[str, object] | None = None
) -> Dialog:
    """A dialog that asks before it is done."""
    made = dialogs.question(intent, ask, carry)
    pen = Pen(look, Card((), ""))
    return Dialog(made.title, made.height, made.width, _whole(made.card, pen, live=False))


def _whole(made: Json, pen: Pen, *, live: bool = True) -> Json:
    """The card with what stands around its elements."""
    whole: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": published.VERSION,
        "fallbackText": _OLD,
        **made,
        "msteams": _teams(made["body"], pen),
    }
    case_id = pen.card.case_id
    if live and pen.card.about == "case" and case_id is not None:
        users = tuple(pen.look.refresh)[: published.REFRESHED]
        whole["refresh"] = refresh(ShowCase(case_id), users)
        while _heavy(whole) and users:
            users = users[: len(users) * 3 // 4]
            whole["refresh"] = refresh(ShowCase(case_id), users)
    return whole


def _heavy(drawn: Json) -> bool:
    return 2 * weight(drawn) > published.CARD


def _sendable(drawn: Json, pen: Pen) -> Json:
    """A message that lacks its heaviest part is better than one that Teams does not take."""
    blocks = drawn["body"]
    while _heavy(drawn):
        heaviest = max(range(len(blocks)), key=lambda n: weight(blocks[n]))
        blocks[heaviest] = note("… A part of this is too long for Teams.")
        drawn["msteams"] = _teams(blocks, pen)
    return drawn


def _teams(blocks: Sequence[Json], pen: Pen) -> Json:
    """What is for Teams alone: the width, and whom the texts that are left mention."""
    texts = list(_texts(blocks))
    named = [one for one in pen.mentioned.values() if any(one["text"] in text for text in texts)]
    return {"width": "Full", **({"entities": named} if named else {})}


def _texts(drawn: object) -> Iterator[str]:
    """Every text in which somebody can be mentioned."""
    if isinstance(drawn, list):
        for one in drawn:
            yield from _texts(one)
    elif isinstance(drawn, dict) and drawn.get("type") == "TextBlock":
        yield drawn["text"]
    elif isinstance(drawn, dict):
        for inside in drawn.values():
            yield from _texts(inside)


def _without_elements(shown: Card) -> Card:
    return Card(shown.title, shown.summary, shown.tone, shown.mark)


def _summary(summary: str) -> str:
    return cut(inline(" ".join(summary.split())), _SUMMARY) or "A message from the desk"
