"""Cards as text: how a drawn view is kept, so that a chat can show it again later.

Every element is written with the name of its class, because the elements of a card are a union.
Intents inside (buttons, rows, forms) go through the one codec of all intents.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from desk.records import Attachment
from handlers import intent_codec, intents
from handlers.views import vocabulary as v

_TAG = "is"
_KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        *get_args(v.Element),
        *(kind for kind in get_args(v.Span) if kind is not str),
        v.Card,
        v.Happening,
        v.Stretch,
        v.Row,
        v.Button,
        v.Confirm,
        v.Field,
        v.Option,
        Attachment,
    )
}
_INTENTS = get_args(intents.Intent)


class BadCard(ValueError):
    """The text is no card that `encode_card` wrote."""


def encode_card(card: v.Card) -> str:
    """The card as compact JSON; what has its default value is left out."""
    return json.dumps(_plain(card), ensure_ascii=False, separators=(",", ":"))


def decode_card(text: str) -> v.Card:
    """The card that `encode_card` wrote; raises `BadCard` for anything else."""
    try:
        card = json.loads(text, object_hook=_built)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCard("not a card") from error
    if not isinstance(card, v.Card):
        raise BadCard("something else than a card")
    return card


def _plain(value: Any) -> Any:
    if isinstance(value, _INTENTS):
        return json.loads(intent_codec.encode(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        given = {f.name: getattr(value, f.name) for f in fields(value)}
        return {
            _TAG: type(value).__name__,
            **{f.name: _plain(given[f.name]) for f in fields(value) if not _is_default(f, given)},
        }
    return value


def _is_default(field: Field[Any], given: Mapping[str, Any]) -> bool:
    return field.default is not MISSING and bool(given[field.name] == field.default)


def _built(data: dict[str, Any]) -> Any:
    # Called from the inside out: what is below has been built already.
    if _TAG not in data:
        return intent_codec.build(str(data.pop("do", "")), data)
    name = str(data.pop(_TAG))
    kind = _KINDS.get(name)
    if kind is None or set(data) - {f.name for f in fields(kind)}:
        raise BadCard("an unknown element")
    try:
        return _adapter(name).validate_python(data)
    except ValidationError as error:
        raise BadCard(f"a broken {name}") from error


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[name])
