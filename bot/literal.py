"""Text as people typed it, for platforms that take plain text: clean, and of the right length."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"\r\n?|[\u2028\u2029]")
# C0 and DEL are shown as their control pictures; half a surrogate pair cannot be sent at all.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}
_HALVES = re.compile("[\ud800-\udfff]")
# Marks that turn the direction of what follows them, far beyond the words they came with.
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURNS = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TRAILING = "\u200d\ufe0f"


def literal(text: str) -> str:
    """Text as it was typed; what no chat can keep is made visible instead of breaking the rest."""
    if text.isascii() and text.isprintable():
        return text
    clean = sendable(_BREAKS.sub("\n", text)).translate(_PICTURES)
    return _STEERING.sub("", clean)


def sendable(text: str) -> str:
    """Text that can be sent at all: without half surrogate pairs, and otherwise as it is."""
    return _HALVES.sub("\ufffd", text)


def inline(text: str) -> str:
    """Literal text inside a sentence; letters that run leftwards keep their place in it."""
    clean = literal(text)
    return f"\u2068{clean}\u2069" if _TURNS.search(clean) else clean


def units(text: str) -> int:
    """The length as the strictest counter would count it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "replace")) // 2


def cut(text: str, limit: int, more: str = "…") -> str:
    """At most `limit` UTF-16 units, ending in `more` where something is left out."""
    if units(text) <= limit:
        return text
    short = text[: max(0, limit - len(more))]
    while units(short) > limit - len(more):
        short = short[: len(short) - max(1, (units(short) - limit + len(more)) // 2)]
    return short.rstrip().rstrip(_TRAILING) + more


def size(bytes_: int) -> str:
    """A file's size: "24 KB", "1.5 MB"."""
    if bytes_ < 1_000:
        return f"{bytes_} bytes"
    if bytes_ < 1_000_000:
        return f"{bytes_ / 1_000:.0f} KB"
    return f"{bytes_ / 1_000_000:.1f} MB"
