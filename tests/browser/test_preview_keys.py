"""The example pages by keyboard alone."""

from playwright.async_api import expect

from bot.web import render
from handlers.intents import Begin, ListCases
from tests.browser import examples
from tests.browser.acting import Opener, message, pressed
from tests.browser.examples import NOW, PARTNER_VIEW
from tests.browser.preview import Preview


async def test_the_keys_do_what_they_say(look: Opener, preview: Preview) -> None:
    page = await look()
    preview.answers.append({"form": render.form(PARTNER_VIEW, examples.ASK, NOW)})

    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()
    await page.keyboard.press("/")
    await expect(page.locator(".finder input")).to_be_focused()
    await page.keyboard.type("gateway?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#sheet .ask")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#sheet .ask")).to_have_count(0)
    await page.keyboard.press("r")
    await expect(page.locator("[data-say] textarea")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-say] textarea")).not_to_be_focused()

    assert pressed(preview) == [ListCases(show="all")]
    assert preview.posted[-1][1]["words"] == "gateway?"


async def test_c_opens_a_case_and_ctrl_enter_sends_it(look: Opener, preview: Preview) -> None:
    page = await look()
    preview.answers += [
        {"form": render.form(PARTNER_VIEW, examples.ASK, NOW)},
        {"messages": [message(50, "C-1043 is open", only_you=True)], "case": 1042},
    ]

    await page.keyboard.press("c")
    await page.get_by_label("Guidance").check()
    await page.keyboard.press("Control+Enter")

    await expect(page.get_by_text("C-1043 is open")).to_be_visible()
    await expect(page.locator("#sheet .ask")).to_have_count(0)
    assert pressed(preview)[0] == Begin("open_case")
    assert preview.posted[1][1]["severity"] == "guidance"
    assert preview.posted[1][1]["_csrf"] == "token-1"
    assert preview.posted[1][1]["_conversation"] == "channel:northwind"


async def test_j_and_k_walk_and_enter_opens(look: Opener) -> None:
    page = await look()

    await page.keyboard.press("j")
    await expect(page.locator("#m-1")).to_be_focused()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await expect(page.locator("#m-2")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**case=1042")
    await page.locator("#m-3").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**thread=3&case=1042")
    await expect(page.locator(".in-thread")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.wait_for_url(lambda url: "thread" not in url)
