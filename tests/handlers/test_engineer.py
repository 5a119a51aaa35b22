"""An engineer's conversations: queue, claim, hand over, reply, wait, re-grade, reject, resolve."""

import asyncio
from dataclasses import replace

import pytest

from desk import events
from desk.case import Ground, State
from desk.notices import News, Said, Side, ToPerson, ToThread
from desk.records import Attachment
from handlers.intents import (
    Begin,
    ClaimCase,
    HandOver,
    RegradeCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    WaitOnPartner,
)
from tests import world
from tests.handlers.acts import beijing, history, messages, planned, thread
from tests.talk import Talk, faults, form, text

LOG = Attachment("k1", "fix.sh", "text/plain", 200)


async def test_28_two_claim_at_once_one_has_it_the_other_is_told_who(talk: Talk) -> None:
    """Scenario 28."""
    await talk.opens("carla")
    names = {"mei": "Mei Lin", "omar": "Omar Haddad"}
    answers = await asyncio.gather(*(talk.does(who, ClaimCase(1001)) for who in names))
    owner = (await talk.case(1001)).owner_id
    assert owner is not None
    for who, answer in zip(names, answers, strict=True):
        assert answer.accepted is (who == owner)
        expected = "C-1001 is yours" if who == owner else f"{names[owner]} has C-1001 already"
        assert expected in text(answer)
    assert len(await history(talk, 1001, events.Claimed)) == 1
    again = await talk.does(owner, ClaimCase(1001))
    assert "You have C-1001 already, so nothing was changed." in text(again)


async def test_claimed_by_one_who_left_still_says_so(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ClaimCase(1001))
    await talk.desk.run(lambda uow: uow.people.remove_person("mei"))
    answer = await talk.does("omar", ClaimCase(1001))
    assert "Somebody who left has C-1001 already" in text(answer)


async def test_claimed_by_words(talk: Talk) -> None:
    await talk.opens("carla")
    assert "C-1001 is yours" in text(await talk.says("mei", "claim 1001"))
    told = [to for _, to in await planned(talk, News, 1001)]
    assert told == [ToThread(1001, Side.PARTNER), ToThread(1001, Side.ENGINEERS)]


async def test_handed_over_to_one_on_duty_who_is_told(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ClaimCase(1001))
    await talk.says("omar", "off duty")
    field = form(await talk.does("mei", Begin("hand_over", 1001))).fields[0]
    assert [(o.value, o.help) for o in field.options] == [("omar", "off duty")]
    for wrong in ("", "mei", "tara", "nobody", "carla"):
        assert faults(await talk.does("mei", HandOver(1001, wrong)))["to"]
    answer = await talk.does("mei", HandOver(1001, "omar"))
    assert "C-1001 is with Omar Haddad now" in text(answer)
    assert (await talk.case(1001)).owner_id == "omar"
    assert ToPerson("omar") in [to for _, to in await planned(talk, News, 1001)]
    assert "Mei Lin handed it over to Omar Haddad" in text(await talk.says("mei", "log 1001"))
    assert "handed" not in text(await talk.says("carla", "log 1001"))


async def test_taken_over_from_a_colleague_nobody_writes_to_oneself(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ClaimCase(1001))
    await talk.does("omar", HandOver(1001, "omar"))
    assert (await talk.case(1001)).owner_id == "omar"
    assert ToPerson("omar") not in [to for _, to in await planned(talk, News, 1001)]


async def test_a_reply_reaches_both_threads_and_owns_the_case(talk: Talk) -> None:
    await talk.opens("carla")
    assert form(await talk.does("mei", Begin("reply_to_partner", 1001))).submit == "Send reply"
    assert faults(await talk.does("mei", ReplyToPartner(1001))) == {"text": "Write the reply."}
    answer = await talk.does("mei", ReplyToPartner(1001, "We see it."), files=(LOG,))
    assert "Sent to Contoso" in text(answer)
    stored = (await messages(talk, 1001))[0]
    assert (stored.public, stored.side, stored.files) == (True, Side.ENGINEERS, (LOG,))
    assert [to for _, to in await planned(talk, Said, 1001)] == [
        ToThread(1001, Side.PARTNER),
        ToThread(1001, Side.ENGINEERS),
    ]
    case = await talk.case(1001)
    assert (case.owner_id, case.state) == ("mei", State.WORKING)


async def test_a_file_alone_is_a_reply(talk: Talk) -> None:
    await talk.opens("carla")
    assert (await talk.does("mei", ReplyToPartner(1001), files=(LOG,))).accepted


async def test_what_an_engineer_writes_in_the_partners_thread_is_a_reply(talk: Talk) -> None:
    await talk.opens("carla")
    where = await thread(talk, 1001, Side.PARTNER, "northwind")
    await talk.says("mei", "We see it.", **where)
    assert (await talk.case(1001)).cycle.met_at == talk.now
    assert [to for _, to in await planned(talk, Said, 1001)] == [ToThread(1001, Side.ENGINEERS)]
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    late = await talk.says("mei", "One more thing", **where)
    assert "C-1001 is already resolved" in text(late)


async def test_waiting_needs_no_question_but_says_what_that_means(talk: Talk) -> None:
    await talk.opens("carla")
    field = form(await talk.does("mei", Begin("wait_on_partner", 1001))).fields[0]
    assert field.help == "Left empty, the case is marked as waiting and its clock keeps running."
    await talk.does("mei", ReplyToPartner(1001, "We see it."))
    answer = text(await talk.does("mei", WaitOnPartner(1001)))
    assert "C-1001 waits on the partner." in answer
    assert "clock" not in answer
    again = await talk.does("mei", WaitOnPartner(1001, "Which region?"))
    assert "C-1001 is already waiting on the partner, so nothing was changed." in text(again)
    assert "marked it as waiting" in text(await talk.says("carla", "timeline 1001"))


