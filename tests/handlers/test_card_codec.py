"""Every element of a card survives being written down, and nothing else is read back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from desk.records import Attachment
from handlers.intents import ClaimCase, ListCases, OpenCase, ShowCase
from handlers.views import vocabulary as v
from handlers.views.codec import BadCard, decode_card, encode_card

NOW = datetime(2026, 3, 6, 9, 30, 0, 123456, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))

WORDS: v.Words = (
    "plain, 2026-03-06T00:00:00+00:00, \x00 <b> שלום 😀",
    v.Strong("strong"),
    v.CaseRef(1042),
    v.Name("eve", "Eve", mention=True),
    v.Moment(NOW.astimezone(BEIJING), "Asia/Shanghai", "Beijing", left=True),
)
FILE = Attachment("key", "name", "text/plain", 12)
OPTIONS = (v.Option("a", "A", "help", "g"), v.Option("b", "B"))
ELEMENTS: tuple[v.Element, ...] = (
    v.Text(WORDS, quote=True),
    v.Facts((("Owner", WORDS), ("", ()))),
    v.Progress("Left", 0.5, 2, WORDS, v.Tone.WARNING, NOW, NOW, paused=True),
    v.Timeline((v.Happening(NOW, WORDS, "said", internal=True, files=(FILE,)),)),
    v.Stretches((v.Stretch(NOW, NOW, "paused", 60),), 60, "Asia/Shanghai", "Beijing"),
    v.Table(("A", "B"), (v.Row((WORDS, ()), ShowCase(1), v.Tone.DONE), v.Row(())), "none"),
    v.Actions(
        (
            v.Button("Claim", ClaimCase(1042), "primary"),
            v.Button("Drop", ListCases("all", "x", 3), "danger", v.Confirm("Sure?", "Yes"), True),
        )
    ),
    v.Form(
        OpenCase(title="typed"),
        (v.Field("severity", "Severity", "cards", "a", options=OPTIONS, depends_on="category"),),
        "Open case",
        WORDS,
        "wrong",
    ),
    v.Image("/static/x.png", "a picture"),
    v.Files((FILE,)),
)


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: type(element).__name__)
def test_an_element_is_read_back_as_it_was_written(element: v.Element) -> None:
    card = v.Card(WORDS, "summary", v.Tone.BREACH, "octagon", (element,), 1042, "about")

    assert decode_card(encode_card(card)) == card


def test_every_element_is_tried() -> None:
    assert {type(element) for element in ELEMENTS} == set(get_args(v.Element))


def test_a_bare_card_is_short() -> None:
    assert encode_card(v.Card(("Hi",), "Hi")) == '{"is":"Card","title":["Hi"],"summary":"Hi"}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        '"card"',
        "[" * 100_000,
        '{"is":"Card"}',
        '{"is":"Os","title":[],"summary":""}',
        '{"is":"Strong","text":"x"}',
        '{"is":"Card","title":[],"summary":"","more":1}',
        '{"is":"Card","title":[{"is":"Moment","at":"soon"}],"summary":""}',
        '{"is":"Card","title":[{"do":"claim_case","case_id":1}],"summary":""}',
        '{"is":"Card","title":[],"summary":"","elements":[{"is":"Actions","buttons":'
        '[{"is":"Button","label":"x","intent":{"do":"drop_table"}}]}]}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCard):
        decode_card(text)
