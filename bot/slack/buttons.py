"""Buttons and menus: each carries an intent, and asks first where the desk says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields, replace
from typing import Any, cast

from bot.slack import published
from bot.slack.blocks import Pen
from bot.slack.literal import Json, sendable, text_object, units
from handlers.intent_codec import encode, fields_of
from handlers.intents import Help, Intent, ShowCase
from handlers.views.vocabulary import Actions, Button, Confirm

# Beside the menu; more would be a wall.
_SHOWN = 5


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


def actions(element: Actions, pen: Pen) -> list[Json]:
    """At most five buttons, and a menu with what is dangerous or seldom wanted."""
    plain = [b for b in element.buttons if not b.menu]
    shown, rest = plain[:_SHOWN], plain[_SHOWN:]
    menu = [*rest, *(b for b in element.buttons if b.menu)]
    drawn = [button(b, pen) for b in shown]
    # One menu asks one question, so what asks another stands in a menu of its own.
    for confirm in dict.fromkeys(b.confirm for b in menu):
        group = [b for b in menu if b.confirm == confirm]
        for at in range(0, len(group), published.OVERFLOW):
            drawn.append(_menu(group[at : at + published.OVERFLOW], confirm, pen))
    if not drawn:
        return []
    return [{"type": "actions", "elements": drawn[: published.ACTIONS]}]


def button(b: Button, pen: Pen, *, label: str = "") -> Json:
    """A button; `label` is what a screen reader says instead of its words."""
    made: Json = {
        "type": "button",
        "action_id": pen.action_id(),
        "text": text_object(b.label, published.BUTTON),
        "value": carried(b.intent, published.VALUE),
    }
    if b.style != "plain":
        made["style"] = b.style
    if label:
        made["accessibility_label"] = text_object(label, published.BUTTON)["text"]
    if b.confirm is not None:
        made["confirm"] = _question(b.confirm, b.label)
    return made


def _menu(buttons: Sequence[Button], confirm: Confirm | None, pen: Pen) -> Json:
    made: Json = {
        "type": "overflow",
        "action_id": pen.action_id(),
        "options": [
            {
                "text": text_object(b.label, published.OPTION),
                "value": carried(b.intent, published.OPTION_VALUE),
            }
            for b in buttons
        ],
    }
    if confirm is not None:
        made["confirm"] = _question(confirm, buttons[0].label)
    return made


def _question(confirm: Confirm, what: str) -> Json:
    return {
        "title": text_object(what, published.CONFIRM_TITLE),
        "text": text_object(confirm.question, published.CONFIRM_TEXT),
        "confirm": text_object(confirm.yes, published.CONFIRM_BUTTON),
        "deny": text_object(confirm.no, published.CONFIRM_BUTTON),
        "style": "danger",
    }