async def test_a_regrade_needs_another_severity_and_a_reason(talk: Talk) -> None:
    await talk.opens("carla")
    field = form(await talk.does("mei", Begin("regrade_case", 1001))).fields[0]
    assert [o.value for o in field.options] == [
        "production_exception", "system_exception", "guidance",
    ]  # fmt: skip
    assert field.options[-1].label == "Guidance"
    assert "First reply within 16 h" in field.options[-1].help
    for severity in ("", "production_down", "core_production_down", "service_request", "bogus"):
        wrong = faults(await talk.does("mei", RegradeCase(1001, severity)))
        assert set(wrong) == {"severity", "reason"}
    answer = await talk.does("mei", RegradeCase(1001, "guidance", "It is a question."))
    assert "C-1001 is guidance now" in text(answer)
    assert (await talk.case(1001)).rank == 4
    told = [to for _, to in await planned(talk, News, 1001)]
    assert ToThread(1001, Side.PARTNER) in told


async def test_the_plan_of_the_opening_holds_when_the_partners_plan_has_changed(
    talk: Talk,
) -> None:
    await talk.opens("carla")
    basic = replace(world.PARTNERS[1], plan="basic")
    await talk.desk.run(lambda uow: uow.people.put_partner(basic))
    field = form(await talk.does("mei", Begin("regrade_case", 1001))).fields[0]
    assert "guidance" in [o.value for o in field.options]
    assert (await talk.does("mei", RegradeCase(1001, "guidance", "A question."))).accepted


async def test_a_service_case_has_nothing_to_be_regraded_to(talk: Talk) -> None:
    await talk.opens("carla", "service_request")
    answer = await talk.does("mei", Begin("regrade_case", 1001))
    assert "The plan has one severity for service cases." in text(answer)


@pytest.mark.parametrize("typed", ["C-1001", "1001", "#1001", "c 1001 "])
async def test_rejected_as_a_duplicate(talk: Talk, typed: str) -> None:
    await talk.opens("carla")
    await talk.opens("carla")
    answer = await talk.does("mei", RejectCase(1002, "duplicate", typed, "See C-1001."))
    assert "C-1002 is rejected" in text(answer)
    case = await talk.case(1002)
    assert (case.state, case.ground, case.duplicate_of) == (
        State.REJECTED, Ground.DUPLICATE, 1001,
    )  # fmt: skip
    shown = text(await talk.says("carla", "timeline 1002"))
    assert "Mei Lin rejected it as a duplicate of C-1001" in shown
    assert "See C-1001." in shown


@pytest.mark.parametrize("typed", ["", "C-1002", "C-1003", "C-9", "the first one", "9" * 30])
async def test_a_duplicate_names_another_case_of_the_same_partner(talk: Talk, typed: str) -> None:
    for who in ("carla", "carla", "nora"):
        await talk.opens(who)
    answer = await talk.does("mei", RejectCase(1002, "duplicate", typed, "See the first."))
    assert faults(answer) == {"duplicate_of": "Name another case of this partner, such as C-1042."}
    assert (await talk.case(1002)).state is State.NEW


async def test_rejected_out_of_scope_in_the_next_month_the_unit_goes_back_to_its_own(
    talk: Talk,
) -> None:
    talk.now = beijing("2026-01-31 23:50")
    await talk.opens("carla", "guidance")
    await talk.does("mei", ClaimCase(1001))
    talk.now = beijing("2026-02-01 00:10")
    asked = text(await talk.does("mei", Begin("reject_case", 1001)))
    assert "C-1001: " in asked
    assert "The unit of the quota goes back to the partner." in asked
    assert faults(await talk.does("mei", RejectCase(1001, "tired"))).keys() == {"ground", "text"}
    await talk.does("mei", RejectCase(1001, "out_of_scope", "", "Third-party software."))
    january, lines = await talk.quota("contoso", "2026-01")
    february, none = await talk.quota("contoso", "2026-02")
    assert (january.used, [line.units for line in lines]) == (0, [-1, 1])
    assert (february.used, none) == (0, [])
    assert await talk.desk.mismatches() == []  # type: ignore[attr-defined]


async def test_a_rejected_case_without_a_unit_promises_none_back(talk: Talk) -> None:
    await talk.opens("nora", "guidance")
    assert "quota" not in text(await talk.does("mei", Begin("reject_case", 1001)))


async def test_resolved_with_the_answer(talk: Talk) -> None:
    await talk.opens("carla")
    assert faults(await talk.does("mei", ResolveCase(1001)))["text"]
    assert "Resolve the case" in text(await talk.does("mei", Begin("resolve_case", 1001)))
    talk.later(minutes=9)
    assert "C-1001 is resolved" in text(await talk.does("mei", ResolveCase(1001, "Bigger pool.")))
    case = await talk.case(1001)
    assert (case.state, case.owner_id, case.resolved_at) == (State.RESOLVED, "mei", talk.now)
    assert case.cycle.met_at == talk.now
    assert "Bigger pool." in text(await talk.says("carla", "timeline 1001"))


async def test_reopened_after_its_owner_left_nobody_is_written_to(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    await talk.desk.run(lambda uow: uow.people.remove_person("mei"))
    assert (await talk.does("carla", ReopenCase(1001, "Back."))).accepted
    assert not [to for _, to in await planned(talk, News, 1001) if isinstance(to, ToPerson)]


async def test_a_note_stays_inside_whatever_the_state(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    await talk.does("omar", Say(1001, "engineers", "For the record."))
    assert [m.public for m in await messages(talk, 1001)] == [True, False]
