"""What is too long for a platform: words are clipped, room is shared, buttons carry less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, cast

from bot.literal import cut, sendable, units
from handlers.intent_codec import encode, fields_of
from handlers.intents import Help, Intent, ShowCase
from handlers.views.vocabulary import Link, Name, Span, Strong, Words


def clip(words: Words, limit: int) -> tuple[Words, int]:
    """The words within about `limit` characters, and how many characters were left out."""
    made: list[Span] = []
    room, over = limit, 0
    for span in words:
        said = _said(span)
        if not said:
            made.append(span)
            continue
        if room <= 0:
            over += len(said)
            continue
        kept = cut(said, room)
        room -= units(kept)
        if kept != said:
            over += len(said) - len(kept) + 1
        made.append(_with_text(span, kept))
    return tuple(made), over


def _said(span: Span) -> str:
    match span:
        case str():
            return span
        case Strong(text) | Link(text):
            return text
        case Name():
            return span.name
        case _:
            return ""


def _with_text(span: Span, text: str) -> Span:
    match span:
        case str():
            return text
        case Name():
            return replace(span, name=text)
        case Strong():
            return Strong(text)
        case Link():
            return Link(text, span.url)
        case _:
            return span


def shared(whole: Sequence[int], room: int, *, least: int, margin: int = 0) -> list[int]:
    """A part of the room for each: the short ones as much as they want, the others alike.

    `least` is below what there is no use in showing a part; `margin` is given on top of what is
    wanted.
    """
    given = [0] * len(whole)
    order = sorted(range(len(whole)), key=lambda n: whole[n])
    for done, n in enumerate(order):
        share = max(least, room // (len(order) - done))
        given[n] = min(whole[n] + margin, share)
        room -= given[n]
    return given


def carried(intent: Intent, limit: int) -> str:
    """The intent within `limit` characters: without its longest texts, or as what it is about.

    What is left out is asked for again; what is never left out is which case it is about.
    """
    short = intent
    optional = {
        f.name for f in fields(intent) if f.default is not MISSING and isinstance(f.default, str)
    }
    texts = sorted(
        (name for name, value in fields_of(intent).items() if name in optional and value),
        key=lambda name: -len(fields_of(intent)[name]),
    )
    while units(encode(short)) > limit and texts:
        short = replace(cast(Any, short), **{texts.pop(0): ""})
    if units(encode(short)) <= limit:
        return sendable(encode(short))
    case_id = fields_of(intent).get("case_id")
    return encode(ShowCase(case_id) if isinstance(case_id, int) and case_id else Help())
