"""Every main page of the running desk: readable for everybody, and never wider than the screen."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.acting import PHONE, WIDE
from tests.browser.app import App, card_of, say

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('body *')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
    && ['auto', 'scroll', 'visible'].includes(getComputedStyle(e).overflowX)
    && getComputedStyle(e).display !== 'inline' && !e.closest('svg, select'))
  .map((e) => e.outerHTML.slice(0, 120))"""


async def check(page: Page, where: str) -> list[str]:
    """What is wrong with what is to be seen now, in both themes."""
    found = [f"{where}: wider than the screen: {html}" for html in await page.evaluate(SIDEWAYS)]
    await page.evaluate(AXE)
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        result = await page.evaluate("() => axe.run(document)")
        found += [
            f"{where} {theme}: {one['id']}: {[node['html'][:160] for node in one['nodes']]}"
            for one in result["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
    return found


async def show(page: Page, pane: str) -> None:
    """On a phone one pane is to be seen at a time."""
    await page.locator(f".tabs [data-show={pane}]").click()
    await expect(page.locator(f"[data-pane-of={pane}]")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_the_contacts_pages(app: App, size: ViewportSize) -> None:
    page = await app.look("grace-whitfield", size)
    for words in ("help", "my cases", "quota", "why is C-1003 due then", "C-1003 timeline"):
        before = await page.locator(".message").count()
        await say(page, words)
        await expect(page.locator(".message")).to_have_count(before + 2)
    found = await check(page, "list, quota, why, timeline")
    for pane in ("focus", "places") if size is PHONE else ():
        await show(page, pane)
        found += await check(page, pane)
    await expect(page.locator("#focus [data-held='1003']")).to_have_count(1)
    form = ".tabs [data-intent]" if size is PHONE else ".first-steps button"
    await page.locator(form).first.click()
    await page.get_by_role("button", name="Open case").click()
    await expect(page.get_by_text("Choose how bad it is.")).to_be_visible()
    found += await check(page, "form")

    assert found == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_the_engineers_pages(app: App, size: ViewportSize) -> None:
    page = await app.look("chen-jie", size, path="/c/channel:support-cloud")
    found = await check(page, "channel")

    card = await card_of(page, "C-1004")
    await card.locator(".replies").click()
    await expect(page.locator(".in-thread")).to_be_visible()
    await say(page, "A remark of ours, with a_very_long_word_" + "without_an_end_" * 12)
    # The other size said the same in this thread.
    await expect(page.get_by_role("button", name="Send to partner").last).to_be_visible()
    found += await check(page, "thread")
    await page.goto(app.url + "/")
    await say(page, "queue")
    await expect(page.locator("table")).to_be_visible()
    found += await check(page, "queue")

    assert found == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("person", ["chen-jie", "grace-whitfield"])
async def test_a_menu_opens_where_there_is_room(app: App, size: ViewportSize, person: str) -> None:
    engineer = person == "chen-jie"
    page = await app.look(person, size, path="/c/channel:support-cloud" if engineer else "/")
    menus = page.locator(".log details.menu")
    await expect(menus.first).to_be_attached()
    for menu in (menus.first, menus.last):
        await menu.locator("summary").click()
        for button in await menu.locator("button").all():
            await expect(button).to_be_in_viewport(ratio=1)
        await page.keyboard.press("Escape")
        await expect(menu).not_to_have_attribute("open", "")


async def test_on_a_phone_a_bar_of_four_leads_everywhere(app: App) -> None:
    page = await app.look("anna-berg", PHONE)
    bar = page.locator(".tabs button")
    await expect(bar).to_have_count(4)

    for pane in ("places", "focus", "conversation"):
        await page.locator(f".tabs [data-show={pane}]").tap()
        await expect(page.locator(f"[data-pane-of={pane}]")).to_be_visible()
        await expect(page.locator(".tabs [aria-current]")).to_have_attribute("data-show", pane)
    await bar.last.tap()
    await expect(page.locator("#sheet .ask")).to_be_visible()
