"""Everybody whom a card names: what a platform has to look up before it draws the card."""

from __future__ import annotations

import dataclasses
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
        case _ if dataclasses.is_dataclass(shown) and not isinstance(shown, type):
            for field in dataclasses.fields(shown):
                yield from names(getattr(shown, field.name))
        case _:
            return
