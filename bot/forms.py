"""Forms, on any platform: what completes them, what opens them again, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, cast

from handlers import intent_codec
from handlers.intent_codec import BadIntent
from handlers.intents import Begin, Intent
from handlers.views.vocabulary import Actions, Button, Card, Form, Text

# What says which thing an intent is about; everything else stands in the form's fields.
_ABOUT = frozenset({"case_id", "message_id", "cycle", "source", "side"})


class BadForm(ValueError):
    """What came back is no form of ours, or of a version that is gone."""


def form_in(card: Card) -> Form | None:
    """The form of a card, if it has one."""
    return next((one for one in card.elements if isinstance(one, Form)), None)


def bare(intent: Intent) -> Intent:
    """The intent without what its form's fields hold."""
    defaults = {
        f.name: f.default
        for f in fields(intent)
        if f.name not in _ABOUT and isinstance(f.default, str)
    }
    empty: Intent = replace(cast(Any, intent), **defaults)
    return empty


def completed(encoded: str, values: Mapping[str, str]) -> Intent:
    """The intent that a form completes, with what stands in its fields; raises `BadForm`."""
    try:
        filled = intent_codec.fill(intent_codec.decode(encoded), values)
        # Once more through the codec: a form holds texts, and this field may be a number.
        return intent_codec.build(intent_codec.tag(filled), intent_codec.fields_of(filled))
    except BadIntent as error:
        raise BadForm(str(error)) from error


def with_values(card: Card, values: Mapping[str, str]) -> Card:
    """The form's card with what was typed into it; faults that were mended are not shown again."""
    form = form_in(card)
    if form is None:
        return card
    filled = tuple(
        replace(one, value=values.get(one.name, one.value), error="") for one in form.fields
    )
    drawn = replace(form, fields=filled)
    return replace(card, elements=tuple(drawn if one is form else one for one in card.elements))


def begin(form: Form) -> Begin:
    """What opens this form again."""
    given = intent_codec.fields_of(form.intent)
    case_id, message_id = given.get("case_id", 0), given.get("message_id", 0)
    return Begin(
        intent_codec.tag(form.intent),
        case_id if isinstance(case_id, int) else 0,
        message_id if isinstance(message_id, int) else 0,
        next((field.value for field in form.fields if field.name == "description"), ""),
    )


def offer(card: Card) -> Card:
    """A card with a button that opens the form, for a chat that opens one only after a press."""
    form = form_in(card)
    if form is None:
        return card
    lead = tuple(one for one in card.elements if isinstance(one, Text))[:1]
    title = _plain(card)
    button = Button(title if len(title) <= 40 else "Open the form", begin(form), "primary")
    return replace(card, elements=(*lead, Actions((button,))), about="offer")


def _plain(card: Card) -> str:
    return "".join(span for span in card.title if isinstance(span, str)) or "Open the form"
