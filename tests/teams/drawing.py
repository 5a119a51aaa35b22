"""What a card says and holds, for tests to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.teams.render import Drawn, Look, message
from handlers.views.example_cases import NOW
from handlers.views.vocabulary import Card, Element

MEI, OMAR = "29:1mei-x_Y", "0f3a4b5c-1111-4222-8333-9abcdef01234"
# As it is drawn in a channel, and for one person.
LOOK = Look({"mei": MEI, "omar": OMAR}, "https://desk.example", "Asia/Shanghai", NOW)
OWN = Look({}, "", "Europe/Berlin", NOW, own=True)
# What nobody sees: joiners, and the isolation of letters that run leftwards.
_UNSEEN = re.compile("[\u2060\u2068\u2069]")


def nodes(drawn: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a drawing, outermost first."""
    if isinstance(drawn, Mapping):
        yield drawn
        for inside in drawn.values():
            yield from nodes(inside)
    elif isinstance(drawn, Sequence) and not isinstance(drawn, str):
        for inside in drawn:
            yield from nodes(inside)


def of_type(drawn: Any, *names: str) -> list[Mapping[str, Any]]:
    """Every object of these types."""
    return [node for node in nodes(drawn) if node.get("type") in names]


def said(drawn: Any) -> str:
    """Everything that a drawing says, in order, a line a block; fallbacks of buttons left out."""
    lines: list[str] = []
    _say(drawn, lines)
    return seen("\n".join(lines))


def seen(text: str) -> str:
    """The text without what nobody sees."""
    return _UNSEEN.sub("", text)


def _say(drawn: Any, lines: list[str]) -> None:
    if isinstance(drawn, list):
        for one in drawn:
            _say(one, lines)
        return
    if not isinstance(drawn, Mapping):
        return
    kind = str(drawn.get("type", ""))
    if kind == "RichTextBlock":
        lines.append("".join(inline["text"] for inline in drawn["inlines"]))
    elif kind == "TextBlock":
        lines.append(str(drawn["text"]))
    elif kind.startswith("Input."):
        lines += [str(drawn[name]) for name in ("label", "value") if name in drawn]
        lines += [choice["title"] for choice in drawn.get("choices", ())]
    elif kind.startswith("Action."):
        lines.append(str(drawn["title"]))
    elif kind == "Image":
        lines.append(str(drawn["altText"]))
    elif "facts" in drawn:
        lines += [f"{fact['title']}: {fact['value']}" for fact in drawn["facts"]]
    else:
        for name in ("body", "items", "columns", "rows", "cells", "actions"):
            _say(drawn.get(name), lines)


def drawn(*elements: Element, look: Look = LOOK, **of_card: Any) -> Drawn:
    """A message with these elements."""
    given = {"title": ("Title",), "summary": "Summary", **of_card}
    return message(Card(elements=elements, **given), look)


def blocks(*elements: Element, look: Look = LOOK, **of_card: Any) -> list[dict[str, Any]]:
    """What a message with these elements holds below its title."""
    body: list[dict[str, Any]] = drawn(*elements, look=look, **of_card).card["body"]
    return body[1:]
