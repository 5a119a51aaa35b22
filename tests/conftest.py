"""The services every test may ask for, and the rule that nothing is skipped on a build server."""

import itertools
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.services import node
from tests.services.chromium import FLAGS, find_chromium
from tests.services.missing import Missing, skips_fail
from tests.services.postgres import running_postgres

_numbers = itertools.count(1)

# What a test asks for says what it needs, so that `-m "not postgres"` never forgets one.
_MARKS = {"postgres_url": "postgres", "chromium": "browser", "npm_packages": "node", "bolt": "node"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        asked = getattr(item, "fixturenames", ())
        for fixture, mark in _MARKS.items():
            if fixture in asked:
                item.add_marker(mark)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    # An expected failure is reported as a skip too, and is none.
    if not report.skipped or hasattr(report, "wasxfail") or not skips_fail():
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: nothing may be skipped when CI is set. {reason}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, started for this run: the URL of its maintenance database."""
    try:
        with running_postgres() as url:
            yield url
    except Missing as missing:
        pytest.skip(str(missing))


@pytest_asyncio.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """The URL of an empty database, this test's own."""
    name = f"test_{next(_numbers)}"
    await _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    # FORCE: a test that failed may have left a connection open, and must not fail the next one.
    await _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium."""
    try:
        return find_chromium()
    except Missing as missing:
        pytest.skip(str(missing))


@pytest_asyncio.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One Chromium for the whole run; a test takes a `page`, or a context of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium, headless=True, args=list(FLAGS)
        )
        yield running
        await running.close()


@pytest_asyncio.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page without history: no cookie, no storage, nothing of another test."""
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture(scope="session")
def npm_packages() -> Path:
    """The folder of Microsoft's own JavaScript, fetched once for this checkout."""
    try:
        return node.installed()
    except Missing as missing:
        pytest.skip(str(missing))
