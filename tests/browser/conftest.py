"""A whole desk for a test; or a preview, and pages of it."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.acting import PHONE, WIDE, Opener
from tests.browser.app import App, Program, browsers, running_program
from tests.browser.preview import Preview, previewing
from tests.folder import fleeting_folder

# A busy machine is slow, not wrong: a condition that never comes true still fails.
expect.set_options(timeout=30_000)


@pytest_asyncio.fixture(scope="module")
async def program() -> AsyncIterator[Program]:
    """The whole desk in its demo, as a process of its own, for the tests of a file."""
    with fleeting_folder() as folder:
        async with running_program(folder) as running:
            yield running


@pytest_asyncio.fixture
async def app(program: Program, browser: Browser) -> AsyncIterator[App]:
    """Browsers that look at it."""
    async with browsers(program, browser) as looking:
        yield looking


@pytest_asyncio.fixture
async def preview() -> AsyncIterator[Preview]:
    async with previewing() as running:
        yield running


@pytest_asyncio.fixture
async def look(browser: Browser, preview: Preview) -> AsyncIterator[Opener]:
    """Opens a page of the preview; a script's error or a refusal of the policy fails the test."""
    contexts = []
    wrong: list[str] = []

    async def open_page(
        path: str = "/c/page",
        size: ViewportSize = WIDE,
        theme: Literal["light", "dark"] = "light",
    ) -> Page:
        context = await browser.new_context(
            viewport=size,
            color_scheme=theme,
            has_touch=size is PHONE,
            bypass_csp=False,
            timezone_id="America/Lima",
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
        await page.goto(preview.url + path)
        if path.startswith("/c/"):
            await page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert wrong == []
