"""What Teams would refuse of a card, or draw differently than it was meant, before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.kinds import Fault, wrong_type
from bot.teams import published
from bot.teams.literal import weight
from bot.teams.shapes import CARD

__all__ = ["Fault", "Surface", "check"]

Surface = Literal["message", "form", "dialog"]

_AT = re.compile(r"<\s*/?\s*at\b", re.IGNORECASE)
_WORKED_OUT = re.compile(r"\{\{\s*(?:DATE|TIME)\s*\(", re.IGNORECASE)
# What a dialog cannot do: open another, run at once, or show a menu on a phone.
_NOT_IN_DIALOGS = frozenset({"Action.Execute"})
_SIZES = {"message": published.CARD, "form": published.DIALOG, "dialog": published.DIALOG}


def check(card: Mapping[str, Any], surface: Surface) -> list[Fault]:
    """Everything that is wrong with a card; pointers lead from the card."""
    if card.get("type") != "AdaptiveCard":
        return [wrong_type("/type", "AdaptiveCard")]
    return [
        *CARD.faults(card, ""),
        *_ids(card),
        *_mentions(card),
        *_words(card),
        *_actions(card, surface),
        *_size(card, surface),
    ]


def _ids(card: Mapping[str, Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, node in _nodes(card, ""):
        found = node.get("id")
        if not isinstance(found, str) or "mentioned" in at.rsplit("/", 1)[-1]:
            continue
        if found in seen:
            yield Fault(f"{at}/id", "duplicate_id", f"{found!r} comes twice")
        seen.add(found)


def _mentions(card: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mention in a text has its person, and every person is mentioned."""
    teams = card.get("msteams")
    entities = teams.get("entities", []) if isinstance(teams, Mapping) else []
    tokens = {str(e.get("text")) for e in entities if isinstance(e, Mapping)}
    if len(tokens) < len(entities):
        yield Fault("/msteams/entities", "duplicate_mention", "two mentions look the same")
    written: set[str] = set()
    for at, node in _nodes(card.get("body"), "/body"):
        text = str(node.get("text", ""))
        if node.get("type") == "TextBlock":
            found = {token for token in tokens if token in text}
            written |= found
            for token in found:
                text = text.replace(token, "")
        if _AT.search(text):
            yield Fault(f"{at}/text", "unknown_mention", "mentions somebody who is not named")
    for token in sorted(tokens - written):
        yield Fault("/msteams/entities", "unused_mention", f"{token} stands nowhere")


def _words(card: Mapping[str, Any]) -> Iterator[Fault]:
    for at, node in _nodes(card.get("body"), "/body"):
        for name in ("text", "title", "label", "value"):
            said = node.get(name)
            # What stands in an input is shown as it is.
            if name == "value" and str(node.get("type", "")).startswith("Input."):
                continue
            if isinstance(said, str) and _WORKED_OUT.search(said):
                yield Fault(f"{at}/{name}", "worked_out", "would be taken for a date")


def _actions(card: Mapping[str, Any], surface: Surface) -> Iterator[Fault]:
    for at, node in _nodes(card, ""):
        actions = node.get("actions")
        if not isinstance(actions, list):
            continue
        shown = [a for a in actions if isinstance(a, Mapping) and a.get("mode") != "secondary"]
        if len(shown) > published.PRIMARY:
            yield Fault(f"{at}/actions", "too_many", f"shows at most {published.PRIMARY}")
        if surface != "dialog":
            continue
        for n, action in enumerate(actions):
            kind = action.get("type") if isinstance(action, Mapping) else ""
            if kind in _NOT_IN_DIALOGS or action.get("mode") == "secondary":
                yield Fault(f"{at}/actions/{n}", "not_allowed", "does not work in a dialog")


def _size(card: Mapping[str, Any], surface: Surface) -> Iterator[Fault]:
    size, most = 2 * weight(card), _SIZES[surface]
    if size > most:
        yield Fault("", "too_large", f"takes {size} of {most} bytes")


def _nodes(value: Any, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object of the card with its pointer, save what the desk's own data holds."""
    if isinstance(value, Mapping):
        yield at, value
        for key, inside in value.items():
            if key != "data":
                yield from _nodes(inside, f"{at}/{key}")
    elif isinstance(value, list):
        for n, inside in enumerate(value):
            yield from _nodes(inside, f"{at}/{n}")
