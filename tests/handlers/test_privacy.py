"""What never reaches a partner: the vendor's remarks, and other partners' cases (24, 25)."""

import asyncio

import pytest

from desk.notices import CaseCard, Said, SaidChanged, Side, ToPerson, ToThread
from desk.records import Message
from handlers.exchange import Answer
from handlers.intent_codec import build, fields_of, tag
from handlers.intents import (
    Acknowledge,
    AskQuota,
    AskWhy,
    Begin,
    CallTam,
    ClaimCase,
    ConfirmCase,
    DeleteMessage,
    EditMessage,
    HandOver,
    HandToCover,
    Intent,
    JoinThread,
    ListCases,
    ObjectToRegrade,
    RegradeCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    SendToPartner,
    ShowCase,
    ShowQueue,
    ShowTimeline,
    WaitOnPartner,
    WithdrawCase,
)
from tests.handlers.acts import messages, planned, thread
from tests.talk import Talk, an_opening, buttons, text

SECRET = "Between us: their own proxy is broken"

ASKS: list[Intent] = [
    ShowCase(1001),
    ShowTimeline(1001),
    AskWhy(1001),
    AskQuota(),
    ListCases("all"),
    ListCases("all", "proxy"),
    ListCases("all", "between us"),
    ReopenCase(1001),
    ConfirmCase(1001),
    CallTam(1001),
    Begin("reply_to_partner", 1001),
    SendToPartner(1001, 1),
    JoinThread(1001),
    ShowQueue(words="proxy"),
]

ABOUT_ONE: list[Intent] = [
    ShowCase(0),
    ShowTimeline(0),
    AskWhy(0),
    CallTam(0, "x"),
    WithdrawCase(0),
    ReopenCase(0, "x"),
    ConfirmCase(0, "5"),
    ObjectToRegrade(0, "x"),
    Say(0, "partner", "x"),
    Say(0, "engineers", "x"),
    ClaimCase(0),
    HandOver(0, "omar"),
    ReplyToPartner(0, "x"),
    WaitOnPartner(0),
    RegradeCase(0, "guidance", "x"),
    RejectCase(0, "out_of_scope", "", "x"),
    ResolveCase(0, "x"),
    Acknowledge(0),
    JoinThread(0),
    HandToCover(0),
    SendToPartner(0),
    Begin("call_tam", 0),
    Begin("resolve_case", 0),
]


async def remark(talk: Talk, case_id: int) -> Message:
    """An engineer writes in the internal thread."""
    where = await thread(talk, case_id, Side.ENGINEERS, "support-cloud")
    await talk.says("mei", SECRET, source="web::support-cloud:9", **where)
    return (await messages(talk, case_id))[-1]


async def test_24_an_internal_remark_never_reaches_the_partner(talk: Talk) -> None:
    """Scenario 24: no notice, no view that a contact can ask for, no search."""
    await talk.opens("carla")
    stored = await remark(talk, 1001)
    assert (stored.text, stored.public, stored.side) == (SECRET, False, Side.ENGINEERS)
    assert not await planned(talk, Said, 1001)
    await talk.does("mei", EditMessage("web::support-cloud:9", SECRET + "!"))
    await talk.does("mei", ClaimCase(1001))
    await talk.does("mei", HandOver(1001, "omar"))
    for intent in ASKS:
        shown = text(await talk.does("carla", intent))
        assert "proxy" not in shown.replace('"proxy" in it', "")
        assert "Omar" not in shown or not isinstance(intent, ShowTimeline)
    # Not even in what a view carries along undrawn.
    carried = repr((await talk.does("carla", ShowTimeline(1001))).replies)
    assert SECRET not in carried
    assert "HandedOver" not in carried
    assert not await planned(talk, SaidChanged, 1001)
    assert "proxy" not in repr(await talk.outbox())
    assert SECRET in text(await talk.says("omar", "timeline C-1001"))


async def test_24_send_to_partner_does_and_once(talk: Talk) -> None:
    """Scenario 24: also when it is pressed twice at the same moment."""
    await talk.opens("carla")
    stored = await remark(talk, 1001)
    answers = await asyncio.gather(
        *(talk.does("mei", SendToPartner(1001, stored.id)) for _ in range(2))
    )
    assert sorted(a.accepted for a in answers) == [False, True]
    refused = next(text(a) for a in answers if not a.accepted)
    assert "was sent to the partner already, so it was not sent again" in refused
    assert [(n, to) for n, to in await planned(talk, Said, 1001)] == [
        (Said(1001, stored.id), ToThread(1001, Side.PARTNER))
    ]
    assert SECRET in text(await talk.does("carla", ShowTimeline(1001)))
    assert (await talk.case(1001)).cycle.met_at == talk.now


async def test_24_sent_by_what_the_platform_calls_the_message(talk: Talk) -> None:
    await talk.opens("carla")
    await remark(talk, 1001)
    done = await talk.does("mei", SendToPartner(0, source="web::support-cloud:9"))
    assert done.accepted
    for missing in (SendToPartner(0, source="web::elsewhere:1"), SendToPartner(1001, 10**30)):
        refused = await talk.does("mei", missing)
        assert "That message cannot be sent to the partner." in text(refused)


