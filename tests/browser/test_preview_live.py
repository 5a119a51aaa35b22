"""The example pages while the desk talks to them: messages, clocks, lost connections."""

from dataclasses import replace

from playwright.async_api import expect

from bot.web import render
from tests.browser import examples
from tests.browser.acting import Opener, connected, message, say
from tests.browser.examples import NOW, PARTNER_VIEW, ahead
from tests.browser.preview import Preview


async def test_a_countdown_follows_the_desks_clock(look: Opener, preview: Preview) -> None:
    page = await look()
    await connected(preview, page)
    left = page.locator("#focus .left").first
    bar = page.locator("#focus .bar").first

    await preview.send("clock", now=round(ahead(12).timestamp() * 1000))
    await expect(left).to_have_text("in 1 min 59 s")
    await expect(left).to_have_text("in 1 min 58 s")
    await expect(bar).to_have_attribute("aria-valuenow", "93")
    await preview.send("clock", now=round(ahead(20).timestamp() * 1000))
    await expect(left).to_have_text("6 min ago")
    await expect(page.locator("[data-stage-clock]")).to_have_text("Mon 16 Mar 09:36")


async def test_a_message_arrives_without_a_reload_and_is_replaced_when_it_changes(
    look: Opener, preview: Preview
) -> None:
    page = await look("/c/answered")
    await connected(preview, page)

    await say(preview, 50, message(50, "It is the <b>cable</b>"))
    await expect(page.locator("#m-50 [data-text]")).to_have_text("It is the <b>cable</b>")
    await expect(page.locator("#m-50")).to_be_in_viewport()
    await say(preview, 50, message(50, "It is the fibre", edited=True))
    await expect(page.locator("#m-50 [data-text]")).to_have_text("It is the fibre")
    await say(preview, 51, message(51, "in a thread"), thread="2")
    await say(preview, 52, message(52, "after it"))
    await expect(page.locator("#m-52")).to_be_visible()
    await expect(page.locator("#m-51")).to_have_count(0)
    # A page at its end is read, up to the last change that it saw.
    await preview.received("/read", seq="152")


async def test_who_reads_further_up_is_not_moved(look: Opener, preview: Preview) -> None:
    page = await look("/c/answered")
    await connected(preview, page)
    log = page.locator("#log")
    await log.evaluate("(e) => { e.scrollTop = 0; }")

    await say(preview, 50, message(50, "new"))

    await expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    assert await log.evaluate("(e) => e.scrollTop") == 0
    await page.get_by_role("button", name="1 new message").click()
    await expect(page.locator("#m-50")).to_be_in_viewport()


async def test_a_long_answer_is_read_from_its_beginning(look: Opener, preview: Preview) -> None:
    page = await look("/c/answered")
    item = replace(examples.ANSWERS[3], id="60")
    preview.answers.append({"messages": [render.message(PARTNER_VIEW, item, NOW)]})

    await page.locator("#focus").get_by_role("button", name="Timeline").click()

    await expect(page.locator("#m-60 h2")).to_be_in_viewport()


async def test_a_lost_connection_says_so_and_mends_itself(look: Opener, preview: Preview) -> None:
    page = await look("/c/answered")
    await connected(preview, page)
    await say(preview, 50, message(50, "before"))
    await expect(page.locator("#m-50")).to_be_visible()

    await preview.cut()
    await expect(page.get_by_text("Connection lost. Trying again…")).to_be_visible()
    async with page.expect_request(lambda r: "/events" in r.url) as again:
        preview.online = True
    assert "seq=150" in (await again.value).url
    await expect(page.get_by_text("Connection lost. Trying again…")).to_have_count(0)
    await connected(preview, page)
    await say(preview, 51, message(51, "after"))
    await expect(page.locator("#m-51")).to_be_visible()


async def test_unread_marks_follow(look: Opener, preview: Preview) -> None:
    page = await look()
    await connected(preview, page)

    await preview.send("unread", **{"dm:anna": 0, "channel:network": 13, "dm:li": 1})

    await expect(page.locator("[data-place='dm:li'] .unread")).to_be_visible()
    await expect(page.locator("[data-place='channel:network'] .unread b")).to_have_text("13")
    await expect(page.locator("[data-place='dm:anna'] .unread")).to_be_hidden()
    await expect(page).to_have_title("(14) northwind · Partnerdesk")


async def test_earlier_messages_come_above_and_move_nothing(look: Opener) -> None:
    page = await look()
    first = page.locator("#m-1")
    await first.scroll_into_view_if_needed()
    before = await first.bounding_box()

    await page.get_by_role("button", name="Show earlier messages").click()

    await expect(page.locator("#m-0")).to_be_attached()
    await expect(page.locator("[data-older]")).to_have_count(0)
    after = await first.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 60


async def test_a_changed_case_is_drawn_again(look: Opener, preview: Preview) -> None:
    page = await look()
    await connected(preview, page)

    async with page.expect_request(lambda r: r.headers.get("x-fragment") == "focus") as asked:
        await preview.send("focus", case=1042)

    assert "case=1042" in (await asked.value).url
