"""What seldom happens: no channel, a lost race, somebody writing first, a debt, an odd roster."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import pytest

from desk.case import State
from desk.errors import Stale
from desk.events import Event
from desk.notices import CaseCard, Side, ToChannel, ToPerson, Trouble
from desk.ports import Desk, UnitOfWork
from handlers.intents import AskQuota, ClaimCase, RejectCase, ReopenCase, ReplyToPartner, Say
from handlers.router import TRIES, Router
from handlers.views import history, words
from handlers.views.example_cases import a_face
from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Strong
from sla.catalog import Catalog
from storage.ledger import StoredLedger
from tests import world
from tests.handlers.acts import beijing, leaves, planned
from tests.talk import CATALOG, FRIDAY, Talk, an_opening, form, text

T = TypeVar("T")


async def closes(talk: Talk, *places: str) -> None:
    """Channels are taken off the roster."""
    for place in places:
        await talk.desk.run(lambda uow, p=place: uow.people.remove_place(p))  # type: ignore[misc]


async def test_19_without_an_engineers_channel_the_operators_are_told(talk: Talk) -> None:
    await closes(talk, "support-cloud", "support-sdk")
    await talk.opens("carla")
    (notice, to), *more = await planned(talk, Trouble)
    assert (to, more) == (ToChannel("operators"), [])
    assert isinstance(notice, Trouble)
    assert "C-1001 has no engineers' channel" in notice.what
    assert "Add an engineers' channel" in notice.mend
    cards = {n.side: to for n, to in await planned(talk, CaseCard) if isinstance(n, CaseCard)}
    assert cards == {Side.ENGINEERS: ToPerson("dana"), Side.PARTNER: ToPerson("carla")}
    await talk.does("dana", ReplyToPartner(1001, "We look."))


async def test_19_without_an_operators_channel_each_duty_manager_is(talk: Talk) -> None:
    await closes(talk, "support-cloud", "support-sdk", "operators")
    await talk.opens("carla")
    assert [to for _, to in await planned(talk, Trouble)] == [ToPerson("dana")]


async def test_18_without_a_channel_an_escalation_can_be_taken(talk: Talk) -> None:
    from handlers.intents import Acknowledge

    await closes(talk, "support-cloud", "support-sdk")
    await talk.opens("nora")
    assert (await talk.does("tara", Acknowledge(1001))).accepted


async def test_the_highest_severity_with_nobody_on_the_roster_is_opened_all_the_same(
    talk: Talk,
) -> None:
    for key in ("tara", "theo", "dana"):
        await leaves(talk, key)
    assert (await talk.does("nora", an_opening("core_production_down"))).accepted


async def test_22_whoever_loses_the_race_for_the_last_unit_is_refused_like_the_others(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario 22, where the database decides: nothing is left behind."""

    async def lost(self: StoredLedger, line: object, cap: int) -> bool:
        return False

    monkeypatch.setattr(StoredLedger, "take", lost)
    answer = await talk.does("carla", an_opening("guidance"))
    assert not answer.accepted
    assert "0 of 30 technical cases are left this month" in form(answer).error
    assert "1 case" not in text(await talk.says("carla", "my cases"))
    assert await talk.outbox() == []


