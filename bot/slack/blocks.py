"""Blocks: the small ones that most cards are made of, and how heavy a block is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from bot.fitting import clip
from bot.literal import size
from bot.slack import published
from bot.slack.literal import Json, cut, literal, text_object, units
from bot.slack.spans import TIME, Look, markup, plain, rich, rich_date, rich_words
from desk.records import Attachment
from handlers.views.vocabulary import (
    Card,
    Facts,
    Files,
    Image,
    Moment,
    Progress,
    Strong,
    Text,
    Tone,
    Words,
)
from handlers.views.words import duration

# Severity and tone differ in shape, not in colour alone; the words beside them say the same.
MARKS = {
    "octagon": "🛑",
    "triangle": "🔺",
    "diamond": "🔶",
    "square": "🟦",
    "circle": "🔵",
    "dot": "▫️",
}
TONES = {
    Tone.CALM: "",
    Tone.NOTICE: "ℹ️",
    Tone.WARNING: "⚠️",
    Tone.BREACH: "❗",
    Tone.DONE: "✅",
}
_BAR = 12
_TITLE = 500
_VALUE = 500
_LABEL = 100
_SMALL = 1_500
_FILES = 20
_FILE = 120


@dataclass(frozen=True, slots=True)
class Pen:
    """What a card is drawn with: its look, and numbers that keep its buttons apart."""

    look: Look
    card: Card
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def action_id(self) -> str:
        """A new name for something that can be pressed."""
        return f"do:{next(self.numbers)}"


def weight(blocks: Sequence[Json]) -> int:
    """How much of a message's room the blocks take: Slack counts their containers too."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def rich_text(*elements: Json) -> Json:
    """A block of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def section(elements: Sequence[Json]) -> Json:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(elements) or [rich_words("–")]}


def quoted(elements: Sequence[Json]) -> Json:
    """Somebody's words, set off as theirs."""
    return {"type": "rich_text_quote", "elements": list(elements) or [rich_words("–")]}


def bullets(items: Sequence[Sequence[Json]]) -> Json:
    """A list of rich text."""
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [section(item) for item in items],
    }


def title(pen: Pen) -> Json:
    """The card's first line: its tone and severity as shapes, then its words."""
    shapes = _shapes(pen.card)
    words, _ = clip(pen.card.title, _TITLE)
    before = [rich_words(shapes)] if shapes else []
    return rich_text(section([*before, *rich(words, pen.look, bold=True)]))


def heading(pen: Pen) -> Json:
    """The card's title as a heading among others; a heading has words alone, and not many."""
    whole = _shapes(pen.card) + plain(pen.card.title, pen.look)
    words_alone = all(isinstance(span, str | Strong) for span in pen.card.title)
    if not words_alone or units(whole) > published.HEADER:
        return title(pen)
    return {"type": "header", "text": text_object(whole, published.HEADER)}


def _shapes(card: Card) -> str:
    # The bar of a case says how it stands; its title need not say it again.
    tone = "" if any(isinstance(e, Progress) for e in card.elements) else TONES[card.tone]
    return "".join(f"{shape} " for shape in (tone, MARKS.get(card.mark, "")) if shape)


def text(element: Text, pen: Pen, room: int) -> list[Json]:
    """A paragraph; what does not fit is counted, with the way to it."""
    if element.small:
        return small(element.words, pen, min(room, _SMALL))
    kind = quoted if element.quote else section
    whole = [rich_text(kind(rich(element.words, pen.look)))]
    if weight(whole) <= room:
        return whole
    room = max(80, room - 300)
    # A line break or a quotation mark takes two characters on the way, a letter one.
    for most in (room, room * 3 // 4, room // 2):
        words, over = clip(element.words, most)
        left = section(rest(f"{over:,} more characters", pen))
        whole = [rich_text(kind(rich(words, pen.look)), left)]
        if weight(whole) <= room + 300:
            break
    return whole


def rest(what: str, pen: Pen) -> list[Json]:
    """What is not shown here, and where it is."""
    url = pen.look.case_url(pen.card.case_id)
    if not url:
        return [rich_words(f"… {what}.")]
    return [rich_words(f"… {what}: "), rich_words("show all in the web chat", url=url)]


def small(words: Words, pen: Pen, room: int = _SMALL) -> list[Json]:
    """Secondary words, in small print."""
    words, _ = clip(words, max(80, room - 100))
    marked = markup(words, pen.look)
    if marked is not None and marked.strip() and len(marked) <= published.TEXT_OBJECT:
        return [
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": marked, "verbatim": True}],
            }
        ]
    if all(isinstance(span, str | Strong) for span in words):
        return [note(plain(words, pen.look))]
    return [rich_text(section(rich(words, pen.look)))]


