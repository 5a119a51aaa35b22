"""The shapes of Slack's blocks, as its reference publishes them: those that the desk draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.kinds import (
    Address,
    Bool,
    Fault,
    Int,
    Kind,
    Object,
    OneOf,
    Several,
    Str,
    Typed,
    only,
)
from bot.slack import published as p

_ID = Str(p.ID)
_FAR = 2**40


def _plain(most: int) -> Typed:
    return Typed({"plain_text": Object({"text": Str(most)}, {"emoji": Bool()})})


def _text(most: int) -> Typed:
    marked = Object({"text": Str(most)}, {"verbatim": Bool()})
    return Typed({**_plain(most).shapes, "mrkdwn": marked})


CONFIRM = Object(
    {
        "title": _plain(p.CONFIRM_TITLE),
        "text": _text(p.CONFIRM_TEXT),
        "confirm": _plain(p.CONFIRM_BUTTON),
        "deny": _plain(p.CONFIRM_BUTTON),
    },
    {"style": OneOf(("primary", "danger"))},
)
_OPTION: Mapping[str, Kind] = {"text": _plain(p.OPTION), "value": Str(p.OPTION_VALUE)}
_OPTION_MORE: Mapping[str, Kind] = {"description": _plain(p.DESCRIPTION)}
OPTION = Object(_OPTION, _OPTION_MORE)
CHOICE = Object({**_OPTION, "text": _text(p.OPTION)}, {"description": _text(p.DESCRIPTION)})
MENU_OPTION = Object(_OPTION, {**_OPTION_MORE, "url": Address(p.URL)})
OPTION_GROUP = Object({"label": _plain(p.OPTION), "options": Several(OPTION, p.OPTIONS)})

_PRESSED: Mapping[str, Kind] = {"action_id": _ID, "confirm": CONFIRM}
_ENTERED: Mapping[str, Kind] = {
    "action_id": _ID,
    "confirm": CONFIRM,
    "focus_on_load": Bool(),
    "placeholder": _plain(p.PLACEHOLDER),
}
_CHOSEN: Mapping[str, Kind] = {"action_id": _ID, "confirm": CONFIRM, "focus_on_load": Bool()}


@dataclass(frozen=True, slots=True)
class Choosing:
    """What is chosen beforehand must be one of the options, to the letter."""

    shape: Object
    chosen: str

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from self.shape.faults(value, at)
        options = value.get("options")
        if not isinstance(options, list):
            return
        values = [str(o.get("value")) for o in options if isinstance(o, Mapping)]
        if len(set(values)) < len(values):
            yield Fault(f"{at}/options", "duplicate_value", "two options have the same value")
        initial = value.get(self.chosen, [])
        for one in initial if isinstance(initial, list) else [initial]:
            if one not in options:
                yield Fault(f"{at}/{self.chosen}", "not_an_option", "must be one of the options")


@dataclass(frozen=True, slots=True)
class Typing:
    """The shortest text that is taken cannot be longer than the longest."""

    shape: Object

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        yield from self.shape.faults(value, at)
        least, most = value.get("min_length", 0), value.get("max_length", p.INPUT)
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield Fault(f"{at}/min_length", "out_of_range", "is more than max_length")
        begun = value.get("initial_value")
        if isinstance(begun, str) and isinstance(most, int) and len(begun) > most:
            yield Fault(f"{at}/initial_value", "too_long", "is longer than max_length")


ELEMENTS: Mapping[str, Kind] = {
    "button": Object(
        {"text": _plain(p.BUTTON)},
        {
            **_PRESSED,
            "value": Str(p.VALUE),
            "url": Address(p.URL),
            "style": OneOf(("primary", "danger")),
            "accessibility_label": Str(p.BUTTON),
        },
    ),
    "overflow": Object({"options": Several(MENU_OPTION, p.OVERFLOW)}, _PRESSED),
    "static_select": Choosing(
        Object(
            {},
            {
                **_ENTERED,
                "options": Several(OPTION, p.OPTIONS),
                "option_groups": Several(OPTION_GROUP, p.OPTIONS),
                "initial_option": OPTION,
            },
            ("options", "option_groups"),
        ),
        "initial_option",
    ),
    "external_select": Object(
        {}, {**_ENTERED, "initial_option": OPTION, "min_query_length": Int(0, 100)}
    ),
    "users_select": Object({}, {**_ENTERED, "initial_user": _ID}),
    "radio_buttons": Choosing(
        Object({"options": Several(CHOICE, p.CHOICES)}, {**_CHOSEN, "initial_option": CHOICE}),
        "initial_option",
    ),
    "checkboxes": Choosing(
        Object(
            {"options": Several(CHOICE, p.CHOICES)},
            {**_CHOSEN, "initial_options": Several(CHOICE, p.CHOICES)},
        ),
        "initial_options",
    ),
    "plain_text_input": Typing(
        Object(
            {},
            {
                **_ENTERED,
                "initial_value": Str(p.INPUT),
                "multiline": Bool(),
                "min_length": Int(0, p.INPUT),
                "max_length": Int(1, p.INPUT),
                "dispatch_action_config": Object(
                    {"trigger_actions_on": Several(Str(50), 2)},
                ),
            },
        )
    ),
    "file_input": Object(
        {}, {"action_id": _ID, "filetypes": Several(Str(20), 100), "max_files": Int(1, p.FILES)}
    ),
    "image": Object({"image_url": Address(p.URL), "alt_text": Str(p.ALT)}),
}

_STYLE = Object({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), Bool()))
_STYLED = {"style": _STYLE}
SPANS: Mapping[str, Kind] = {
    "text": Object({"text": Str(p.VIEW_BYTES)}, _STYLED),
    "link": Object({"url": Address(p.URL)}, {"text": Str(p.TEXT_OBJECT), **_STYLED}),
    "user": Object({"user_id": _ID}, _STYLED),
    "emoji": Object({"name": Str(100)}, {"unicode": Str(100), **_STYLED}),
    "date": Object(
        {"timestamp": Int(0, _FAR), "format": Str(p.TEXT_OBJECT)},
        {"fallback": Str(p.TEXT_OBJECT), "url": Address(p.URL), **_STYLED},
    ),
}
_SPANS = Several(Typed(SPANS), 10_000)
_SECTION = Object({"elements": _SPANS})
RICH: Mapping[str, Kind] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Object({"elements": _SPANS}, {"border": Int(0, 1)}),
    "rich_text_preformatted": Object({"elements": _SPANS}, {"border": Int(0, 1)}),
    "rich_text_list": Object(
        {
            "style": OneOf(("bullet", "ordered")),
            "elements": Several(Typed({"rich_text_section": _SECTION}), 1_000),
        },
        {"indent": Int(0, 8), "offset": Int(0, 1_000), "border": Int(0, 1)},
    ),
}

_INPUTS = (
    "plain_text_input",
    "static_select",
    "external_select",
    "users_select",
    "radio_buttons",
    "checkboxes",
    "file_input",
)
_PRESSABLE = tuple(n for n in ELEMENTS if n not in {"plain_text_input", "file_input", "image"})
_BLOCK: Mapping[str, Kind] = {"block_id": _ID}

BLOCKS: Mapping[str, Kind] = {
    "header": Object({"text": _plain(p.HEADER)}, _BLOCK),
    "divider": Object({}, _BLOCK),
    "section": Object(
        {},
        {
            **_BLOCK,
            "text": _text(p.SECTION),
            "fields": Several(_text(p.FIELD), p.FIELDS),
            "accessory": only(ELEMENTS, (*_PRESSABLE, "image")),
            "expand": Bool(),
        },
        ("text", "fields"),
    ),
    "context": Object(
        {
            "elements": Several(
                Typed({**_text(p.TEXT_OBJECT).shapes, "image": ELEMENTS["image"]}), p.CONTEXT
            )
        },
        _BLOCK,
    ),
    "actions": Object({"elements": Several(only(ELEMENTS, _PRESSABLE), p.ACTIONS)}, _BLOCK),
    "image": Object(
        {"image_url": Address(p.URL), "alt_text": Str(p.ALT)}, {**_BLOCK, "title": _plain(p.ALT)}
    ),
    "rich_text": Object({"elements": Several(Typed(RICH), 1_000)}, _BLOCK),
    "markdown": Object({"text": Str(p.MARKDOWN)}, _BLOCK),
    "alert": Object(
        {"text": _text(p.TEXT_OBJECT)},
        {**_BLOCK, "level": OneOf(("default", "info", "warning", "error", "success"))},
    ),
    "input": Object(
        {"label": _plain(p.LABEL), "element": only(ELEMENTS, _INPUTS)},
        {**_BLOCK, "hint": _plain(p.HINT), "optional": Bool(), "dispatch_action": Bool()},
    ),
}

_VIEW: Mapping[str, Kind] = {
    "private_metadata": Str(p.METADATA, 0),
    "callback_id": _ID,
    "external_id": _ID,
    "clear_on_close": Bool(),
    "notify_on_close": Bool(),
}
_VIEW_BLOCKS = Several(Typed(BLOCKS), p.VIEW_BLOCKS)
VIEWS: Mapping[str, Kind] = {
    "modal": Object(
        {"title": _plain(p.TITLE), "blocks": _VIEW_BLOCKS},
        {
            **_VIEW,
            "submit": _plain(p.TITLE),
            "close": _plain(p.TITLE),
            "submit_disabled": Bool(),
        },
    ),
    "home": Object({"blocks": _VIEW_BLOCKS}, _VIEW),
}