async def test_whoever_loses_the_race_owes_where_the_plan_lends(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(self: StoredLedger, line: object, cap: int) -> bool:
        return False

    monkeypatch.setattr(StoredLedger, "take", lost)
    talk.catalog = lending()
    await talk.opens("carla", "production_down")
    assert not (await talk.does("carla", an_opening("guidance"))).accepted
    use, _ = await talk.quota("contoso", "2026-03")
    assert (use.used, use.owed) == (0, 1)


def lending() -> Catalog:
    """A plan that includes one case a month, and owes the severest beyond it."""
    psp = CATALOG.program("psp")
    standard = psp.plans["standard"]
    assert standard.quota is not None
    quota = replace(
        standard.quota,
        units=1,
        when_exhausted="accept_and_owe",
        owed_severities=("production_down",),
    )
    plans = MappingProxyType({**psp.plans, "standard": replace(standard, quota=quota)})
    program = replace(psp, plans=plans)
    return replace(CATALOG, programs=MappingProxyType({**CATALOG.programs, "psp": program}))


async def test_a_severity_that_is_owed_is_accepted_and_taken_from_the_next_month(
    talk: Talk,
) -> None:
    talk.now, talk.catalog = beijing("2026-01-31 12:00"), lending()
    await talk.opens("carla", "guidance")
    refused = form(await talk.does("carla", an_opening("guidance")))
    assert 'A case of "production down" is accepted all the same and owed.' in refused.error
    await talk.opens("carla", "production_down")
    shown = text(await talk.does("carla", AskQuota()))
    assert "1, taken from the next package or month" in shown
    talk.now = beijing("2026-02-01 12:00")
    assert "0 of 1 left" in text(await talk.does("carla", AskQuota()))
    assert not (await talk.does("carla", an_opening("guidance"))).accepted


async def test_what_is_owed_is_forgiven_when_the_case_is_rejected(talk: Talk) -> None:
    talk.catalog = lending()
    await talk.opens("carla", "guidance")
    await talk.opens("carla", "production_down")
    await talk.does("mei", RejectCase(1002, "out_of_scope", "", "Not ours."))
    use, _ = await talk.quota("contoso", "2026-03")
    assert (use.used, use.owed) == (1, 0)
    assert await talk.desk.mismatches() == []  # type: ignore[attr-defined]


async def test_named_anew_after_the_answer_the_verdict_keeps_its_hours(talk: Talk) -> None:
    """Guidance counted in office hours: the answered clock stays as it was, the next one is."""
    from handlers.intents import RegradeCase, ResolveCase

    psp = CATALOG.program("psp")
    standard = psp.plans["standard"]
    guidance = replace(standard.targets["guidance"], calendar="home")
    targets = MappingProxyType({**standard.targets, "guidance": guidance})
    plans = MappingProxyType({**psp.plans, "standard": replace(standard, targets=targets)})
    program = replace(psp, plans=plans)
    talk.catalog = replace(CATALOG, programs=MappingProxyType({**CATALOG.programs, "psp": program}))
    await talk.opens("carla", "production_down")
    await talk.does("mei", ReplyToPartner(1001, "We look."))
    await talk.does("mei", RegradeCase(1001, "guidance", "A question."))
    assert (await talk.case(1001)).cycle.calendar == "always"
    await talk.opens("carla", "production_down")
    await talk.does("mei", RegradeCase(1002, "guidance", "A question."))
    assert (await talk.case(1002)).cycle.calendar == "home"
    await talk.does("mei", ResolveCase(1001, "This is how."))
    await talk.does("carla", ReopenCase(1001, "Not clear."))
    assert (await talk.case(1001)).cycle.calendar == "home"


class Crowded:
    """A desk on which somebody else writes first, a number of times."""

    def __init__(self, desk: Desk, times: int) -> None:
        self._desk, self.left = desk, times

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        if self.left:
            self.left -= 1
            raise Stale("stale.version", "C-1001 was changed by somebody else.", case_id=1001)
        return await self._desk.run(work)


@pytest.mark.parametrize(("times", "accepted"), [(0, True), (TRIES - 1, True), (TRIES, False)])
async def test_whoever_lost_a_race_looks_again_and_is_told_in_the_end(
    talk: Talk, times: int, accepted: bool
) -> None:
    await talk.opens("carla")
    talk.router = Router(Crowded(talk.desk, times), lambda: talk.catalog)
    answer = await talk.does("mei", ClaimCase(1001))
    assert answer.accepted is accepted
    if not accepted:
        assert "was changed by somebody else" in text(answer)
        assert (await talk.case(1001)).state is State.NEW


async def test_a_plan_that_changed_does_not_change_what_was_promised(talk: Talk) -> None:
    case = await talk.opens("carla", "guidance")
    contoso = replace(world.PARTNERS[1], plan="premier")
    await talk.desk.run(lambda uow: uow.people.put_partner(contoso))
    await talk.does("mei", ReplyToPartner(1001, "This is how."))
    stored = await talk.case(1001)
    assert (stored.plan, stored.cycle.due_at) == ("standard", case.cycle.due_at)


async def test_late_on_the_seventh_day_the_clock_of_a_service_case_starts_anew(talk: Talk) -> None:
    from handlers.intents import ResolveCase

    talk.now = beijing("2026-03-06 10:00")
    await talk.opens("finn", "service_request")
    await talk.does("mei", ResolveCase(1001, "Done."))
    talk.now = beijing("2026-03-13 10:00")
    await talk.does("finn", ReopenCase(1001, "Not done."))
    assert (await talk.case(1001)).cycle.due_at == beijing("2026-03-16 10:00")


async def test_a_colleagues_thread_in_ones_own_words_reaches_no_one_twice(talk: Talk) -> None:
    """The same message, delivered twice by the platform, is one."""
    await talk.opens("carla")
    for _ in range(2):
        await talk.does("carla", Say(1001, "partner", "Still down."), event="slack:Ev9")
    said = await talk.desk.run(lambda uow: uow.messages.of(1001))
    assert len(said) == 1


def test_words_as_plain_text() -> None:
    said: tuple[Any, ...] = (
        Strong("C-1"),
        " ",
        CaseRef(2),
        " ",
        Name("mei", "Mei Lin", mention=True),
        " ",
        Link("Sign in", "https://desk.example"),
        " ",
        Moment(FRIDAY),
        " ",
        Moment(FRIDAY, "Asia/Shanghai", "Beijing"),
    )
    assert words.plain(said, "Europe/Berlin") == (
        "C-1 C-2 Mei Lin Sign in: https://desk.example"
        " Fri 6 Mar 09:00 Berlin time Fri 6 Mar 16:00 Beijing time"
    )


@pytest.mark.parametrize(
    ("length", "says", "hours"),
    [
        (timedelta(0), "0 s", "0 s"),
        (timedelta(seconds=45), "45 s", "45 s"),
        (timedelta(minutes=5, seconds=30), "5 min 30 s", "5 min"),
        (timedelta(hours=2, minutes=14, seconds=9), "2 h 14 min", "2 h 14 min"),
        (timedelta(hours=36), "1 d 12 h", "36 h"),
        (timedelta(days=3, minutes=4), "3 d", "72 h 4 min"),
        (timedelta(seconds=-5), "0 s", "0 s"),
    ],
)
def test_durations(length: timedelta, says: str, hours: str) -> None:
    assert words.duration(length) == says
    if length >= timedelta(0):
        assert words.hours(length) == hours


def test_an_event_of_another_time_is_named_all_the_same() -> None:
    said = history.sentence(Event(1042, "", FRIDAY), {}, a_face(), Side.ENGINEERS)
    assert said == ("The desk: Event",)
    assert history.severity(a_face(), "a_key_that_is_gone") == "a_key_that_is_gone"
