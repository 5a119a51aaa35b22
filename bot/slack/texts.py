"""Slack's way of writing becomes plain text: what people typed, as they saw it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_TOKEN = re.compile(r"<([^<>\n]*)>")
_CODE = re.compile(r"[0-9a-f]{2,5}(?:-[0-9a-f]{2,5})*")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# How the grammar is called by name.
CALLED = "@desk"


def plain(
    text: str,
    bots: Collection[str] = (),
    names: Mapping[str, str] | None = None,
    emoji: Mapping[str, str] | None = None,
) -> str:
    """What a message says, with mentions by name; those of the desk's own `bots` become "@desk".

    `names` are people by Slack's ids; somebody who is not among them stays an id. `emoji` are
    signs by Slack's names for them, as `emoji_in` finds them.
    """
    known = names or {}
    for name, sign in (emoji or {}).items():
        text = text.replace(f":{name}:", sign)

    def said(token: re.Match[str]) -> str:
        return _unescaped(_token(token[1], bots, known))

    parts = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts += [_unescaped(text[end : token.start()]), said(token)]
        end = token.end()
    return "".join([*parts, _unescaped(text[end:])]).replace("\x00", "\u2400")


def emoji_in(blocks: object) -> dict[str, str]:
    """The emoji of a message by the names that stand in its text, the longest names first.

    Slack sends a sign as ":fire:", and says in the message's blocks what that is.
    """
    found: dict[str, str] = {}
    for one in _emoji(blocks):
        code, name, tone = one.get("unicode"), one.get("name"), one.get("skin_tone")
        if isinstance(code, str) and isinstance(name, str) and _CODE.fullmatch(code):
            named = f"{name}::skin-tone-{tone}" if isinstance(tone, int) else name
            sign = "".join(chr(int(part, 16)) for part in code.split("-"))
            found[named] = sign.encode("utf-8", "ignore").decode()
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _emoji(inside: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(inside, Mapping):
        if inside.get("type") == "emoji":
            yield inside
        yield from _emoji(inside.get("elements"))
    elif isinstance(inside, list):
        for one in inside:
            yield from _emoji(one)


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
