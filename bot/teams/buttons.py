"""Buttons: each carries an intent; forms open as dialogs, and what asks first asks in one.

A card has no question of its own in front of a button. A dialog is what Teams' own apps ask with,
and works from the menu, where a card that unfolds does not open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.fitting import carried
from bot.literal import cut, literal
from bot.teams import published
from bot.teams.literal import Json, unworked
from handlers.intent_codec import tag
from handlers.intents import Begin, Intent
from handlers.views.vocabulary import Actions, Button, Confirm

# Beside the menu; more would be a wall.
_SHOWN = 5
_TITLE = 60
_QUESTION = 300

# What a button's data holds: the intent, the question that comes first, what the desk remembers
# with a form, and whether nobody pressed it at all.
INTENT = "desk"
ASK = "ask"
CARRY = "carry"
AGAIN = "again"
OPENS_A_DIALOG = {"type": "task/fetch"}
_STYLES = {"primary": "positive", "danger": "destructive", "plain": "default"}


def actions(element: Actions) -> list[Json]:
    """At most five buttons, and a menu with what is dangerous or seldom wanted."""
    plain = [b for b in element.buttons if not b.menu]
    menu = [*plain[_SHOWN:], *(b for b in element.buttons if b.menu)]
    menu.sort(key=lambda b: b.style == "danger")
    drawn = [button(b) for b in plain[:_SHOWN]]
    drawn += [button(b) | {"mode": "secondary"} for b in menu]
    if not drawn:
        return []
    return [{"type": "ActionSet", "actions": drawn[: published.ACTIONS]}]


def button(b: Button, *, label: str = "") -> Json:
    """A button; `label` is its tooltip, and what a screen reader says instead of its words."""
    made: Json = {"title": words_of(b.label)}
    if label:
        made["tooltip"] = words_of(label)
    if b.style != "plain":
        made["style"] = _STYLES[b.style]
    data: Json = {INTENT: held(b.intent)}
    if b.confirm is not None:
        data[ASK] = {
            "question": cut(literal(b.confirm.question), _QUESTION),
            "yes": words_of(b.confirm.yes),
            "no": words_of(b.confirm.no),
        }
    if b.confirm is not None or isinstance(b.intent, Begin):
        return {"type": "Action.Submit", **made, "data": {"msteams": OPENS_A_DIALOG, **data}}
    return execute(b.intent, made, data)


def execute(intent: Intent, made: Json, data: Mapping[str, object]) -> Json:
    """What is done at once, with what clients that are too old for it do instead."""
    return {
        "type": "Action.Execute",
        **made,
        "verb": tag(intent),
        "data": data,
        "fallback": {"type": "Action.Submit", "title": made["title"], "data": data},
    }


def refresh(intent: Intent, users: tuple[str, ...]) -> Json:
    """What Teams does by itself for these users when they look at the card."""
    return {
        "action": {
            "type": "Action.Execute",
            "title": "Refresh",
            "verb": tag(intent),
            "data": {INTENT: held(intent), AGAIN: True},
        },
        "userIds": list(users),
    }


def remember(drawn: object, carry: Mapping[str, object]) -> None:
    """Let the buttons that open a dialog bring `carry` along."""
    if isinstance(drawn, list):
        for one in drawn:
            remember(one, carry)
    elif isinstance(drawn, dict):
        data = drawn.get("data")
        if isinstance(data, dict) and data.get("msteams") == OPENS_A_DIALOG:
            data[CARRY] = dict(carry)
        for one in drawn.values():
            remember(one, carry)


def held(intent: Intent) -> Json:
    """The intent as an object, by the one codec."""
    found: Json = json.loads(carried(intent, published.DATA))
    return found


def words_of(label: str) -> str:
    """A button's words: never empty, which Teams refuses."""
    said = cut(unworked(label).replace("\n", " "), _TITLE)
    return said if said.strip() else "–"


def ask_of(data: Mapping[str, object]) -> Confirm | None:
    """The question that a button asks before it acts."""
    found = data.get(ASK)
    if not isinstance(found, Mapping):
        return None
    question, yes, no = (found.get(name) for name in ("question", "yes", "no"))
    if not (isinstance(question, str) and isinstance(yes, str) and isinstance(no, str)):
        return None
    return Confirm(question, yes, no)
