"""What happens to an open page when the desk is away, and to what somebody was about to say."""

import re

from playwright.async_api import expect

from tests.browser.app import App, open_a_case, ready, say, to_next_alert

BY_THE_SECOND = re.compile(r"in \d min( \d+ s)?")
LOST = "Connection lost. Trying again…"


async def test_the_desk_goes_and_comes_back_and_the_page_catches_up(app: App) -> None:
    anna = await app.look("anna-berg", path="/c/channel:northwind")
    await say(anna, "before")
    await expect(anna.get_by_text("before", exact=True)).to_be_visible()

    app.program.stop()
    await expect(anna.get_by_text(LOST)).to_be_visible()
    await say(anna, "while it was away")
    await expect(anna.get_by_text("Not sent: there is no connection")).to_be_visible()
    await expect(anna.locator("[data-say] textarea")).to_have_value("while it was away")

    app.program.start()
    jonas = await app.look("jonas-weiss", path="/c/channel:northwind")
    await say(jonas, "I am back first")
    await expect(anna.get_by_text(LOST)).to_have_count(0)
    await expect(anna.get_by_text("I am back first")).to_be_visible()
    await anna.locator("[data-say] textarea").press("Control+Enter")
    await expect(jonas.get_by_text("while it was away", exact=True)).to_have_count(1)


async def test_offline_says_so_and_mends_itself(app: App) -> None:
    anna = await app.look("anna-berg", path="/c/channel:northwind")
    jonas = await app.look("jonas-weiss", path="/c/channel:northwind")

    await anna.context.set_offline(True)
    await say(anna, "is anybody there")
    await expect(anna.get_by_text("Not sent: there is no connection")).to_be_visible()
    await say(jonas, "said meanwhile")
    await anna.context.set_offline(False)
    await expect(anna.get_by_text("said meanwhile")).to_be_visible()


async def test_a_draft_survives_a_reload_and_is_gone_when_it_was_sent(app: App) -> None:
    page = await app.look("anna-berg")
    text = page.locator("[data-say] textarea")
    await text.fill("half a thou")
    await page.reload()
    await ready(page)
    await expect(text).to_have_value("half a thou")

    await text.press("Control+Enter")
    await expect(text).to_have_value("")
    await expect(page.locator(".message.mine")).to_contain_text("half a thou")
    await page.reload()
    await ready(page)
    await expect(text).to_have_value("")


async def test_under_ten_minutes_the_clock_counts_by_the_second(app: App) -> None:
    page = await app.look("anna-berg")
    await open_a_case(page)
    left = page.locator("#focus .left").first
    await expect(left).to_have_text(re.compile(r"^in (29|30) min$"))

    await page.locator("[data-clock='15']").click()
    await expect(left).to_have_text(re.compile(r"^in 1[45] min$"))
    while not BY_THE_SECOND.fullmatch(seen := await left.inner_text()):
        await to_next_alert(page)
        await expect(left).not_to_have_text(seen)
    # It goes on by itself.
    await expect(left).not_to_have_text(seen)
    await expect(left).to_have_text(BY_THE_SECOND)
