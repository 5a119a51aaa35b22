"""The services the tests stand on answer, and a skip is a failure where nobody would see it."""

import asyncpg
import pytest
from playwright.async_api import Page

from tests.services.chromium import find_chromium
from tests.services.missing import Missing, skips_fail


async def test_postgres_answers(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        assert await connection.fetchval("select 1") == 1
    finally:
        await connection.close()


@pytest.mark.parametrize("_turn", ["first", "second"])
async def test_a_database_is_empty_for_every_test(postgres_database: str, _turn: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    try:
        await connection.execute("create table lent (id int)")
    finally:
        await connection.close()


async def test_chromium_draws_a_page(page: Page) -> None:
    await page.goto("data:text/html,<title>Desk</title><h1>Good morning</h1>")

    assert await page.title() == "Desk"
    assert await page.get_by_role("heading").inner_text() == "Good morning"


def test_a_browser_that_is_not_there_is_named() -> None:
    with pytest.raises(Missing, match="no-such-browser"):
        find_chromium({"CHROMIUM": "no-such-browser"})


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, False), ({"CI": ""}, False), ({"CI": "false"}, False), ({"CI": "true"}, True)],
)
def test_skips_fail_on_a_build_server_only(environment: dict[str, str], expected: bool) -> None:
    assert skips_fail(environment) is expected