def note(words: str) -> Json:
    """Literal words in small print."""
    return {"type": "context", "elements": [text_object(words, _SMALL)]}


def facts(element: Facts, pen: Pen) -> list[Json]:
    """Labelled values in two columns, or one after the other in small print."""
    fields = [_fact(label, words, pen) for label, words in element.rows]
    if element.small:
        return [
            {"type": "context", "elements": fields[at : at + published.CONTEXT]}
            for at in range(0, len(fields), published.CONTEXT)
        ]
    return [
        {"type": "section", "fields": fields[at : at + published.FIELDS]}
        for at in range(0, len(fields), published.FIELDS)
    ]


def _fact(label: str, words: Words, pen: Pen) -> Json:
    words, _ = clip(words, _VALUE)
    label = cut(label, _LABEL)
    marked, head = markup(words, pen.look), markup((Strong(f"{label}:"),), pen.look)
    if marked and head and len(marked) + len(head) < published.FIELD:
        return {"type": "mrkdwn", "text": f"{head} {marked}", "verbatim": True}
    return text_object(f"{label}: {plain(words, pen.look)}", published.FIELD)


def progress(element: Progress, pen: Pen) -> list[Json]:
    """A bar of characters, with words; it does not move, so it says of when it is."""
    share = min(1.0, max(0.0, element.value / element.of)) if element.of > 0 else 0.0
    full = round(share * _BAR)
    if 0 < share < 1:
        full = min(_BAR - 1, max(1, full))
    shape = "⏸️" if element.paused else TONES[element.tone]
    bar = [rich_words("▰" * full + "▱" * (_BAR - full) + f" {share:.0%}".replace("%", " %"))]
    first = [rich_words(f"{shape} ")] if shape else []
    said = plain(element.words, pen.look).casefold()
    words = element.words
    if element.since is None and element.label.casefold() not in said:
        words = (f"{element.label}: ", *words)
    words = clip(words, _VALUE)[0]
    below = [rich_words("\n"), *bar, *_standing(element, pen.look)]
    return [rich_text(section([*first, *rich(words, pen.look, left=False), *below]))]


def _standing(element: Progress, look: Look) -> list[Json]:
    if element.until is None or element.paused:
        return []
    if look.now is None:
        return [rich_words(" used at the last change")]
    left = element.until - look.now
    stands = f"{duration(left)} left" if left > timedelta() else f"{duration(-left)} late"
    said = f" used · {stands} as of "
    return [rich_words(said), rich_date(Moment(look.now), look, form=TIME)]


def files(element: Files, pen: Pen, room: int) -> list[Json]:
    """The files by name and size."""
    shown = element.files[:_FILES]
    per = min(_VALUE, max(60, room // max(1, len(shown)) - 160))
    items = []
    for file in shown:
        items.append(file_words(file, pen, per))
    if not items:
        return []
    parts = [bullets(items)]
    if len(element.files) > len(shown):
        parts.append(section(rest(f"{len(element.files) - len(shown)} more files", pen)))
    return [rich_text(*parts)]


def file_words(file: Attachment, pen: Pen, most: int = _FILE) -> list[Json]:
    """A file's name, of at most `most` characters, with where it is handed out, and its size."""
    name = cut(literal(file.name).replace("\n", " "), most) or "file"
    return [
        rich_words(name, url=pen.look.file_url(file.key)),
        rich_words(f" ({size(file.size)})"),
    ]


def image(element: Image) -> list[Json]:
    """A picture; its words alone where Slack could not fetch it."""
    alt = cut(literal(element.alt), _VALUE).strip() or "Picture"
    if element.url.startswith("https://") and len(element.url) <= published.URL:
        return [{"type": "image", "image_url": element.url, "alt_text": alt}]
    return [note(f"Picture: {alt}")]
