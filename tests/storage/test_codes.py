"""One-time codes and states, tries of a workspace, and drafts."""

import asyncio
from dataclasses import replace
from typing import Any

from desk.linking import Attempts, LinkCode
from desk.records import Draft
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW

WEEK = 7 * 24 * HOUR


async def test_a_code_is_used_once(desk: StoredDesk, second: StoredDesk) -> None:
    code = LinkCode("hash", "acme", NOW + WEEK)
    await desk.run(lambda work: work.codes.add(code))
    for _ in range(2):
        assert await desk.run(lambda work: work.codes.get("hash", NOW)) == code
    assert await desk.run(lambda work: work.codes.get("other", NOW)) is None

    def use(desk: StoredDesk) -> Any:
        return desk.run(lambda work: work.codes.use("hash", "slack:T1", NOW))

    used = await asyncio.gather(*(use(one) for one in (desk, second) * 3))
    assert sorted(used) == [False] * 5 + [True]
    assert await desk.run(lambda work: work.codes.get("hash", NOW)) is None


async def test_a_code_ends_with_its_time(desk: StoredDesk) -> None:
    await desk.run(lambda work: work.codes.add(LinkCode("hash", "acme", NOW + WEEK)))
    last = NOW + WEEK
    assert await desk.run(lambda work: work.codes.get("hash", last)) is None
    assert not await desk.run(lambda work: work.codes.use("hash", "slack:T1", last))
    assert await desk.run(lambda work: work.codes.get("hash", last - MINUTE)) is not None
    await desk.run(lambda work: work.codes.forget_old(last))
    assert await desk.run(lambda work: work.codes.get("hash", NOW)) is None


async def test_every_try_of_a_workspace_has_its_number(
    desk: StoredDesk, second: StoredDesk
) -> None:
    def attempt(desk: StoredDesk, minutes: int = 0, workspace: str = "T1") -> Any:
        now = NOW + minutes * MINUTE
        return desk.run(lambda work: work.codes.attempt("slack", workspace, now, now - HOUR))

    tries = await asyncio.gather(*(attempt(one) for one in (desk, second) * 4))
    assert sorted(one.number for one in tries) == list(range(1, 9))
    assert await attempt(desk, workspace="T2") == Attempts(1, NOW)
    assert await attempt(desk, 59) == Attempts(9, NOW)
    assert await attempt(desk, 60) == Attempts(1, NOW + HOUR)
    await desk.run(lambda work: work.codes.forgive("slack", "T1"))
    assert await attempt(desk, 61) == Attempts(1, NOW + 61 * MINUTE)
    assert await attempt(desk, 1, "T2") == Attempts(2, NOW)
    await desk.run(lambda work: work.codes.forget_old(NOW + 24 * HOUR))
    assert await attempt(desk, 2, "T2") == Attempts(1, NOW + 2 * MINUTE)
    assert await attempt(desk, 62) == Attempts(2, NOW + 61 * MINUTE)


async def test_a_state_is_taken_out_once(desk: StoredDesk, second: StoredDesk) -> None:
    await desk.run(lambda work: work.codes.add_state("s", '{"next": "\x00"}', NOW + MINUTE))
    await desk.run(lambda work: work.codes.add_state("late", "", NOW + MINUTE))
    taken = await asyncio.gather(
        *(one.run(lambda work: work.codes.use_state("s", NOW)) for one in (desk, second) * 3)
    )
    assert [value for value in taken if value is not None] == ['{"next": "␀"}']
    assert await desk.run(lambda work: work.codes.use_state("late", NOW + MINUTE)) is None
    await desk.run(lambda work: work.codes.add_state("old", "", NOW + MINUTE))
    await desk.run(lambda work: work.codes.forget_old(NOW + HOUR))
    assert await desk.run(lambda work: work.codes.use_state("old", NOW)) is None


async def test_a_draft_is_one_a_person_form_and_case(desk: StoredDesk) -> None:
    async def keep(text: str, minutes: int = 0, **key: Any) -> Draft:
        values = {"text": text}
        at = NOW + minutes * MINUTE
        draft = replace(Draft("li", "reply", 7, values, at), **key)
        await desk.run(lambda work: work.drafts.keep(draft))
        return draft

    async def get(*key: Any) -> Draft | None:
        return await desk.run(lambda work: work.drafts.get(*key))

    await keep("first")
    second = await keep("你好 😀", 1)
    other = await keep("another case", case_id=8)
    await keep("another person", person_id="wu")
    assert await get("li", "reply", 7) == second
    assert await get("li", "reply", 8) == other
    assert await get("li", "resolve", 7) is None
    await desk.run(lambda work: work.drafts.drop("li", "reply", 7))
    assert await get("li", "reply", 7) is None
    assert await get("wu", "reply", 7) is not None
    await keep("newer", 2, case_id=9)
    await desk.run(lambda work: work.drafts.forget_old(NOW + 2 * MINUTE))
    assert await get("wu", "reply", 7) is None
    assert await get("li", "reply", 9) is not None
