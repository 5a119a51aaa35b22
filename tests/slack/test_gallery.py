"""The drawings to look at: of everything, with nothing left out, and fitting where they are seen.

Whether they are pleasant is for people to say: `python -m tests.slack.gallery FOLDER`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Page

from bot.slack import render
from handlers.views.cards import to_card
from handlers.views.example_cases import NOW
from handlers.views.examples import examples
from tests.fakes.slack import draw
from tests.fakes.slack.draw import Pencil
from tests.fakes.slack.draw_text import Reader
from tests.slack import gallery
from tests.slack.drawing import LOOK, nodes
from tests.slack.test_http_talk import opened
from tests.slack.world import World

CARDS = {name: to_card(view) for name, view in examples.items()}


def words_of(html: str) -> str:
    """What a page says, without its markup."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def literal(drawn: Any) -> Iterator[str]:
    """Every text that is shown letter by letter."""
    for node in nodes(drawn):
        if node.get("type") in {"plain_text", "text", "link"} and "text" in node:
            yield node["text"]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_drawing_leaves_nothing_out(card: Any) -> None:
    pencil = Pencil(gallery.reader(NOW), unfolded=True)
    message, modal = render.message(card, LOOK), render.modal(card, LOOK, metadata="{}")

    said = words_of(pencil.message(message.blocks))
    assert [one for one in literal(message.blocks) if one not in said] == []
    shown = words_of(pencil.modal(modal))
    held = [one for one in literal(modal) if one not in shown]
    # A chosen option is drawn where it stands, and a placeholder where nothing was typed.
    assert set(held) <= {"Type to search"}


def test_what_nobody_has_drawn_yet_is_refused() -> None:
    with pytest.raises(ValueError, match="hologram"):
        Pencil().blocks([{"type": "hologram"}])
    with pytest.raises(ValueError, match="hologram"):
        Pencil().element({"type": "hologram"})
    with pytest.raises(ValueError, match="hologram"):
        Reader().rich({"type": "rich_text_section", "elements": [{"type": "hologram"}]})


def test_times_are_the_reader_s_as_slack_writes_them() -> None:
    at = datetime(2026, 3, 6, 8, 5, tzinfo=UTC)
    reader = Reader(ZoneInfo("Europe/Berlin"), at)

    def shown(form: str, **later: float) -> str:
        return reader.date(int((at + timedelta(**later)).timestamp()), form)

    assert shown("{date_short_pretty} {time}") == "Today 09:05"
    assert shown("due {date_short_pretty} {time}", days=1) == "due tomorrow 09:05"
    assert shown("{date_short_pretty}", days=2) == "Mar 8, 2026"
    assert shown("{day_divider_pretty}", days=2) == "Sunday, March 8th"
    assert shown("{date_long}", days=5) == "Wednesday, March 11th, 2026"


def test_markup_does_what_slack_would_do_with_it() -> None:
    def shown(text: str) -> str:
        return Reader(now=NOW).text({"type": "mrkdwn", "text": text})

    assert shown("*Due:* <https://desk.example|C-7> &lt;b&gt;") == (
        "<b>Due:</b> <a href='#'>C-7</a> &lt;b&gt;"
    )
    assert shown("<@U0MEI> <!here>") == (
        "<span class=user>@U0MEI</span> <span class=user>!here</span>"
    )


async def test_everything_fits_at_a_desk_and_on_a_phone(page: Page) -> None:
    drawings = await gallery.everything()
    for width in gallery.WIDTHS.values():
        await page.set_viewport_size({"width": width, "height": 844})
        for name, inside in drawings:
            await page.set_content(draw.page(inside, name))
            wide = await page.evaluate(
                """() => [...document.querySelectorAll('html, body *')]
                  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1
                    && getComputedStyle(e).display !== 'inline' && !e.matches('.button'))
                  .map((e) => e.outerHTML.slice(0, 120))"""
            )
            assert wide == [], name


async def test_a_person_can_look_at_the_fake_itself(slack_world: World) -> None:
    number = await opened(slack_world)
    async with aiohttp.ClientSession() as http, http.get(slack_world.slack.url) as page:
        shown = words_of(await page.text())

    assert f"{number} production down · Northwind (Premier)" in shown
    assert "Orders cannot be paid" in shown
    assert "Reply to partner" in shown
