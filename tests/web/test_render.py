"""What the web chat draws: every element, every message, every page."""

import re
from dataclasses import replace
from typing import get_args

import pytest

from bot.web import render
from bot.web.pages import MessageItem
from bot.web.templating import HERE, static_url
from desk.records import Attachment
from handlers import intents
from handlers.intent_codec import decode
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Confirm,
    Element,
    Facts,
    Field,
    Files,
    Form,
    Happening,
    Image,
    Name,
    Progress,
    Row,
    Stretch,
    Stretches,
    Strong,
    Table,
    Text,
    Timeline,
    Tone,
)
from tests.browser import examples
from tests.browser.examples import NOW, PARTNER_VIEW, ahead
from tests.web.drawing import Reading, at, draw, words

ONE_OF_EACH: tuple[tuple[Element, str], ...] = (
    (Text(("Plain ", Strong("strong"), " ", CaseRef(7))), "Plain strong C-7"),
    (Facts((("Owner", (Name("li", "Li Wei"),)),)), "Owner Li Wei"),
    (Progress("Quota", 18, 30, ("12 of 30 left",)), "Quota 12 of 30 left"),
    (Timeline((Happening(NOW, ("opened",), "first words"),)), "Mon 09:16 opened first words"),
    (
        Timeline((Happening(NOW, ("Li",), "", files=(Attachment("k", "log.txt", "", 1500),)),)),
        "Mon 09:16 Li log.txt 2 kB",
    ),
    (
        Stretches((Stretch(NOW, ahead(90), "counted", 5400),), 5400, "Asia/Shanghai", "Beijing"),
        "Counted together 1 h 30 min",
    ),
    (Table(("Case",), (Row((("C-1",),), intents.ShowCase(1)),)), "Case C-1"),
    (Actions((Button("Claim", intents.ClaimCase(1)),)), "Claim"),
    (
        Form(intents.OpenCase(), (Field("title", "Subject", "text"),), "Open case", ("Takes 1.",)),
        "Subject Takes 1. Open case",
    ),
    (Image("/files/x", "A chart of March"), "Title"),
    (Files((Attachment("k", "log.txt", "text/plain", 1500),)), "log.txt 2 kB"),
)


def test_each_kind_of_element_is_drawn() -> None:
    assert {type(element) for element, _ in ONE_OF_EACH} == set(get_args(Element))
    for element, shown in ONE_OF_EACH:
        assert shown in words(draw(element))


def test_a_picture_carries_its_words_and_comes_from_here() -> None:
    assert 'alt="A chart"' in draw(Image("/chart.png", "A chart"))
    for url in ("https://elsewhere.example/x.png", "//elsewhere.example/x", "javascript:alert(1)"):
        html = draw(Image(url, "A chart"))
        assert "<img" not in html
        assert "Picture: A chart" in html


def test_five_buttons_stand_openly_and_the_rest_behind_the_menu() -> None:
    buttons = [Button(f"B{n}", intents.ShowCase(n)) for n in range(7)]
    buttons.insert(
        0, Button("Reject", intents.ShowCase(9), "danger", Confirm("Sure?", "Yes"), True)
    )

    html = draw(Actions(tuple(buttons)))

    openly, menu = html.split("<details")
    assert re.findall(r">(B\d|Reject)<", openly) == ["B0", "B1", "B2", "B3", "B4"]
    assert re.findall(r">(B\d|Reject)<", menu) == ["B5", "B6", "Reject"]
    assert 'data-question="Sure?"' in menu


def test_a_button_carries_its_intent() -> None:
    intent = intents.ReplyToPartner(1042, 'with "quotes" & <tags>')
    read = Reading(draw(Actions((Button("Reply", intent),))))

    carried = [attrs["data-intent"] for tag, attrs in read.tags if "data-intent" in attrs]

    assert carried
    assert decode(carried[0] or "") == intent


def test_tones_have_a_word_and_a_shape() -> None:
    for tone in Tone:
        html = render.focus(PARTNER_VIEW, (Card(("T",), "S", tone),), NOW)
        if tone is not Tone.CALM:
            assert f'href="#i-tone-{tone}"' in html
            assert re.search(r"</svg>(Note|Attention|Overdue|Done)<", html)
    sprite = (HERE / "templates" / "icons.html").read_text("utf-8")
    for mark in ("octagon", "triangle", "diamond", "circle", "square", "dot"):
        assert f'id="mark-{mark}"' in sprite
        assert f'href="#mark-{mark}"' in render.focus(
            PARTNER_VIEW, (Card(("T",), "S", mark=mark),), NOW
        )


def test_a_running_bar_is_as_full_as_the_clock_says() -> None:
    running = Progress("First reply", 0, 1, (), until=ahead(15), since=ahead(-15))
    assert 'width="50.0%"' in draw(running)
    assert "data-until" in draw(running)
    paused = replace(running, value=1, of=4, paused=True)
    assert 'width="25.0%"' in draw(paused)
    assert "data-until" not in draw(paused)
    assert "Paused" in draw(paused)
    assert 'width="100.0%"' in draw(Progress("Over", 40, 30, ()))
    assert 'width="100.0%"' in draw(Progress("Nothing", 0, 0, ()))


