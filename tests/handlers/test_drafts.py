"""What was typed into a form that was lost or closed is there when it is opened again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from desk.records import Draft
from handlers.exchange import Answer
from handlers.intent_codec import encode
from handlers.intents import (
    Begin,
    ClaimCase,
    Intent,
    KeepDraft,
    LinkWorkspace,
    OpenCase,
    RegradeCase,
    ReplyToPartner,
    ShowCase,
    WithdrawCase,
)
from tests.handlers.acts import leaves
from tests.talk import Talk, an_opening, buttons, form, text

STILL = "is still here: it was not sent."


def values(answer: Answer) -> dict[str, str]:
    return {field.name: field.value for field in form(answer).fields}


async def closes(talk: Talk, who: str, typed: Intent) -> Answer:
    return await talk.does(who, KeepDraft(encode(typed)))


async def kept(talk: Talk, who: str, of: str, case_id: int = 0) -> Draft | None:
    return await talk.desk.run(lambda uow: uow.drafts.get(who, of, case_id))


async def test_a_closed_form_is_there_again(talk: Talk) -> None:
    typed = OpenCase(title="Nothing is paid", description="Since noon.", severity="guidance")
    said = await closes(talk, "nora", typed)
    assert "It was not sent. What you wrote is kept for 7 days." in text(said)
    talk.later(hours=2)
    again = await talk.does("nora", buttons(said)["Continue"])
    shown = values(again)
    assert (shown["title"], shown["description"]) == ("Nothing is paid", "Since noon.")
    assert shown["severity"] == "guidance"
    assert f"What you wrote 2026-03-06T08:00:00Z {STILL}" in text(again)
    # Nobody else has it, and no other form.
    assert values(await talk.does("nils", Begin("open_case")))["title"] == ""


async def test_a_form_as_it_was_begun_is_no_draft(talk: Talk) -> None:
    empty = form(await talk.does("nora", Begin("open_case")))
    prefilled = {field.name: field.value for field in empty.fields if field.name != "files"}
    assert await closes(talk, "nora", replace(OpenCase(), **prefilled)) == Answer()
    assert await kept(talk, "nora", "open_case") is None
    await closes(talk, "nora", OpenCase(title="Something"))
    # Emptied and closed: what was there is wanted no more.
    assert await closes(talk, "nora", replace(OpenCase(), **prefilled)) == Answer()
    assert await kept(talk, "nora", "open_case") is None
    assert STILL not in text(await talk.does("nora", Begin("open_case")))


async def test_what_was_sent_is_no_draft_any_more(talk: Talk) -> None:
    await closes(talk, "carla", an_opening("guidance"))
    refused = await talk.does("carla", replace(an_opening("guidance"), title=""))
    assert not refused.accepted
    assert await kept(talk, "carla", "open_case") is not None
    await talk.opens("carla", "guidance")
    assert await kept(talk, "carla", "open_case") is None


async def test_each_case_has_a_draft_of_its_own(talk: Talk) -> None:
    one, two = await talk.opens("nora"), await talk.opens("nora")
    await closes(talk, "mei", ReplyToPartner(one.id, "We look into it."))
    assert values(await talk.does("mei", Begin("reply_to_partner", two.id)))["text"] == ""
    shown = values(await talk.does("mei", Begin("reply_to_partner", one.id)))
    assert shown["text"] == "We look into it."
    assert values(await talk.does("mei", Begin("resolve_case", one.id)))["text"] == ""
    await talk.does("mei", ReplyToPartner(two.id, "Another."))
    assert await kept(talk, "mei", "reply_to_partner", one.id) is not None


async def test_a_draft_is_forgotten_after_seven_days(talk: Talk) -> None:
    await closes(talk, "nora", OpenCase(title="Old"))
    talk.now += timedelta(days=7) - timedelta(microseconds=1)
    assert values(await talk.does("nora", Begin("open_case")))["title"] == "Old"
    talk.now += timedelta(microseconds=1)
    assert values(await talk.does("nora", Begin("open_case")))["title"] == ""


async def test_a_form_about_other_words_shows_no_draft(talk: Talk) -> None:
    await closes(talk, "nora", OpenCase(title="Payments", description="Payments fail.\nBadly."))
    fresh = values(await talk.does("nora", Begin("open_case", text="The portal is down.")))
    assert fresh["description"] == "The portal is down."
    same = await talk.does("nora", Begin("open_case", text="Payments fail.\nBadly."))
    assert values(same)["title"] == "Payments"
    assert values(await talk.does("nora", Begin("open_case")))["title"] == "Payments"


async def test_what_the_plan_does_not_offer_any_more_is_left_open(talk: Talk) -> None:
    draft = Draft("nora", "open_case", 0, {"title": "T", "severity": "gone", "product": "Gone"},
                  talk.now)  # fmt: skip
    await talk.desk.run(lambda uow: uow.drafts.keep(draft))
    shown = values(await talk.does("nora", Begin("open_case")))
    assert (shown["title"], shown["severity"], shown["product"]) == ("T", "", "")


async def test_a_case_that_moved_on_meanwhile_loses_no_words(talk: Talk) -> None:
    case = await talk.opens("nora")
    await talk.does("mei", ClaimCase(case.id))
    await talk.does("nora", WithdrawCase(case.id))
    stale = await talk.does("mei", ReplyToPartner(case.id, "The long answer."))
    assert not stale.accepted
    found = await kept(talk, "mei", "reply_to_partner", case.id)
    assert found is not None
    assert found.values == {"text": "The long answer."}
    # Where the form cannot be drawn any more, what is typed is kept all the same.
    assert "kept for 7 days" in text(await closes(talk, "mei", ReplyToPartner(case.id, "More.")))


async def test_a_form_that_cannot_be_drawn_keeps_its_words(talk: Talk) -> None:
    case = await talk.opens("carla", "service_request")
    said = await closes(talk, "mei", RegradeCase(case.id, "guidance", "Because."))
    assert "kept for 7 days" in text(said)
    found = await kept(talk, "mei", "regrade_case", case.id)
    assert found is not None
    assert found.values == {"severity": "guidance", "reason": "Because."}


async def test_a_draft_about_somebody_elses_case_is_refused(talk: Talk) -> None:
    case = await talk.opens("nora")
    answer = await closes(talk, "carla", ReplyToPartner(case.id, "Hm."))
    assert "There is no such case." in text(answer)
    answer = await closes(talk, "nora", ReplyToPartner(case.id, "Hm."))
    assert not answer.accepted
    assert await kept(talk, "nora", "reply_to_partner", case.id) is None


async def test_what_is_no_form_of_ours_is_refused(talk: Talk) -> None:
    for draft in ("", "{}", encode(ShowCase(1001)), encode(LinkWorkspace("7KQ2-M9XD-4TPX"))):
        answer = await talk.does("nora", KeepDraft(draft))
        assert "The desk does not know that button any more." in text(answer)


async def test_a_draft_is_bounded(talk: Talk) -> None:
    await closes(talk, "nora", OpenCase(title="T", description="x" * 100_000))
    found = await kept(talk, "nora", "open_case")
    assert found is not None
    assert len(found.values["description"]) == 40_000


async def test_whoever_left_has_no_say(talk: Talk) -> None:
    await leaves(talk, "nora")
    answer: Any = await closes(talk, "nora", OpenCase(title="T"))
    assert not answer.accepted
