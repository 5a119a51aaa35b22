"""What people write is shown letter by letter: it never becomes markup, a mention or a link."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.literal import cut, escape, inline, literal, units
from bot.slack.render import Drawn, check, errors, home, message, modal
from bot.slack.spans import markup
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
from tests.slack.drawing import LOOK, PLAIN, drawn, markup_of_others, nodes, of_type, said

HOSTILE = (
    "<!channel> <!here> <!everyone>",
    "<@U123ABC> and <#C123ABC> and <!subteam^S123>",
    "<https://evil.example|our bank>",
    "[x](javascript:alert(1))",
    "*bold* _slanted_ ~gone~ `code` ```more```",
    "> quoted\n>>> all of it",
    "&lt;!channel&gt; &amp;",
    ":fire: :tada:",
    "www.evil.example https://evil.example mailto:a@b.c",
    "x" * 40_000,
    "\n" * 12_000,
    '"\\' * 9_000,
    "😀👩‍👩‍👧‍👧" * 4_000,
    "مرحبا \u202egnp.exe\u202c שלום",
    "a\x00b\x07c\x1b[31m\ud800d",
    "\u2069\u2069 out of line \u2028 and below",
    "<!date^1^{date}|now>",
    "",
    " ",
)


def everywhere(text: str) -> Card:
    """A card with the text in every place where a text can stand."""
    name, button = Name("nobody", text), Button(text, ShowCase(1), confirm=Confirm(text, text))
    elements: tuple[Element, ...] = (
        Text((text,), quote=True),
        Text((text,), small=True),
        Text((text, Strong(text), name, Moment(NOW), text), small=True),
        Facts(((text, (text,)), ("Engineer", (name, " since ", Moment(NOW))))),
        Progress(text, 1, 3, (text, Moment(NOW))),
        Timeline((Happening(NOW, (text,), text, internal=True),)),
        Table((text, text, text), (Row(((text,), (name,), (text, Moment(NOW))), ShowCase(1)),)),
        Table((text,), (), text),
        Actions((button, Button(text, ListCases(words=text), menu=True))),
        Image(text, text),
        Files((Attachment("key", text, "text/plain", 1),)),
    )
    return Card((text, name), text, elements=elements)


def form_with(text: str) -> Card:
    """A form with the text in every place where a text can stand."""
    options = (Option("a", text, text), Option("b", f"{text}b", f"{text}. {text}"))
    fields = (
        Field("title", text, "text", text, text, text, max_length=200),
        Field("description", text, "long", text, text, max_length=10_000),
        Field("severity", text, "cards", "a", text, text, options=options),
        Field("product", text, "search", "b", options=options),
        Field("language", text, "choice", "a", options=options * 1),
    )
    form = Form(OpenCase(title=text, description=text), fields, text, (text,), text)
    return Card((text,), text, elements=(Text((text,)), form))


def drawings(text: str) -> Iterator[Drawn]:
    for look in (LOOK, PLAIN):
        yield message(everywhere(text), look)
        yield message(form_with(text), look)


def test_nothing_hostile_gets_out_of_its_place() -> None:
    for text in HOSTILE:
        for shown in drawings(text):
            harmless(shown)
            assert check(shown.blocks, "message") == []
        for view in (
            modal(form_with(text), LOOK, metadata="{}"),
            modal(everywhere(text), LOOK, metadata=""),
        ):
            harmless(Drawn("", view["blocks"]))
            assert check(view, "modal") == []
        page = home([everywhere(text), form_with(text)], LOOK)
        harmless(Drawn("", page["blocks"]))
        assert check(page, "home") == []
        assert set(errors(form_with(text))) <= {"title", "severity"}


@given(st.text(st.characters(), max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_text_whatever_gets_out_of_its_place(text: str) -> None:
    for shown in drawings(text):
        harmless(shown)
        assert check(shown.blocks, "message") == []
    view = modal(form_with(text), LOOK, metadata="{}")
    harmless(Drawn("", view["blocks"]))
    assert check(view, "modal") == []


@given(st.text(st.sampled_from("<>!@#|&*_~`:/ \nahttps.^{}U1")), st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_markup_is_written_for_harmless_words_alone(text: str, name: str) -> None:
    made = markup((text, Name("mei", name), Strong(text)), LOOK)

    assert made is None or not set("<>@#_~`|\n") & set(made.replace("&amp;", ""))
    assert not set("<>") & set(escape(text + name))


def harmless(shown: Drawn) -> None:
    """Nobody is notified, nothing is linked that the desk did not link, no markup is made."""
    for text in (shown.text, *markup_of_others(shown.blocks)):
        assert "<" not in text
        assert ">" not in text
    assert of_type(shown.blocks, "user", "usergroup", "broadcast", "channel", "markdown") == []
    for link in of_type(shown.blocks, "link"):
        assert link["url"].startswith("https://desk.example")
    for node in nodes(shown.blocks):
        # Otherwise Slack would draw :fire: as a fire.
        assert node.get("type") != "plain_text" or node["emoji"] is False
        assert node.get("type") != "mrkdwn" or node["verbatim"] is True


@pytest.mark.parametrize(
    "text", ["*bold* <!channel>", "[x](javascript:alert(1))", "سلام", ":fire: 😀", "a & b < c"]
)
def test_hostile_text_is_shown_as_it_was_typed(text: str) -> None:
    shown = message(everywhere(text), LOOK)

    assert said(shown.blocks).count(text) >= 8


def test_what_slack_cannot_keep_is_made_visible() -> None:
    assert literal("a\x00b\x1b[0m\ud800\r\nc") == "a␀b␛[0m\ufffd\nc"
    assert literal("invoice\u202egnp.exe") == "invoicegnp.exe"


def test_letters_that_run_leftwards_keep_their_place_and_signs_have_none_to_keep() -> None:
    assert inline("سلام") == "\u2068سلام\u2069"
    assert inline("ﷺ and ﻼ") == "\u2068ﷺ and ﻼ\u2069"
    # What makes a sign colourful is no letter.
    assert inline("ℹ️ 🛑") == "ℹ️ 🛑"


def test_the_fallback_is_escaped_and_short() -> None:
    shown = message(Card(("T",), "<!channel> & <@U1> " + "x" * 40_000), LOOK)

    assert shown.text.startswith("&lt;!channel&gt; &amp; &lt;@U1&gt; xxx")
    assert len(shown.text) < 4_000


def test_only_whom_the_desk_means_to_notify_is_notified() -> None:
    words = (
        Name("mei", "Mei", mention=True),
        Name("omar", "Omar"),
        Name("tara", "Tara", mention=True),
    )

    shown = drawn(Text(words)).blocks

    assert [node["user_id"] for node in of_type(shown, "user")] == ["U0MEI"]
    assert "Omar@Tara" in said(shown)


@pytest.mark.parametrize("account", ["", "<!channel>", "S123", "u0mei", "U0"])
def test_an_account_that_is_none_is_never_mentioned(account: str) -> None:
    look = type(LOOK)({"mei": account}, "", "UTC")

    shown = drawn(Text((Name("mei", "Mei", mention=True),)), look=look).blocks

    assert of_type(shown, "user") == []
    assert "@Mei" in said(shown)


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_cut_text_is_never_longer_than_it_may_be(text: str, limit: int) -> None:
    clean = literal(text)

    assert units(cut(clean, limit)) <= limit
    assert cut(clean, 1_000) == clean


def test_only_what_runs_leftwards_is_kept_apart() -> None:
    assert inline("ℹ️ a note") == "ℹ️ a note"
    for turned in ("שלום", "مرحبا", "ﺷﻜﺮﺍ"):
        assert inline(turned) == f"\u2068{turned}\u2069"
