"""Words in the web chat: every text literally, every moment in its reader's zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import moments
from bot.web import render, spans
from bot.web.pages import Conversation, MessageItem
from bot.web.templating import static_url
from desk.records import Attachment
from handlers import intents
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Confirm,
    Facts,
    Field,
    Files,
    Form,
    Happening,
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
from tests.browser import examples
from tests.browser.examples import NOW, ahead
from tests.web.drawing import Reading, draw, moment

HOSTILE = (
    "<!channel>",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    '" onmouseover="alert(1)',
    "*bold* _it_ `code` <@U123> &amp; {{ 7*7 }}",
    "abc \u05d0\u05d1\u05d2 \u202e gnp.exe",
    "👩‍👩‍👧‍👦 emoji",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_text_is_shown_literally_everywhere(text: str) -> None:
    card = Card(
        (text, Strong(text), Name("x", text, mention=True)),
        text,
        elements=(
            Text((text,), quote=True),
            Facts(((text, (text,)),)),
            Progress(text, 1, 2, (text,)),
            Timeline((Happening(NOW, (text,), text),)),
            Table((text,), (Row(((text,),), intents.ListCases(words=text)),)),
            Actions((Button(text, intents.Help(text), confirm=Confirm(text, text)),)),
            Files((Attachment("key", text, "text/plain", 1),)),
            Form(
                intents.OpenCase(),
                (
                    Field("title", text, "text", text, text, text),
                    Field("description", text, "long", text),
                    Field("severity", text, "cards", text, options=(Option(text, text, text),)),
                ),
                text,
                (text,),
                text,
            ),
        ),
    )
    message = MessageItem("1", text, NOW, text, card, files=(Attachment("k", text, "x", 1),))
    talk = Conversation("channel:x", text, text, (message,), note=text, placeholder=text)
    page = replace(examples.PAGE, conversation=talk, focus=(card,))

    read = Reading(render.page(page))

    assert read.text.count(text) >= 15
    assert [attrs.get("src") for tag, attrs in read.tags if tag == "script"] == [
        static_url("theme.js"),
        static_url("desk.js"),
    ]
    for tag, attrs in read.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], tag
        assert not (attrs.get("href") or "").startswith("javascript:")


def test_what_no_browser_can_show_is_made_visible() -> None:
    html = draw(Text(("a\x00b\x1b[31m\udc00c\r\nd",)))

    assert "a␀b␛[31m\ufffdc\nd" in Reading(html).text
    html.encode()


def test_a_text_that_turns_the_direction_cannot_turn_its_surroundings() -> None:
    html = str(spans.said("\u202egnp.exe"))

    assert html == "<bdi>\u202egnp.exe</bdi>"
    assert spans.said("an ordinary – “text”") == "an ordinary – “text”"
    assert spans.said("colourful ❤️") == "colourful ❤️"


@pytest.mark.parametrize(
    ("shown", "zone", "expected"),
    [
        (Moment(ahead(14)), "Europe/Berlin", "Mon 09:30 your time"),
        (Moment(ahead(14), plain=True), "Europe/Berlin", "Mon 09:30"),
        (Moment(ahead(134), left=True), "Europe/Berlin", "Mon 11:30 your time, in 2 h 14 min"),
        (Moment(ahead(-9), left=True), "Europe/Berlin", "Mon 09:07 your time, 9 min ago"),
        (
            Moment(ahead(134), "Asia/Shanghai", "Beijing", left=True),
            "Europe/Berlin",
            "Mon 11:30 your time, in 2 h 14 min; 18:30 in Beijing",
        ),
        (
            Moment(ahead(600), "Asia/Shanghai", "Beijing"),
            "Europe/Berlin",
            "Mon 19:16 your time; Tue 02:16 in Beijing",
        ),
        # Singapore keeps Beijing's time: saying it twice would only make one look for a difference.
        (Moment(ahead(14), "Asia/Shanghai", "Beijing"), "Asia/Singapore", "Mon 16:30 your time"),
        (Moment(ahead(6 * 1440)), "Europe/Berlin", "Sun 09:16 your time"),
        (Moment(ahead(7 * 1440)), "Europe/Berlin", "Mon 23 Mar 09:16 your time"),
        (Moment(ahead(365 * 1440)), "Europe/Berlin", "Tue 16 Mar 2027 09:16 your time"),
        (Moment(ahead(14)), "Asia/Kathmandu", "Mon 14:15 your time"),
        (Moment(ahead(14)), "No/Where", "Mon 08:30 your time"),
    ],
)
def test_a_moment_in_the_readers_zone(shown: Moment, zone: str, expected: str) -> None:
    assert moment(shown, zone) == expected


def test_moments_around_a_change_of_clocks() -> None:
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert moment(Moment(before, plain=True), "Europe/Berlin", before) == "Sun 01:59"
    after = before + timedelta(minutes=1)
    assert moment(Moment(after, left=True), "Europe/Berlin", before) == (
        "Sun 03:00 your time, in 1 min"
    )
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    assert moment(Moment(first, plain=True), "Europe/Berlin", first) == "Sun 02:30 (GMT+02:00)"
    assert moment(Moment(second, plain=True), "Europe/Berlin", first) == "Sun 02:30 (GMT+01:00)"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (252, "4 min 12 s"),
        (300, "5 min"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (659, "10 min"),
        (3600, "1 h"),
        (3605, "1 h"),
        (8040, "2 h 14 min"),
        (86400 + 59, "1 d"),
        (3 * 86400 + 4 * 3600 + 120, "3 d 4 h"),
    ],
)
def test_a_duration_is_its_two_largest_units(seconds: int, expected: str) -> None:
    assert moments.duration(timedelta(seconds=seconds)) == expected


def test_a_moment_carries_what_a_live_countdown_needs() -> None:
    html = draw(Text((Moment(ahead(14), left=True),)))

    assert '<time datetime="2026-03-16T08:30:00Z" data-epoch="1773649800000">' in html
    assert 'data-left="1773649800000"' in html


def test_long_texts_are_cut_and_kept_whole() -> None:
    text = "x" * 5000

    html = draw(Text((text,), quote=True))

    assert "Show all" in html
    assert text in html
    assert "Show all" not in draw(Text(("short",)))
