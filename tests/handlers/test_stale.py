"""Every stale button in every state (26), edits and deletions, and the end of a month (23)."""

from datetime import timedelta

import pytest

from desk.case import State
from desk.notices import SaidChanged, Side, ToThread
from handlers.intents import (
    Acknowledge,
    AskQuota,
    Begin,
    CallTam,
    ClaimCase,
    ConfirmCase,
    DeleteMessage,
    EditMessage,
    HandOver,
    HandToCover,
    Intent,
    ObjectToRegrade,
    RegradeCase,
    RejectCase,
    ReopenCase,
    ReplyToPartner,
    ResolveCase,
    Say,
    SendToPartner,
    WaitOnPartner,
    WithdrawCase,
)
from handlers.views import cards
from tests.handlers.acts import a_package, beijing, deliver, messages, planned, refreshed, thread
from tests.talk import Talk, an_opening, buttons, faults, form, text

# How a case of Northwind's gets into each state; N new, W working, and so on as in tests/desk.
WAYS: dict[State, list[tuple[str, Intent]]] = {
    State.NEW: [],
    State.WORKING: [("mei", ClaimCase(1001))],
    State.WAITING: [("mei", ClaimCase(1001)), ("mei", WaitOnPartner(1001, "Which region?"))],
    State.RESOLVED: [("mei", ResolveCase(1001, "Fixed."))],
    State.CONFIRMED: [("mei", ResolveCase(1001, "Fixed.")), ("nora", ConfirmCase(1001, "5"))],
    State.WITHDRAWN: [("nora", WithdrawCase(1001))],
    State.REJECTED: [("mei", RejectCase(1001, "out_of_scope", "", "Not ours."))],
}
OPEN = {State.NEW, State.WORKING, State.WAITING}

# A button of every kind, who presses it, and the states in which it is not stale.
PRESSES: dict[str, tuple[str, Intent, set[State]]] = {
    "claim": ("omar", ClaimCase(1001), {State.NEW}),
    "hand over": ("omar", HandOver(1001, "omar"), OPEN),
    "reply": ("omar", ReplyToPartner(1001, "Hello."), OPEN),
    "wait": ("omar", WaitOnPartner(1001, "When?"), {State.NEW, State.WORKING}),
    "regrade": ("omar", RegradeCase(1001, "guidance", "A question."), OPEN),
    "reject": ("omar", RejectCase(1001, "out_of_scope", "", "No."), OPEN),
    "resolve": ("omar", ResolveCase(1001, "Done."), OPEN),
    "withdraw": ("nils", WithdrawCase(1001), OPEN),
    "confirm": ("nils", ConfirmCase(1001, "4"), {State.RESOLVED}),
    "reopen": ("nils", ReopenCase(1001, "Again."), {State.RESOLVED, State.CONFIRMED}),
    "call": ("nils", CallTam(1001, "Please."), OPEN),
    "acknowledge": ("tara", Acknowledge(1001, 1), {State.NEW, State.WORKING}),
    "cover": ("tara", HandToCover(1001), OPEN),
    "partner writes": ("nils", Say(1001, "partner", "Hm."), OPEN | {State.RESOLVED}),
    "vendor writes": ("omar", Say(1001, "partner", "Hm."), OPEN),
    "object": ("nils", ObjectToRegrade(1001, "No."), set()),
    "form: reply": ("omar", Begin("reply_to_partner", 1001), OPEN),
    "form: wait": ("omar", Begin("wait_on_partner", 1001), {State.NEW, State.WORKING}),
    "form: regrade": ("omar", Begin("regrade_case", 1001), OPEN),
    "form: reject": ("omar", Begin("reject_case", 1001), OPEN),
    "form: resolve": ("omar", Begin("resolve_case", 1001), OPEN),
    "form: hand over": ("omar", Begin("hand_over", 1001), OPEN),
    "form: confirm": ("nils", Begin("confirm_case", 1001), {State.RESOLVED}),
    "form: reopen": ("nils", Begin("reopen_case", 1001), {State.RESOLVED, State.CONFIRMED}),
    "form: call": ("nils", Begin("call_tam", 1001), OPEN),
    "form: object": ("nils", Begin("object_to_regrade", 1001), set()),
}

