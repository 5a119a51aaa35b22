"""Adaptive Cards as the people of the fake Teams see them: words, buttons, fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fakes.teams.records import Json

_MARKS = re.compile(r"\*\*|__|(?<!\w)_|_(?!\w)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_INSIDE = ("body", "items", "columns", "rows", "cells")


def shown(card: Json) -> str:
    """Everything that is to be read, a line a piece; what is hidden is left out."""
    return "\n".join(line for line in _lines(card) if line.strip())


def buttons(card: Json) -> list[tuple[str, Json]]:
    """Everything that can be pressed, by its words."""
    return [(str(one.get("title", "")), one) for one in _actions(card)]


def inputs(card: Json) -> list[Json]:
    """Every field, in its order."""
    return [one for one in _elements(card) if str(one.get("type", "")).startswith("Input.")]


def state(card: Json, typed: Json) -> Json:
    """What stands in the fields, as Teams sends it: everything is a text."""
    values: Json = {}
    for one in inputs(card):
        value = typed.get(one["id"], one.get("value"))
        if value is not None or one["type"] != "Input.Text":
            values[one["id"]] = "" if value is None else str(value)
    return values


def missing(card: Json, typed: Json) -> list[str]:
    """Required fields that are empty: Teams does not send such a form."""
    given = state(card, typed)
    return [
        str(one.get("errorMessage") or one.get("label") or one["id"])
        for one in inputs(card)
        if one.get("isRequired") and not given.get(one["id"])
    ]


def field_of(card: Json, label: str) -> Json:
    """The field under a label."""
    for one in inputs(card):
        if str(one.get("label", one["id"])).casefold().startswith(label.casefold()):
            return one
    raise LookupError(f"no field {label!r} among {[one.get('label') for one in inputs(card)]}")


def chosen(element: Json, value: str) -> str:
    """The value of a choice by its name, around which its kind and its promise stand."""
    choices = element.get("choices", [])
    for one in choices:
        parts = one["title"].partition(": ")[0].casefold().split(" · ")
        if value.casefold() in {*parts, one["title"].casefold()}:
            return str(one["value"])
    raise LookupError(f"no choice {value!r} among {[one['title'] for one in choices]}")


def _elements(element: Json) -> Iterator[Json]:
    if element.get("isVisible") is False:
        return
    yield element
    for name in _INSIDE:
        for one in element.get(name) or []:
            yield from _elements(one)


def _actions(card: Json) -> Iterator[Json]:
    for element in _elements(card):
        for one in element.get("actions") or []:
            yield one
            if one.get("type") == "Action.ShowCard":
                yield from _actions(one["card"])
        for name in ("selectAction", "inlineAction"):
            if name in element:
                yield element[name]


def _lines(element: Json) -> Iterator[str]:
    if element.get("isVisible") is False:
        return
    kind = str(element.get("type", ""))
    match kind:
        case "TextBlock":
            yield plain(str(element["text"]))
        case "RichTextBlock":
            yield "".join(
                one if isinstance(one, str) else str(one.get("text", ""))
                for one in element["inlines"]
            )
        case "FactSet":
            for one in element["facts"]:
                yield f"{plain(one['title'])}: {plain(one['value'])}"
        case "Image":
            yield f"({element['altText']})" if element.get("altText") else ""
        case "TableRow":
            yield " | ".join("\n".join(_lines(cell)) for cell in element["cells"])
        case _ if kind.startswith("Input."):
            yield from _field(element)
        case _:
            for name in _INSIDE:
                for one in element.get(name) or []:
                    yield from _lines(one)
    titles = [str(one.get("title", "")) for one in element.get("actions") or []]
    if titles:
        yield " ".join(f"[{title}]" for title in titles)


def _field(element: Json) -> Iterator[str]:
    yield str(element.get("label") or element.get("title") or element["id"])
    for one in element.get("choices", ()):
        yield f"( ) {one['title']}"


def plain(text: str) -> str:
    """Markdown as it is read: without its marks, of a link its words."""
    return _MARKS.sub("", _LINK.sub(r"\1", text)).replace("\\", "")
