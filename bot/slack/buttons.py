"""Buttons and menus: each carries an intent, and asks first where the desk says so."""

from __future__ import annotations

from collections.abc import Sequence

from bot.fitting import carried
from bot.slack import published
from bot.slack.blocks import Pen
from bot.slack.literal import Json, text_object
from handlers.views.vocabulary import Actions, Button, Confirm

# Beside the menu; more would be a wall.
_SHOWN = 5


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