def test_stretches_stand_where_they_are_in_both_zones() -> None:
    html = render.focus(PARTNER_VIEW, (examples.WHY,), NOW)

    assert "Fri 06:30 – 09:30 Fri 13:30 – 16:30 in Beijing" in words(html)
    assert "Counted together 8 h" in words(html)
    assert html.count('<rect class="counted"') == 4
    assert html.count('<rect class="closed"') == 2
    at_home = render.focus(at("Asia/Shanghai"), (examples.WHY,), NOW)
    assert "in Beijing" not in words(at_home).partition("counted closed paused")[2]
    assert words(draw(Stretches((), 0, "Asia/Shanghai", "Beijing"))).endswith("together 0 s")


def test_a_table_without_rows_says_so() -> None:
    assert "No case waits on you." in draw(Table(("Case",), (), "No case waits on you."))
    assert "Nothing here." in draw(Table(("Case",), ()))


def test_only_the_options_of_the_chosen_category_can_be_chosen() -> None:
    read = Reading(render.form(PARTNER_VIEW, examples.ASK, NOW))

    radios = [a for tag, a in read.tags if tag == "input" and a.get("name") == "severity"]

    assert [(a["value"], "disabled" in a) for a in radios] == [
        ("production_down", False),
        ("production_exception", False),
        ("guidance", False),
        ("service_request", True),
    ]


def test_what_was_typed_stays_and_the_error_stands_beside_it() -> None:
    field = Field("title", "Subject", "text", "\nTyped <b>", "Help", "Too long.", max_length=5)
    long = replace(field, name="description", kind="long")
    html = draw(Form(intents.OpenCase(), (field, long), "Open case"))
    read = Reading(html)

    typed = next(a for tag, a in read.tags if a.get("name") == "title")

    assert typed["value"] == "\nTyped <b>"
    assert typed["aria-invalid"] == "true"
    assert typed["aria-describedby"] == "h-title e-title"
    assert "maxlength" not in typed
    # The first newline after <textarea> is the browser's; the second is what was typed.
    assert ">\n\nTyped &lt;b&gt;</textarea>" in html
    assert words(html).count("Too long.") == 2


@pytest.mark.parametrize(
    ("item", "shown", "hidden"),
    [
        (MessageItem("1", "A B", NOW, "hello", mine=True), ["data-edit", "data-delete"], []),
        (MessageItem("1", "A B", NOW, "hello"), ["data-thread-link"], ["data-edit"]),
        (MessageItem("1", "A B", NOW, "hello", deleted=True), ["was deleted"], ["hello"]),
        (MessageItem("1", "A B", NOW, "hello", edited=True), ["edited"], []),
        (MessageItem("1", "A B", NOW, "x", only_you=True), ["Only you"], ["data-thread-link"]),
        (MessageItem("1", "A B", NOW, "x", internal=True), ["Internal"], []),
        (MessageItem("1", "A B", NOW, "x", replies=1), ["1 reply"], ["replies</a>"]),
        (MessageItem("1", "A B", NOW, "x", replies=3), ["3 replies</a>"], []),
        (MessageItem("1", "Partnerdesk", NOW, card=examples.CASE), ['data-card-case="1042"'], []),
        (examples.MESSAGES[6], ["Send to partner", "send_to_partner"], []),
    ],
)
def test_a_message(item: MessageItem, shown: list[str], hidden: list[str]) -> None:
    html = render.message(PARTNER_VIEW, item, NOW)

    for part in shown:
        assert part in html
    for part in hidden:
        assert part not in html


def test_older_messages_say_whether_there_are_more() -> None:
    assert 'data-older="7"' in render.older(PARTNER_VIEW, examples.MESSAGES, "7", NOW)
    assert "data-older" not in render.older(PARTNER_VIEW, examples.MESSAGES, "", NOW)


def test_an_empty_place_says_what_it_is_for_and_offers_the_first_step() -> None:
    partner = render.page(examples.EMPTY)
    assert "Nothing has been said here yet" in partner
    assert "No case in focus" in partner
    assert partner.count("Open a case</button>") == 3
    engineer = render.page(replace(examples.EMPTY, viewer=examples.ENGINEER_VIEW))
    assert "Show the queue" in engineer
    assert "Open a case" not in engineer


def test_the_stage_stands_in_the_demo_only() -> None:
    assert "Looking as" in render.page(examples.PAGE)
    assert "Sign out" not in render.page(examples.PAGE)
    assert "Looking as" not in render.page(examples.EMPTY)
    assert "Sign out" in render.page(examples.EMPTY)


def test_the_way_in_never_acts_by_itself() -> None:
    ready = render.signin("ready", "tok<en", "c")
    assert 'method="post" action="/signin/tok%3Cen"' in ready
    assert "does not work any more" in render.signin("spent")
    assert "15 minutes" in render.signin("needed")
    assert "<form" not in render.signin("needed")


def test_a_problem_says_what_why_and_what_next() -> None:
    shown = words(render.problem(413, "Too large.", "25 MB at most.", "Split it."))

    assert "Too large. 25 MB at most. Split it." in shown


def test_a_form_is_told_from_other_cards() -> None:
    assert render.has_form(examples.ASK)
    assert not render.has_form(examples.CASE)


def test_static_addresses_change_with_the_content() -> None:
    assert re.fullmatch(r"/static/desk\.css\?v=[0-9a-f]{16}", static_url("desk.css"))


def test_scripts_stay_short() -> None:
    lengths = {p.name: len(p.read_text("utf-8").splitlines()) for p in HERE.rglob("static/*.js")}

    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}
