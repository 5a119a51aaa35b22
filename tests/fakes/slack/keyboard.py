"""How Slack's window sends what people type: what could be markup escaped, emoji by their names."""

from __future__ import annotations

import re

from tests.fakes.slack.records import Json

# A few of Slack's thousands.
NAMES = {
    "fire": "\N{FIRE}",
    "fire_extinguisher": "\N{FIRE EXTINGUISHER}",
    "tada": "\N{PARTY POPPER}",
    "thumbsup": "\N{THUMBS UP SIGN}",
}
_SIGNS = {sign: name for name, sign in NAMES.items()}
_NAMED = re.compile(r":([a-z_]+):")


def sent(typed: str) -> str:
    """The text of a message as apps get it."""
    text = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f":{_SIGNS[sign]}:" if sign in _SIGNS else sign for sign in text)


def blocks(text: str) -> list[Json]:
    """The same message as rich text, as it comes along with every message of a person."""
    elements: list[Json] = []
    end = 0
    for found in _NAMED.finditer(text):
        if found[1] in NAMES:
            elements += _words(text[end : found.start()])
            code = "-".join(f"{ord(sign):x}" for sign in NAMES[found[1]])
            elements.append({"type": "emoji", "name": found[1], "unicode": code})
            end = found.end()
    elements += _words(text[end:])
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "elements": [section]}] if elements else []


def _words(text: str) -> list[Json]:
    said = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [{"type": "text", "text": said}] if said else []
