"""An acceptance clock that is paused by a question, and answered while it is paused."""

from datetime import UTC, datetime, timedelta

from handlers.intents import ClaimCase, WaitOnPartner
from sla.clock import Mode, standing
from tests.talk import CATALOG, Talk, text


async def test_a_claim_days_after_the_question_is_in_time(talk: Talk) -> None:
    case = await talk.opens("finn", "service_request")  # Basic: accepted within 7 working hours
    talk.later(minutes=30)
    asked = await talk.does("mei", WaitOnPartner(case.id, "Which account is it?"))
    assert asked.accepted
    shown = text(await talk.says("finn", case.number))
    assert "Paused, 6 h 30 min left" in shown
    talk.now = datetime(2026, 3, 11, 2, tzinfo=UTC)  # five days later, the partner never wrote
    await talk.does("mei", ClaimCase(case.id))
    cycle = (await talk.case(case.id)).cycle
    calendar = CATALOG.calendar_named("psp", cycle.calendar)
    assert cycle.breaches == ()
    assert standing(cycle, calendar, talk.now).mode is Mode.MET
    assert standing(cycle, calendar, talk.now).met_in == timedelta(minutes=30)
