"""A card's elements as blocks, within the room that a message or a view has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.fitting import shared
from bot.slack import lists
from bot.slack.blocks import (
    Pen,
    facts,
    files,
    image,
    note,
    progress,
    rich_text,
    section,
    small,
    text,
    title,
    weight,
)
from bot.slack.buttons import actions
from bot.slack.literal import Json, cut
from bot.slack.spans import rich_words
from handlers.intent_codec import fields_of, tag
from handlers.intents import Begin
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Element,
    Facts,
    Files,
    Form,
    Image,
    Progress,
    Stretches,
    Table,
    Text,
    Timeline,
)

# More than any message takes: what an element would be if it stood alone.
_ALL = 60_000
# Below this there is no use in showing a part of it.
_LEAST = 200
_MARGIN = 100
_BEGAN = 1_500
_ERROR = 300


def card(pen: Pen, room: int) -> list[Json]:
    """The whole card: its title and its elements, in `room` characters of JSON."""
    head = title(pen)
    return [head, *body(pen.card.elements, pen, room - weight([head]))]


def body(elements: Sequence[Element], pen: Pen, room: int) -> list[Json]:
    """The elements in `room` characters; what is long makes way for what is short."""
    whole = [weight(element(e, Pen(pen.look, pen.card), _ALL)) for e in elements]
    if any(isinstance(e, Timeline) for e in elements):
        # What happened is asked for; how it began is one of the things that did.
        whole = [
            min(w, _BEGAN) if isinstance(e, Text) else w
            for e, w in zip(elements, whole, strict=True)
        ]
    # The numbers of its buttons may be a little longer than when it was weighed.
    rooms = shared(whole, room, least=_LEAST, margin=_MARGIN)
    drawn = [element(e, pen, most) for e, most in zip(elements, rooms, strict=True)]
    return [block for blocks in drawn for block in blocks]


def element(drawn: Element, pen: Pen, room: int) -> list[Json]:
    """One element in about `room` characters of JSON; what cannot be cut takes what it needs."""
    match drawn:
        case Text():
            return text(drawn, pen, room) if drawn.words else []
        case Facts():
            return facts(drawn, pen)
        case Progress():
            return progress(drawn, pen)
        case Timeline():
            return lists.timeline(drawn, pen, room)
        case Stretches():
            return lists.stretches(drawn, pen, room)
        case Table():
            return lists.table(drawn, pen, room)
        case Actions():
            return actions(drawn, pen)
        case Form():
            return _way_to(drawn, pen)
        case Image():
            return image(drawn)
        case Files():
            return files(drawn, pen, room)
        case _:
            assert_never(drawn)


def is_form(shown: Card) -> Form | None:
    """The card's form, where it has one."""
    return next((e for e in shown.elements if isinstance(e, Form)), None)


def _way_to(form: Form, pen: Pen) -> list[Json]:
    """A form where none can stand: what it costs, what was wrong, and the button that opens it."""
    drawn: list[Json] = []
    for error in [form.error, *(f"{f.label}: {f.error}" for f in form.fields if f.error)]:
        if error:
            drawn.append(rich_text(section([rich_words(cut(f"⚠️ {error}", _ERROR))])))
    if form.cost:
        drawn += small(form.cost, pen)
    case_id = fields_of(form.intent).get("case_id", 0)
    begin = Begin(tag(form.intent), case_id if isinstance(case_id, int) else 0)
    button = Button(f"{form.submit} …", begin, "primary")
    return [*drawn, *actions(Actions((button,)), pen)] or [note("This form is empty.")]
