"""The one codec of all intents: what a button carries, on any platform."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError

from handlers.intents import Intent


class BadIntent(ValueError):
    """The encoded intent is not one of ours: broken, unknown, or with the wrong fields."""


def tag(intent: type[Any] | Any) -> str:
    """The stable name of an intent: `ClaimCase` is "claim_case"."""
    name = intent.__name__ if isinstance(intent, type) else type(intent).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


INTENTS: Mapping[str, type[Any]] = {tag(kind): kind for kind in get_args(Intent)}


_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(kind) for name, kind in INTENTS.items()
}


def encode(intent: Intent) -> str:
    """The intent as compact JSON: what a button carries on any platform."""
    given = {
        f.name: getattr(intent, f.name)
        for f in fields(intent)
        if getattr(intent, f.name) != f.default
    }
    return json.dumps({"do": tag(intent), **given}, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Intent:
    """The intent that `encode` wrote; raises `BadIntent` for anything else."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadIntent("not JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("do"), str):
        raise BadIntent("no intent in it")
    return build(data.pop("do"), data)


def build(name: str, data: Mapping[str, Any]) -> Intent:
    """The intent called `name` with these fields; raises `BadIntent` where they do not fit."""
    kind = INTENTS.get(name)
    if kind is None:
        raise BadIntent(f"unknown intent {name!r}")
    if set(data) - {f.name for f in fields(kind)}:
        raise BadIntent(f"unknown fields for {name!r}")
    try:
        made: Intent = _ADAPTERS[name].validate_python(dict(data))
    except ValidationError as error:
        raise BadIntent(f"wrong fields for {name!r}") from error
    return made


def fill(intent: Intent, given: Mapping[str, str]) -> Intent:
    """The intent with what a form's fields hold; fields that it does not have are ignored.

    What identifies the intent (`case_id`, `message_id`) is never taken from the fields.
    """
    names = {f.name for f in fields(intent)} - {"case_id", "message_id", "cycle", "source", "side"}
    filled: Intent = replace(cast(Any, intent), **{k: v for k, v in given.items() if k in names})
    return filled


def fields_of(intent: Intent) -> dict[str, Any]:
    """The intent's fields by name."""
    return asdict(intent)
