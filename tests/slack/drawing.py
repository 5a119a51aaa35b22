"""What a drawing says and holds, for tests to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.render import Drawn, Look, message
from handlers.views.example_cases import NOW
from handlers.views.vocabulary import Card, Element

LOOK = Look({"mei": "U0MEI", "omar": "U0OMAR"}, "https://desk.example", "Asia/Shanghai", NOW)
PLAIN = Look({}, "", "Asia/Shanghai")

# The only things that the desk itself may say in Slack's markup with an angle bracket.
_OURS = re.compile(r"<!date\^\d+\^[^|<>]*\|[^|<>]*>|<https://desk\.example/\?case=\d+\|C-\d+>")


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
    """Everything that a drawing says, in order; a time as its fallback, a person as their id."""
    parts = []
    for node in nodes(drawn):
        text = node.get("text")
        if isinstance(text, str) and node.get("type") != "mrkdwn":
            parts.append(text)
        elif isinstance(text, str):
            parts.append(re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text))
        elif node.get("type") == "date":
            parts.append(str(node["fallback"]))
        elif node.get("type") == "user":
            parts.append(str(node["user_id"]))
    return re.sub("[\u2068\u2069]", "", "\n".join(parts))


def markup_of_others(drawn: Any) -> list[str]:
    """Markup without what the desk itself says in it: nothing in it may do anything."""
    return [_OURS.sub("", str(node["text"])) for node in of_type(drawn, "mrkdwn")]


def drawn(*elements: Element, look: Look = LOOK, **of_card: Any) -> Drawn:
    """A message with these elements."""
    given = {"title": ("Title",), "summary": "Summary", **of_card}
    return message(Card(elements=elements, **given), look)
