"""The shapes of Adaptive Cards 1.5, as its schema publishes them: those that the desk draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.kinds import Address, Bool, Fault, Int, Kind, Object, OneOf, Several, Str, Typed, only
from bot.teams import published as p

_SIZE = OneOf(("Default", "Small", "Medium", "Large", "ExtraLarge"))
_WEIGHT = OneOf(("Default", "Lighter", "Bolder"))
_COLOUR = OneOf(("Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"))
_ALIGNED = OneOf(("Top", "Center", "Bottom"))
_STYLE = OneOf(("default", "emphasis", "good", "attention", "warning", "accent"))
_STYLED: Mapping[str, Kind] = {
    "size": _SIZE,
    "weight": _WEIGHT,
    "color": _COLOUR,
    "isSubtle": Bool(),
}
_PLACED: Mapping[str, Kind] = {
    "id": Str(p.ID),
    "spacing": OneOf(("None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding")),
    "separator": Bool(),
    "isVisible": Bool(),
}
_FAR = 100_000


@dataclass(frozen=True, slots=True)
class Later:
    """A shape that holds itself further down."""

    names: tuple[str, ...]

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from only(ELEMENTS, self.names).faults(value, at)


@dataclass(frozen=True, slots=True)
class Said:
    """A text that shows something, and begins and ends with it rather than with an empty line."""

    most: int

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from Str(self.most).faults(value, at)
        if isinstance(value, str) and not value.strip("\n"):
            yield Fault(at, "empty", "shows nothing")


@dataclass(frozen=True, slots=True)
class Anything:
    """An object of the desk's own, of at most `most` characters of JSON."""

    most: int

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(at, "wrong_type", "must be an object")
        else:
            yield from Str(self.most).faults(str(value), at)