SAYS_NOW = {
    State.NEW: ("new", "never changed"),
    State.WORKING: ("being worked on", "Mei Lin has", "never changed"),
    State.WAITING: ("waiting on the partner", "Mei Lin has", "already answered", "never changed"),
    State.RESOLVED: ("resolved", "never changed"),
    State.CONFIRMED: ("confirmed and closed", "is closed"),
    State.WITHDRAWN: ("withdrawn", "is closed"),
    State.REJECTED: ("rejected", "is closed"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("press", PRESSES)
async def test_26_a_stale_button_says_what_the_case_is_and_changes_nothing(
    talk: Talk, press: str, state: State
) -> None:
    """Scenario 26: every button in every state; a stale one has the card drawn again."""
    await talk.opens("nora")
    for who, intent in WAYS[state]:
        await talk.does(who, intent)
    await deliver(talk)
    before = await talk.case(1001)
    said = len(await messages(talk, 1001))
    who, intent, fresh = PRESSES[press]
    answer = await talk.does(who, intent)
    assert answer.accepted is (state in fresh), text(answer)
    if answer.accepted:
        return
    shown = text(answer)
    assert any(words in shown for words in SAYS_NOW[state]), shown
    assert "C-1001" in shown
    assert "Show C-1001" in buttons(answer)
    assert (await talk.case(1001), len(await messages(talk, 1001))) == (before, said)
    assert await refreshed(talk, 1001) == set(Side)


async def test_26_pressed_twice_each_press_has_the_card_drawn_again(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("nora", WithdrawCase(1001))
    for _ in range(2):
        await deliver(talk)
        await talk.does("mei", ClaimCase(1001))
        assert await refreshed(talk, 1001) == set(Side)


async def test_26_the_step_that_is_offered_shows_the_case(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("mei", ResolveCase(1001, "Fixed."))
    answer = await talk.does("omar", ClaimCase(1001))
    assert "resolved" in text(await talk.does("omar", buttons(answer)["Show C-1001"]))


# --- edits and deletions --------------------------------------------------------------------------


async def changes(talk: Talk) -> list[tuple[bool, Side]]:
    """The changes that are to be followed: deleted or not, on which side."""
    found = await planned(talk, SaidChanged)
    return [
        (notice.deleted, to.side)
        for notice, to in found
        if isinstance(notice, SaidChanged) and isinstance(to, ToThread)
    ]


async def test_an_edit_and_a_deletion_follow_to_the_other_side(talk: Talk) -> None:
    await talk.opens("carla")
    where = await thread(talk, 1001, Side.PARTNER, "dm:carla")
    await talk.says("carla", "It is dwon", source="web::1", **where)
    await talk.does("carla", EditMessage("web::1", "It is down"))
    assert await changes(talk) == [(False, Side.ENGINEERS)]
    await talk.does("carla", DeleteMessage("web::1"))
    assert await changes(talk) == [(False, Side.ENGINEERS), (True, Side.ENGINEERS)]
    stored = (await messages(talk, 1001))[0]
    assert (stored.text, stored.edited_at, stored.deleted_at) == ("", talk.now, talk.now)
    assert "(deleted)" in text(await talk.says("mei", "timeline 1001"))
    for gone in (EditMessage("web::1", "Back"), DeleteMessage("web::1")):
        assert (await talk.does("carla", gone)).replies == ()
    assert len(await changes(talk)) == 2


async def test_an_edit_that_changes_no_word_is_none(talk: Talk) -> None:
    """Platforms report a link's preview as an edit."""
    await talk.opens("carla")
    await talk.does("carla", Say(1001, "partner", "See http://x.example", "web::1"))
    await talk.does("carla", EditMessage("web::1", " See http://x.example "))
    assert await changes(talk) == []
    assert (await messages(talk, 1001))[0].edited_at is None


async def test_a_remark_is_followed_only_once_it_was_sent_on(talk: Talk) -> None:
    await talk.opens("carla")
    await talk.does("mei", Say(1001, "engineers", "Their proxy.", "web::2"))
    await talk.does("mei", EditMessage("web::2", "Perhaps the proxy."))
    assert await changes(talk) == []
    await talk.does("mei", SendToPartner(0, source="web::2"))
    await talk.does("mei", EditMessage("web::2", "Please look at your proxy."))
    await talk.does("mei", DeleteMessage("web::2"))
    assert await changes(talk) == [(False, Side.PARTNER), (True, Side.PARTNER)]


async def test_only_its_writer_changes_a_message(talk: Talk) -> None:
    await talk.opens("nora")
    await talk.does("nora", Say(1001, "partner", "It is down", "web::1"))
    for who in ("nils", "mei"):
        answer = await talk.does(who, DeleteMessage("web::1"))
        assert "Only its writer may change a message." in text(answer)
    stranger = await talk.does("carla", DeleteMessage("web::1"))
    assert stranger == await talk.does("carla", DeleteMessage("web::9"))
    bad = await talk.does("nora", EditMessage("web::1", "a\x00b"))
    assert "Your message was not added" in text(bad)
    assert (await messages(talk, 1001))[0].text == "It is down"
    for nowhere in (EditMessage("web::9", "x"), DeleteMessage("web::9")):
        assert (await talk.does("nora", nowhere)).replies == ()


# --- the quota at its end -------------------------------------------------------------------------


async def used_up(talk: Talk) -> None:
    for _ in range(30):
        await talk.opens("carla", "guidance")


async def test_22_with_nothing_left_the_refusal_names_reset_and_package(talk: Talk) -> None:
    await used_up(talk)
    answer = await talk.does("carla", an_opening("guidance", title="One more question"))
    drawn = form(answer)
    assert "0 of 30 technical cases are left this month" in drawn.error
    assert "All 30 are back on Wednesday 1 April 2026 00:00, Beijing time." in drawn.error
    assert "Ask your partner manager for a package of 10 cases" in drawn.error
    assert {f.name: f.value for f in drawn.fields}["title"] == "One more question"
    cost = "".join(str(word) for word in drawn.cost)
    assert "1 of the 0 left" not in cost
    assert "No technical case is left this month. Ask your partner manager" in cost
    assert "A service case takes none." in cost
    assert (await talk.does("carla", an_opening("service_request"))).accepted


@pytest.mark.parametrize("empty", ["", "   ", "\u200b" * 20, "\u202e\u2066\u00a0\u3000"])
async def test_27_what_cannot_be_seen_is_no_title(talk: Talk, empty: str) -> None:
    """Scenario 27: refused with a field error, and nothing was taken."""
    answer = await talk.does("carla", an_opening(title=empty, description=empty))
    assert set(faults(answer)) == {"title", "description"}
    assert (await talk.quota("contoso", "2026-03"))[0].used == 0


async def test_27_nobody_is_named_by_what_somebody_typed(talk: Talk) -> None:
    """Scenario 27: what is typed is a literal span in every view, so nobody is notified."""
    nasty = "<!channel> <@U123> @mei [x](javascript:alert(1)) \u202eمرحبا 😀"
    case = await talk.opens("carla", title=nasty, description=nasty, customer=nasty)
    await talk.does("carla", Say(case.id, "partner", nasty))
    for words in ("C-1001", "timeline C-1001", "why is C-1001 due", "queue"):
        answer = await talk.says("mei", words)
        assert "mention=True" not in repr([cards.to_card(r.view) for r in answer.replies])
        assert nasty in text(answer) or words.startswith("why")


async def test_23_a_package_bought_an_hour_before_the_month_ends_is_void_at_midnight(
    talk: Talk,
) -> None:
    """Scenario 23: bought on 31 January 23:00 in Beijing, 9 left, discarded at 00:00."""
    talk.now = beijing("2026-01-31 22:00")
    await used_up(talk)
    talk.now = beijing("2026-01-31 23:00")
    line = a_package("contoso", "2026-01", talk.now)
    await talk.desk.run(lambda uow: uow.ledger.add_package(line, 10))
    await talk.opens("carla", "guidance")
    talk.now = beijing("2026-02-01 00:00") - timedelta(seconds=1)
    assert "9 of 40 left" in text(await talk.does("carla", AskQuota()))
    talk.now = beijing("2026-02-01 00:00")
    assert "30 of 30 left" in text(await talk.does("carla", AskQuota()))
    await used_up(talk)
    refused = await talk.does("carla", an_opening("guidance"))
    assert not refused.accepted
    february, _ = await talk.quota("contoso", "2026-02")
    january, _ = await talk.quota("contoso", "2026-01")
    assert (february.used, february.package_units) == (30, 0)
    assert (january.used, january.package_units, january.package_used) == (30, 10, 1)
    assert await talk.desk.mismatches() == []  # type: ignore[attr-defined]
