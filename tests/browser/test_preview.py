"""The example pages in a real Chromium: readable, fitting, in both themes and both widths."""

from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.acting import PHONE, WIDE, Opener

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
PATHS = ("/c/page", "/c/answered", "/c/form", "/c/empty", "/c/page?thread=2", "/signin", "/problem")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", PATHS)
async def test_axe_finds_nothing_serious(
    look: Opener, path: str, size: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    page = await look(path, size, theme)
    # The policy admits no foreign script, so axe comes in through the debugger.
    await page.evaluate(AXE.read_text("utf-8"))
    panes = ["places", "conversation", "focus"] if path.startswith("/c/") else [""]
    found: list[str] = []

    for pane in panes if size is PHONE else panes[:1]:
        if size is PHONE and pane:
            await page.click(f"[data-show={pane}]")
        result = await page.evaluate("() => axe.run(document)")
        found += [
            f"{pane} {v['id']} ({v['impact']}): {[n['html'][:160] for n in v['nodes']]}"
            for v in result["violations"]
            if v["impact"] != "minor"
        ]

    assert found == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("path", PATHS)
async def test_nothing_scrolls_sideways(look: Opener, path: str, size: ViewportSize) -> None:
    page = await look(path, size)
    for pane in ("places", "conversation", "focus"):
        if size is PHONE and path.startswith("/c/"):
            await page.click(f"[data-show={pane}]")
        wide = await page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll('body *')]
              .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1
                && ['auto', 'scroll', 'visible'].includes(getComputedStyle(e).overflowX)
                && getComputedStyle(e).display !== 'inline' && !e.closest('svg, select'))
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert wide == []


async def test_targets_are_large_enough_for_a_finger(look: Opener) -> None:
    page = await look("/c/answered", PHONE)
    for pane in ("places", "conversation", "focus"):
        await page.click(f"[data-show={pane}]")
        small = await page.evaluate(
            """() => [...document.querySelectorAll('button, summary, select, input, .place, .back')]
              .filter((e) => e.checkVisibility() && !e.matches('.row-open, .link'))
              .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
              .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
              .map(([html, box]) => `${html} ${box.width} ${box.height}`)"""
        )
        assert small == []


async def test_the_theme_is_kept(look: Opener) -> None:
    page = await look(theme="light")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    switch = page.locator("[data-theme-switch]")

    await switch.click()
    await switch.click()

    await expect(switch).to_have_attribute("aria-label", "Theme: dark")
    dark = await page.evaluate(ground)
    await page.reload()
    assert await page.evaluate(ground) == dark != light


async def test_reduced_motion_is_honoured(look: Opener) -> None:
    page = await look()
    await page.emulate_media(reduced_motion="reduce")
    style = "() => getComputedStyle(document.querySelector('.bar .fill')).transitionDuration"

    assert await page.evaluate(style) in {"0s", "0.00001s", "1e-05s"}
