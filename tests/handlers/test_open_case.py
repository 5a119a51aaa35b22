"""Opening a case: the form, the clock, the quota, and every refusal."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from desk.case import State
from handlers.intents import Begin
from tests.talk import Talk, an_opening, buttons, faults, form, text


async def test_the_form_shows_quota_meaning_and_promise_before_anything_is_typed(
    talk: Talk,
) -> None:
    answer = await talk.says("carla", "open a case")
    shown = text(answer)
    assert "30 of 30 technical cases left until" in shown
    severities = {o.value: o for o in form(answer).fields[1].options}
    assert "First reply within 30 min, around the clock" in severities["production_down"].help
    assert "common production system" in severities["production_down"].help
    assert "core_production_down" not in severities
    assert severities["service_request"].group == "service"
    assert "1 of the 30 left" in "".join(str(w) for w in form(answer).cost)


async def test_a_case_is_open_and_says_its_number_due_time_and_quota(talk: Talk) -> None:
    answer = await talk.does("carla", an_opening())
    shown = text(answer)
    assert answer.accepted
    assert "C-1001" in shown
    assert "2026-03-06T08:30:00Z" in shown
    assert "29 left until" in shown
    case = await talk.case(1001)
    assert (case.state, case.cycle.due_at) == (State.NEW, talk.now + timedelta(minutes=30))
    use, lines = await talk.quota("contoso", "2026-03")
    assert use.used == 1
    assert [(line.case_id, line.units, line.balance) for line in lines] == [(1001, -1, 29)]


async def test_outside_working_hours_it_says_when_work_starts(talk: Talk) -> None:
    talk.now = datetime(2026, 3, 7, 4, tzinfo=UTC)  # Saturday noon in Beijing
    shown = text(await talk.does("anna", an_opening("critical")))
    assert "work starts 2026-03-09T01:00:00Z" in shown
    assert "2026-03-09T06:30:00Z" in shown  # 4 h: 09:00-12:00 and 13:30-14:30


async def test_critical_opened_friday_at_four_is_due_monday_half_past_eleven(talk: Talk) -> None:
    case = await talk.opens("anna", "critical")
    assert case.cycle.due_at == datetime(2026, 3, 9, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"title": ""}, "title", "Say in one line"),
        ({"title": "x" * 201}, "title", "1 too many"),
        ({"description": "y" * 40_000}, "description", "30,000 too many"),
        ({"description": "a\x00b"}, "description", "control character"),
        ({"severity": "worst"}, "severity", "Choose how bad"),
        ({"severity": ""}, "severity", "Choose how bad"),
        ({"category": "legal"}, "category", "service or technical"),
        ({"product": "Toaster"}, "product", "Choose the product"),
        ({"language": "xx"}, "language", "Choose a language"),
        ({"coordination": "nobody"}, "coordination", "who coordinates"),
    ],
)
async def test_wrong_input_comes_back_at_its_field_and_nothing_is_lost(
    talk: Talk, changed: dict[str, str], field: str, says: str
) -> None:
    answer = await talk.does("carla", an_opening(**changed))
    assert not answer.accepted
    assert says in faults(answer)[field]
    typed = {f.name: f.value for f in form(answer).fields}
    kept = an_opening(**changed)
    assert (typed["title"], typed["description"]) == (kept.title, kept.description)
    use, _ = await talk.quota("contoso", "2026-03")
    assert use.used == 0


async def test_every_fault_is_named_at_once(talk: Talk) -> None:
    answer = await talk.does("carla", an_opening(title="", description="", product=""))
    assert set(faults(answer)) == {"title", "description", "product"}


async def test_basic_covers_no_technical_case_and_says_which_plan_does(talk: Talk) -> None:
    answer = await talk.does("finn", an_opening("production_down"))
    assert not answer.accepted
    assert "does not cover technical cases" in form(answer).error
    assert "Standard" in form(answer).error
    assert "Basic: service cases only, no limit on cases." in text(answer)


async def test_standard_is_not_offered_core_production_down(talk: Talk) -> None:
    answer = await talk.does("carla", an_opening("core_production_down"))
    assert "Premier" in form(answer).error


async def test_22_one_left_and_fifty_at_once_one_is_accepted_and_none_is_negative(
    talk: Talk,
) -> None:
    """Scenario 22: one unit left, 50 openings at the same moment."""
    for _ in range(29):
        await talk.opens("carla", "guidance")
    answers = await asyncio.gather(*(talk.does("carla", an_opening("guidance")) for _ in range(50)))
    accepted = [a for a in answers if a.accepted]
    refused = [a for a in answers if not a.accepted]
    assert (len(accepted), len(refused)) == (1, 49)
    assert all("package" in form(a).error for a in refused)
    use, lines = await talk.quota("contoso", "2026-03")
    assert use.used == 30
    assert min(line.balance for line in lines if line.balance is not None) == 0


async def test_21_the_same_event_three_times_is_one_case_and_one_unit(talk: Talk) -> None:
    """Scenario 21: redelivered at the same moment, and once more later."""
    answers = await asyncio.gather(
        *(talk.does("carla", an_opening(), event="slack:Ev1") for _ in range(3))
    )
    assert {a.case_id for a in answers} == {1001}
    later = await talk.does("carla", an_opening(), event="slack:Ev1")
    assert "C-1001" in text(later)
    use, lines = await talk.quota("contoso", "2026-03")
    assert (use.used, len(lines)) == (1, 1)


@pytest.mark.parametrize(
    ("opened", "period"),
    [
        (datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), "2026-01"),
        (datetime(2026, 1, 31, 16, 0, 0, tzinfo=UTC), "2026-02"),
    ],
)
async def test_23_the_month_turns_at_midnight_in_beijing(
    talk: Talk, opened: datetime, period: str
) -> None:
    """Scenario 23: the last second of January in Beijing, and the first of February."""
    talk.now = opened
    await talk.opens("carla", "guidance")
    use, _ = await talk.quota("contoso", period)
    assert use.used == 1


async def test_service_cases_take_nothing(talk: Talk) -> None:
    answer = await talk.does("carla", an_opening("service_request"))
    assert answer.accepted
    assert "left until" not in text(answer)
    use, _ = await talk.quota("contoso", "2026-03")
    assert use.used == 0


async def test_an_engineer_cannot_open_one(talk: Talk) -> None:
    answer = await talk.does("mei", an_opening())
    assert not answer.accepted
    assert "opened by a partner's contacts" in text(answer)


async def test_a_sentence_that_is_the_problem_is_offered_as_a_case(talk: Talk) -> None:
    answer = await talk.says("carla", "since this morning nobody can pay in the shop")
    intent = buttons(answer)["Open a case about this"]
    filled = {f.name: f.value for f in form(await talk.does("carla", intent)).fields}
    assert filled["description"] == "since this morning nobody can pay in the shop"


async def test_27_markup_is_kept_as_it_was_typed(talk: Talk) -> None:
    """Scenario 27: markup, mentions, emoji and right-to-left text are literal."""
    nasty = "<!channel> <@U123> [x](javascript:alert(1)) <b>😀</b> \u202eمرحبا"
    case = await talk.opens("carla", "guidance", title=nasty, description=nasty)
    assert (case.title, case.description) == (nasty, nasty)
    shown = text(await talk.says("mei", "C-1001"))
    assert nasty in shown


async def test_the_highest_severity_pings_the_tam_on_duty(talk: Talk) -> None:
    await talk.opens("nora", "core_production_down")
    rows = {row.planned.key: row.planned.recipient for row in await talk.outbox()}
    pinged = [key for key in rows if ":ping:opened:" in key]
    assert pinged == ["case:1001:ping:opened:tara:opened"]


async def test_off_duty_the_cover_is_pinged_instead(talk: Talk) -> None:
    talk.now = datetime(2026, 3, 6, 13, tzinfo=UTC)  # 21:00 in Beijing, 14:00 in Berlin
    await talk.opens("nora", "core_production_down")
    pinged = [r.planned.key for r in await talk.outbox() if ":ping:" in r.planned.key]
    assert pinged == ["case:1001:ping:opened:theo:opened"]


async def test_a_lower_severity_pings_nobody(talk: Talk) -> None:
    await talk.opens("nora", "production_down")
    assert not [r for r in await talk.outbox() if ":ping:" in r.planned.key]


async def test_begin_of_something_unknown_is_answered_kindly(talk: Talk) -> None:
    answer = await talk.does("carla", Begin("launch_rocket"))
    assert "does not know that button" in text(answer)
