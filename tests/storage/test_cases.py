"""Cases: kept as they are, found, guarded by their version, and claimed when a rung is due."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk import verbs
from desk.case import OPEN, Case, Ground, State
from desk.errors import Stale
from desk.promise import Acknowledgement, Breach, Grade, Pause
from desk.records import CaseFilter, Page
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW, a_case, a_cycle

FULL = a_case(
    owner_id="wu",
    state=State.REJECTED,
    resolved_at=NOW,
    ended_at=NOW + HOUR,
    duplicate_of=1001,
    ground=Ground.DUPLICATE,
    rating=5,
    rating_comment="很好 👍",
    objected_at=NOW,
    claimed_once=True,
    replied_once=True,
    cycles=(
        a_cycle(met_at=NOW, breaches=(Breach(NOW, "guidance", "severity re-graded"),)),
        a_cycle(
            number=2,
            grades=(
                Grade(NOW, "guidance", timedelta(hours=16)),
                Grade(NOW + MINUTE, "production_down", timedelta(microseconds=1)),
            ),
            pauses=(Pause(NOW, NOW + HOUR), Pause(NOW + 2 * HOUR)),
            acknowledged=Acknowledgement("tam", NOW),
            armed_at=NOW,
            provisional=True,
        ),
    ),
)


async def add(desk: StoredDesk, *cases: Case) -> list[Case]:
    async def work(work: Any) -> list[Case]:
        return [await work.cases.add(case) for case in cases]

    return await desk.run(work)


async def find(desk: StoredDesk, page: int = 1, size: int = 10, **wanted: Any) -> Page:
    return await desk.run(lambda work: work.cases.find(CaseFilter(**wanted), page, size))


async def titles(desk: StoredDesk, **wanted: Any) -> list[str]:
    return [case.title for case in (await find(desk, **wanted)).cases]


async def test_the_first_case_is_c_1001_and_numbers_go_on(desk: StoredDesk) -> None:
    assert [c.number for c in await add(desk, a_case(), a_case())] == ["C-1001", "C-1002"]


@pytest.mark.parametrize("case", [a_case(), FULL], ids=["new", "full"])
async def test_a_case_comes_back_as_it_was(desk: StoredDesk, case: Case) -> None:
    (stored,) = await add(desk, case)
    assert stored == replace(case, id=stored.id)
    assert await desk.run(lambda work: work.cases.get(stored.id)) == stored
    assert await desk.run(lambda work: work.cases.get(1)) is None


async def test_what_no_database_can_keep_is_shown_as_a_sign(desk: StoredDesk) -> None:
    (stored,) = await add(desk, a_case(title="a\x00b", description="\ud83d <!channel> \u202e"))
    kept = await desk.run(lambda work: work.cases.get(stored.id))
    assert kept is not None
    assert (kept.title, kept.description) == ("a␀b", "? <!channel> \u202e")


async def test_a_time_without_a_zone_is_refused(desk: StoredDesk) -> None:
    naive = datetime(2026, 3, 6)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        await add(desk, a_case(opened_at=naive))
    with pytest.raises(ValueError, match="without a zone"):
        await add(desk, a_case(cycles=(a_cycle(pauses=(Pause(naive),)),)))


async def test_times_of_any_zone_are_the_same_instant_and_compare_right(desk: StoredDesk) -> None:
    shanghai, new_york = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
    due = [
        datetime(2026, 2, 16, 8, 59, 59, 999_999, shanghai),
        datetime(2026, 2, 15, 20, 0, 0, 1, new_york),
        datetime(2026, 2, 16, 1, tzinfo=UTC),
    ]
    await add(
        desk, *(a_case(title=str(n), cycles=(a_cycle(next_rung_at=t),)) for n, t in enumerate(due))
    )
    nine = datetime(2026, 2, 16, 9, tzinfo=shanghai)
    found = await desk.run(lambda work: work.cases.due(nine, 10))
    assert [case.title for case in found] == ["0", "2"]
    assert await desk.run(lambda work: work.cases.next_rung_at()) == due[0]


async def test_only_the_first_of_two_writers_saves(desk: StoredDesk) -> None:
    (case,) = await add(desk, a_case())
    first = await desk.run(lambda work: work.cases.save(replace(case, title="First")))
    assert first.version == 1
    with pytest.raises(Stale) as stale:
        await desk.run(lambda work: work.cases.save(replace(case, title="Second")))
    assert (stale.value.code, stale.value.case_id) == ("stale.version", case.id)
    assert await desk.run(lambda work: work.cases.get(case.id)) == first


async def test_two_claims_in_the_same_instant_and_one_has_it(
    desk: StoredDesk, second: StoredDesk
) -> None:
    (case,) = await add(desk, a_case())
    both_read = asyncio.Barrier(2)

    async def claim(desk: StoredDesk, by: str) -> str:
        async def work(work: Any) -> str:
            seen = await work.cases.get(case.id)
            if desk.dialect == "postgres":
                await both_read.wait()
            moved, _ = verbs.claim(seen, by, NOW)
            await work.cases.save(moved)
            return by

        return await desk.run(work)

    results = await asyncio.gather(claim(desk, "wu"), claim(second, "xu"), return_exceptions=True)
    winner = next(r for r in results if isinstance(r, str))
    assert [type(r) for r in results if r != winner] == [Stale]
    kept = await desk.run(lambda work: work.cases.get(case.id))
    assert kept is not None
    assert kept.owner_id == winner


async def test_the_next_rung_is_that_of_a_running_clock(desk: StoredDesk) -> None:
    early = a_cycle(next_rung_at=NOW - HOUR)
    (running, *_) = await add(
        desk,
        a_case(),
        a_case(cycles=(replace(early, met_at=NOW),)),
        a_case(cycles=(replace(early, ended_at=NOW),)),
        a_case(cycles=(early, a_cycle(number=2, next_rung_at=None))),
    )
    assert await desk.run(lambda work: work.cases.next_rung_at()) == NOW + 8 * HOUR
    assert await desk.run(lambda work: work.cases.due(NOW + 8 * HOUR - MINUTE, 9)) == []
    assert await desk.run(lambda work: work.cases.due(NOW + 8 * HOUR, 9)) == [running]
    met = await desk.run(lambda work: work.cases.save(running.with_cycle(running.cycle.meet(NOW))))
    assert await desk.run(lambda work: work.cases.next_rung_at()) is None
    assert met.cycle.met_at == NOW


async def test_the_earliest_are_due_first(desk: StoredDesk) -> None:
    await add(desk, *(a_case(cycles=(a_cycle(next_rung_at=NOW - h * HOUR),)) for h in (1, 3, 2)))
    due = await desk.run(lambda work: work.cases.due(NOW, 2))
    assert [case.id for case in due] == [1002, 1003]


async def test_two_sweepers_get_different_cases(postgres_database: str) -> None:
    from storage.migrate import migrate

    await migrate(postgres_database)
    both = asyncio.Barrier(2)

    async def sweep(work: Any) -> list[int]:
        due = await work.cases.due(NOW + 8 * HOUR, 3)
        await both.wait()
        return [case.id for case in due]

    async with await StoredDesk.open(postgres_database) as desk:
        await add(desk, *(a_case() for _ in range(6)))
        one, two = await asyncio.gather(desk.run(sweep), desk.run(sweep))
    assert sorted(one + two) == [1001, 1002, 1003, 1004, 1005, 1006]


async def test_running_clocks_in_batches(desk: StoredDesk) -> None:
    met = a_cycle(met_at=NOW)
    await add(desk, a_case(), a_case(cycles=(met,)), a_case(), a_case())
    first = await desk.run(lambda work: work.cases.running(0, 2))
    rest = await desk.run(lambda work: work.cases.running(first[-1].id, 2))
    assert [case.id for case in (*first, *rest)] == [1001, 1003, 1004]


async def test_open_cases_of_a_partner_are_counted(desk: StoredDesk) -> None:
    await add(desk, *(a_case(state=state) for state in State), a_case(partner_id="other"))
    assert await desk.run(lambda work: work.cases.count_open("acme")) == len(OPEN)


async def test_each_filter_narrows(desk: StoredDesk) -> None:
    await add(
        desk,
        a_case(title="a", owner_id="wu"),
        a_case(title="b", state=State.WAITING),
        a_case(title="c", partner_id="other"),
    )
    assert sorted(await titles(desk)) == ["a", "b", "c"]
    assert await titles(desk, partner_ids=("other",)) == ["c"]
    assert await titles(desk, partner_ids=()) == []
    assert await titles(desk, partner_ids=("acme", "other"), owner_id="wu") == ["a"]
    assert await titles(desk, states=frozenset({State.WAITING})) == ["b"]
    assert await titles(desk, states=frozenset()) == []
    assert sorted(await titles(desk, unclaimed=True)) == ["b", "c"]


FOUND = {
    "QUEUE": ["queue"],
    "bank noon": ["bank", "queue"],
    "noon gone": [],
    "c-1002": ["bank"],
    "C-1002 bank": ["bank"],
    "1001": ["queue"],
    "100": ["hundred"],
    "50%": ["percent"],
    "%": ["percent"],
    "a_b": ["under"],
    "\\": ["slash"],
    "STRASSE": ["street"],
    "Ｗｉｄｅ": ["wide"],
    "消息": ["chinese"],
    "' OR 1=1 --": [],
    "c-99999999999999999999": [],
}


async def test_words_search_number_title_and_text(desk: StoredDesk) -> None:
    def said(title: str, text: str = "") -> Case:
        return a_case(title=title, description=text, product="", customer="")

    await add(
        desk,
        said("queue", "noon at the bank"),
        said("bank", "noon"),
        said("hundred", "100 of them"),
        said("percent", "50% off"),
        said("under", "a_b"),
        said("nearly under", "axb"),
        said("slash", "a\\b"),
        said("street", "Hauptstraße"),
        said("wide", "wide"),
        said("chinese", "消息队列"),
    )
    assert {words: await titles(desk, words=words) for words in FOUND} == FOUND
    assert len(await titles(desk, words=" ")) == 10


async def test_newest_first_or_as_a_queue(desk: StoredDesk) -> None:
    met, soon = a_cycle(met_at=NOW), a_cycle(due_at=NOW + HOUR)
    await add(
        desk,
        a_case(title="low", priority=2, rank=0, opened_at=NOW + HOUR),
        a_case(title="late"),
        a_case(title="met", cycles=(met,)),
        a_case(title="soon", cycles=(soon,)),
        a_case(title="worse", rank=1, opened_at=NOW - HOUR),
    )
    assert await titles(desk) == ["low", "soon", "met", "late", "worse"]
    assert await titles(desk, order="queue") == ["worse", "soon", "late", "met", "low"]


async def test_pages(desk: StoredDesk) -> None:
    nothing = await find(desk, page=3)
    assert (nothing.cases, nothing.number, nothing.pages, nothing.total) == ((), 1, 1, 0)
    await add(desk, *(a_case(opened_at=NOW + n * MINUTE) for n in range(5)))
    pages = [await find(desk, page=n, size=2) for n in (1, 2, 3, 4, 0)]
    assert [[case.id for case in page.cases] for page in pages] == [
        [1005, 1004],
        [1003, 1002],
        [1001],
        [1001],
        [1005, 1004],
    ]
    assert [(page.number, page.pages, page.total) for page in pages[2:]] == [
        (3, 3, 5),
        (3, 3, 5),
        (1, 3, 5),
    ]
