"""Draws for the tests, and reads what was drawn as a browser would."""

import re
from datetime import datetime
from html.parser import HTMLParser

from bot import moments
from bot.web import render, spans
from bot.web.pages import Viewer
from desk.people import Person, Role
from handlers.views.vocabulary import (
    Card,
    Element,
    Moment,
)
from tests.browser.examples import NOW, PARTNER_VIEW

INLINE = {"a", "b", "bdi", "span", "strong", "svg", "time", "use"}


class Reading(HTMLParser):
    """The tags and the text that a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += "" if tag in INLINE else " "

    def handle_data(self, data: str) -> None:
        self.text += data


def words(html: str) -> str:
    """The text alone, with its spaces made single."""
    return re.sub(r"\s+", " ", Reading(html).text).strip()


def draw(*elements: Element, viewer: Viewer = PARTNER_VIEW) -> str:
    return render.focus(viewer, (Card(("Title",), "Summary", elements=elements),), NOW)


def at(zone: str) -> Viewer:
    person = Person("p", "P", frozenset({Role.CONTACT}), zone, partner_id="nw")
    return Viewer(person, "t")


def moment(shown: Moment, zone: str, now: datetime = NOW) -> str:
    return words(str(spans.Reader("p", moments.zone(zone), now).words((shown,))))
