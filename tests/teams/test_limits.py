"""What Teams would refuse, or show differently, found before it is sent: one planted error each."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.teams.limits import Surface, check
from tests.services import node

Json = dict[str, Any]
Edit = Callable[[Json], object]


def run(text: str) -> Json:
    return {"type": "TextRun", "text": text}


def rich(text: str) -> Json:
    return {"type": "RichTextBlock", "inlines": [run(text)]}


def button(**more: Any) -> Json:
    data = {"desk": {"do": "help"}}
    return {
        "type": "Action.Execute",
        "title": "Press",
        "verb": "help",
        "data": data,
        "fallback": {"type": "Action.Submit", "title": "Press", "data": data},
        **more,
    }


CARD: Json = {
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "type": "AdaptiveCard",
    "version": "1.5",
    "fallbackText": "Too old.",
    "msteams": {
        "width": "Full",
        "entities": [
            {
                "type": "mention",
                "text": "<at>Mei</at>",
                "mentioned": {"id": "29:1", "name": "Mei"},
            }
        ],
    },
    "body": [
        {"type": "TextBlock", "text": "Title", "wrap": True, "style": "heading"},
        {"type": "TextBlock", "text": "<at>Mei</at>", "wrap": True},
        rich("Words"),
        {"type": "FactSet", "facts": [{"title": "State", "value": "new"}]},
        {"type": "Container", "style": "emphasis", "items": [rich("Said")]},
        {
            "type": "ColumnSet",
            "columns": [{"type": "Column", "width": "auto", "items": [rich("1")]}],
        },
        {
            "type": "Table",
            "columns": [{"width": 1}, {"width": 2}],
            "firstRowAsHeaders": True,
            "showGridLines": True,
            "rows": [
                {
                    "type": "TableRow",
                    "cells": [{"type": "TableCell", "items": [rich(c)]} for c in "ab"],
                }
            ],
        },
        {"type": "Image", "url": "https://desk.example/i.png", "altText": "A chart"},
        {"type": "Input.Text", "id": "title", "label": "Title", "maxLength": 200},
        {
            "type": "Input.ChoiceSet",
            "id": "severity",
            "label": "How bad?",
            "style": "expanded",
            "choices": [{"title": "Down", "value": "down"}, {"title": "Ask", "value": "ask"}],
            "value": "ask",
        },
        {"type": "ActionSet", "actions": [button(), button(mode="secondary")]},
    ],
    "refresh": {"action": button(), "userIds": ["29:1"]},
}


def of(card: Json, kind: str) -> Json:
    found: Json = next(block for block in card["body"] if block["type"] == kind)
    return found


PLANTED: dict[str, tuple[Edit, str]] = {
    "another version": (lambda c: c.update(version="1.6"), "invalid_value"),
    "a property nobody knows": (lambda c: of(c, "Image").update(colour="red"), "unknown_key"),
    "one that is misspelt": (lambda c: of(c, "Table").update(firstRowAsHeader=True), "unknown_key"),
    "an element nobody knows": (lambda c: of(c, "Image").update(type="Picture"), "unknown_type"),
    "an empty text": (lambda c: of(c, "TextBlock").update(text=""), "too_short"),
    "a text of line breaks": (lambda c: of(c, "TextBlock").update(text="\n\n"), "empty"),
    "an empty run": (lambda c: of(c, "RichTextBlock").update(inlines=[run("")]), "too_short"),
    "a NUL": (lambda c: of(c, "RichTextBlock").update(inlines=[run("a\0")]), "bad_characters"),
    "no text at all": (lambda c: of(c, "RichTextBlock").update(inlines=[]), "too_short"),
    "a colour nobody knows": (
        lambda c: of(c, "RichTextBlock").update(inlines=[{**run("a"), "color": "Red"}]),
        "invalid_value",
    ),
    "an empty fact": (
        lambda c: of(c, "FactSet").update(facts=[{"title": "a", "value": ""}]),
        "too_short",
    ),
    "a cell too few": (lambda c: of(c, "Table")["rows"][0]["cells"].pop(), "uneven"),
    "a picture without words": (lambda c: of(c, "Image").pop("altText"), "missing"),
    "a picture from nowhere": (lambda c: of(c, "Image").update(url="i.png"), "invalid_url"),
    "an input without a name": (lambda c: of(c, "Input.Text").pop("id"), "missing"),
    "two inputs of a name": (lambda c: of(c, "Input.Text").update(id="severity"), "duplicate_id"),
    "an input without a label": (lambda c: of(c, "Input.Text").pop("label"), "missing"),
    "two choices alike": (
        lambda c: of(c, "Input.ChoiceSet")["choices"][0].update(value="ask"),
        "duplicate_value",
    ),
    "a choice that is none": (
        lambda c: of(c, "Input.ChoiceSet").update(value="late"),
        "not_a_choice",
    ),
    "a button without words": (
        lambda c: of(c, "ActionSet")["actions"][0].update(title=""),
        "too_short",
    ),
    "a button without a verb": (lambda c: of(c, "ActionSet")["actions"][0].pop("verb"), "missing"),
    "too many buttons": (
        lambda c: of(c, "ActionSet").update(actions=[button()] * 7),
        "too_many",
    ),
    "far too many buttons": (
        lambda c: of(c, "ActionSet").update(actions=[button(mode="secondary")] * 21),
        "too_long",
    ),
    "data that is too long": (
        lambda c: of(c, "ActionSet")["actions"][0].update(data={"desk": "x" * 3_000}),
        "too_long",
    ),
    "a mention of nobody": (
        lambda c: of(c, "TextBlock").update(text="<at>Omar</at>"),
        "unknown_mention",
    ),
    "a mention in a run": (
        lambda c: of(c, "RichTextBlock").update(inlines=[run("<at>Mei</at>")]),
        "unknown_mention",
    ),
    "somebody who is not mentioned": (lambda c: c["body"].pop(1), "unused_mention"),
    "two mentions alike": (
        lambda c: c["msteams"]["entities"].append(c["msteams"]["entities"][0]),
        "duplicate_mention",
    ),
    "a date to be worked out": (
        lambda c: of(c, "RichTextBlock").update(inlines=[run("{{DATE(2026-01-01T00:00:00Z)}}")]),
        "worked_out",
    ),
    "too many to refresh for": (
        lambda c: c["refresh"].update(userIds=["29:1"] * 61),
        "too_long",
    ),
    "too much of it": (
        lambda c: c["body"].extend(rich("x" * 1_000) for _ in range(13)),
        "too_large",
    ),
    "too much of what counts twice": (
        lambda c: c["body"].extend(rich("😀" * 500) for _ in range(13)),
        "too_large",
    ),
    "another card altogether": (lambda c: c.update(type="HeroCard"), "wrong_type"),
}

# What the parser of npm's adaptivecards finds too: the two of them must not drift apart.
PARSER_FINDS = {
    "a property nobody knows",
    "one that is misspelt",
    "an element nobody knows",
    "two inputs of a name",
    "an input without a name",
}


def test_a_sound_card_has_no_faults() -> None:
    assert check(CARD, "message") == []


@pytest.mark.parametrize(("edit", "code"), PLANTED.values(), ids=PLANTED)
def test_a_planted_error_is_found(edit: Edit, code: str) -> None:
    card = deepcopy(CARD)
    edit(card)

    assert code in {fault.code for fault in check(card, "message")}


def test_the_parser_of_microsoft_s_own_renderer_agrees(npm_packages: Path) -> None:
    planted = {"sound": deepcopy(CARD)}
    for name in sorted(PARSER_FINDS):
        planted[name] = deepcopy(CARD)
        PLANTED[name][0](planted[name])

    found = node.run(Path(__file__).with_name("parser.cjs"), planted, npm_packages)

    assert isinstance(found, dict)
    assert found.pop("sound") == []
    assert [name for name, complaints in found.items() if not complaints] == []


@pytest.mark.parametrize(
    ("surface", "expected"), [("message", []), ("dialog", ["not_allowed", "not_allowed"])]
)
def test_a_dialog_has_neither_actions_of_its_own_nor_a_menu(
    surface: Surface, expected: list[str]
) -> None:
    assert [fault.code for fault in check(CARD, surface)] == expected


def test_a_pointer_leads_to_the_fault() -> None:
    card = deepcopy(CARD)
    card["body"][4]["items"][0]["inlines"][0]["text"] = ""

    assert [fault.pointer for fault in check(card, "message")] == ["/body/4/items/0/inlines/0/text"]
    assert json.loads(json.dumps(card)) == card
