"""Text as people typed it, in a card: nothing in it is expanded, mentions anybody or links."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.literal import inline, literal, units

Json = dict[str, Any]

# What a card's renderer takes for more than words wherever it stands: dates and times that it
# works out, and the sign of a mention. A joiner that nobody sees keeps it from doing so.
_WORKED_OUT = re.compile(r"\{(?=\{\s*(?:DATE|TIME)\s*\()|<(?=/?\s*at\b)", re.IGNORECASE)
_JOINER = "\u2060"

# Everything that Markdown might take for style, a link, a list or an entity, in any of the subsets
# that Teams' clients understand; an address is one without its scheme too.
_MARKUP = re.compile(
    r"[*_~`#<>|\[\]{}\\\n\t]|^\s*(?:[-+=]|\d+[.)])|&#?\w+;|://|mailto:|\w\.[a-z]{2}|\w@\w",
    re.IGNORECASE,
)


def unworked(text: str) -> str:
    """Literal text that no renderer expands."""
    return _joined(literal(text))


def in_line(text: str) -> str:
    """Such text inside a sentence; letters that run leftwards keep their place in it."""
    return _joined(inline(text))


def _joined(text: str) -> str:
    if "{" not in text and "<" not in text:
        return text
    return _WORKED_OUT.sub(lambda found: found[0] + _JOINER, text)


def harmless(text: str) -> bool:
    """Whether it reads the same as Markdown and as plain text."""
    return not _MARKUP.search(text)


def weight(drawn: object) -> int:
    """How much of a message's room it takes, in UTF-16 units: two bytes each."""
    return units(json.dumps(drawn, ensure_ascii=False, separators=(",", ":")))
