"""Everything that the desk shows in Slack, as pages to look at.

`python -m tests.slack.gallery FOLDER` takes their pictures, as wide as a desk's screen and as a
phone's.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright

from bot.slack import render
from bot.slack.forms import with_values
from handlers.views.cards import to_card
from handlers.views.example_cases import NOW
from handlers.views.examples import examples
from handlers.views.kinds import Face, View
from handlers.views.vocabulary import Card, Form
from tests.fakes.slack import draw
from tests.fakes.slack.draw import Pencil
from tests.fakes.slack.draw_text import Reader
from tests.services.chromium import FLAGS, find_chromium
from tests.slack.drawing import LOOK
from tests.slack.scenes import scenes

WIDTHS = {"wide": 800, "phone": 390}
_NAMES = {account: person.title() for person, account in LOOK.names.items()}


def pages() -> Iterator[tuple[str, str]]:
    """Every example's name with its HTML."""
    for name, view in examples.items():
        yield name, shown(view)


def shown(view: View, *, unfolded: bool = False) -> str:
    """A view as Slack shows it at its own moment: locked and unlocked, or as a modal."""
    face = getattr(view, "face", None)
    now = face.now if isinstance(face, Face) else NOW
    return drawn(to_card(view), Pencil(reader(now), unfolded))


def reader(now: datetime) -> Reader:
    """Somebody in Berlin who knows everybody by name."""
    return Reader(now=now, name_of=lambda user: _NAMES.get(user, user))


def drawn(card: Card, pencil: Pencil) -> str:
    """A card as a message, or as a modal where it is a form."""
    look = replace(LOOK, now=pencil.reader.now)
    form = next((one for one in card.elements if isinstance(one, Form)), None)
    if form is not None and form.error:
        return pencil.modal(render.modal(card, look, metadata="{}"))
    if form is not None:
        # Slack shows what is wrong in the form as it was.
        was = render.modal(with_values(card, {}), look, metadata="{}")
        return pencil.modal(was, render.errors(card))
    message = render.message(card, look)
    return pencil.locked(message.text) + pencil.message(message.blocks)


async def everything() -> list[tuple[str, str]]:
    """The examples, and what is seen while people work."""
    with TemporaryDirectory() as folder:
        seen = [one async for one in scenes(Path(folder))]
    return [*pages(), *seen]


async def _take(folder: Path) -> None:
    drawings = await everything()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS)
        )
        for kind, width in WIDTHS.items():
            page = await browser.new_page(viewport={"width": width, "height": 400})
            for name, inside in drawings:
                await page.set_content(draw.page(inside, name))
                file = re.sub(r"\W+", "-", name)
                await page.screenshot(path=folder / f"{file}.{kind}.png", full_page=True)
        await browser.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(_take(target))
