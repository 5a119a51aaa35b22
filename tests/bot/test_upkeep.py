"""The desk keeps its calendars: a new holiday moves the clocks that run, once, and no verdict."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import upkeep
from bot.upkeep import Programs
from desk.events import CalendarChanged
from desk.linking import LinkCode
from desk.ports import UnitOfWork
from desk.records import Draft
from handlers.exchange import Inbound, Sender, Where
from handlers.intents import Intent, OpenCase, ReplyToPartner
from handlers.router import Router
from storage.desk import StoredDesk
from tests.bot.rosters import apply, roster_of

# A Monday in the home zone: 4 working hours are over on the same day.
OPENED = datetime(2026, 3, 9, 2, tzinfo=UTC)
LATER = OPENED + timedelta(hours=1)
# The 10th becomes a holiday.
HOLIDAY = "[CN.2026]\nholidays = [2026-03-10]\n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        await apply(desk, roster_of(tmp_path))
        yield desk


@pytest.fixture
def days(tmp_path: Path) -> Path:
    path = tmp_path / "days.toml"
    path.write_text("")
    return path


def publish(days: Path, text: str) -> None:
    days.write_text(text)


async def said(desk: StoredDesk, programs: Programs, who: str, intent: Intent, at: datetime) -> int:
    where = Where("web", "", f"dm:{who}")
    inbound = Inbound(f"test:{who}:{intent}", Sender("web", "", who), where, intent)
    answer = await Router(desk, programs).handle(inbound, at)
    assert answer.accepted
    assert answer.case_id is not None
    return answer.case_id


async def opened(desk: StoredDesk, programs: Programs, title: str) -> int:
    case = OpenCase(
        category="technical", severity="minor", title=title, description="Since today.",
        product="Cloud", customer="Own", language="en",
    )  # fmt: skip
    return await said(desk, programs, "priya", case, OPENED)


async def due(desk: StoredDesk, number: int) -> datetime:
    case = await desk.run(lambda uow: uow.cases.get(number))
    assert case is not None
    return case.cycle.due_at


async def changes(desk: StoredDesk, number: int) -> int:
    entries = await desk.run(lambda uow: uow.timeline.of(number))
    return sum(isinstance(entry.event, CalendarChanged) for entry in entries)


async def test_scenario_13_a_new_holiday_moves_what_runs_once_and_no_verdict(
    desk: StoredDesk, days: Path
) -> None:
    programs = Programs.load(None, days)
    running = [await opened(desk, programs, f"Running {n}") for n in range(5)]
    answered = [await opened(desk, programs, f"Answered {n}") for n in range(5)]
    for number in answered:
        await said(desk, programs, "chen", ReplyToPartner(number, "Try this."), LATER)
    await upkeep.keep_calendars(desk, programs, LATER)
    before = {number: await due(desk, number) for number in (*running, *answered)}

    publish(days, HOLIDAY)
    await upkeep.keep_calendars(desk, programs, LATER)
    await upkeep.keep_calendars(desk, programs, LATER)

    assert {await due(desk, n) - before[n] for n in running} == {timedelta(days=1)}
    assert {await due(desk, n) - before[n] for n in answered} == {timedelta(0)}
    assert [await changes(desk, n) for n in (*running, *answered)] == [1] * 5 + [0] * 5


async def test_a_desk_that_was_down_meanwhile_finds_out_at_its_start(
    desk: StoredDesk, days: Path
) -> None:
    number = await opened(desk, Programs.load(None, days), "Running")
    await upkeep.keep_calendars(desk, Programs.load(None, days), LATER)
    before = await due(desk, number)

    publish(days, HOLIDAY)
    await upkeep.keep_calendars(desk, Programs.load(None, days), LATER)

    assert await due(desk, number) == before + timedelta(days=1)


async def test_a_broken_file_leaves_the_holidays_of_before_in_force(
    desk: StoredDesk, days: Path
) -> None:
    publish(days, HOLIDAY)
    programs = Programs.load(None, days)
    number = await opened(desk, programs, "Running")
    await upkeep.keep_calendars(desk, programs, LATER)
    before, mark = await due(desk, number), programs.fingerprint()

    for broken in ("[CN.2026", "[CN.2026]\nholidays = [2025-01-01]\n"):
        publish(days, broken)
        with capture_logs() as logged:
            await upkeep.keep_calendars(desk, programs, LATER)
        assert [line["event"] for line in logged] == ["catalog.holidays_refused"]

    assert (await due(desk, number), programs.fingerprint()) == (before, mark)


def test_the_fingerprint_changes_with_a_ladder(tmp_path: Path) -> None:
    before = Programs.load(None, None).fingerprint()
    for path in (Path(__file__).parents[2] / "sla" / "programs").glob("*.toml"):
        text = path.read_text("utf-8").replace("percent = 75", "percent = 70")
        (tmp_path / path.name).write_text(text, "utf-8")

    assert Programs.load(None, None).fingerprint() == before
    assert Programs.load(tmp_path, None).fingerprint() != before


async def test_operators_are_told_once_of_books_that_disagree(desk: StoredDesk) -> None:
    class Meddled(StoredDesk):
        async def mismatches(self) -> list[str]:
            return ["lumen, 2026-02-10: 3 kept, 2 counted"]

    desk.__class__ = Meddled
    with capture_logs() as logged:
        await upkeep.check_books(desk, LATER)
        await upkeep.check_books(desk, LATER)

    rows = await desk.run(lambda uow: uow.outbox.rows())
    assert [row.planned.key for row in rows] == [
        "trouble:ledger:lumen, 2026-02-10: 3 kept, 2 counted"
    ]
    assert getattr(rows[0].planned.notice, "title", "") == "A quota's books disagree"
    assert {line["event"] for line in logged} == {"ledger.mismatch"}


async def test_what_is_too_old_is_forgotten(desk: StoredDesk, days: Path) -> None:
    now = OPENED

    async def keep(uow: UnitOfWork) -> None:
        for age in (6, 8):
            kept_at = now - timedelta(days=age)
            await uow.drafts.keep(Draft("anna", "open_case", age, {"title": "T"}, kept_at))
            await uow.codes.add(LinkCode(f"{age}", "northwind", kept_at + timedelta(days=7)))

    await desk.run(keep)
    (job,) = [one for one in upkeep.jobs(desk, Programs.load(None, days)) if one.name == "old"]
    await job.run(now)

    async def left(uow: UnitOfWork) -> list[bool]:
        drafts = [await uow.drafts.get("anna", "open_case", age) for age in (6, 8)]
        codes = [await uow.codes.get(f"{age}", now - timedelta(days=8)) for age in (6, 8)]
        return [one is not None for one in (*drafts, *codes)]

    assert await desk.run(left) == [True, False, True, False]