@dataclass(frozen=True, slots=True)
class Width:
    """A column's width: by what is in it, what is left, or its share."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if value not in {"auto", "stretch"}:
            yield from Int(1, 100).faults(value, at)


@dataclass(frozen=True, slots=True)
class Exactly:
    """One value and no other."""

    value: str

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if value != self.value:
            yield Fault(at, "invalid_value", f"must be {self.value!r}, is {value!r}")


@dataclass(frozen=True, slots=True)
class Choosing:
    """What is chosen beforehand must be one of the choices, and no two are the same."""

    shape: Object

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from self.shape.faults(value, at)
        choices = value.get("choices")
        if not isinstance(choices, list):
            return
        values = [str(c.get("value")) for c in choices if isinstance(c, Mapping)]
        if len(set(values)) < len(values):
            yield Fault(f"{at}/choices", "duplicate_value", "two choices have the same value")
        if "value" in value and value["value"] not in values:
            yield Fault(f"{at}/value", "not_a_choice", "must be one of the choices")


@dataclass(frozen=True, slots=True)
class Even:
    """A table whose rows have a cell for every column."""

    shape: Object

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from self.shape.faults(value, at)
        columns, rows = value.get("columns"), value.get("rows")
        if not isinstance(columns, list) or not isinstance(rows, list):
            return
        for n, row in enumerate(rows):
            cells = row.get("cells") if isinstance(row, Mapping) else None
            if isinstance(cells, list) and len(cells) != len(columns):
                yield Fault(f"{at}/rows/{n}", "uneven", f"must have {len(columns)} cells")


_BUTTON: Mapping[str, Kind] = {
    "style": OneOf(("default", "positive", "destructive")),
    "mode": OneOf(("primary", "secondary")),
    "tooltip": Str(p.ACTION_TITLE),
    "id": Str(p.ID),
}
_TITLED: Mapping[str, Kind] = {"title": Str(p.ACTION_TITLE)}
_DATA: Mapping[str, Kind] = {"data": Anything(p.DATA)}
_SUBMIT = Object({**_TITLED, **_DATA}, _BUTTON)
EXECUTE = Object(
    {**_TITLED, **_DATA, "verb": Str(p.ID)},
    {**_BUTTON, "fallback": Typed({"Action.Submit": _SUBMIT})},
)
ACTIONS: Mapping[str, Kind] = {
    "Action.Execute": EXECUTE,
    "Action.Submit": _SUBMIT,
    "Action.OpenUrl": Object({**_TITLED, "url": Address(p.URL)}, _BUTTON),
}
SEVERAL_ACTIONS = Several(Typed(ACTIONS), p.ACTIONS)

_TEXT: Mapping[str, Kind] = {"text": Said(p.TEXT)}
_RUN = Typed({"TextRun": Object({"text": Str(p.TEXT)}, _STYLED)})
_INNER = Later(
    ("TextBlock", "RichTextBlock", "Container", "ColumnSet", "ActionSet", "FactSet", "Table")
)
_ITEMS: Mapping[str, Kind] = {"items": Several(_INNER, 1_000)}
_COLUMN = Object(
    {**_ITEMS, "width": Width()}, {"verticalContentAlignment": _ALIGNED, "style": _STYLE}
)
_CELL = Typed({"TableCell": Object(_ITEMS, {"style": _STYLE})})
_ROW = Typed({"TableRow": Object({"cells": Several(_CELL, 20)}, {"style": _STYLE})})
_INPUT: Mapping[str, Kind] = {"id": Str(p.ID), "label": Str(p.LABEL)}
_INPUT_MORE: Mapping[str, Kind] = {
    "isRequired": Bool(),
    "errorMessage": Str(p.LABEL),
    "placeholder": Str(p.PLACEHOLDER),
    "spacing": _PLACED["spacing"],
}
_CHOICE = Object({"title": Str(p.CHOICE), "value": Str(p.VALUE)})

ELEMENTS: Mapping[str, Kind] = {
    "TextBlock": Object(
        {**_TEXT, "wrap": Bool()}, {**_PLACED, **_STYLED, "style": OneOf(("default", "heading"))}
    ),
    "RichTextBlock": Object({"inlines": Several(_RUN, 2_000)}, _PLACED),
    "FactSet": Object(
        {"facts": Several(Object({"title": Said(p.LABEL), "value": Said(p.TEXT)}), 100)}, _PLACED
    ),
    "Container": Object(_ITEMS, {**_PLACED, "style": _STYLE}),
    "ColumnSet": Object(
        {"columns": Several(Typed({"Column": _COLUMN}), 20)}, {**_PLACED, "style": _STYLE}
    ),
    "Table": Even(
        Object(
            {
                "columns": Several(Object({"width": Int(1, 100)}), 20),
                "rows": Several(_ROW, 1_000),
                "firstRowAsHeaders": Bool(),
                "showGridLines": Bool(),
            },
            _PLACED,
        )
    ),
    "Image": Object({"url": Address(p.URL), "altText": Str(p.ALT)}, {**_PLACED, "size": Str(20)}),
    "ActionSet": Object({"actions": SEVERAL_ACTIONS}, _PLACED),
    "Input.Text": Object(
        _INPUT,
        {
            **_INPUT_MORE,
            "value": Str(p.INPUT),
            "maxLength": Int(1, _FAR),
            "isMultiline": Bool(),
        },
    ),
    "Input.ChoiceSet": Choosing(
        Object(
            {
                **_INPUT,
                "choices": Several(_CHOICE, p.CHOICES),
                "style": OneOf(("compact", "expanded", "filtered")),
            },
            {**_INPUT_MORE, "value": Str(p.VALUE), "wrap": Bool()},
        )
    ),
}

_MENTION = Typed(
    {
        "mention": Object(
            {
                "text": Str(p.NAME + 30),
                "mentioned": Object({"id": Str(p.NAME), "name": Str(p.NAME)}),
            }
        )
    }
)
CARD = Object(
    {
        "$schema": Address(p.URL),
        "version": Exactly(p.VERSION),
        "fallbackText": Str(p.LABEL),
        "body": Several(Typed(ELEMENTS), 1_000),
        "msteams": Object({"width": Exactly("Full")}, {"entities": Several(_MENTION, 100)}),
    },
    {
        "actions": SEVERAL_ACTIONS,
        "refresh": Object(
            {
                "action": Typed({"Action.Execute": EXECUTE}),
                "userIds": Several(Str(p.NAME), p.REFRESHED, 0),
            }
        ),
    },
)
