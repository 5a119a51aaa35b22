"""A newcomer's first five minutes, in a real Chromium against the whole running desk."""

import re

from playwright.async_api import expect

from tests.browser.app import (
    TITLE,
    WHAT,
    App,
    become,
    card_of,
    fill_in,
    open_a_case,
    say,
    to_next_alert,
)

CLOUD = "/c/channel:support-cloud"


async def test_a_case_is_opened_seen_live_claimed_and_answered(app: App) -> None:
    engineer = await app.look("chen-jie", path=CLOUD)
    page = await app.look("anna-berg")

    # Wrong input comes back at its field, and what was typed stays.
    await page.locator(".first-steps").get_by_role("button", name="Open a case").click()
    form = page.locator("#sheet .ask")
    await form.get_by_label("What happens, and since when?").fill(WHAT)
    await page.get_by_role("button", name="Open case").click()
    await expect(form.get_by_text("Say in one line what is wrong.")).to_be_visible()
    await expect(form.get_by_text("Choose how bad it is.")).to_be_visible()
    await expect(form.get_by_label("What happens, and since when?")).to_have_value(WHAT)
    await fill_in(page)
    await page.get_by_role("button", name="Open case").click()
    opened = page.locator(".message", has_text="is open").last
    await expect(opened).to_contain_text("First reply is due")
    await expect(form).to_have_count(0)
    case = (await opened.locator(".card-title").inner_text()).split()[0]

    # The engineer's page was open all the time.
    card = await card_of(engineer, case)
    await expect(card).to_contain_text(TITLE)
    await card.get_by_role("button", name="Claim").click()
    await expect(engineer.get_by_text(f"{case} is yours")).to_be_visible()
    await expect(card).to_contain_text("being worked on")
    await expect(card).to_contain_text("Chen Jie")
    await expect(page.locator("#focus")).to_contain_text("being worked on")

    await card.get_by_role("button", name="Reply to partner").click()
    await engineer.get_by_label("Your reply").fill("We look at the gateway.")
    await engineer.get_by_role("button", name="Send reply").click()
    await expect(card).to_contain_text("First reply in time")

    # The partner reads the answer in the thread of the card, and writes back.
    hers = await card_of(page, case)
    await hers.locator(".replies").click()
    await expect(page.locator(".in-thread")).to_be_visible()
    await expect(page.get_by_text("We look at the gateway.")).to_be_visible()
    await say(page, "It works again!")
    await card.locator(".replies").click()
    await expect(engineer.get_by_text("It works again!")).to_be_visible()
    # The partner said it, so it is no remark of the engineers' own.
    heard = engineer.locator(".message", has_text="It works again!")
    await expect(heard).not_to_have_class(re.compile("internal"))


async def test_the_clock_is_moved_to_a_breach_and_the_tam_takes_it(app: App) -> None:
    page = await app.look("anna-berg")
    case = await open_a_case(page)
    await become(page, "oliver-hartmann")
    engineer = await app.look("chen-jie", path=CLOUD)

    alerts = engineer.locator(".message", has_text=f"{case} production down, Northwind")
    escalation = page.locator(".message", has_text=f"{case} production down, Northwind")
    overdue = escalation.filter(has_text="Overdue")
    # The sample's own case is as urgent, and has its alerts first.
    while not await overdue.count():
        await to_next_alert(page)
    await expect(alerts.last).to_contain_text("@Chen Jie")

    await overdue.last.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_text(f"You have taken {case}")).to_be_visible()
    await expect(engineer.get_by_text("Oliver Hartmann took the escalation")).to_be_visible()


async def test_a_second_browser_reads_along_and_unread_marks_come_and_go(app: App) -> None:
    anna, jonas = await app.look("anna-berg"), await app.look("jonas-weiss")
    mark = jonas.locator("[data-place='channel:northwind'] [data-unread]")
    await expect(mark).to_be_hidden()

    await anna.locator("[data-place='channel:northwind']").click()
    await expect(anna.locator(".talk-name h1")).to_contain_text("northwind")
    await say(anna, "Does anybody know the gateway's password?")
    await expect(mark).to_be_visible()
    await expect(mark.locator("b")).to_have_text("1")
    await expect(jonas).to_have_title("(1) Desk · Partnerdesk")

    await jonas.locator("[data-place='channel:northwind']").click()
    await expect(jonas.get_by_text("Does anybody know")).to_be_visible()
    await expect(mark).to_be_hidden()
    await say(jonas, "No, and it is none of ours.")
    await expect(anna.get_by_text("it is none of ours")).to_be_visible()
    await expect(anna.locator("[data-place='channel:northwind'] [data-unread]")).to_be_hidden()
