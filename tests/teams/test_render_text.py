"""What people write is shown letter by letter: it never becomes markup, a mention or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from bot.teams.literal import harmless, unworked
from bot.teams.render import check, dialog, form, message
from desk.records import Attachment
from handlers.intents import ListCases, OpenCase, ShowCase
from handlers.views.example_cases import NOW
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Confirm,
    Element,
    Facts,
    Field,
    Files,
    Form,
    Happening,
    Image,
    Moment,
    Name,
    Option,
    Progress,
    Row,
    Strong,
    Table,
    Text,
    Timeline,
)
from tests.services import node
from tests.teams.drawing import LOOK, OWN, of_type, said
from tests.teams.picture import Teams

HOSTILE = (
    "<!channel> <!here> <@U123ABC>",
    "<at>Mei Lin</at> < AT >everyone</ at >",
    "[x](javascript:alert(1)) ![y](https://evil.example/a.png)",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} {{ time(2026-01-01T00:00:00Z) }}",
    "${user.name} $(id) {{mustache}} {user}",
    "**bold** _slanted_ ~~gone~~ `code`",
    "- a\n- b\n1. c\n2) d",
    "+ plus\n= even\n\n    code",
    "> quoted\n# heading\n| a | b |\n|---|---|",
    "<b>bold</b> &lt;script&gt; &amp; <script>alert(1)</script>",
    "www.evil.example https://evil.example mailto:a@b.example evil.example/path a@b.example",
    "\\*escaped\\* \\[x\\](y)",
    "x" * 40_000,
    "\n" * 12_000,
    '"\\' * 9_000,
    "😀👩‍👩‍👧‍👧" * 4_000,
    "مرحبا \u202egnp.exe\u202c שלום",
    "a\x00b\x07c\x1b[31m\ud800d",
    "\u2069\u2069 out of line \u2028 and below",
    "",
    " ",
    "\n\nlines around\n\n",
)
SHORT = tuple(text for text in HOSTILE if len(text) < 1_000)


def everywhere(text: str) -> Card:
    """A card with the text in every place where a text can stand."""
    name, button = Name("nobody", text), Button(text, ShowCase(1), confirm=Confirm(text, text))
    elements: tuple[Element, ...] = (
        Text((text,), quote=True),
        Text((text,), small=True),
        Text((text, Strong(text), name, Moment(NOW), text)),
        Text((Name("mei", "Mei Lin", mention=True), " wrote ", text)),
        Text((Name("omar", text, mention=True),)),
        Facts(((text, (text,)), ("Engineer", (name, " since ", Moment(NOW))))),
        Facts((("Product", (text,)),)),
        Progress(text, 1, 3, (text, Moment(NOW))),
        Timeline((Happening(NOW, (text,), text, internal=True),)),
        Table((text, text, text), (Row(((text,), (name,), (text, Moment(NOW))), ShowCase(1)),)),
        Table(("When", text), (Row(((Moment(NOW, plain=True),), (text,))),)),
        Table((text,), (), text),
        Actions((button, Button(text, ListCases(words=text), menu=True))),
        Image(text, text),
        Files((Attachment("key", text, "text/plain", 1),)),
    )
    return Card((text, name), text, elements=elements)


def form_with(text: str) -> Card:
    """A form with the text in every place where a text can stand."""
    options = (Option("a", text, text), Option("b", f"{text}b", f"{text}. {text}"))
    grouped = (Option("c", text, text, "a"), Option("d", text, text, "b"))
    fields = (
        Field("title", text, "text", text, text, text, max_length=200),
        Field("description", text, "long", text, text, max_length=10_000),
        Field("category", text, "choice", "a", text, text, options=options),
        Field("severity", text, "cards", "c", text, text, options=grouped, depends_on="category"),
        Field("product", text, "search", "b", options=options),
        Field("language", text, "choice", "a", options=options),
        Field("files", text, "files", "", text),
    )
    offered = Form(OpenCase(title=text, description=text), fields, text, (text,), text)
    return Card((text,), text, elements=(Text((text,)), offered))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_gets_out_of_its_place(text: str) -> None:
    for look in (LOOK, OWN):
        for card in (everywhere(text), form_with(text)):
            shown, filled, asked = message(card, look), form(card, look), dialog(card, look)
            assert check(shown.card, "message") == []
            assert check(filled.card, "form") == []
            assert check(asked.card, "dialog") == []
            for one in (shown.card, filled.card, asked.card):
                harmless_everywhere(one, text)
            assert "\n" not in shown.summary
            assert len(asked.title) <= 64


def harmless_everywhere(card: object, text: str) -> None:
    """Nothing that somebody wrote stands where Teams reads Markdown."""
    if harmless(text) or not text.strip():
        return
    for block in of_type(card, "TextBlock"):
        assert text.strip() not in re.sub("<at>.*?</at>", "", block["text"])
    for facts in of_type(card, "FactSet"):
        assert all(text not in fact["title"] + fact["value"] for fact in facts["facts"])
    for choices in of_type(card, "Input.ChoiceSet"):
        if choices["style"] == "expanded":
            assert all(harmless(choice["title"]) for choice in choices["choices"])


@pytest.mark.parametrize(
    "text",
    [
        "<at>Mei Lin</at>",
        "[x](javascript:alert(1))",
        "{{DATE(2026-01-01T00:00:00Z)}}",
        "${user}",
        "<!channel>",
        "سلام",
        "😀",
        "a & b < c",
    ],
)
def test_hostile_text_is_shown_as_it_was_typed(text: str) -> None:
    assert said(message(everywhere(text), LOOK).card).count(text) >= 12


def test_only_whom_the_desk_means_to_notify_is_notified() -> None:
    for text in SHORT:
        entities = message(everywhere(text), LOOK).card["msteams"]["entities"]

        assert [e["mentioned"]["id"] for e in entities] == list(LOOK.names.values())
        assert all(e["text"].count("<") == 2 for e in entities)


def test_what_no_chat_can_keep_is_made_visible() -> None:
    shown = said(message(Card(("a\x00b\x1b\ud800\r\nc",), "S"), LOOK).card)

    assert "a␀b␛\ufffd\nc" in shown
    assert unworked("invoice\u202egnp.exe") == "invoicegnp.exe"


async def test_teams_own_renderer_shows_hostile_text_letter_by_letter(
    npm_packages: Path, page: Page
) -> None:
    teams = Teams(npm_packages)
    cards = {
        f"{n}": message(Card((text,), "S", elements=parts(text)), LOOK).card
        for n, text in enumerate(SHORT)
    } | {f"{n} form": dialog(form_with(text), LOOK).card for n, text in enumerate(SHORT)}

    drawn = await teams.draw(page, cards)

    for n, text in enumerate(SHORT):
        card = drawn[f"{n}"]
        assert card.links == []
        assert [tag for tag in card.tags if tag in MADE_OF_MARKDOWN] == []
        if text.strip():
            assert card.text.count(visible(text)) >= 6
        assert [t for t in drawn[f"{n} form"].tags if t in MADE_OF_MARKDOWN] == []
    assert page.url == teams.url


MADE_OF_MARKDOWN = {"em", "strong", "code", "pre", "ul", "ol", "li", "img", "h1", "s", "thead"}


def parts(text: str) -> tuple[Element, ...]:
    """What is shown without a link of the desk's own."""
    return tuple(e for e in everywhere(text).elements if not isinstance(e, Actions | Files | Image))


def visible(text: str) -> str:
    """The text as somebody sees it: spaces and lines run together."""
    return " ".join(said([{"type": "TextBlock", "text": unworked(text)}]).split())


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_at_all_breaks_a_card(text: str) -> None:
    assert check(message(everywhere(text), LOOK).card, "message") == []
    assert check(dialog(form_with(text), OWN).card, "dialog") == []


def test_every_hostile_card_is_read_by_microsoft_s_parser(npm_packages: Path) -> None:
    found = node.run(
        Path(__file__).with_name("parser.cjs"), dict(cards_of_the_hostile()), npm_packages
    )

    assert isinstance(found, dict)
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def cards_of_the_hostile() -> Iterator[tuple[str, object]]:
    for n, text in enumerate(HOSTILE):
        yield f"message {n}", message(everywhere(text), LOOK).card
        yield f"dialog {n}", dialog(form_with(text), LOOK).card
