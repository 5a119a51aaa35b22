"""Every way to knock at the door of Teams, over HTTP, and the page that says what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.teams.authentication import MALFORMED, TOO_MUCH, Case, cases, page
from tests.teams.spoiling import letter
from tests.teams.transport import Transport

PAGE = Path(__file__).parents[2] / "docs" / "teams-authentication.md"
ALL = list(cases())
REFUSALS = {"teams.turned_away", "teams.malformed"}


@pytest.mark.parametrize("case", ALL, ids=[one.words for one in ALL])
async def test_whoever_knocks_gets_the_answer_of_the_table(
    transport: Transport, case: Case
) -> None:
    one = letter(transport)
    # What was fetched before must not help anybody, nor stand in the way of what is new.
    if case.status not in {400, 413, 415, 503}:
        assert (await letter(transport).send()).status == 200
        transport.received.clear()
    case.spoil(one)

    with capture_logs() as logged:
        answer = await one.send()

    assert answer.status == case.status
    # Refused for the very reason that the case is about, and for no other before it.
    reasons = [str(line["reason"]) for line in logged if line["event"] in REFUSALS]
    assert len(reasons) == (0 if case.status == 200 else 1)
    assert case.why in "".join(reasons)
    assert len(transport.received) == (1 if case.status == 200 else 0)
    assert answer.text == ""


@pytest.mark.parametrize("case", [*MALFORMED, *TOO_MUCH], ids=lambda one: one.words)
async def test_what_is_no_activity_costs_no_look_at_a_key(transport: Transport, case: Case) -> None:
    one = letter(transport)
    case.spoil(one)

    await one.send()

    assert transport.teams.asked == []


def test_there_are_at_least_forty_and_none_twice() -> None:
    assert len(ALL) >= 40
    assert len({one.words for one in ALL}) == len(ALL)


def test_the_page_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
