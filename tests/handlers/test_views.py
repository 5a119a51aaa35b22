"""Every view's examples: drawn, summed up in plain words, within bounds, and kept as text."""

import re
from typing import get_args

import pytest

from handlers.intent_codec import decode, encode
from handlers.views import cards
from handlers.views.codec import BadCard, decode_card, encode_card
from handlers.views.examples import examples
from handlers.views.kinds import AlertView, CaseView, DoneView, FormView, PingView, View
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Element,
    Form,
    Happening,
    Progress,
    Stretches,
    Table,
    Text,
    Timeline,
    Tone,
)
from sla.clock import Mode
from tests.talk import words

EVERY = pytest.mark.parametrize("name", examples)
MARKS = {"octagon", "triangle", "diamond", "circle", "square", "dot", ""}
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T|\+00:00|\bUTC\b|\d{2}:\d{2}Z")
NOISE = ("!", "oops", "Oops", "None", "datetime", "<", "{", "}", "  ")


def drawn(name: str) -> Card:
    return cards.to_card(examples[name])


def elements(name: str, kind: type[Element]) -> list[Element]:
    return [e for e in drawn(name).elements if isinstance(e, kind)]


def pressed(card: Card) -> list[Button]:
    return [b for e in card.elements if isinstance(e, Actions) for b in e.buttons]


def test_every_view_has_an_example() -> None:
    assert {type(view) for view in examples.values()} == set(get_args(View))


def test_every_element_is_drawn_somewhere() -> None:
    seen = {type(e) for name in examples for e in drawn(name).elements}
    # An image is for the pages of the web chat; no view has one yet.
    assert {kind.__name__ for kind in set(get_args(Element)) - seen} <= {"Image"}


def test_every_standing_of_a_clock_is_shown() -> None:
    modes = {v.face.standing.mode for v in examples.values() if isinstance(v, CaseView)}
    assert modes == set(Mode)


@EVERY
def test_the_summary_says_it_in_plain_words(name: str) -> None:
    summary = drawn(name).summary
    assert summary.strip() == summary != ""
    assert "\n" not in summary
    assert not STAMP.search(summary), summary
    assert not [noise for noise in NOISE if noise in summary], summary


@EVERY
def test_tone_and_mark_are_of_the_vocabulary(name: str) -> None:
    card = drawn(name)
    assert isinstance(card.tone, Tone)
    assert card.mark in MARKS
    assert card.title
    for bar in elements(name, Progress):
        assert isinstance(bar, Progress)
        assert 0 <= bar.value <= bar.of
        assert bar.words


@EVERY
def test_five_actions_at_most_stand_outside_the_menu(name: str) -> None:
    view = examples[name]
    for actions in elements(name, Actions):
        assert isinstance(actions, Actions)
        visible = [b for b in actions.buttons if not b.menu]
        assert len(visible) <= 5, [b.label for b in visible]
    if isinstance(view, CaseView | AlertView | PingView):
        assert len([b for b in pressed(drawn(name)) if not b.menu]) <= 5


@EVERY
def test_what_destroys_is_behind_the_menu_and_the_first_button_is_the_likeliest(name: str) -> None:
    buttons = pressed(drawn(name))
    assert all(b.menu for b in buttons if b.style == "danger")
    assert all(b.label.strip() for b in buttons)
    if isinstance(examples[name], CaseView | AlertView | PingView):
        assert [b.style for b in buttons].count("primary") <= 1
        assert "primary" not in [b.style for b in buttons[1:]]


@EVERY
def test_a_card_is_kept_as_text_and_comes_back_the_same(name: str) -> None:
    card = drawn(name)
    assert decode_card(encode_card(card)) == card


@EVERY
def test_every_button_row_and_form_carries_an_intent_that_travels(name: str) -> None:
    card = drawn(name)
    intents = [b.intent for b in pressed(card)]
    for element in card.elements:
        if isinstance(element, Table):
            intents += [row.intent for row in element.rows if row.intent]
        if isinstance(element, Form):
            intents.append(element.intent)
    assert [decode(encode(intent)) for intent in intents] == intents


@EVERY
def test_nothing_of_the_programs_insides_is_shown(name: str) -> None:
    shown = " ".join(words(drawn(name)))
    assert "datetime." not in shown
    assert "State." not in shown
    if not isinstance(examples[name], FormView):
        assert not re.search(r"\b(?:first_reply|production_down|out_of_scope)\b", shown)


@EVERY
def test_an_empty_table_says_so(name: str) -> None:
    for table in elements(name, Table):
        assert isinstance(table, Table)
        assert table.rows or table.empty
        assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_the_card_of_a_case_has_the_same_lines_in_every_standing() -> None:
    shapes = {
        tuple(type(e).__name__ for e in drawn(name).elements)
        for name, view in examples.items()
        if isinstance(view, CaseView) and not view.lead
    }
    assert shapes == {("Text", "Progress", "Facts", "Actions")}


def test_the_timeline_of_the_partner_has_no_internal_line() -> None:
    lines: tuple[Happening, ...] = ()
    for name, side in (("partner", False), ("engineers", True)):
        (shown,) = elements(f"timeline of 40 lines, {name}", Timeline)
        assert isinstance(shown, Timeline)
        lines = shown.items
        assert any(item.internal for item in shown.items) is side
        times = [item.at for item in shown.items]
        assert times == sorted(times)
    assert len(lines) == 40


def test_stretches_add_up() -> None:
    shown = [e for name in examples for e in elements(name, Stretches)]
    assert shown
    for stretches in shown:
        assert isinstance(stretches, Stretches)
        assert sum(s.seconds for s in stretches.items) == stretches.total


def test_on_a_lock_screen_an_alert_can_be_acted_on() -> None:
    assert drawn("alert for channel, nearly due").summary == (
        "C-1042 production down, Northwind (Premier): first reply due in 5 min, Mei Lin has it"
    )


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        ("channel", "Mei Lin, answer Northwind, or hand it over."),
        ("tam", "The first reply promised to Northwind is late. Acknowledge to take it"),
    ],
)
def test_the_same_alert_differs_by_its_reader(reader: str, says: str) -> None:
    texts = elements(f"alert for {reader}, overdue", Text)
    assert any(says in "".join(words(e)) for e in texts)


def test_a_digest_names_how_late_it_is_and_every_case() -> None:
    card = drawn("digest")
    assert "3 min late" in card.summary
    (table,) = elements("digest", Table)
    assert isinstance(table, Table)
    assert len(table.rows) == 60


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"card"',
        "{}",
        '{"is":"Card"}',
        '{"is":"Nonsense"}',
        '{"is":"Card","title":["x"],"summary":"x","colour":"red"}',
        '{"is":"Text","words":["x"]}',
        '{"do":"help"}',
        '{"do":"fly"}',
    ],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(BadCard):
        decode_card(text)


def test_an_answer_without_buttons_has_none() -> None:
    assert drawn("done").elements == ()
    assert isinstance(examples["done"], DoneView)
