"""Cards as Microsoft's own renderer draws them in a real browser, dressed about as Teams is.

`python -m tests.teams.picture FOLDER` takes a picture of every kind of card, to be looked at.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from bot.teams.render import dialog, message
from handlers.views.cards import to_card
from handlers.views.examples import examples
from tests.services import node
from tests.services.chromium import FLAGS, find_chromium
from tests.teams.drawing import LOOK, OWN, seen

HERE = Path(__file__).parent
SHEETS = {
    "cards": ("case with every button", "case nearly due, engineers", "case paused, partner"),
    "alerts": (
        "alert for channel, running",
        "alert for channel, nearly due",
        "alert for tam, overdue",
        "alert for owner, missed",
        "ping: called",
    ),
    "answers": ("opened", "quota", "quota used up", "TAM off duty", "refused: quota", "help"),
    "lists": ("my cases", "queue", "my cases, none", "my partners"),
    "digest": ("digest",),
    "long": ("why, outside working hours", "timeline of 40 lines, engineers"),
    "said": ("said by the partner", "said and deleted", "sign in"),
    "forms": tuple(name for name in examples if name.startswith("form")),
}
WIDTHS = {"wide": 720, "phone": 390}


@dataclass(frozen=True)
class Seen:
    """What a card is on the page: its words as they are seen, where it leads, its elements."""

    text: str
    links: list[str]
    tags: list[str]


class Teams:
    """A page that draws cards with the renderer, and Markdown as greedily as anybody does."""

    url = "about:blank"

    def __init__(self, packages: Path) -> None:
        modules = packages / "node_modules"
        self._scripts = [
            (modules / name).read_text("utf-8")
            for name in (
                "adaptivecards/dist/adaptivecards.min.js",
                "markdown-it/dist/markdown-it.min.js",
            )
        ] + [(HERE / "page.js").read_text("utf-8")]

    async def draw(self, page: Page, cards: Mapping[str, object]) -> dict[str, Seen]:
        """Draw the cards one below the other, each below its name."""
        style = (HERE / "teams.css").read_text("utf-8")
        await page.set_content(f"<meta charset=utf-8><style>{style}</style><body></body>")
        for script in self._scripts:
            await page.add_script_tag(content=script)
        host = json.loads((HERE / "host.json").read_text("utf-8"))
        if page.viewport_size and page.viewport_size["width"] < WIDTHS["wide"]:
            # On a phone Teams draws its buttons below each other.
            host["actions"] |= {"actionsOrientation": "vertical", "actionAlignment": "stretch"}
        drawn: dict[str, Any] = await page.evaluate("drawn", [dict(cards), host])
        return {
            name: Seen(" ".join(seen(found["text"]).split()), found["links"], found["tags"])
            for name, found in drawn.items()
        }


async def _pictures(folder: Path) -> None:
    teams = Teams(node.installed())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS)
        )
        for sheet, names in SHEETS.items():
            views = {name: to_card(examples[name]) for name in names}
            cards = {
                name: dialog(card, OWN).card if sheet == "forms" else message(card, LOOK).card
                for name, card in views.items()
            }
            for kind, width in WIDTHS.items():
                page = await browser.new_page(viewport={"width": width, "height": 400})
                await teams.draw(page, cards)
                await page.screenshot(path=folder / f"{sheet}-{kind}.png", full_page=True)
                await page.close()
        await browser.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(_pictures(where))
