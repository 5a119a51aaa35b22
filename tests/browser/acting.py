"""What the tests of the preview do with a page, and what they find out about it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from playwright.async_api import Page, ViewportSize

from bot.web import render
from bot.web.pages import MessageItem
from handlers.intent_codec import decode
from tests.browser.examples import NOW, PARTNER_VIEW, ahead
from tests.browser.preview import Preview

WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)

Opener = Callable[..., Awaitable[Page]]


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