async def test_24_a_deleted_remark_cannot_be_sent(talk: Talk) -> None:
    await talk.opens("carla")
    stored = await remark(talk, 1001)
    await talk.does("mei", DeleteMessage("web::support-cloud:9"))
    refused = await talk.does("mei", SendToPartner(1001, stored.id))
    assert "cannot be sent to the partner" in text(refused)


async def test_24_an_unknown_side_stays_inside(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", Say(1001, "bogus", SECRET))
    assert [m.public for m in await messages(talk, 1001)] == [False]
    assert not (await talk.does("carla", Say(1001, "bogus", "x"))).accepted


def about(intent: Intent, case_id: int) -> Intent:
    """The same, about another case."""
    return build(tag(intent), fields_of(intent) | {"case_id": case_id})


def shows(answer: Answer) -> object:
    """Everything that an answer is."""
    return (answer.accepted, answer.case_id, repr(answer.replies))


@pytest.mark.parametrize("intent", ABOUT_ONE, ids=lambda i: type(i).__name__)
async def test_25_anothers_number_answers_as_one_that_does_not_exist(
    talk: Talk, intent: Intent
) -> None:
    """Scenario 25: in a channel that both partners share; the whole answer is the same."""
    await talk.opens("nora")
    before = (await talk.case(1001), len(await talk.outbox()))
    theirs = await talk.does("carla", about(intent, 1001), channel="shared")
    missing = await talk.does("carla", about(intent, 7777), channel="shared")
    assert shows(theirs) == shows(missing)
    assert not theirs.accepted
    assert "There is no such case." in text(theirs)
    assert (await talk.case(1001), len(await talk.outbox())) == before


@pytest.mark.parametrize("words", ["{}", "why is {} due then", "timeline {}", "claim {}", "#{}"])
async def test_25_words_about_anothers_number(talk: Talk, words: str) -> None:
    await talk.opens("nora")
    theirs = await talk.says("carla", "@desk " + words.format(1001), channel="shared")
    missing = await talk.says("carla", "@desk " + words.format(7777), channel="shared")
    assert shows(theirs) == shows(missing)
    assert "There is no such case." in text(theirs)


async def test_25_lists_and_searches_show_ones_own_alone(talk: Talk) -> None:
    await talk.opens("nora", title="Northwind cannot log in")
    mine = await talk.opens("carla", title="Contoso cannot log in")
    for said in ("my cases", "find log in", "find C-1001", "find northwind", "resolved cases"):
        shown = text(await talk.says("carla", f"@desk {said}", channel="shared"))
        assert "C-1001" not in shown.replace('"C-1001"', "")
        assert "Northwind cannot" not in shown
    shown = text(await talk.says("carla", "my cases"))
    assert mine.number in shown
    assert "1 open case" in shown
    theirs = await talk.does("carla", AskQuota("northwind"))
    assert shows(theirs) == shows(await talk.does("carla", AskQuota("nowhere")))


async def test_25_the_partners_card_is_not_posted_where_others_read(talk: Talk) -> None:
    """In a shared channel the opener is written to; in a channel of their own the channel is."""
    await talk.does("nora", an_opening(), channel="shared")
    await talk.does("nora", an_opening(), channel="northwind")
    to = [
        recipient
        for notice, recipient in await planned(talk, CaseCard)
        if isinstance(notice, CaseCard) and notice.side is Side.PARTNER
    ]
    assert to[0] == ToPerson("nora")
    assert getattr(to[1], "place_id", "") == "northwind"


async def test_25_a_stranger_in_a_thread_adds_nothing(talk: Talk) -> None:
    await talk.opens("nora")
    where = await thread(talk, 1001, Side.PARTNER, "shared")
    answer = await talk.says("carla", "me too", **where)
    assert "There is no such case." in text(answer)
    assert await messages(talk, 1001) == []


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
async def test_a_number_that_no_case_can_have(talk: Talk, number: int) -> None:
    for who in ("carla", "mei"):
        assert "There is no such case." in text(await talk.does(who, ShowCase(number)))


async def test_in_a_channel_people_talk_among_themselves(talk: Talk) -> None:
    for chat in ("lunch?", "hello", "Hi!", "@desktop is slow today", "/var/log is full"):
        assert (await talk.says("carla", chat, channel="shared")).replies == ()
    assert "My cases" in text(await talk.says("carla", "@desk: my cases", channel="shared"))
    assert "Quota" in text(await talk.says("carla", "/quota", channel="shared"))
    asked = await talk.says("carla", "@desk what is the weather", channel="shared")
    assert len(buttons(asked)) == 3


async def test_a_path_in_a_thread_is_a_message_and_a_command_is_not(talk: Talk) -> None:
    await talk.opens("carla")
    where = await thread(talk, 1001, Side.PARTNER, "dm:carla")
    await talk.says("carla", "/var/log is full", **where)
    assert "Quota" in text(await talk.says("carla", "/quota", **where))
    assert [m.text for m in await messages(talk, 1001)] == ["/var/log is full"]


async def test_refused_words_that_come_again_are_refused_once(talk: Talk) -> None:
    """A platform brings a message again, or brings it as a mention, too."""
    first = await talk.says("carla", "@desk why C-7777", channel="shared", event="said")
    assert "There is no such case." in text(first)
    again = await talk.says("carla", "@desk why C-7777", channel="shared", event="said")
    assert (again.replies, again.again) == ((), True)
