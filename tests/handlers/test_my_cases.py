"""Lists of cases: filters, pages, search, and the explanation of a due time."""

from datetime import timedelta

import pytest

from desk.records import Attachment
from handlers.intents import (
    AskWhy,
    Begin,
    ListCases,
    ResolveCase,
    WaitOnPartner,
    WithdrawCase,
)
from handlers.views import cards
from handlers.views.vocabulary import Stretches, Table
from tests.handlers.acts import (
    beijing,
    in_words,
)
from tests.talk import Talk, buttons, text

LOG = Attachment("k1", "gateway.log", "text/plain", 2_000)


def rows(answer: object) -> list[str]:
    """The cases that a list shows, by number."""
    card = cards.to_card(answer.replies[0].view)  # type: ignore[attr-defined]
    table = next(e for e in card.elements if isinstance(e, Table))
    return [row.cells[0][0].text for row in table.rows]  # type: ignore[union-attr]


async def test_my_cases_with_filters(talk: Talk) -> None:
    for _ in range(4):
        await talk.opens("carla", "guidance")
    await talk.does("mei", WaitOnPartner(1002, "Which region?"))
    await talk.does("mei", ResolveCase(1003, "This is how."))
    await talk.does("carla", WithdrawCase(1004))
    answer = await talk.says("carla", "my cases")
    assert list(buttons(answer)) == ["Open", "Waiting on us", "Resolved", "All"]
    for label, numbers in (
        ("Open", ["C-1002", "C-1001"]),
        ("Waiting on us", ["C-1001"]),
        ("Resolved", ["C-1003"]),
        ("All", ["C-1004", "C-1003", "C-1002", "C-1001"]),
    ):
        assert rows(await talk.does("carla", buttons(answer)[label])) == numbers, label
    assert rows(await talk.does("carla", ListCases("bogus"))) == [
        "C-1004", "C-1003", "C-1002", "C-1001",
    ]  # fmt: skip


async def test_my_cases_in_pages_that_keep_filter_and_words(talk: Talk) -> None:
    for number in range(23):
        await talk.opens("carla", "guidance", title=f"Question {number}")
    answer = await talk.says("carla", "find question")
    seen = rows(answer)
    assert "23 cases" in in_words(answer)
    assert "page 1 of 3" in in_words(answer)
    while "Next page" in buttons(answer):
        answer = await talk.does("carla", buttons(answer)["Next page"])
        seen += rows(answer)
    assert len(set(seen)) == 23
    assert "page 3 of 3" in in_words(answer)
    back = await talk.does("carla", buttons(answer)["Previous page"])
    assert 'with "question" in it' in in_words(back)
    for far in (0, -7, 10**40):
        assert (await talk.does("carla", ListCases("all", page=far))).accepted


async def test_search_by_words_and_by_number(talk: Talk) -> None:
    await talk.opens("carla", title="Login is slow", description="100% of users see it")
    await talk.opens("carla", title="Bill is wrong")
    for words, found in (
        ("login", ["C-1001"]),
        ("LOGIN Slow", ["C-1001"]),
        ("100%", ["C-1001"]),
        ("C-1002", ["C-1002"]),
        ("_", []),
        ("nothing like it", []),
        ("\x00", []),
    ):
        assert rows(await talk.does("carla", ListCases("all", words))) == found, words


async def test_an_empty_list_says_what_this_place_is_for(talk: Talk) -> None:
    answer = await talk.says("carla", "my cases")
    assert "Cases that you and your colleagues open are listed here." in text(answer)
    assert buttons(answer)["Open a case"] == Begin("open_case")


async def test_a_colleague_sees_the_case_too(talk: Talk) -> None:
    await talk.opens("nora")
    assert rows(await talk.says("nils", "my cases")) == ["C-1001"]
    assert "C-1001" in text(await talk.says("nils", "1001"))


@pytest.mark.parametrize(
    ("who", "severity", "opened", "target"),
    [
        ("carla", "production_down", "2026-03-06 23:50", timedelta(minutes=30)),
        ("finn", "service_request", "2026-03-06 10:00", timedelta(hours=7)),
        ("anna", "critical", "2026-03-06 16:00", timedelta(hours=4)),
        ("anna", "inquiry", "2026-03-07 12:00", timedelta(hours=48)),
    ],
)
async def test_why_the_counted_stretches_add_up_to_the_target(
    talk: Talk, who: str, severity: str, opened: str, target: timedelta
) -> None:
    talk.now = beijing(opened)
    case = await talk.opens(who, severity)
    answer = await talk.says(who, "why is C-1001 due then")
    card = cards.to_card(answer.replies[0].view)
    stretches = next(e for e in card.elements if isinstance(e, Stretches))
    assert stretches.total == sum(s.seconds for s in stretches.items) == target.total_seconds()
    assert stretches.items[0].start == case.cycle.started_at
    assert stretches.items[-1].end == case.cycle.due_at
    for one, other in zip(stretches.items, stretches.items[1:], strict=False):
        assert one.end == other.start


async def test_why_adds_up_to_the_second_whatever_the_fraction_of_the_opening(talk: Talk) -> None:
    talk.now = beijing("2026-03-06 16:00") + timedelta(seconds=17.4)
    await talk.opens("anna", "inquiry")
    answer = await talk.says("anna", "why is C-1001 due then")
    stretches = next(
        e for e in cards.to_card(answer.replies[0].view).elements if isinstance(e, Stretches)
    )
    counted = [s.seconds for s in stretches.items if s.seconds]
    assert counted[0] == 90 * 60 - 18
    assert sum(counted) == stretches.total == 48 * 3600
    assert "in less than 48 h" in text(answer)
    assert "48 h counted, so it is due" in text(answer)


async def test_why_while_paused_adds_up_to_the_second(talk: Talk) -> None:
    talk.now = beijing("2026-03-06 10:00") + timedelta(seconds=0.5)
    await talk.opens("finn", "service_request")
    talk.now = beijing("2026-03-06 11:00") + timedelta(seconds=9.1)
    await talk.does("mei", WaitOnPartner(1001, "Which account?"))
    shown = text(await talk.does("finn", AskWhy(1001)))
    assert "1 h 8 s counted, 5 h 59 min 52 s left." in shown


async def test_why_while_paused_says_that_the_time_is_not_known_yet(talk: Talk) -> None:
    talk.now = beijing("2026-03-06 10:00")
    await talk.opens("finn", "service_request")
    talk.now = beijing("2026-03-06 11:00")
    await talk.does("mei", WaitOnPartner(1001, "Which account?"))
    shown = text(await talk.does("finn", AskWhy(1001)))
    assert "1 h counted, 6 h left. The clock is paused" in shown
