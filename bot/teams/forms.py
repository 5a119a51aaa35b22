"""What comes back from a card or a dialog: the intent, what was typed, what the desk remembered.

Everything here comes from outside. An intent is a request, never a right, and goes through the one
codec; whatever is not of the desk's own making raises `BadForm`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.forms import BadForm, completed
from bot.teams.buttons import AGAIN, CARRY, INTENT, ask_of
from bot.teams.dialog import BETWEEN, FOLDS, KEEP
from handlers import intent_codec
from handlers.intent_codec import BadIntent
from handlers.intents import Intent

__all__ = [
    "BadForm",
    "again",
    "ask_of",
    "carried",
    "is_ours",
    "kept",
    "pressed",
    "values",
    "wanted",
]

Data = Mapping[str, Any]

# Far beyond any field of the desk's, which are checked where they are used.
_LONGEST = 100_000


def is_ours(data: object) -> bool:
    """Whether it came from a button of the desk's: a message that has a value need not have."""
    return isinstance(data, Mapping) and (INTENT in data or KEEP in data)


def pressed(data: Data) -> Intent:
    """The intent that a button carries; raises `BadForm`."""
    try:
        return intent_codec.decode(_encoded(data))
    except BadIntent as error:
        raise BadForm(str(error)) from error


def wanted(data: Data) -> Intent:
    """The intent that a form completes, with what stands in its fields; raises `BadForm`."""
    return completed(_encoded(data), values(data))


def values(data: Data) -> dict[str, str]:
    """What was typed and chosen, by field; a line that answers two questions fills both."""
    given = {
        name: _clean(value)
        for name, value in data.items()
        if isinstance(value, str) and len(value) <= _LONGEST
    }
    folds = data.get(FOLDS)
    for name, above in folds.items() if isinstance(folds, Mapping) else ():
        if isinstance(above, str):
            group, between, value = given.get(name, "").partition(BETWEEN)
            given[above], given[name] = (group, value) if between else ("", "")
    return given


def kept(data: Data) -> bool:
    """Whether somebody was asked first, and answered that nothing is to be done."""
    return data.get(KEEP) is True


def again(data: Data) -> bool:
    """Whether nobody pressed anything: Teams asks for the card as it is now."""
    return data.get(AGAIN) is True


def carried(data: Data) -> Data:
    """What the desk remembered with a form, as it went out; it is not proven to be unchanged."""
    found = data.get(CARRY)
    return found if isinstance(found, Mapping) else {}


def _encoded(data: Data) -> str:
    return json.dumps(data.get(INTENT))


def _clean(text: str) -> str:
    # A form sends its line breaks as it likes; a NUL, which no database keeps, is shown instead.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\u2400")
