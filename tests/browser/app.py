"""The whole desk as a process, in its demo, and people who look at it in Chromium."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect
from pydantic import SecretStr

from bot.app import prepare
from bot.clock import OFFSET, SystemClock
from bot.config import Settings
from storage.desk import StoredDesk
from tests.bot.terminal import Started
from tests.browser.acting import PHONE, WIDE

BERLIN = ZoneInfo("Europe/Berlin")

Theme = Literal["light", "dark"]
PATIENCE = 20_000.0

TITLE, WHAT = "Checkout answers 502", "Since 09:40 every payment ends with an error."


@dataclass
class Program:
    """The desk as a process, which may go and come back."""

    folder: Path
    process: Started
    url: str

    def stop(self) -> None:
        """The desk is gone for a moment."""
        assert self.process.stop() == 0

    def start(self) -> None:
        """It comes back at the same address, with the same data."""
        self.process = begun(self.folder, self.url.rpartition(":")[2])
        self.process.ready()


@dataclass
class App:
    """A running desk, and browsers for a test. `wrong` is what a script or the policy refused."""

    program: Program
    browser: Browser
    stack: AsyncExitStack
    wrong: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it is."""
        return self.program.url

    async def look(
        self, person: str = "", size: ViewportSize = WIDE, theme: Theme = "light", path: str = "/"
    ) -> Page:
        """A new browser, looking as somebody."""
        context = await self.browser.new_context(
            viewport=size, color_scheme=theme, has_touch=size is PHONE, timezone_id="America/Lima"
        )
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heard)
        await page.goto(self.url + "/")
        await ready(page)
        if person:
            await become(page, person)
        if path != "/":
            await page.goto(self.url + path)
            await ready(page)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            self.wrong.append(message.text)


async def set_clock(folder: Path) -> None:
    """Make the demo begin on the Monday to come, 10:00 in Berlin, when both sides are at work."""
    settings = Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{folder / 'var' / 'desk.db'}"),
    )
    await prepare(settings)
    now = SystemClock().now()
    ahead = now.astimezone(BERLIN) + timedelta(days=7 - now.astimezone(BERLIN).weekday())
    monday = ahead.replace(hour=10, minute=0, second=0, microsecond=0)
    desk = await StoredDesk.open(settings.database_url.get_secret_value())
    try:
        offset = repr((monday - now).total_seconds())
        await desk.run(lambda uow: uow.notes.write(OFFSET, offset))
    finally:
        await desk.close()


def begun(folder: Path, port: str = "0") -> Started:
    """The desk, begun in a folder of its own."""
    return Started(folder, "run", DESK_PORT=port)


@asynccontextmanager
async def running_program(folder: Path) -> AsyncIterator[Program]:
    """A desk that runs until the block is left."""
    await set_clock(folder)
    process = begun(folder)
    program = Program(folder, process, process.ready())
    try:
        yield program
    finally:
        program.process.__exit__()


@asynccontextmanager
async def browsers(program: Program, browser: Browser) -> AsyncIterator[App]:
    """Browsers for a test; what their pages complain of fails it."""
    async with AsyncExitStack() as stack:
        app = App(program, browser, stack)
        yield app
    assert app.wrong == []


async def ready(page: Page) -> None:
    """Until the page works and listens."""
    await page.wait_for_selector("html[data-ready][data-live]")


async def become(page: Page, person: str) -> None:
    """Switch the persona on the demo's stage."""
    if await page.locator("[data-persona]").input_value() == person:
        return
    async with page.expect_navigation(url=f"**/c/dm:{person}"):
        await page.locator("[data-persona]").select_option(person)
    await ready(page)


async def fill_in(page: Page, title: str = TITLE) -> None:
    """Fill the form that opens a case, all but sending it."""
    form = page.locator("#sheet .ask")
    await form.get_by_role("radio", name=re.compile("^Production down")).check()
    await form.get_by_label("Title").fill(title)
    await form.get_by_label("What happens, and since when?").fill(WHAT)
    await form.get_by_label("Cloud servers").check()


async def open_a_case(page: Page, title: str = TITLE) -> str:
    """Open a case with the mouse; returns its number, "C-1042"."""
    opened = page.locator(".message", has_text="is open")
    # An earlier case of the same title is not the answer to this form.
    before = await opened.count()
    await page.locator(".first-steps").get_by_role("button", name="Open a case").click()
    await fill_in(page, title)
    await page.get_by_role("button", name="Open case").click()
    await expect(opened).to_have_count(before + 1)
    await expect(opened.last).to_contain_text(title)
    words = await opened.last.locator(".card-title").inner_text()
    return words.split()[0]


async def to_next_alert(page: Page) -> None:
    """Move the demo's clock to the next alert."""
    async with page.expect_response("**/demo/clock"):
        await page.locator("[data-clock=next]").click()


async def say(page: Page, words: str) -> None:
    """Write to the conversation that is open."""
    await page.locator("[data-say] textarea").fill(words)
    await page.keyboard.press("Control+Enter")


async def card_of(page: Page, case: str) -> Locator:
    """The card of a case in the conversation."""
    number = page.locator(f".card-title [data-case='{case[2:]}']")
    card = page.locator(".message", has=number).filter(has_text="Coordination").first
    await expect(card).to_be_visible()
    return card
