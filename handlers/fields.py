"""Checks what somebody typed: every fault stands at its field, in words, all of them at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from desk.errors import Invalid

TITLE, LINE, REASON, TEXT = 200, 200, 2_000, 10_000


class Checked:
    """Collects the faults of a form; `done` raises `Invalid` where there are any."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def text(self, name: str, value: str, missing: str, limit: int, *, least: int = 1) -> str:
        """The text without surrounding space; `missing` says what is asked for where it is empty.

        A text beyond `limit` characters, or with control characters, is refused at its field.
        """
        text = value.replace("\r\n", "\n").strip()
        fault = fault_of(text, limit)
        if fault:
            self.faults[name] = fault
        elif missing and sum(map(_seen, text)) < least:
            self.faults[name] = missing
        return text

    def choice(self, name: str, value: str, allowed: Collection[str], missing: str) -> str:
        """One of `allowed`; anything else is refused with `missing`."""
        if value not in allowed:
            self.faults[name] = missing
        return value

    def done(self) -> None:
        """Raise `Invalid` with every fault that was found."""
        if self.faults:
            raise Invalid(
                code="invalid.form",
                what="Nothing was sent yet: some fields need another look.",
                fields=dict(self.faults),
            )


def fault_of(text: str, limit: int) -> str:
    """What is wrong with a text by itself; "" where nothing is."""
    if len(text) > limit:
        over = len(text) - limit
        return f"At most {limit:,} characters fit here; this is {over:,} too many."
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        return "This contains a control character that cannot be kept. Remove it and send again."
    return ""


def _seen(character: str) -> bool:
    """Whether it can be seen: a title of joiners and direction marks would be an empty one."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Zl", "Zp", "Zs"}
