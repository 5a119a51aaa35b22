"""Views as HTML: pure functions from what a page shows to the text of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from markupsafe import Markup

from bot import moments
from bot.web import spans
from bot.web.pages import Conversation, MessageItem, Page, Viewer
from bot.web.templating import draw, render
from desk.people import Role
from handlers import intents
from handlers.intents import Intent
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Element,
    Facts,
    Files,
    Form,
    Image,
    Progress,
    Stretches,
    Table,
    Text,
    Timeline,
    Words,
)

SignIn = Literal["ready", "spent", "needed"]

OPEN_A_CASE = Button("Open a case", intents.Begin("open_case"), "primary")


@dataclass(frozen=True, slots=True)
class Scene:
    """What the templates draw with: who reads, when, and how each element is drawn."""

    viewer: Viewer
    reader: spans.Reader

    @property
    def now(self) -> datetime:
        """The instant of drawing."""
        return self.reader.now

    @property
    def first_steps(self) -> tuple[Button, ...]:
        """What somebody like this viewer does first, in an empty place."""
        if not self.viewer.person.is_vendor:
            return (OPEN_A_CASE, Button("Show our cases", intents.ListCases(show="all")))
        queue = Button("Show the queue", intents.ShowQueue(), "primary")
        if Role.TAM in self.viewer.person.roles:
            return (queue, Button("Show my partners", intents.ListPartners()))
        return (queue,)

    @property
    def search(self) -> Intent:
        """The intent whose `words` the search field fills in."""
        if self.viewer.person.is_vendor:
            return intents.ShowQueue()
        return intents.ListCases(show="all")

    def words(self, words: Words) -> Markup:
        """Words, in the reader's own time."""
        return self.reader.words(words)

    def words_within(self, words: Words) -> Markup:
        """Words inside of a button: without links."""
        return self.reader.words_within(words)

    def time(self, at: datetime) -> Markup:
        """An instant: weekday and time, or the date."""
        return self.reader.time(at)

    def day(self, at: datetime) -> str:
        """The day as a heading."""
        return spans.day(at, self.reader.zone, self.now)

    def date(self, at: datetime) -> str:
        """The day as a key, the same for every message of it."""
        return at.astimezone(self.reader.zone).date().isoformat()

    def until(self, start: datetime, end: datetime) -> Markup:
        """The end of a stretch: the time alone where the day is the same."""
        return self.reader.until(start, end)

    def at_home(self, start: datetime, end: datetime, home_zone: str) -> str:
        """A stretch in the home zone, "" where the reader's clock shows the same."""
        return self.reader.at_home(start, end, moments.zone(home_zone))

    def clock(self, at: datetime) -> str:
        """The time of day."""
        return moments.clock(at, self.reader.zone)

    def card(self, card: Card) -> Markup:
        """A card with all of its elements."""
        return draw("card.html", "card", self, card)

    def element(self, element: Element) -> Markup:
        """One element, drawn by the macro that knows its kind."""
        match element:
            case Text():
                return draw("elements.html", "text", self, element)
            case Facts():
                return draw("elements.html", "facts", self, element)
            case Progress():
                return draw("elements.html", "progress", self, element)
            case Timeline():
                return draw("elements.html", "timeline", self, element)
            case Stretches():
                return draw("elements.html", "stretches", self, element)
            case Table():
                return draw("elements.html", "table", self, element)
            case Actions():
                return draw("elements.html", "actions", self, element.buttons)
            case Form():
                return draw("form.html", "form", self, element)
            case Image():
                return draw("elements.html", "image", element)
            case Files():
                return draw("elements.html", "files", element.files)
            case _:
                assert_never(element)


def page(page: Page) -> str:
    """The whole page: places, conversation and the case in focus, below the demo's stage."""
    scene = _scene(page.viewer, page.now)
    return render("page.html", s=scene, page=page, c=page.conversation, cards=page.focus)


def conversation(viewer: Viewer, conversation: Conversation, now: datetime) -> str:
    """The middle column."""
    return render("conversation.html", s=_scene(viewer, now), c=conversation)


def message(viewer: Viewer, item: MessageItem, now: datetime) -> str:
    """One message, as it stands in a conversation."""
    return draw("message.html", "message", _scene(viewer, now), item)


def older(viewer: Viewer, items: Sequence[MessageItem], more: str, now: datetime) -> str:
    """Earlier messages, oldest first; `more` is the id before which there are still more, or ""."""
    return draw("message.html", "messages", _scene(viewer, now), items, more, "")


def focus(viewer: Viewer, cards: tuple[Card, ...], now: datetime) -> str:
    """What stands in the right column: the case, or what to do without one."""
    return render("focus.html", s=_scene(viewer, now), cards=cards)


def form(viewer: Viewer, card: Card, now: datetime) -> str:
    """A card with a form in it, as it replaces the form before it."""
    return render("sheet.html", s=_scene(viewer, now), card=card)


def has_form(card: Card) -> bool:
    """Whether a card holds a form, and so is drawn beside the conversation instead of in it."""
    return any(isinstance(element, Form) for element in card.elements)


def signin(state: SignIn, token: str = "", csrf: str = "", name: str = "") -> str:
    """The way in: "ready" has the button that uses the link up; "spent" and "needed" say how."""
    return render("signin.html", state=state, token=token, csrf=csrf, name=name)


def problem(status: int, what: str, why: str = "", next_step: str = "") -> str:
    """A page for what did not work: what happened, why, and what to do now."""
    return render("problem.html", status=status, what=what, why=why, next_step=next_step)


def _scene(viewer: Viewer, now: datetime) -> Scene:
    person = viewer.person
    return Scene(viewer, spans.Reader(person.id, moments.zone(person.time_zone), now))
