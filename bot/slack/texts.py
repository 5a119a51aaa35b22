"""Slack's way of writing becomes plain text: what people typed, as they saw it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_TOKEN = re.compile(r"<([^<>\n]*)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# How the grammar is called by name.
CALLED = "@desk"


def plain(text: str, bots: Collection[str] = (), names: Mapping[str, str] | None = None) -> str:
    """What a message says, with mentions by name; those of the desk's own `bots` become "@desk".

    `names` are people by Slack's ids; somebody who is not among them stays an id.
    """
    known = names or {}

    def said(token: re.Match[str]) -> str:
        return _unescaped(_token(token[1], bots, known))

    parts = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts += [_unescaped(text[end : token.start()]), said(token)]
        end = token.end()
    return "".join([*parts, _unescaped(text[end:])]).replace("\x00", "\u2400")


def mentions(text: str) -> frozenset[str]:
    """The ids of everybody whom a message mentions."""
    return frozenset(re.findall(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>", text))


def _token(inside: str, bots: Collection[str], names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    match target[:1]:
        case "@":
            user = target[1:]
            return CALLED if user in bots else "@" + (names.get(user) or label or user)
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return label or "@" + target[1:].partition("^")[0]
    if not label or label == target.removeprefix("mailto:").removeprefix("tel:"):
        return label or target
    # A link is shown with where it leads, so that its words cannot hide that.
    return label if _same(label, target) else f"{label} ({target})"


def _same(label: str, url: str) -> bool:
    return label.rstrip("/") in {url.rstrip("/"), url.partition("://")[2].rstrip("/")}


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text
