"""Cards in Teams: what each element becomes, and what happens when there is too much of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.teams import forms, published
from bot.teams.blocks import MARKS, TONES
from bot.teams.literal import weight
from bot.teams.render import Look, check, form, message
from desk.records import Attachment
from handlers.intents import (
    AskWhy,
    Begin,
    ClaimCase,
    OpenCase,
    ShowCase,
    WithdrawCase,
)
from handlers.views.cards import to_card
from handlers.views.example_cases import NOW
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
from sla.catalog import PROGRAMS, Catalog
from tests.teams.drawing import LOOK, MEI, OMAR, OWN, blocks, drawn, of_type, said

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def line(*words: Any, look: Look = LOOK) -> str:
    return said(blocks(Text(words), look=look))


def test_a_card_is_of_the_version_that_teams_draws_as_wide_as_it_can_be() -> None:
    card = drawn(Text(("Words",))).card

    assert card["version"] == "1.5"
    assert card["msteams"] == {"width": "Full"}
    assert check(card, "message") == []


def test_a_moment_is_written_out_in_the_reader_s_own_zone_with_home_beside_it() -> None:
    moment = Moment(AT, "Asia/Shanghai", "Beijing", left=True)

    assert line("due ", moment, ".", look=OWN) == (
        "due Fri 10:30 your time, in 1 h 30 min; 17:30 in Beijing."
    )
    assert line(Moment(AT), look=OWN) == "Fri 10:30 your time"
    assert line(Moment(AT, plain=True), look=OWN) == "Fri 10:30"


def test_where_several_read_a_moment_is_in_the_home_zone_by_name() -> None:
    moment = Moment(AT, "Asia/Shanghai", "Beijing", left=True)

    assert line("due ", moment, ".") == "due Fri 17:30 Beijing time, in 1 h 30 min."
    assert line(Moment(AT)) == "Fri 17:30 Shanghai time"
    assert line(Moment(AT + timedelta(days=90))) == "Thu 18 Feb 2027 17:30 Shanghai time"


def test_a_zone_that_is_the_reader_s_own_is_not_said_twice() -> None:
    look = replace(OWN, zone="Asia/Hong_Kong")

    assert line(Moment(AT, "Asia/Shanghai", "Beijing"), look=look) == "Fri 17:30 your time"
    assert "09:30" in line(Moment(AT), look=replace(OWN, zone="Mars/Olympus"))


def test_a_case_s_number_leads_to_the_case_where_there_is_a_web_chat() -> None:
    linked, plain = blocks(Text((CaseRef(7),))), blocks(Text((CaseRef(7),)), look=OWN)

    assert linked[0]["text"] == "[C-7](https://desk.example/?case=7)"
    assert plain[0]["inlines"] == [{"type": "TextRun", "text": "C-7", "weight": "Bolder"}]


def test_a_link_of_the_desk_s_own_is_one_and_is_spelt_out_where_it_cannot_be() -> None:
    link = Link("Sign in", "https://desk.example/signin/x")

    assert blocks(Text((link,)))[0]["text"] == "[Sign in](https://desk.example/signin/x)"
    assert line("*stars* ", link) == "*stars* Sign in: https://desk.example/signin/x"
    assert line(Link("Bad", "javascript:alert(1)")) == "Bad: javascript:alert(1)"
    assert of_type(blocks(Text((Link("x](y", "https://a.example"),))), "TextBlock") == []


def test_somebody_is_mentioned_once_by_name_and_by_teams_id() -> None:
    mei, omar = Name("mei", "Mei Lin", mention=True), Name("omar", "Omar", mention=True)

    shown = drawn(Text((mei, " ", omar, " ", mei)), Text((mei, " again")))

    assert said(shown.card["body"][1]) == "<at>Mei Lin</at> <at>Omar</at> <at>Mei Lin</at>"
    assert shown.card["msteams"]["entities"] == [
        {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": id_, "name": name}}
        for name, id_ in (("Mei Lin", MEI), ("Omar", OMAR))
    ]
    assert shown.mentions
    assert not drawn(Text((Name("mei", "Mei"),))).mentions


def test_two_people_of_one_name_are_two_mentions() -> None:
    words = (Name("mei", "Mei", mention=True), " ", Name("omar", "Mei", mention=True))

    shown = drawn(Text(words)).card

    assert [e["text"] for e in shown["msteams"]["entities"]] == ["<at>Mei</at>", "<at>Mei (2)</at>"]
    assert check(shown, "message") == []
    other = (Name("omar", "Mei Lin", mention=True), " ", Name("mei", "Mei", mention=True))
    assert line(*other) == "<at>Mei Lin</at> <at>Mei</at>"


def test_whom_a_text_mentioned_that_was_cut_off_is_not_notified() -> None:
    words = ("word " * 8_000, Name("mei", "Mei", mention=True))

    shown = drawn(Text(words), Text((Name("omar", "Omar", mention=True),))).card

    assert check(shown, "message") == []
    assert [e["text"] for e in shown["msteams"]["entities"]] == ["<at>Omar</at>"]


def test_who_has_no_account_in_teams_is_named() -> None:
    words = (Name("tara", "Tara", mention=True), " and ", Name("mei", "Mei", mention=True))

    assert line(*words) == "@Tara and <at>Mei</at>"
    assert line(words[0]) == "@Tara"


@pytest.mark.parametrize("account", ["", "<at>", "mei@example.com", "28:bot", "29:a b", "0f3a4b5c"])
def test_an_account_that_is_none_is_never_mentioned(account: str) -> None:
    look = replace(LOOK, names={"mei": account})

    assert not drawn(Text((Name("mei", "Mei", mention=True),)), look=look).mentions


def test_a_mention_beside_what_somebody_wrote_stands_below_it() -> None:
    shown = drawn(Text((Name("mei", "Mei", mention=True), " *stars*"))).card

    assert said(shown["body"][1:]) == "@Mei *stars*\n<at>Mei</at>"
    assert check(shown, "message") == []


def test_every_severity_of_the_catalog_has_a_shape_of_its_own() -> None:
    catalog = Catalog.load(PROGRAMS)
    marks = {s.mark for p in catalog.programs.values() for s in p.severities}

    assert marks <= MARKS.keys()
    shapes = [*MARKS.values(), *(shape for shape in TONES.values() if shape)]
    assert len(set(shapes)) == len(shapes)


def test_the_first_line_is_a_heading_that_says_mark_and_tone_in_shapes() -> None:
    shown = drawn(mark="triangle", tone=Tone.BREACH, title=(CaseRef(7), " is late"), look=OWN)
    hostile = drawn(mark="triangle", tone=Tone.BREACH, title=("C-7 *is* late",))

    assert shown.card["body"][0]["style"] == "heading"
    assert said(shown.card["body"][0]) == "❗ 🔺 C-7 is late"
    assert said(hostile.card["body"][0]) == "❗ 🔺 C-7 *is* late"


@pytest.mark.parametrize(
    ("value", "full"), [(0, 0), (1, 1), (50, 8), (99, 15), (100, 16), (400, 16), (-1, 0)]
)
def test_a_bar_is_full_only_when_everything_is_used(value: int, full: int) -> None:
    words = said(blocks(Progress("Left", value, 100, ("so many",))))

    assert words.count("▰") == full
    assert words.count("▱") == 16 - full
    assert f"{min(100, max(0, value))} %" in words
    assert words.startswith("Left: so many\n")


def test_a_running_clock_says_of_when_its_bar_is() -> None:
    due = Moment(AT, "Asia/Shanghai", "Beijing", left=True)
    running = Progress("Clock", 1, 4, ("due ", due), Tone.WARNING, AT, NOW)
    late = replace(running, until=NOW - timedelta(minutes=9), words=("overdue",))

    assert said(blocks(running)) == (
        "⚠️ due Fri 17:30 Beijing time\n"
        "▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱ 25 % of the time used, 1 h 30 min left at 16:00 Beijing time"
    )
    assert "9 min late at 16:00 Shanghai time" in said(blocks(late))
    assert "left at 09:00 your time" in said(blocks(running, look=OWN))
    assert said(blocks(replace(running, paused=True))).startswith("⏸️ due ")
    assert "of the time used" not in said(blocks(replace(running, paused=True)))


def test_what_the_bar_feels_is_never_said_by_its_colour_alone() -> None:
    for tone in Tone:
        shown = blocks(Progress("Left", 1, 2, ("words",), tone))

        assert said(shown).startswith(TONES[tone])


def test_facts_are_teams_own_list_and_stand_in_two_columns_where_they_are_many() -> None:
    few = blocks(Facts((("State", ("new",)), ("Due", (Moment(AT),)))))
    many = blocks(Facts(tuple((f"Label {n}", (f"Value {n}",)) for n in range(6))))

    assert few == [
        {
            "type": "FactSet",
            "facts": [
                {"title": "State", "value": "new"},
                {"title": "Due", "value": "Fri 17:30 Shanghai time"},
            ],
        }
    ]
    assert [len(facts["facts"]) for facts in of_type(many, "FactSet")] == [3, 3]
    assert blocks(Facts(())) == []


def test_facts_that_somebody_wrote_are_shown_letter_by_letter() -> None:
    shown = blocks(Facts((("Product", ("*a* <b>",)), ("State", ("new",)))))

    assert of_type(shown, "FactSet") == []
    assert said(shown) == "Product\n*a* <b>\nState\nnew"


def test_buttons_carry_intents_and_the_dangerous_stand_last_in_a_menu_that_asks() -> None:
    ask = Confirm("Its unit comes back. Withdraw C-1?", "Withdraw the case")
    shown = blocks(
        Actions(
            (
                Button("Claim", ClaimCase(1), "primary"),
                *(Button(f"Another {n}", ShowCase(n)) for n in range(5)),
                Button("Withdraw", WithdrawCase(1), "danger", ask, menu=True),
                Button("Why?", AskWhy(1), menu=True),
                Button("Reply", Begin("reply_to_partner", 1), menu=True),
            )
        )
    )

    actions = shown[0]["actions"]
    assert [a["title"] for a in actions if "mode" not in a] == [
        "Claim",
        *(f"Another {n}" for n in range(4)),
    ]
    assert [a["title"] for a in actions if a.get("mode") == "secondary"] == [
        "Another 4",
        "Why?",
        "Reply",
        "Withdraw",
    ]
    claim, *_, reply, withdraw = actions
    assert (claim["type"], claim["verb"], claim["style"]) == (
        "Action.Execute",
        "claim_case",
        "positive",
    )
    assert forms.pressed(claim["data"]) == ClaimCase(1)
    assert forms.pressed(claim["fallback"]["data"]) == ClaimCase(1)
    assert reply["data"]["msteams"] == {"type": "task/fetch"}
    assert forms.pressed(reply["data"]) == Begin("reply_to_partner", 1)
    assert withdraw["data"]["msteams"] == {"type": "task/fetch"}
    assert withdraw["style"] == "destructive"
    assert forms.ask_of(withdraw["data"]) == ask
    assert forms.ask_of(claim["data"]) is None


def test_an_intent_that_is_too_long_loses_its_text_but_not_its_case() -> None:
    shown = blocks(Actions((Button("Open", Begin("open_case", 7, 0, "x" * 5_000)),)))

    assert forms.pressed(shown[0]["actions"][0]["data"]) == Begin("open_case", 7)


def test_rows_that_open_something_have_a_button_each() -> None:
    row = Row(((Strong("C-7"), " down"), ("Subject",), ("due now",), ("Mei",)), ShowCase(7))
    late = replace(row, tone=Tone.BREACH)

    shown = blocks(Table(("Case", "Subject", "Clock", "Engineer"), (row, late)))

    assert said(shown) == (
        "C-7 down · Subject\ndue now · Engineer: Mei\nShow\n"
        "❗ C-7 down · Subject\ndue now · Engineer: Mei\nShow"
    )
    buttons = of_type(shown, "Action.Execute")
    assert [forms.pressed(b["data"]) for b in buttons] == [ShowCase(7)] * 2
    assert buttons[0]["tooltip"] == "Show C-7 down"


def test_a_log_is_a_table_whose_times_say_once_whose_they_are() -> None:
    rows = (Row(((Moment(AT, plain=True),), ("-1 taken",)), ShowCase(7)), Row((("–",),)))
    log = Table(("When", "What"), rows[:1])

    assert said(blocks(log)) == "When (Shanghai time)\nWhat\nFri 17:30\n-1 taken"
    assert said(blocks(log, look=OWN)) == "When\nWhat\nFri 10:30\n-1 taken"
    assert of_type(blocks(log), "Table")[0]["firstRowAsHeaders"] is True
    uneven = drawn(Table(("When", "What"), rows)).card
    assert check(uneven, "message") == []
    assert "Nobody is waiting." in said(blocks(Table(("When",), (), "Nobody is waiting.")))
    assert "Nothing here." in said(blocks(Table(("When",), ())))
    assert "• words" in said(blocks(Table((), (Row((("words",),)),))))


def test_no_case_of_a_long_digest_is_lost() -> None:
    words = ("somebody's case with a long story " * 6,)
    rows = tuple(Row(((CaseRef(n),), words), ShowCase(n)) for n in range(1_001, 1_201))

    shown = drawn(Table(("Case", "About"), rows)).card

    assert check(shown, "message") == []
    assert [n for n in range(1_001, 1_201) if f"C-{n}" not in said(shown)] == []
    assert "[show all in the web chat](https://desk.example)" in said(shown)


def test_a_timeline_that_is_too_long_keeps_its_end() -> None:
    items = tuple(Happening(AT, (f"Line {n}.",), "said " * 2_000) for n in range(200))

    shown = drawn(Timeline(items), case_id=7).card

    assert check(shown, "message") == []
    assert "Line 199." in said(shown)
    assert "Line 0." not in said(shown)
    assert "earlier lines: [show all in the web chat](https://desk.example/?case=7)" in said(shown)
    assert "earlier lines." in said(drawn(Timeline(items), look=OWN).card)


def test_a_timeline_says_when_and_who_and_what_was_said_inside() -> None:
    inside = Happening(AT, ("Mei noted",), "It is *the* gateway.", internal=True)

    shown = blocks(Timeline((inside,)))

    assert said(shown) == (
        "In Shanghai time.\nFri 17:30 Mei noted · internal\nIt is *the* gateway."
    )
    assert of_type(shown, "Container")[0]["style"] == "emphasis"
    assert said(blocks(Timeline(()))) == "Nothing has happened yet."


def test_files_of_a_timeline_lead_to_where_they_are_handed_out() -> None:
    log = Attachment("a1/gateway.log", "gateway.log", "text/plain", 24_000)
    item = Happening(AT, ("Carla",), "Here is the log", files=(log,))

    shown = said(blocks(Timeline((item, Happening(AT, ("Mei",))))))

    assert "Here is the log\n📎 gateway.log (24 KB)\n[Open](https://desk.example/files/a1/" in shown
    assert "[Open]" not in said(drawn(Timeline((item,)), look=OWN).card)


def test_stretches_say_their_kind_in_shape_and_word_and_add_up() -> None:
    hour = timedelta(hours=1)
    items = (
        Stretch(AT, AT + hour, "counted", 3_600),
        Stretch(AT + hour, AT + 16 * hour, "closed", 0),
        Stretch(AT + 16 * hour, AT + 17 * hour, "paused", 0),
    )

    words = said(blocks(Stretches(items, 3_600, "Asia/Shanghai", "Beijing")))

    assert "■ counted\nFri 17:30 – 18:30\n1 h" in words
    assert "□ closed\nFri 18:30 – Sat 09:30\n–" in words
    assert "‖ paused\n" in words
    assert "In Beijing time." in words
    assert words.endswith("Counted together: 1 h")
    own = said(blocks(Stretches(items, 3_600, "Asia/Shanghai", "Beijing"), look=OWN))
    assert "Fri 10:30 – 11:30" in own
    assert "Beijing" not in own


def test_a_thousand_stretches_fit() -> None:
    items = (Stretch(AT, AT + timedelta(hours=1), "counted", 3_600),) * 1_000

    shown = drawn(Stretches(items, 3_600_000, "Asia/Shanghai", "Beijing")).card

    assert check(shown, "message") == []
    assert "Counted together: 41 d 16 h" in said(shown)
    assert "earlier lines" in said(shown)


def test_a_long_text_says_how_much_of_it_is_missing() -> None:
    shown = drawn(Text(("word " * 8_000,), quote=True), case_id=7).card

    assert check(shown, "message") == []
    assert "more characters: [show all in the web chat]" in said(shown)
    assert 2 * weight(shown) > 22_000


def test_ten_thousand_characters_are_shown_whole() -> None:
    text = ("The gateway answers 502. " * 500)[:10_000]

    assert text in said(blocks(Text((text,), quote=True)))


def test_what_is_long_makes_way_for_what_is_short() -> None:
    long, short = Text(("x" * 9_000,)), Text(("Short, and whole.",))

    words = said(blocks(long, short, long, short))

    assert words.count("Short, and whole.") == 2
    assert 4_000 < words.count("x") // 2 < 6_000


def test_files_are_named_with_their_size_and_linked_where_there_is_a_web_chat() -> None:
    files = Files(
        (
            Attachment("a1/log x.txt", "log_of_*.txt", "text/plain", 24_400),
            Attachment("b", "dump", "x/y", 1_500_000),
            Attachment("c", "", "x/y", 7),
        )
    )

    assert said(blocks(files)) == (
        "📎 log_of_*.txt (24 KB)\n[Open](https://desk.example/files/a1/log%20x.txt)\n"
        "📎 dump (1.5 MB)\n[Open](https://desk.example/files/b)\n"
        "📎 file (7 bytes)\n[Open](https://desk.example/files/c)"
    )
    assert "[Open]" not in said(blocks(files, look=OWN))
    assert blocks(Files(())) == []
    many = Files((Attachment("b", "dump", "x/y", 1),) * 50)
    assert "30 more files" in said(blocks(many))


def test_a_picture_is_fetched_from_the_web_alone() -> None:
    assert blocks(Image("https://desk.example/i.png", "A chart"))[0]["type"] == "Image"
    assert said(blocks(Image("/local.png", "A chart"))) == "Picture: A chart"


def test_a_form_in_a_message_is_a_button_that_opens_it() -> None:
    field = Field("title", "Title", "text", error="Say what is wrong.")
    offered = Form(OpenCase(title="T"), (field,), "Open case", ("Takes 1 of 7.",), "None is left.")

    shown = blocks(offered)

    assert said(shown) == (
        "⚠️ None is left.\n⚠️ Title: Say what is wrong.\nTakes 1 of 7.\nOpen case …"
    )
    button = of_type(shown, "Action.Submit")[0]
    assert forms.pressed(button["data"]) == Begin("open_case")
    assert button["data"]["msteams"] == {"type": "task/fetch"}


def test_a_form_can_stand_in_the_message_of_a_chat() -> None:
    field = Field("title", "Title", "text", "Broken", max_length=200)
    shown = form(
        Card(("Open a case",), "Open a case", elements=(Form(OpenCase(), (field,), "Open case"),)),
        OWN,
        {"at": "here"},
    ).card

    assert check(shown, "message") == []
    send = of_type(shown, "Action.Execute")[0]
    assert (send["title"], send["verb"]) == ("Open case", "open_case")
    assert forms.wanted({**send["data"], "title": "Fixed"}) == OpenCase(title="Fixed")
    assert forms.carried(send["data"]) == {"at": "here"}
    assert form(Card(("T",), "T"), OWN) == message(Card(("T",), "T"), OWN)


def test_a_live_card_is_drawn_anew_for_whoever_it_is_made_for() -> None:
    look = replace(LOOK, refresh=[f"29:{n:0>80}" for n in range(70)])
    shown = message(to_card(examples["case running, engineers"]), look).card

    assert check(shown, "message") == []
    refresh = shown["refresh"]
    assert forms.pressed(refresh["action"]["data"]) == ShowCase(1042)
    assert forms.again(refresh["action"]["data"])
    assert not forms.again(of_type(shown["body"], "Action.Execute")[0]["data"])
    assert refresh["userIds"] == look.refresh[:60]
    assert "refresh" not in message(to_card(examples["done"]), look).card


def test_a_changed_card_keeps_its_number_of_elements() -> None:
    for side in ("partner", "engineers"):
        cards = [v for n, v in examples.items() if n.startswith("case ") and n.endswith(side)]

        assert len(cards) > 8
        assert len({len(message(to_card(view), LOOK).card["body"]) for view in cards}) == 1


def test_the_summary_says_it_in_one_plain_line() -> None:
    shown = message(Card(("T",), "One\nline <at>Mei</at> " + "x" * 4_000), LOOK)

    assert shown.summary.startswith("One line <at>Mei</at> xxx")
    assert len(shown.summary) <= 2_000
    assert message(Card((), ""), LOOK).summary


def test_a_card_without_anything_is_still_a_message() -> None:
    assert check(message(Card((), ""), LOOK).card, "message") == []


def test_a_message_lacks_its_heaviest_part_rather_than_failing() -> None:
    rows = tuple((f"Label {n}", ("*" * 400,)) for n in range(60))

    shown = drawn(Text(("Short.",)), Facts(rows), Actions((Button("Claim", ClaimCase(1)),))).card

    assert check(shown, "message") == []
    assert "A part of this is too long for Teams." in said(shown)
    assert {"Short.", "Claim"} <= set(said(shown).split("\n"))
    assert 2 * weight(shown) <= published.CARD
