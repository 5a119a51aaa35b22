"""The example pages in a real Chromium: fit, readable, live, and usable by keyboard alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from bot.web import render
from bot.web.pages import MessageItem
from handlers.intent_codec import decode
from handlers.intents import Begin, ClaimCase, ListCases
from tests.browser import examples
from tests.browser.examples import NOW, PARTNER_VIEW, ahead
from tests.browser.preview import Preview, previewing

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
PATHS = ("/c/page", "/c/answered", "/c/form", "/c/empty", "/c/page?thread=2", "/signin", "/problem")

Opener = Callable[..., Awaitable[Page]]


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
        page.set_default_timeout(5000)
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


async def connected(preview: Preview, page: Page) -> None:
    """Wait until the page listens to the preview."""
    await page.wait_for_selector("html[data-live]")
    assert preview.streams


def message(number: int, text: str, **more: Any) -> str:
    return render.message(
        PARTNER_VIEW, replace(MessageItem(str(number), "Li Wei", ahead(1), text), **more), NOW
    )


async def say(preview: Preview, number: int, html: str, thread: str = "") -> None:
    await preview.send(
        "message",
        conversation="channel:northwind",
        thread=thread,
        id=str(number),
        html=html,
        seq=100 + number,
    )


def pressed(preview: Preview) -> list[object]:
    return [decode(form["_intent"]) for path, form in preview.posted if path == "/act"]


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
    async with page.expect_response("**/read"):
        await say(preview, 53, message(53, "and more"))
    assert ("/read", "153") in [(path, form.get("seq")) for path, form in preview.posted]


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


async def test_a_changed_case_is_drawn_again(look: Opener, preview: Preview) -> None:
    page = await look()
    await connected(preview, page)

    async with page.expect_request(lambda r: r.headers.get("x-fragment") == "focus") as asked:
        await preview.send("focus", case=1042)

    assert "case=1042" in (await asked.value).url


async def test_reduced_motion_is_honoured(look: Opener) -> None:
    page = await look()
    await page.emulate_media(reduced_motion="reduce")
    style = "() => getComputedStyle(document.querySelector('.bar .fill')).transitionDuration"

    assert await page.evaluate(style) in {"0s", "0.00001s", "1e-05s"}
