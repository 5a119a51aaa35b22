"""Cards in Slack: what each element becomes, and what happens when there is too much of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.fitting import carried
from bot.slack import published
from bot.slack.blocks import MARKS, TONES, weight
from bot.slack.render import agent_prompts, check, home, message
from desk.records import Attachment
from handlers.grammar import understand
from handlers.intent_codec import decode, encode
from handlers.intents import (
    AskWhy,
    Begin,
    ClaimCase,
    Help,
    ListCases,
    OpenCase,
    ReplyToPartner,
    ShowCase,
    WithdrawCase,
)
from handlers.views.cards import to_card
from handlers.views.examples import examples
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Confirm,
    Facts,
    Field,
    Files,
    Form,
    Happening,
    Image,
    Link,
    Moment,
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
from sla.catalog import PROGRAMS, Catalog
from tests.fakes.slack import reading
from tests.slack.drawing import LOOK, PLAIN, drawn, of_type, said

AT = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


def test_a_moment_is_a_date_that_slack_puts_into_the_reader_s_zone() -> None:
    moment = Moment(AT, "Asia/Shanghai", "Beijing")
    rich = drawn(Text(("due ", moment, "."))).blocks[1]
    marked = drawn(Facts((("Due", (moment,)),))).blocks[1]

    date = of_type(rich, "date")[0]
    assert date["timestamp"] == int(AT.timestamp())
    # Within a sentence the day begins with no capital, which Slack gives it at the very beginning.
    assert date["format"] == "\u200b{day_divider_pretty} {time}"
    assert date["fallback"] == "Fri 6 Mar 17:30 Beijing time"
    assert said(rich) == "due \nFri 6 Mar 17:30 Beijing time\n your time; Fri 17:30 in Beijing."
    assert marked["fields"][0]["text"] == (
        f"*Due:* <!date^{date['timestamp']}^\u200b{{date_short_pretty}} {{time}}"
        "|Fri 6 Mar 17:30 Beijing time> your time; Fri 17:30 in Beijing"
    )


@pytest.mark.parametrize(
    ("after", "words"),
    [(timedelta(minutes=134), ", in 2 h 14 min"), (timedelta(minutes=-5), ", 5 min ago")],
)
def test_a_moment_says_what_is_left_where_the_hour_of_drawing_is_known(
    after: timedelta, words: str
) -> None:
    at = Text((Moment(LOOK.now + after if LOOK.now else AT, left=True),))

    assert words in said(drawn(at).blocks)
    assert " in " not in said(drawn(at, look=PLAIN).blocks)


def test_a_zone_that_nobody_knows_is_drawn_in_utc() -> None:
    look = replace(PLAIN, zone="Mars/Olympus")

    assert "Fri 6 Mar 09:30" in said(drawn(Text((Moment(AT),)), look=look).blocks)


def test_a_case_s_number_leads_to_the_case_where_there_is_a_web_chat() -> None:
    linked = drawn(Text((CaseRef(7), Link(" and here", "https://desk.example/x"))))
    plain = drawn(Text((CaseRef(7),)), look=PLAIN)

    assert [link["url"] for link in of_type(linked.blocks, "link")] == [
        "https://desk.example/?case=7",
        "https://desk.example/x",
    ]
    assert of_type(plain.blocks, "link") == []
    assert "C-7" in said(plain.blocks)


def test_every_severity_of_the_catalog_has_a_shape_of_its_own() -> None:
    catalog = Catalog.load(PROGRAMS)
    marks = {s.mark for p in catalog.programs.values() for s in p.severities}

    assert marks <= MARKS.keys()
    shapes = [*MARKS.values(), *(shape for shape in TONES.values() if shape)]
    assert len(set(shapes)) == len(shapes)


def test_the_first_line_says_mark_and_tone_in_shapes() -> None:
    shown = drawn(mark="triangle", tone=Tone.BREACH, title=(CaseRef(7), " is late"))

    assert said(shown.blocks[0]) == "❗ 🔺 \nC-7\n is late"


@pytest.mark.parametrize(
    ("value", "full"), [(0, 0), (1, 1), (50, 6), (99, 11), (100, 12), (400, 12), (-1, 0)]
)
def test_a_bar_is_full_only_when_everything_is_used(value: int, full: int) -> None:
    words = said(drawn(Progress("Left", value, 100, ("so many",))).blocks)

    assert words.count("▰") == full
    assert words.count("▱") == 12 - full
    assert f"{min(100, max(0, value))} %" in words


def test_a_running_clock_says_of_when_its_bar_is() -> None:
    assert LOOK.now is not None
    running = Progress("Clock", 1, 4, ("due",), Tone.WARNING, LOOK.now + timedelta(minutes=9), AT)
    late = replace(running, until=LOOK.now - timedelta(minutes=9))
    paused = replace(running, paused=True)

    assert "due\n\n\n▰▰▰▱▱▱▱▱▱▱▱▱ 25 %\n used · 9 min left as of " in said(drawn(running).blocks)
    assert " used · 9 min late as of " in said(drawn(late).blocks)
    assert " used at the last change" in said(drawn(running, look=PLAIN).blocks)
    assert said(drawn(paused).blocks).endswith("⏸️ \ndue\n\n\n▰▰▰▱▱▱▱▱▱▱▱▱ 25 %")


def test_facts_stand_in_two_columns_of_at_most_ten() -> None:
    rows = tuple((f"Label {n}", (f"Value {n}",)) for n in range(12))

    blocks = drawn(Facts((*rows, ("Odd", ("*a* <b>",))))).blocks[1:]

    assert [len(block["fields"]) for block in blocks] == [10, 3]
    assert blocks[0]["fields"][0]["text"] == "*Label 0:* Value 0"
    assert blocks[1]["fields"][2] == {
        "type": "plain_text",
        "text": "Odd: *a* <b>",
        "emoji": False,
    }


def test_small_facts_stand_one_after_the_other() -> None:
    rows = tuple((f"Label {n}", (f"Value {n}",)) for n in range(12))

    blocks = drawn(Facts((("Odd", ("*a* <b>",)), *rows), small=True)).blocks[1:]

    assert [(block["type"], len(block["elements"])) for block in blocks] == [
        ("context", 10),
        ("context", 3),
    ]
    assert blocks[0]["elements"][0] == {
        "type": "plain_text",
        "text": "Odd: *a* <b>",
        "emoji": False,
    }
    assert blocks[0]["elements"][1]["text"] == "*Label 0:* Value 0"


def test_buttons_carry_intents_and_the_dangerous_stand_in_a_menu_that_asks() -> None:
    ask = Confirm("Its unit comes back. Withdraw C-1?", "Withdraw the case")
    shown = drawn(
        Actions(
            (
                Button("Claim", ClaimCase(1), "primary"),
                *(Button(f"Another {n}", ShowCase(n)) for n in range(5)),
                Button("Why?", AskWhy(1), menu=True),
                Button("Withdraw", WithdrawCase(1), "danger", ask, menu=True),
            )
        )
    )

    elements = shown.blocks[1]["elements"]
    buttons, (menu, asking) = elements[:5], elements[5:]
    assert [decode(b["value"]) for b in buttons] == [ClaimCase(1), *map(ShowCase, range(4))]
    assert buttons[0]["style"] == "primary"
    assert [decode(o["value"]) for o in menu["options"]] == [ShowCase(4), AskWhy(1)]
    assert "confirm" not in menu
    assert decode(asking["options"][0]["value"]) == WithdrawCase(1)
    assert asking["confirm"]["text"]["text"] == "Its unit comes back. Withdraw C-1?"
    assert asking["confirm"]["deny"]["text"] == "Keep it"
    assert all(e["action_id"].startswith("do:") for e in elements)
    assert len({e["action_id"] for e in elements}) == len(elements)


def test_an_intent_that_is_too_long_loses_its_text_but_not_its_case() -> None:
    whole = Begin("open_case", 0, 0, "x" * 5_000)

    assert carried(ClaimCase(7), 150) == encode(ClaimCase(7))
    assert decode(carried(whole, 2_000)) == Begin("open_case")
    assert decode(carried(ReplyToPartner(7, "x" * 5_000), 150)) == ReplyToPartner(7)
    assert decode(carried(ListCases("all", "x" * 5_000, 3), 150)) == ListCases("all", "", 3)
    assert decode(carried(Begin("f" * 200, 7), 150)) == ShowCase(7)
    assert decode(carried(Begin("f" * 200), 150)) == Help()


def test_rows_that_open_something_have_a_button_each() -> None:
    row = Row(((Strong("C-7"), " down"), ("Subject",), ("due now",), ("Mei",)), ShowCase(7))
    late = replace(row, tone=Tone.BREACH)

    shown = drawn(Table(("Case", "Subject", "Clock", "Engineer"), (row, late))).blocks[1:]

    assert [block["type"] for block in shown] == ["section", "context"] * 2
    assert shown[0]["text"]["text"] == "C-7 down · Subject"
    assert shown[2]["text"]["text"] == "❗ C-7 down · Subject"
    assert shown[1]["elements"][0]["text"] == "due now · Engineer: Mei"
    assert decode(shown[0]["accessory"]["value"]) == ShowCase(7)
    assert shown[0]["accessory"]["accessibility_label"] == "Show C-7 down"


def test_a_log_is_a_list_and_an_empty_table_says_so() -> None:
    log = Table(("When", "What"), (Row(((Moment(AT, plain=True),), ("-1 taken",)), ShowCase(7)),))

    assert of_type(drawn(log).blocks, "rich_text_list", "button") == of_type(
        drawn(log).blocks, "rich_text_list"
    )
    assert "-1 taken" in said(drawn(log).blocks)
    assert "Nobody is waiting." in said(drawn(Table(("When",), (), "Nobody is waiting.")).blocks)
    assert "Nothing here." in said(drawn(Table(("When",), ())).blocks)


def test_no_case_of_a_long_digest_is_lost() -> None:
    words = ("somebody's case with a long story " * 6,)
    rows = tuple(Row(((CaseRef(n),), words), ShowCase(n)) for n in range(1_001, 1_201))

    shown = drawn(Table(("Case", "About"), rows))

    assert check(shown.blocks, "message") == []
    assert [n for n in range(1_001, 1_201) if f"C-{n}" not in said(shown.blocks)] == []
    assert "show all in the web chat" in said(shown.blocks)


def test_files_of_a_timeline_lead_to_where_they_are_handed_out() -> None:
    log = Attachment("a1/gateway.log", "gateway.log", "text/plain", 24_000)
    item = Happening(AT, ("Carla",), "Here is the log", files=(log, log))

    shown = drawn(Timeline((item, Happening(AT, ("Mei",)))), look=LOOK)

    seen = reading.shown(shown.blocks)
    assert "> Here is the log\nFiles: gateway.log (24 KB) · gateway.log (24 KB)\n" in seen
    assert {one["url"] for one in of_type(shown.blocks, "link")} == {
        "https://desk.example/files/a1/gateway.log"
    }
    assert of_type(drawn(Timeline((item,)), look=PLAIN).blocks, "link") == []


def test_a_cell_that_says_nothing_is_left_out() -> None:
    row = Row(((Moment(AT, plain=True),), ("-1 taken",), ("–",), ("29",)))

    words = said(drawn(Table(("When", "What", "Case", "Left"), (row,))).blocks)

    assert words.endswith("\n · -1 taken · Left: 29")


def test_a_timeline_that_is_too_long_keeps_its_end() -> None:
    items = tuple(Happening(AT, (f"Line {n}.",), "said " * 2_000) for n in range(200))

    shown = drawn(Timeline(items), case_id=7)

    assert check(shown.blocks, "message") == []
    assert "Line 199." in said(shown.blocks)
    assert "Line 0." not in said(shown.blocks)
    assert "earlier lines: " in said(shown.blocks)
    assert of_type(shown.blocks, "link")[0]["url"] == "https://desk.example/?case=7"
    assert "earlier lines." in said(drawn(Timeline(items), look=PLAIN).blocks)


def test_stretches_say_their_kind_in_shape_and_word_and_add_up() -> None:
    hour = timedelta(hours=1)
    items = (
        Stretch(AT, AT + hour, "counted", 3_600),
        Stretch(AT + hour, AT + 16 * hour, "closed", 0),
        Stretch(AT + 16 * hour, AT + 17 * hour, "paused", 0),
    )

    shown = drawn(Stretches(items, 3_600, "Asia/Shanghai", "Beijing"))
    words = said(shown.blocks)

    assert "■ counted 1 h: " in words
    assert "(Fri 17:30 – 18:30 in Beijing)" in words
    assert "□ closed: " in words
    assert "(Fri 18:30 – Sat 09:30 in Beijing)" in words
    assert "‖ paused: " in words
    assert words.endswith("Counted together: 1 h")
    ends = [one["format"] for one in of_type(shown.blocks, "date")][1::2]
    # Within a day the hour is enough.
    assert ends == ["{time}", "{time}", "{time}"]
    week = (Stretch(AT, AT + 168 * hour, "closed", 0),)
    whole = drawn(Stretches(week, 0, "Asia/Shanghai", "Beijing"))
    dates = of_type(whole.blocks, "date")
    assert [date["format"] for date in dates] == ["{day_divider_pretty} {time}"] * 2


def test_a_thousand_stretches_fit() -> None:
    items = (Stretch(AT, AT + timedelta(hours=1), "counted", 3_600),) * 1_000

    shown = drawn(Stretches(items, 3_600_000, "Asia/Shanghai", "Beijing"))

    assert check(shown.blocks, "message") == []
    assert "Counted together: 1000 h" in said(shown.blocks)


def test_a_long_text_says_how_much_of_it_is_missing() -> None:
    shown = drawn(Text(("word " * 8_000,), quote=True), case_id=7)

    assert check(shown.blocks, "message") == []
    assert "more characters: " in said(shown.blocks)
    assert weight(shown.blocks) > 9_000


def test_ten_thousand_characters_are_shown_whole() -> None:
    text = ("The gateway answers 502. " * 500)[:10_000]

    assert text in said(drawn(Text((text,), quote=True)).blocks)


def test_what_is_long_makes_way_for_what_is_short() -> None:
    long, short = Text(("x" * 9_000,)), Text(("Short, and whole.",))

    words = said(drawn(long, short, long, short).blocks)

    assert words.count("Short, and whole.") == 2
    assert 4_000 < words.count("x") // 2 < 6_000


def test_files_are_named_with_their_size_and_linked_where_there_is_a_web_chat() -> None:
    files = Files(
        (
            Attachment("a1/log x.txt", "log.txt", "text/plain", 24_400),
            Attachment("b", "dump", "x/y", 1_500_000),
            Attachment("c", "", "x/y", 7),
        )
    )

    words = said(drawn(files).blocks)
    assert "log.txt\n (24 KB)" in words
    assert "dump\n (1.5 MB)" in words
    assert "file\n (7 bytes)" in words
    links = of_type(drawn(files).blocks, "link")
    assert links[0]["url"] == "https://desk.example/files/a1/log%20x.txt"
    assert of_type(drawn(files, look=PLAIN).blocks, "link") == []
    assert drawn(Files(())).blocks == drawn().blocks
    many = Files((Attachment("b", "dump", "x/y", 1),) * 50)
    assert "30 more files" in said(drawn(many).blocks)


def test_a_picture_is_fetched_from_the_web_alone() -> None:
    assert drawn(Image("https://desk.example/i.png", "A chart")).blocks[1]["type"] == "image"
    assert "Picture: A chart" in said(drawn(Image("/local.png", "A chart")).blocks)


def test_a_form_in_a_message_is_a_button_that_opens_it() -> None:
    field = Field("title", "Title", "text", error="Say what is wrong.")
    form = Form(OpenCase(title="T"), (field,), "Open case", ("Takes 1 of 7.",), "None is left.")

    shown = drawn(form).blocks

    assert "None is left." in said(shown)
    assert "Title: Say what is wrong." in said(shown)
    assert "Takes 1 of 7." in said(shown)
    assert decode(of_type(shown, "button")[0]["value"]) == Begin("open_case")


def test_a_changed_card_keeps_its_number_of_blocks() -> None:
    for side in ("partner", "engineers"):
        cards = [v for n, v in examples.items() if n.startswith("case ") and n.endswith(side)]

        assert len(cards) > 8
        assert {len(message(to_card(view), LOOK).blocks) for view in cards} == {5}


def test_at_home_a_card_has_a_heading_where_its_title_is_words_alone() -> None:
    words = Card((Strong("Quota"), " · Northwind"), "", tone=Tone.BREACH)
    linked = Card((CaseRef(7), " is open"), "")
    long = Card(("x" * 151,), "")

    blocks = home([words, linked, long], LOOK)["blocks"]

    assert blocks[0]["type"] == "header"
    assert blocks[0]["text"]["text"] == "❗ Quota · Northwind"
    assert [one["type"] for one in blocks[1:]] == ["divider", "rich_text", "divider", "rich_text"]


def test_home_puts_cards_below_each_other_and_says_what_does_not_fit() -> None:
    card = to_card(examples["my cases"])
    page = home([card] * 9, LOOK)

    assert check(page, "home") == []
    assert len(page["blocks"]) <= published.VIEW_BLOCKS
    assert of_type(page, "divider")
    assert "The rest does not fit here." in said(page["blocks"][-1])
    actions = [
        e["action_id"] for b in page["blocks"] for e in b.get("elements", ()) if "action_id" in e
    ]
    assert len(set(actions)) == len(actions)
    assert check(home([], LOOK), "home") == []


def test_a_card_without_anything_is_still_a_message() -> None:
    shown = message(Card((), ""), LOOK)

    assert check(shown.blocks, "message") == []
    assert shown.text


def test_what_is_suggested_is_understood() -> None:
    prompts = agent_prompts()

    assert 0 < len(prompts) <= 4
    for prompt in prompts:
        assert not isinstance(understand(prompt["message"], vendor=False), Help)


def test_a_message_lacks_its_heaviest_part_rather_than_failing() -> None:
    rows = tuple((f"Label {n}", ("x" * 400,)) for n in range(60))

    shown = drawn(Text(("Short.",)), Facts(rows), Actions((Button("Claim", ClaimCase(1)),)))

    assert check(shown.blocks, "message") == []
    assert "A part of this is too long for Slack." in said(shown.blocks)
    assert {"Short.", "Claim"} <= set(said(shown.blocks).split("\n"))
