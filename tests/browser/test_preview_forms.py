"""What is pressed, typed and sent on the example pages, and what comes of it."""

from playwright.async_api import FilePayload, expect

from bot.web import render
from handlers.intents import Begin, ClaimCase
from tests.browser import examples
from tests.browser.acting import PHONE, Opener, message, pressed
from tests.browser.examples import NOW, PARTNER_VIEW
from tests.browser.preview import Preview


async def test_what_was_not_saved_says_so_and_is_the_same_event_again(
    look: Opener, preview: Preview
) -> None:
    page = await look()
    preview.answers += [None, {}, None, {}]
    text = page.locator("[data-say] textarea")

    await text.fill("important")
    await text.press("Control+Enter")
    await expect(page.locator("[data-say] [data-problem]")).to_have_text(
        "Not saved. Nothing was changed; try again."
    )
    await expect(text).to_have_value("important")
    await text.press("Control+Enter")
    await expect(text).to_have_value("")
    claim = page.get_by_role("button", name="Claim")
    await claim.click()
    await expect(page.locator("#m-8 [data-problem]")).to_be_visible()
    await claim.click()
    await expect(page.locator("#m-8 [data-problem]")).to_have_count(0)

    events = [form["_event"] for path, form in preview.posted if path in {"/say", "/act"}]
    assert events[0] == events[1] != events[2] == events[3]
    assert pressed(preview) == [ClaimCase(1040), ClaimCase(1040)]


async def test_a_form_with_errors_keeps_the_chosen_files(look: Opener, preview: Preview) -> None:
    page = await look()
    form = render.form(PARTNER_VIEW, examples.ASK, NOW)
    preview.answers += [{"form": form}, {"form": form, "accepted": False}]
    await page.keyboard.press("c")
    held = FilePayload(name="trace.txt", mimeType="text/plain", buffer=b"trace")
    await page.locator("#sheet input[type=file]").set_input_files([held])

    await page.get_by_role("button", name="Open case").click()

    await expect(page.locator("#sheet .problem").first).to_be_visible()
    await expect(page.locator("#sheet input[name=severity]").first).to_be_focused()
    await expect(page.locator("#sheet [data-chosen]")).to_contain_text("trace.txt, 5 B")
    kept = "(e) => [...e.files].map((f) => f.name)"
    assert await page.locator("#sheet input[type=file]").evaluate(kept) == ["trace.txt"]


async def test_severities_follow_the_category_and_letters_are_counted(
    look: Opener, preview: Preview
) -> None:
    page = await look()
    preview.answers.append({"form": render.form(PARTNER_VIEW, examples.ASK, NOW)})
    await page.keyboard.press("c")
    await page.get_by_label("Guidance").check()

    await page.get_by_label("What is it about?").select_option("service")

    await expect(page.get_by_label("Service request")).to_be_visible()
    await expect(page.get_by_label("Guidance")).to_be_hidden()
    assert await page.locator("[name=severity]:checked").count() == 0
    area = page.get_by_label("What happens?")
    await area.fill("😀" * 55)
    await expect(page.get_by_text("5 characters left")).to_be_visible()
    await area.fill("x" * 62)
    await expect(page.get_by_text("2 characters too many")).to_be_visible()
    await page.get_by_label("Filter: Who looks after it?").fill("sar")
    await expect(page.get_by_role("radio", name="Sara Lind")).to_be_visible()
    await expect(page.get_by_role("radio", name="Li Wei")).to_be_hidden()


async def test_a_refusal_stands_in_the_form_and_nothing_typed_is_lost(
    look: Opener, preview: Preview
) -> None:
    page = await look(size=PHONE)
    preview.answers += [
        {"form": render.form(PARTNER_VIEW, examples.ASK, NOW)},
        {"messages": [message(50, "Nothing is left of the quota.")], "accepted": False},
    ]
    await page.locator(".tabs [data-intent]").click()
    await page.get_by_label("Subject").fill("My subject")

    await page.get_by_role("button", name="Open case").click()

    await expect(page.get_by_text("Nothing is left of the quota.")).to_be_visible()
    await expect(page.get_by_label("Subject")).to_have_value("My subject")


async def test_danger_asks_first(look: Opener, preview: Preview) -> None:
    page = await look()
    await page.locator("#focus summary").click()
    await page.locator("#focus").get_by_role("button", name="Reject").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Its unit goes back to Northwind.")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert preview.posted == [entry for entry in preview.posted if entry[0] == "/read"]

    await page.locator("#focus summary").click()
    await page.locator("#focus").get_by_role("button", name="Reject").click()
    async with page.expect_response("**/act"):
        await page.get_by_role("button", name="Reject it").click()

    assert pressed(preview) == [Begin("reject_case", 1042)]


async def test_ones_own_message_is_edited_and_deleted(look: Opener, preview: Preview) -> None:
    page = await look()
    await page.locator("#m-4").focus()
    await page.keyboard.press("e")
    area = page.get_by_label("Change the message")
    await expect(area).to_have_value("Here is the log of the gateway.")
    await area.fill("Here are two logs.")
    await area.press("Control+Enter")
    await expect(area).to_have_count(0)
    await page.locator("#m-4").hover()
    await page.locator("#m-4").get_by_role("button", name="Delete").click()
    async with page.expect_response("**/delete"):
        await page.get_by_role("button", name="Delete it").click()

    sent = [(path, form.get("text")) for path, form in preview.posted if "/message" in path]
    assert sent == [("/message/4/edit", "Here are two logs."), ("/message/4/delete", None)]


async def test_a_draft_survives_a_reload_and_goes_when_it_is_sent(
    look: Opener, preview: Preview
) -> None:
    page = await look()
    text = page.locator("[data-say] textarea")
    await text.fill("half a sent")
    await page.reload()
    await expect(text).to_have_value("half a sent")

    await text.press("Control+Enter")

    await expect(text).to_have_value("")
    path, form = preview.posted[-1]
    assert (path, form["text"], form["_csrf"]) == ("/say", "half a sent", "token-1")
    await page.reload()
    await expect(text).to_have_value("")


async def test_the_stage_moves_the_clock_and_changes_the_persona(
    look: Opener, preview: Preview
) -> None:
    page = await look()
    for name in ("+15 min", "+1 h", "To the next alert"):
        async with page.expect_response("**/demo/clock"):
            await page.get_by_role("button", name=name).click()
    async with page.expect_event("load"):
        await page.get_by_label("Looking as").select_option("li")

    asked = [form for path, form in preview.posted if path.startswith("/demo")]
    assert [a.get("minutes") or a.get("to") or a.get("person") for a in asked] == [
        "15",
        "60",
        "next",
        "li",
    ]
