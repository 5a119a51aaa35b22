"""The elements that every platform can draw: about a dozen, frozen, with no platform in them.

Text is made of spans, so that a renderer can put a time into the reader's own zone and name a
person in the platform's own way. A plain `str` span is always literal text, never markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from desk.records import Attachment
from handlers.intents import Intent


class Tone(StrEnum):
    """How a card feels; never the only carrier of a meaning."""

    CALM = "calm"
    NOTICE = "notice"
    WARNING = "warning"
    BREACH = "breach"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, drawn in the reader's zone ("Mon 11:30 your time").

    `home_zone` and `home_name` ask for the home time beside it ("17:30 in Beijing"); `left` asks
    for what is left until it ("in 2 h 14 min"), kept live where the platform can; `plain` drops
    the words "your time". A renderer that knows no reader's zone draws the home time alone.
    """

    at: datetime
    home_zone: str = ""
    home_name: str = ""
    left: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A person by name; `mention` asks the platform to notify them."""

    person_id: str
    name: str
    mention: bool = False


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case by its number, linked where the platform can."""

    case_id: int

    @property
    def number(self) -> str:
        """The speakable number."""
        return f"C-{self.case_id}"


@dataclass(frozen=True, slots=True)
class Strong:
    """Literal text that stands out."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that the desk itself made; what people write is never made into one."""

    text: str
    url: str


Span = str | Moment | Name | CaseRef | Strong | Link
Words = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. `quote`: words of a person, shown as theirs; `small`: secondary."""

    words: Words
    small: bool = False
    quote: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values, one a line or in two columns; `small`: secondary, as dense as can be."""

    rows: tuple[tuple[str, Words], ...]
    small: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """A bar: `value` of `of`, said in `words`. `until` is the instant at which it runs full.

    With `until` and not `paused` a live platform counts down by itself; `since` is when it was 0.
    """

    label: str
    value: float
    of: float
    words: Words
    tone: Tone = Tone.CALM
    until: datetime | None = None
    since: datetime | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline: when, who and what; `text` is what somebody said, literally.

    `files` are what they attached to it.
    """

    at: datetime
    words: Words
    text: str = ""
    internal: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, oldest first."""

    items: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a clock: `kind` counted, closed or paused; `seconds` of working time counted."""

    start: datetime
    end: datetime
    kind: Literal["counted", "closed", "paused"]
    seconds: int


@dataclass(frozen=True, slots=True)
class Stretches:
    """Why a case is due when it is: every stretch, adding up to `total` counted seconds."""

    items: tuple[Stretch, ...]
    total: int
    home_zone: str
    home_name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; `intent` is what happens when it is opened."""

    cells: tuple[Words, ...]
    intent: Intent | None = None
    tone: Tone = Tone.CALM


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; a list on a phone. `empty` is what it says without rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a button asks before it acts."""

    question: str
    yes: str
    no: str = "Keep it"


@dataclass(frozen=True, slots=True)
class Button:
    """A button carries an intent. `menu` puts it behind the "more" menu, where the danger lives."""

    label: str
    intent: Intent
    style: Literal["primary", "plain", "danger"] = "plain"
    confirm: Confirm | None = None
    menu: bool = False


@dataclass(frozen=True, slots=True)
class Actions:
    """Buttons, the likeliest first: five at most outside the menu."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a field. `group` limits it to that value of the field named in `depends_on`."""

    value: str
    label: str
    help: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """An input. `kind` says how; `error` stands beside it; `value` is what was typed.

    `depends_on` names another field whose value selects the options by their group.
    `max_length` is in characters; files count in `max_files`.
    """

    name: str
    label: str
    kind: Literal["text", "long", "choice", "cards", "rating", "files", "search"]
    value: str = ""
    help: str = ""
    error: str = ""
    required: bool = True
    max_length: int = 0
    options: tuple[Option, ...] = ()
    depends_on: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields that complete `intent` when sent. `submit` says what the button does.

    `cost` is what sending costs (a unit of quota), shown before the button.
    """

    intent: Intent
    fields: tuple[Field, ...]
    submit: str
    cost: Words = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with words for those who cannot see it."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Files:
    """Attached files, handed out to those who may see the case."""

    files: tuple[Attachment, ...]


Element = Text | Facts | Progress | Timeline | Stretches | Table | Actions | Form | Image | Files


@dataclass(frozen=True, slots=True)
class Card:
    """Something the desk shows. `summary` says it whole in plain words (notifications, readers).

    `mark` is the severity's shape (octagon, triangle, diamond, circle, square, dot) or "".
    `case_id` names the case that it is about, so that a live platform can keep it true.
    """

    title: Words
    summary: str
    tone: Tone = Tone.CALM
    mark: str = ""
    elements: tuple[Element, ...] = ()
    case_id: int | None = None
    about: str = field(default="")
