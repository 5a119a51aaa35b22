"""The running desk by keyboard alone: no mouse is moved in these tests."""

from playwright.async_api import expect

from tests.browser.app import WHAT, App


async def test_a_case_is_opened_found_and_read_by_keyboard_alone(app: App) -> None:
    page = await app.look("anna-berg")
    keys = page.keyboard

    await keys.press("c")
    form = page.locator("#sheet .ask")
    await expect(form.locator("select").first).to_be_focused()
    await keys.press("Tab")
    await keys.press("Space")
    await expect(form.get_by_label("Core production down")).to_be_checked()
    await keys.press("ArrowDown")
    await expect(form.get_by_label("Core production down")).not_to_be_checked()
    await keys.press("Tab")
    await keys.type("Opened without a mouse")
    await keys.press("Tab")
    await keys.type(WHAT)
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Space")
    await keys.press("Control+Enter")
    opened = page.locator(".message", has_text="is open").last
    await expect(opened).to_contain_text("Opened without a mouse")
    case = (await opened.locator(".card-title").inner_text()).split()[0]

    # The search finds it, and gives the field back.
    await keys.press("Escape")
    await keys.press("/")
    await expect(page.locator(".finder input")).to_be_focused()
    await keys.type("without a mouse")
    await keys.press("Enter")
    await expect(page.locator(".message", has_text='with "without a mouse" in it')).to_be_visible()
    await keys.press("Escape")

    # Up and down through the messages; Enter opens the case of one.
    await keys.press("j")
    focused = page.locator(".message:focus")
    await expect(focused).to_have_count(1)
    first = await focused.get_attribute("id")
    await keys.press("j")
    await expect(page.locator(f"#{first}:focus")).to_have_count(0)
    await keys.press("k")
    await expect(page.locator(f"#{first}:focus")).to_have_count(1)
    await keys.press("Enter")
    await expect(page.locator("#focus [data-held]")).to_have_count(1)

    await keys.press("r")
    await keys.type(f"why is {case} due then")
    await keys.press("Control+Enter")
    await expect(page.get_by_text(f"Why is {case} due then?").last).to_be_visible()
    await keys.press("Escape")
    await keys.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await keys.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()
