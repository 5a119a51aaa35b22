"""What a story is told with: people, what they do and see, and time. No platform is named here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

# Places besides a channel ("#support-cloud") and a case's thread ("C-1042").
DESK = "the desk"  # one's own chat with the desk
FORM = "the form"  # the form that is open in front of somebody


class CannotSee(Exception):
    """There is no such place for this person."""


class Nothing(AssertionError):
    """What somebody looks for is not there: a button, a field, a message, a file."""


class Button(Protocol):
    """A button that somebody has before their eyes, also when the desk has moved on since."""

    @property
    def asks(self) -> str:
        """What it asks before it acts, "" for most."""

    async def pressed(self, *, delivered: int = 1) -> str:
        """Press it and return the answer; one press may be `delivered` several times at once."""


class File(Protocol):
    """A file that somebody was shown, and could pass on the address of."""

    @property
    def name(self) -> str:
        """What it is called."""


class Person(Protocol):
    """Somebody at their desk. What they do returns what they are answered."""

    @property
    def name(self) -> str:
        """Their name."""

    async def says(self, words: str, at: str = DESK, *, delivered: int = 1) -> str:
        """Write a message, with the files that were attached."""

    async def finds(self, label: str, on: str = "", at: str = "", beside: str = "") -> Button:
        """Look for a button: on a case's cards, in a place, beside a text. The newest counts."""

    async def presses(self, label: str, on: str = "", at: str = "", beside: str = "") -> str:
        """Find a button and press it."""

    async def fills(self, fields: Mapping[str, str], then: str, *, delivered: int = 1) -> str:
        """Fill in the open form by its labels, and press the button that sends it."""

    async def attaches(self, name: str, content: bytes) -> None:
        """Take a file along with the next message or form."""

    async def edits(self, words: str, to: str, at: str) -> str:
        """Change an own message."""

    async def deletes(self, words: str, at: str) -> str:
        """Take an own message back."""

    async def sees(self, place: str = DESK) -> str:
        """Everything that this person can read there now; raises `CannotSee`."""

    async def finds_file(self, name: str, at: str) -> File:
        """A file in a place."""

    async def fetches(self, file: File) -> bytes | None:
        """What is in a file that somebody was shown; None where it is not for this person."""


class Stage(Protocol):
    """A whole desk with its people. Time stands still until the story moves it."""

    async def person(self, key: str) -> Person:
        """Somebody of the roster, signed in."""

    async def passes(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """Time passes, and everything happens that is due meanwhile."""

    async def reaches(self, beijing: str) -> None:
        """Time passes until it is "2026-03-09 09:20" in Beijing."""

    async def operator(self, *words: str) -> str:
        """An operator gives a command in the terminal."""

    def transcript(self) -> str:
        """What was said and shown, for whoever looks at a story that failed."""


def words(seen: str) -> str:
    """What somebody sees, where a platform may begin a sentence with it and another may not."""
    return seen.casefold()


ABOUT = {
    "How bad is it?": "Production down",
    "Title": "Orders cannot be paid",
    "What happens, and since when?": "Since 08:40 every payment answers 502.",
    "Product": "Cloud servers",
    "Language": "English",
}
SDK = ABOUT | {
    "How bad is it?": "Critical",
    "Title": "The SDK does not start",
    "Product": "Cloud",
}


async def opens(
    person: Person, fields: Mapping[str, str] | None = None, at: str = DESK, like: str = "technical"
) -> str:
    """Somebody opens a case by the form; returns its number, "C-1042"."""
    filled = (SDK if like == "sdk" else ABOUT) | dict(fields or {})
    await person.says("open a case" if at == DESK else "/case", at=at)
    answer = await person.fills(filled, then="Open case")
    return number_in(answer)


def number_in(answer: str) -> str:
    """The number of the case that was opened."""
    found = re.search(r"(C-\d+) is open", answer)
    if found is None:
        raise Nothing(f"no case was opened: {answer}")
    return found.group(1)
