"""What Slack would refuse, found before it is sent: one planted error after the other."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from bot.slack.limits import Fault, Surface, check

Blocks = list[dict[str, Any]]
Edit = Callable[[dict[str, Any]], object]


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value), "value": value}


def of_input(block_id: str, element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain("Label"), "element": element}


MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Open a case"),
    "submit": plain("Open case"),
    "close": plain("Cancel"),
    "private_metadata": "{}",
    "blocks": [
        {"type": "header", "text": plain("Header")},
        {
            "type": "section",
            "block_id": "section",
            "text": {"type": "mrkdwn", "text": "Text", "verbatim": True},
            "fields": [plain("Field")],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "do:1",
                    "text": plain("Press"),
                    "value": "1",
                    "style": "danger",
                    "confirm": {
                        "title": plain("Sure"),
                        "text": plain("Sure?"),
                        "confirm": plain("Yes"),
                        "deny": plain("No"),
                    },
                },
                {"type": "overflow", "action_id": "do:2", "options": [option("one")]},
            ],
        },
        {"type": "context", "elements": [plain("Small")]},
        of_input("title", {"type": "plain_text_input", "action_id": "value", "max_length": 200}),
        of_input(
            "severity",
            {
                "type": "radio_buttons",
                "action_id": "value",
                "options": [{**option("one"), "description": plain("First")}, option("two")],
            },
        ),
        of_input(
            "language",
            {"type": "static_select", "action_id": "value", "options": [option("en")]},
        ),
        of_input("more", {"type": "checkboxes", "action_id": "value", "options": [option("one")]}),
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "Words"}]}
            ],
        },
        {"type": "image", "image_url": "https://desk.example/i.png", "alt_text": "Picture"},
    ],
}


def at(*path: str | int, to: Any) -> Edit:
    """Put a value where the path leads."""

    def edit(view: dict[str, Any]) -> None:
        place: Any = view
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return edit


def without(*path: str | int) -> Edit:
    """Take away what stands where the path leads."""

    def edit(view: dict[str, Any]) -> None:
        place: Any = view
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return edit


BUTTON = ("blocks", 2, "elements", 0)
CONFIRM = (*BUTTON, "confirm")
INPUT = ("blocks", 4, "element")
RADIO = ("blocks", 5, "element")
SELECT = ("blocks", 6, "element")
BOXES = ("blocks", 7, "element")

PLANTED: dict[str, tuple[Edit, str, str]] = {
    "header of 151": (at("blocks", 0, "text", "text", to="x" * 151), "/blocks/0/text", "too_long"),
    "header as markup": (at("blocks", 0, "text", "type", to="mrkdwn"), "/blocks/0", "unknown_type"),
    "header without text": (without("blocks", 0, "text"), "/blocks/0/text", "missing"),
    "101 blocks": (at("blocks", to=[{"type": "divider"}] * 101), "/blocks", "too_long"),
    "no blocks": (at("blocks", to=[]), "/blocks", "too_short"),
    "section of 3,001": (at("blocks", 1, "text", "text", to="x" * 3001), "/blocks/1", "too_long"),
    "11 fields": (at("blocks", 1, "fields", to=[plain("x")] * 11), "/blocks/1/fields", "too_long"),
    "field of 2,001": (at("blocks", 1, "fields", 0, to=plain("x" * 2001)), "/blocks/1", "too_long"),
    "section of nothing": (at("blocks", 1, to={"type": "section"}), "/blocks/1", "missing"),
    "empty text": (at("blocks", 1, "text", "text", to=""), "/blocks/1/text", "too_short"),
    "26 buttons": (
        at(
            *BUTTON[:3],
            to=[{"type": "button", "action_id": f"{n}", "text": plain("x")} for n in range(26)],
        ),
        "/blocks/2/elements",
        "too_long",
    ),
    "button of 76": (at(*BUTTON, "text", to=plain("x" * 76)), "/blocks/2", "too_long"),
    "button's value of 2,001": (at(*BUTTON, "value", to="x" * 2001), "/blocks/2", "too_long"),
    "button in a style of its own": (at(*BUTTON, "style", to="big"), "/blocks/2", "invalid_value"),
    "button to nowhere": (at(*BUTTON, "url", to="desk"), "/blocks/2", "invalid_url"),
    "question's title of 101": (
        at(*CONFIRM, "title", to=plain("x" * 101)),
        "/blocks/2/elements/0/confirm/title",
        "too_long",
    ),
    "question of 301": (at(*CONFIRM, "text", to=plain("x" * 301)), "/blocks/2", "too_long"),
    "question's yes of 31": (at(*CONFIRM, "confirm", to=plain("x" * 31)), "/blocks/2", "too_long"),
    "question without a no": (without(*CONFIRM, "deny"), "/blocks/2", "missing"),
    "action_id of 256": (at(*BUTTON, "action_id", to="x" * 256), "/blocks/2", "too_long"),
    "block_id of 256": (at("blocks", 1, "block_id", to="x" * 256), "/blocks/1", "too_long"),
    "one action_id twice": (
        at("blocks", 2, "elements", 1, "action_id", to="do:1"),
        "/blocks/2/elements/1/action_id",
        "duplicate_action_id",
    ),
    "one block_id twice": (
        at("blocks", 4, "block_id", to="section"),
        "/blocks/4/block_id",
        "duplicate_block_id",
    ),
    "menu of 6": (
        at("blocks", 2, "elements", 1, "options", to=[option(f"{n}") for n in range(6)]),
        "/blocks/2/elements/1/options",
        "too_long",
    ),
    "11 in small print": (
        at("blocks", 3, "elements", to=[plain("x")] * 11),
        "/blocks/3/elements",
        "too_long",
    ),
    "label of 2,001": (at("blocks", 4, "label", to=plain("x" * 2001)), "/blocks/4", "too_long"),
    "hint of 2,001": (at("blocks", 4, "hint", to=plain("x" * 2001)), "/blocks/4", "too_long"),
    "placeholder of 151": (
        at(*INPUT, "placeholder", to=plain("x" * 151)),
        "/blocks/4/element/placeholder",
        "too_long",
    ),
    "max_length of 3,001": (at(*INPUT, "max_length", to=3001), "/blocks/4", "out_of_range"),
    "min_length above max_length": (
        at(*INPUT, "min_length", to=201),
        "/blocks/4/element/min_length",
        "out_of_range",
    ),
    "initial_value above max_length": (
        at(*INPUT, "initial_value", to="x" * 201),
        "/blocks/4/element/initial_value",
        "too_long",
    ),
    "option of 76": (at(*RADIO, "options", 1, "text", to=plain("x" * 76)), "/blocks/5", "too_long"),
    "option's value of 151": (
        at(*RADIO, "options", 1, "value", to="x" * 151),
        "/blocks/5/element/options/1/value",
        "too_long",
    ),
    "option's description of 76": (
        at(*RADIO, "options", 0, "description", to=plain("x" * 76)),
        "/blocks/5/element/options/0/description",
        "too_long",
    ),
    "11 radio buttons": (
        at(*RADIO, "options", to=[option(f"{n}") for n in range(11)]),
        "/blocks/5/element/options",
        "too_long",
    ),
    "no options": (at(*RADIO, "options", to=[]), "/blocks/5/element/options", "too_short"),
    "chosen, but no option": (
        at(*RADIO, "initial_option", to=option("three")),
        "/blocks/5/element/initial_option",
        "not_an_option",
    ),
    "two options of one value": (
        at(*RADIO, "options", to=[option("one"), option("one")]),
        "/blocks/5/element/options",
        "duplicate_value",
    ),
    "101 in a list": (
        at(*SELECT, "options", to=[option(f"{n}") for n in range(101)]),
        "/blocks/6/element/options",
        "too_long",
    ),
    "list without options": (without(*SELECT, "options"), "/blocks/6/element", "missing"),
    "11 boxes": (
        at(*BOXES, "options", to=[option(f"{n}") for n in range(11)]),
        "/blocks/7/element/options",
        "too_long",
    ),
    "rich text of nothing": (
        at("blocks", 8, "elements", 0, "elements", 0, "text", to=""),
        "/blocks/8",
        "too_short",
    ),
    "rich text of a kind nobody knows": (
        at("blocks", 8, "elements", 0, "elements", 0, "type", to="shout"),
        "/blocks/8",
        "unknown_type",
    ),
    "alt text of 2,001": (at("blocks", 9, "alt_text", to="x" * 2001), "/blocks/9", "too_long"),
    "picture from a disk": (
        at("blocks", 9, "image_url", to="file:///etc/passwd"),
        "/blocks/9/image_url",
        "invalid_url",
    ),
    "NUL": (at("blocks", 1, "text", "text", to="a\x00b"), "/blocks/1", "bad_characters"),
    "title of 25": (at("title", to=plain("x" * 25)), "/title/text", "too_long"),
    "no title": (without("title"), "/title", "missing"),
    "submit of 25": (at("submit", to=plain("x" * 25)), "/submit/text", "too_long"),
    "input, but no submit": (without("submit"), "/submit", "missing"),
    "metadata of 3,001": (
        at("private_metadata", to="x" * 3001),
        "/private_metadata",
        "too_long",
    ),
    "callback_id of 256": (at("callback_id", to="x" * 256), "/callback_id", "too_long"),
    "block of a type nobody knows": (
        at("blocks", 0, "type", to="heading"),
        "/blocks/0/type",
        "unknown_type",
    ),
    "a key with a typo": (at("blocks", 4, "lable", to="x"), "/blocks/4/lable", "unknown_key"),
    "a key too many": (at("color", to="red"), "/color", "unknown_key"),
    "a number for a text": (at("blocks", 1, "text", "text", to=7), "/blocks/1", "wrong_type"),
    "a text for a block": (at("blocks", 0, to="header"), "/blocks/0/type", "unknown_type"),
    "markdown in a modal": (
        at("blocks", 0, to={"type": "markdown", "text": "x"}),
        "/blocks/0/type",
        "not_allowed",
    ),
    "more than a view holds": (
        at(
            "blocks", 8, "elements", 0, "elements",
            to=[{"type": "text", "text": "x" * 99_000}] * 3,
        ),
        "",
        "view_too_large",
    ),
}  # fmt: skip


def test_a_view_in_order_has_no_fault() -> None:
    assert check(MODAL, "modal") == []


def test_every_planted_error_is_one_more_than_thirty_eight() -> None:
    assert len(PLANTED) >= 39


@pytest.mark.parametrize(("edit", "pointer", "code"), PLANTED.values(), ids=PLANTED)
def test_a_planted_error_is_found_where_it_stands(edit: Edit, pointer: str, code: str) -> None:
    view = deepcopy(MODAL)
    edit(view)

    found = check(view, "modal")

    assert [f for f in found if f.code == code and f.pointer.startswith(pointer)], found


@pytest.mark.parametrize(
    ("what", "surface", "code"),
    [
        ([{"type": "divider"}] * 51, "message", "too_long"),
        ([{"type": "alert", "text": plain("x")}], "message", "not_allowed"),
        (
            [{"type": "section", "text": plain("x" * 2_900)}] * 5,
            "message",
            "msg_blocks_too_long",
        ),
        ({"blocks": []}, "message", "wrong_type"),
        ([], "modal", "wrong_type"),
        ({"type": "modal", "title": plain("x"), "blocks": []}, "home", "wrong_type"),
        (
            {"type": "home", "blocks": [of_input("f", {"type": "file_input"})]},
            "home",
            "not_allowed",
        ),
    ],
)
def test_what_one_surface_takes_another_refuses(what: Any, surface: Surface, code: str) -> None:
    assert code in {fault.code for fault in check(what, surface)}


def test_an_emoji_counts_as_the_two_that_it_is_made_of() -> None:
    header: Blocks = [{"type": "header", "text": plain("😀" * 76)}]

    assert check(header, "message") == [
        Fault("/0/text/text", "too_long", "must have at most 150 characters, has 152")
    ]
