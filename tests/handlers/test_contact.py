"""A contact's conversations: their cases, messages, taking back, reopening, confirming, why."""

import pytest

from desk import events
from desk.case import State
from desk.notices import News, Said, Side, ToPerson, ToThread
from desk.records import Attachment, Delivery
from handlers.intents import (
    AskQuota,
    Begin,
    ClaimCase,
    ConfirmCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    ShowCase,
    ShowTimeline,
    WaitOnPartner,
    WithdrawCase,
)
from handlers.views import cards
from tests.handlers.acts import (
    a_package,
    history,
    messages,
    planned,
    thread,
)
from tests.handlers.test_my_cases import rows
from tests.talk import Talk, an_opening, buttons, faults, form, text

LOG = Attachment("k1", "gateway.log", "text/plain", 2_000)


async def test_a_message_with_files_reaches_the_engineers(talk: Talk) -> None:
    await talk.opens("carla")
    where = await thread(talk, 1001, Side.PARTNER, "dm:carla")
    answer = await talk.says("carla", "Here is the log", source="web:::7", files=(LOG,), **where)
    assert (answer.replies, answer.case_id) == ((), 1001)
    stored = (await messages(talk, 1001))[0]
    assert (stored.text, stored.files, stored.public, stored.source) == (
        "Here is the log", (LOG,), True, "web:::7",
    )  # fmt: skip
    assert await planned(talk, Said, 1001) == [
        (Said(1001, stored.id), ToThread(1001, Side.ENGINEERS))
    ]
    timeline = text(await talk.says("mei", "timeline 1001"))
    assert "Carla Rossi Here is the log" in timeline
    assert "gateway.log" in timeline


