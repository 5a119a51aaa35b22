"""What people type: every phrase, with typos, commands, numbers, and what is not understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.grammar import PHRASES, Phrase, is_command, understand
from handlers.intents import (
    AskQuota,
    AskSignIn,
    AskTam,
    AskWhy,
    Begin,
    ClaimCase,
    Help,
    Intent,
    LinkWorkspace,
    ListCases,
    ListPartners,
    SetDuty,
    ShowCase,
    ShowQueue,
    ShowTimeline,
)
from tests.talk import Talk, buttons, text

OPEN = Begin("open_case")
WHY, CLAIM, SHOW, LINES = AskWhy(1042), ClaimCase(1042), ShowCase(1042), ShowTimeline(1042)
CONTACT, VENDOR = False, True


def sides(phrase: Phrase) -> tuple[bool, ...]:
    return (CONTACT, VENDOR) if phrase.vendor is None else (phrase.vendor,)


SAID = [(word, p.intent, side) for p in PHRASES for side in sides(p) for word in p.words]


@pytest.mark.parametrize(("said", "intent", "vendor"), SAID)
def test_every_phrase_is_understood_however_it_is_written(
    said: str, intent: Intent, vendor: bool
) -> None:
    for written in (said, said.upper(), f"  {said.title()}  ", f"{said}!"):
        assert understand(written, vendor=vendor) == intent


def test_no_two_intents_share_words_on_a_side() -> None:
    for side in (CONTACT, VENDOR):
        own = [word for word, _, vendor in SAID if vendor is side]
        assert len(own) == len(set(own))


def test_every_label_is_a_button_of_its_own() -> None:
    for side in (CONTACT, VENDOR):
        labels = [p.label for p in PHRASES if side in sides(p)]
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("said", "vendor", "intent"),
    [
        ("quotta", CONTACT, AskQuota()),
        ("qouta", CONTACT, AskQuota()),
        ("opne a case", CONTACT, OPEN),
        ("opena case", CONTACT, OPEN),
        ("new caes", CONTACT, OPEN),
        ("who is my tma", CONTACT, AskTam()),
        ("my casse", CONTACT, ListCases()),
        ("cases my", CONTACT, ListCases()),
        ("reslved cases", CONTACT, ListCases("resolved")),
        ("off dtuy", VENDOR, SetDuty(on=False)),
        ("unclamed", VENDOR, ShowQueue("unclaimed")),
        ("my partnesr", VENDOR, ListPartners()),
        ("hepl", CONTACT, Help()),
    ],
)
def test_typos_are_forgiven(said: str, vendor: bool, intent: Intent) -> None:
    assert understand(said, vendor=vendor) == intent


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("why is C-1042 due then", WHY),
        ("why is c-1042 due then?", WHY),
        ("Why is 1042 due?", WHY),
        ("wyh is C-1042 due", WHY),
        ("C-1042 why", WHY),
        ("claim 1042", CLAIM),
        ("calim C-1042 please", CLAIM),
        ("take 1042", CLAIM),
        ("timeline of C1042", LINES),
        ("history C - 1042", LINES),
        ("1042", SHOW),
        ("#1042", SHOW),
        ("C-1042", SHOW),
        ("c 1042", SHOW),
        ("case 1042", SHOW),
        ("show me C-1042 now", SHOW),
        ("2 questions about C-1042", SHOW),
        ("C-1042 is down again", SHOW),
        ("find C-1042", ListCases("all", "C-1042")),
        ("search take 5", ListCases("all", "take 5")),
        ("find payment 502", ListCases("all", "payment 502")),
    ],
)
def test_sentences_about_a_case(said: str, intent: Intent) -> None:
    assert understand(said, vendor=CONTACT) == intent


@pytest.mark.parametrize(
    "said",
    [
        "why does every payment answer 502",
        "since 08:40 we have 3 shops down",
        "#1 priority: payments are down",
        "500 errors since this morning",
        "vitamin c deficiency",
        "abc-1042 is our order number",
        "/var/log is full",
    ],
)
def test_a_problem_with_a_number_in_it_is_no_case(said: str) -> None:
    assert understand(said, vendor=CONTACT) == Help(said)


@pytest.mark.parametrize(
    ("said", "contact", "vendor"),
    [
        ("/case", OPEN, ShowQueue()),
        ("/CASE", OPEN, ShowQueue()),
        ("/case list", ListCases(), None),
        ("/case new", OPEN, None),
        ("/case open", OPEN, None),
        ("/case 1042", SHOW, SHOW),
        ("/case C-1042 timeline", LINES, LINES),
        ("/case mine", None, ShowQueue("mine")),
        ("/quota", AskQuota(), ListPartners()),
        ("/tam", AskTam(), ListPartners()),
        ("/desk", Help(), Help()),
        ("/desk my cases", ListCases(), ShowQueue("mine")),
        ("/desk on duty", None, SetDuty(on=True)),
        ("/desk claim 1042", CLAIM, CLAIM),
        ("", Help(), Help()),
        ("?", Help(), Help()),
        ("😀", Help(), Help()),
    ],
)
def test_commands(said: str, contact: Intent | None, vendor: Intent | None) -> None:
    for side, intent in ((CONTACT, contact), (VENDOR, vendor)):
        if intent is not None:
            assert understand(said, vendor=side) == intent


def test_only_our_own_commands_are_commands() -> None:
    assert is_command("/quota")
    assert is_command(" /Case 1042")
    assert not is_command("/quotas")
    assert not is_command("quota")
    assert not is_command("")


@given(st.text(max_size=300), st.booleans())
def test_whatever_is_typed_there_is_an_answer(said: str, vendor: bool) -> None:
    intent = understand(said, vendor=vendor)
    if isinstance(intent, Help) and intent.unknown:
        assert intent.unknown == said.strip()


@pytest.mark.parametrize("who", ["carla", "mei", "tara", "opal"])
@pytest.mark.parametrize(
    "said",
    [
        "asdf",
        "flurble the wotsit",
        "please send somebody to repair our coffee machine",
        "这是什么",
        "x" * 5_000,
    ],
)
async def test_unknown_words_get_three_buttons(talk: Talk, who: str, said: str) -> None:
    answer = await talk.says(who, said)
    assert len(buttons(answer)) == 3
    assert "I did not understand that" in text(answer)
    for intent in buttons(answer).values():
        assert (await talk.does(who, intent)).replies


async def test_a_colleague_without_a_name_is_greeted_all_the_same(talk: Talk) -> None:
    assert "Hello Carla Rossi" in text(await talk.says("carla", "help"))


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("link 7KQ2-M9XD-4TPW", LinkWorkspace("7KQ2-M9XD-4TPW")),
        ("/desk link 7kq2m9xd4tpw", LinkWorkspace("7kq2m9xd4tpw")),
        ("Link code 7KQ2 M9XD 4TPW", LinkWorkspace("7KQ2 M9XD 4TPW")),
        ("link this workspace C123-4567-4TPW", LinkWorkspace("C123-4567-4TPW")),
        ("link", LinkWorkspace()),
        ("link workspace", LinkWorkspace()),
        ("enter a code", LinkWorkspace()),
        ("link to the web chat", AskSignIn()),
        ("web link", AskSignIn()),
    ],
)
def test_a_code_is_told_from_words(said: str, intent: Intent) -> None:
    for vendor in (CONTACT, VENDOR):
        assert understand(said, vendor=vendor) == intent


@pytest.mark.parametrize("said", ["link please", "link between us is down", "link C-1042"])
def test_what_is_no_code_is_no_link(said: str) -> None:
    assert not isinstance(understand(said, vendor=CONTACT), LinkWorkspace)
