"""Everybody whom a card names: what a platform has to look up before it draws the card."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.views.vocabulary import Name


def names(shown: object) -> Iterator[Name]:
    """Everybody whom a card, a part of one, or several of them name."""
    match shown:
        case Name():
            yield shown
        case tuple():
            for part in shown:
                yield from names(part)
        case _:
            # What a dataclass consists of; words and numbers have no parts.
            for part in getattr(shown, "__dataclass_fields__", ()):
                yield from names(getattr(shown, part))