async def test_a_file_alone_is_a_message_and_nothing_at_all_is_none(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("carla", Say(1001, "partner"), files=(LOG,))
    await talk.does("carla", Say(1001, "partner", "  \n"))
    assert [m.files for m in await messages(talk, 1001)] == [(LOG,)]


async def test_files_of_the_form_come_with_the_case(talk: Talk) -> None:
    await talk.does("carla", an_opening(), files=(LOG,))
    assert [m.files for m in await messages(talk, 1001)] == [(LOG,)]
    assert await planned(talk, Said, 1001)


@pytest.mark.parametrize("said", ["x" * 10_001, "a\x00b"])
async def test_a_message_that_cannot_be_kept_is_refused_with_the_reason(
    talk: Talk, said: str
) -> None:
    await talk.opens("carla")
    answer = await talk.does("carla", Say(1001, "partner", said))
    assert "Your message was not added to the case." in text(answer)
    assert await messages(talk, 1001) == []


async def test_the_partners_answer_ends_the_waiting(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", WaitOnPartner(1001, "Which region?"))
    assert "Mei Lin asked you" in text(await talk.says("carla", "timeline 1001"))
    assert "waiting on you" in text(await talk.says("carla", "1001"))
    assert "waiting on the partner" in text(await talk.says("mei", "1001"))
    await talk.does("carla", Say(1001, "partner", "Berlin"))
    assert (await talk.case(1001)).state is State.NEW
    assert "Work goes on" in text(await talk.says("carla", "timeline 1001"))


@pytest.mark.parametrize(
    ("severity", "claimed", "back"),
    [("guidance", False, True), ("guidance", True, False), ("service_request", False, False)],
)
async def test_withdrawn_once_with_its_unit_if_nobody_had_claimed_it(
    talk: Talk, severity: str, claimed: bool, back: bool
) -> None:
    await talk.opens("carla", severity)
    if claimed:
        await talk.does("mei", ClaimCase(1001))
    card = await talk.says("carla", "1001")
    asks = repr(card.replies[0].view) and buttons(card)["Withdraw"]
    assert asks == WithdrawCase(1001)
    drawn = repr(cards.to_card(card.replies[0].view))
    assert ("Withdraw C-1001? Its unit of the quota comes back." in drawn) is back
    answer = await talk.does("carla", asks)
    assert "C-1001 is withdrawn." in text(answer)
    assert ("Its unit of the quota is back." in text(answer)) is back
    again = await talk.does("carla", asks)
    assert "C-1001 is already withdrawn, so nothing was changed." in text(again)
    use, lines = await talk.quota("contoso", "2026-03")
    taken = severity == "guidance"
    assert use.used == int(taken and not back)
    assert [line.units for line in lines] == ([-1] if taken else []) + ([1] if back else [])


async def test_an_unlimited_plan_has_no_unit_to_give_back(talk: Talk) -> None:
    await talk.opens("nora", "guidance")
    assert "quota" not in repr(cards.to_card((await talk.says("nora", "1001")).replies[0].view))
    assert "quota" not in text(await talk.does("nora", WithdrawCase(1001)))


async def test_resolved_confirmed_with_a_rating_and_a_comment(talk: Talk) -> None:
    await talk.opens("carla")
    early = await talk.does("carla", ConfirmCase(1001, "5"))
    assert "C-1001 is still new, so nothing was changed." in text(early)
    await talk.does("mei", ResolveCase(1001, "The pool was too small."))
    news = [to for _, to in await planned(talk, News, 1001)]
    assert ToThread(1001, Side.PARTNER) in news
    filled = await talk.does("carla", Begin("confirm_case", 1001))
    rating = form(filled).fields[0]
    assert [o.value for o in rating.options] == ["5", "4", "3", "2", "1"]
    for bad in ("", "0", "6", "5.0", "five"):
        assert faults(await talk.does("carla", ConfirmCase(1001, bad)))["rating"]
    long = ConfirmCase(1001, "4", "y" * 2_001)
    assert "1 too many" in faults(await talk.does("carla", long))["comment"]
    answer = await talk.does("carla", ConfirmCase(1001, "4", "Quick, thank you."))
    assert "Thank you. C-1001 is closed" in text(answer)
    case = await talk.case(1001)
    assert (case.state, case.rating, case.rating_comment) == (
        State.CONFIRMED, 4, "Quick, thank you.",
    )  # fmt: skip
    assert "confirmed the solution and rated it 4 of 5" in text(await talk.says("mei", "log 1001"))
    again = await talk.does("carla", ConfirmCase(1001, "1"))
    assert "C-1001 is already confirmed and closed" in text(again)


@pytest.mark.parametrize("days", [0, 6, 7])
async def test_reopened_within_seven_days(talk: Talk, days: int) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    talk.later(days=days)
    assert faults(await talk.does("carla", ReopenCase(1001)))["reason"]
    assert (await talk.does("carla", ReopenCase(1001, "It is back."))).accepted
    case = await talk.case(1001)
    assert (case.state, case.cycle.number) == (State.WORKING, 2)
    told = [to for _, to in await planned(talk, News, 1001)]
    assert ToPerson("mei") in told
    assert "It is back." in text(await talk.says("mei", "timeline 1001"))
    assert (await talk.quota("contoso", "2026-03"))[0].used == 1


async def test_on_the_eighth_day_it_stays_closed_and_no_form_is_shown(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    talk.later(days=7, seconds=1)
    for intent in (Begin("reopen_case", 1001), ReopenCase(1001), ReopenCase(1001, "Back.")):
        answer = await talk.does("carla", intent)
        assert "was resolved more than 7 days ago, so it stays closed." in text(answer)
        assert "Open a new case and name this one in it." in text(answer)
    assert (await talk.case(1001)).state is State.RESOLVED


async def test_a_confirmed_case_can_be_reopened_and_its_rating_is_gone(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    await talk.does("carla", ConfirmCase(1001, "5", "Great."))
    await talk.does("carla", ReopenCase(1001, "No."))
    case = await talk.case(1001)
    assert (case.rating, case.rating_comment) == (None, "")
    assert len(await history(talk, 1001, events.Confirmed)) == 1


async def test_a_message_to_a_resolved_case_is_kept_and_reopening_offered(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    answer = await talk.does("carla", Say(1001, "partner", "Not quite."))
    assert "C-1001 is resolved. Your message was added; reopen it if work is left." in text(answer)
    assert list(buttons(answer)) == ["Reopen", "Confirm and rate"]
    await talk.does("carla", ConfirmCase(1001, "3"))
    late = await talk.does("carla", Say(1001, "partner", "One more thing."))
    assert "C-1001 is closed, so your message was not added to it." in text(late)
    assert "Reopen it within 7 days of its resolution, or open a new case." in text(late)
    assert [m.text for m in await messages(talk, 1001)] == ["Fixed.", "Not quite."]


async def test_one_case_with_its_timeline(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ClaimCase(1001))
    await talk.does("mei", ReplyToPartner(1001, "We see it too."))
    card = await talk.does("carla", ShowCase(1001))
    assert "being worked on" in text(card)
    shown = text(await talk.does("carla", ShowTimeline(1001)))
    for line in (
        "Since 08:40 every payment answers 502.",
        "Carla Rossi opened the case as production down",
        "Mei Lin has taken your case",
        "We see it too.",
    ):
        assert line in shown
    assert shown.index("opened the case") < shown.index("taken your case")


async def test_who_left_the_roster_is_not_called_the_desk(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ReplyToPartner(1001, "We see it."))
    await talk.desk.run(lambda uow: uow.people.remove_person("mei"))
    shown = text(await talk.does("carla", ShowTimeline(1001)))
    assert "Somebody who left replied" in shown
    assert "The desk" not in shown
    assert "mei" not in shown


async def test_quota_shows_every_unit_and_the_package(talk: Talk) -> None:
    assert "Nothing was used yet this month." in text(await talk.says("carla", "quota"))
    await talk.opens("carla", "guidance")
    await talk.does("mei", RejectCase(1001, "out_of_scope", "", "Not ours."))
    await talk.opens("carla", "guidance")
    line = a_package("contoso", "2026-03", talk.now)
    await talk.desk.run(lambda uow: uow.ledger.add_package(line, 10))
    shown = text(await talk.does("carla", AskQuota()))
    for part in (
        "39 of 40 left until 2026-03-31T16:00:00Z",
        "1 of 30 of the plan",
        "10 of 10 left",
        "−1 taken",
        "+1 given back (rejected)",
        "+10 package added",
    ):
        assert part in shown, part


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("nora", "Technical cases have no limit."),
        ("finn", "It covers service cases only, without a limit."),
        ("anna", "15 of 15 left until"),
    ],
)
async def test_quota_of_every_kind_of_plan(talk: Talk, who: str, says: str) -> None:
    assert says in text(await talk.says(who, "what is left of our quota"))


async def test_a_case_that_was_refused_leaves_nothing_behind(talk: Talk) -> None:
    await talk.does("finn", an_opening("production_down"))
    assert [r for r in await talk.outbox() if r.state is Delivery.PLANNED] == []
    assert rows(await talk.says("finn", "my cases")) == []
