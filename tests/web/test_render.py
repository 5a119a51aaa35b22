"""What the web chat draws: every element, every text literally, every moment in a zone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import get_args

import pytest

from bot.web import render, spans
from bot.web.pages import Conversation, MessageItem, Viewer
from bot.web.templating import HERE, static_url
from desk.people import Person, Role
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
    Moment,
    Name,
    Option,
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

HOSTILE = (
    "<!channel>",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    '" onmouseover="alert(1)',
    "*bold* _it_ `code` <@U123> &amp; {{ 7*7 }}",
    "abc \u05d0\u05d1\u05d2 \u202e gnp.exe",
    "👩‍👩‍👧‍👦 emoji",
)


INLINE = {"a", "b", "bdi", "span", "strong", "svg", "time", "use"}


class Reading(HTMLParser):
    """The tags and the text that a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += "" if tag in INLINE else " "

    def handle_data(self, data: str) -> None:
        self.text += data


def words(html: str) -> str:
    """The text alone, with its spaces made single."""
    return re.sub(r"\s+", " ", Reading(html).text).strip()


def draw(*elements: Element, viewer: Viewer = PARTNER_VIEW) -> str:
    return render.focus(viewer, (Card(("Title",), "Summary", elements=elements),), NOW)


def at(zone: str) -> Viewer:
    person = Person("p", "P", frozenset({Role.CONTACT}), zone, partner_id="nw")
    return Viewer(person, "t")


def moment(shown: Moment, zone: str, now: datetime = NOW) -> str:
    return words(str(spans.Reader("p", spans.zone(zone), now).words((shown,))))


ONE_OF_EACH: tuple[tuple[Element, str], ...] = (
    (Text(("Plain ", Strong("strong"), " ", CaseRef(7))), "Plain strong C-7"),
    (Facts((("Owner", (Name("li", "Li Wei"),)),)), "Owner Li Wei"),
    (Progress("Quota", 18, 30, ("12 of 30 left",)), "Quota 12 of 30 left"),
    (Timeline((Happening(NOW, ("opened",), "first words"),)), "Mon 09:16 opened first words"),
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
    assert spans.duration(timedelta(seconds=seconds)) == expected


def test_a_moment_carries_what_a_live_countdown_needs() -> None:
    html = draw(Text((Moment(ahead(14), left=True),)))

    assert '<time datetime="2026-03-16T08:30:00Z" data-epoch="1773649800000">' in html
    assert 'data-left="1773649800000"' in html


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


def test_long_texts_are_cut_and_kept_whole() -> None:
    text = "x" * 5000

    html = draw(Text((text,), quote=True))

    assert "Show all" in html
    assert text in html
    assert "Show all" not in draw(Text(("short",)))


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
