"""The small elements that most cards are made of: title, text, facts, bars, files, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.fitting import clip
from bot.literal import cut, literal, size, units
from bot.moments import clock, duration, zone
from bot.teams import published
from bot.teams.literal import Json, harmless, in_line, weight
from bot.teams.spans import Look, Pen, asks_for_markdown, markdown, plain, run, runs, zone_name
from desk.records import Attachment
from handlers.views.vocabulary import (
    Facts,
    Files,
    Image,
    Moment,
    Name,
    Progress,
    Text,
    Tone,
    Words,
)

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
COLOURS = {
    Tone.CALM: "Default",
    Tone.NOTICE: "Accent",
    Tone.WARNING: "Warning",
    Tone.BREACH: "Attention",
    Tone.DONE: "Good",
}
_BAR = 16
_TITLE = 500
_VALUE = 500
_LABEL = 100
_SMALL = 1_500
_FILES = 20
_NAME = 200
_FACTS = 4
_SHORT = 40

SUBTLE: Json = {"size": "Small", "isSubtle": True}


def rich(inlines: Sequence[Json], **place: object) -> Json:
    """A paragraph of runs. Some clients lose line breaks at its edges, so it has none there."""
    kept = [dict(inline) for inline in inlines]
    while kept and not kept[0]["text"].lstrip("\n"):
        kept.pop(0)
    while kept and not kept[-1]["text"].rstrip("\n"):
        kept.pop()
    if not kept:
        kept = [run("–")]
    kept[0]["text"] = kept[0]["text"].lstrip("\n")
    kept[-1]["text"] = kept[-1]["text"].rstrip("\n")
    return {"type": "RichTextBlock", "inlines": kept, **place}


def paragraph(words: Words, pen: Pen, style: Json | None = None) -> list[Json]:
    """The words as Markdown where they link or mention and nothing forbids it, else as runs."""
    if asks_for_markdown(words, pen.look):
        marked = markdown(words, pen)
        if marked is not None:
            return [text_block(marked, **(style or {}))]
    # A mention cannot stand in runs, so it stands below them.
    named = [s for s in words if isinstance(s, Name) and pen.look.user(s)]
    below = [text_block(" ".join(pen.mention(name) for name in named))] if named else []
    return [rich(runs(words, pen, style)), *below]


def text_block(marked: str, **style: object) -> Json:
    """A paragraph of Markdown of the desk's own."""
    return {"type": "TextBlock", "text": marked, "wrap": True, **style}


def quoted(items: list[Json]) -> Json:
    """Somebody's words, set off as theirs."""
    return {"type": "Container", "style": "emphasis", "items": items}


def note(words: str, **place: object) -> Json:
    """Literal words in small print."""
    return rich([run(cut(literal(words), _SMALL), **SUBTLE)], **place)


def title(pen: Pen) -> list[Json]:
    """The card's first line: its tone and severity as shapes, then its words, as a heading."""
    card = pen.card
    # The bar of a case says how it stands; its title need not say it again.
    tone = "" if any(isinstance(e, Progress) for e in card.elements) else TONES[card.tone]
    shapes = "".join(f"{shape} " for shape in (tone, MARKS.get(card.mark, "")) if shape)
    words, _ = clip(card.title, _TITLE)
    marked = markdown((shapes, *words) if shapes else words, pen)
    style: Json = {"size": "Medium", "weight": "Bolder"}
    if marked is not None:
        return [text_block(marked.replace("**", ""), style="heading", **style)]
    drawn = runs(words, pen, style)
    return [rich([run(shapes, **style), *drawn] if shapes else drawn)]


def text(element: Text, pen: Pen, room: int) -> list[Json]:
    """A paragraph; what does not fit is counted, with the way to it."""
    drawn = _text(element, element.words, pen)
    if weight(drawn) <= room:
        return drawn
    around = [*_text(element, ("–",), pen), rest(f"{999_999:,} more characters", pen)]
    room = max(80, room - weight(around))
    # A line break or a quotation mark takes two characters on the way, a letter one.
    for most in (room, room * 3 // 4, room // 2):
        words, over = clip(element.words, most)
        drawn = [*_text(element, words, pen), rest(f"{over:,} more characters", pen)]
        if weight(drawn) <= room + weight(around):
            break
    return drawn


def _text(element: Text, words: Words, pen: Pen) -> list[Json]:
    drawn = paragraph(words, pen, SUBTLE if element.small else {})
    return [quoted(drawn)] if element.quote else drawn


def rest(what: str, pen: Pen) -> Json:
    """What is not shown here, and where it is."""
    url = pen.look.case_url(pen.card.case_id)
    if not url or not harmless(what):
        return note(f"… {what}.", spacing="Small")
    where = f"… {what}: [show all in the web chat]({url})"
    return text_block(where, **SUBTLE, spacing="Small")


def facts(element: Facts, pen: Pen) -> list[Json]:
    """Labelled values: Teams' own list of facts, which is Markdown, or the same in runs."""
    if not element.rows:
        return []
    rows = [(cut(literal(label), _LABEL), clip(words, _VALUE)[0]) for label, words in element.rows]
    said = [(in_line(label), in_line(plain(words, pen.look))) for label, words in rows]
    if all(harmless(label) and harmless(value) for label, value in said):
        listed = [{"title": label or "–", "value": value or "–"} for label, value in said]
        short = all(units(value) <= _SHORT for _, value in said)
        return [_side_by_side(listed) if short and len(listed) > _FACTS else _fact_set(listed)]
    table = [[rich([run(label, weight="Bolder")]), rich(runs(words, pen))] for label, words in rows]
    return [grid(table, widths=(1, 3))]


def _fact_set(listed: list[Json]) -> Json:
    return {"type": "FactSet", "facts": listed}


def _side_by_side(listed: list[Json]) -> Json:
    """Two lists beside each other, so that a card is no longer than what matters in it."""
    half = (len(listed) + 1) // 2
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": "stretch", "items": [_fact_set(part)]}
            for part in (listed[:half], listed[half:])
        ],
    }


def grid(rows: Sequence[Sequence[Json]], *, widths: Sequence[int], heads: bool = False) -> Json:
    """A table of drawn cells; `heads` says that its first row names the columns."""
    return {
        "type": "Table",
        "columns": [{"width": width} for width in widths],
        "firstRowAsHeaders": heads,
        "showGridLines": heads,
        "rows": [
            {
                "type": "TableRow",
                "cells": [{"type": "TableCell", "items": [cell]} for cell in row],
            }
            for row in rows
        ],
    }


def progress(element: Progress, pen: Pen) -> list[Json]:
    """A bar of characters, with words; it does not move, so it says of when it is."""
    share = min(1.0, max(0.0, element.value / element.of)) if element.of > 0 else 0.0
    full = round(share * _BAR)
    if 0 < share < 1:
        full = min(_BAR - 1, max(1, full))
    shape = "⏸️" if element.paused else TONES[element.tone]
    colour = COLOURS[element.tone]
    said = plain(element.words, pen.look).casefold()
    words = runs(clip(element.words, _VALUE)[0], pen, left=element.until is None)
    first = [run(f"{shape} ")] if shape else []
    if element.since is None and element.label.casefold() not in said:
        first.append(run(f"{cut(element.label, _LABEL)}: "))
    bar = [
        run("▰" * full, color="Accent" if colour == "Default" else colour) if full else run(""),
        run("▱" * (_BAR - full), isSubtle=True) if full < _BAR else run(""),
        run(f" {share:.0%}".replace("%", " %") + _standing(element, pen.look)),
    ]
    return [
        rich([*first, *words]),
        rich([part for part in bar if part["text"]], spacing="Small"),
    ]


def _standing(element: Progress, look: Look) -> str:
    if element.until is None or element.paused:
        return ""
    left = element.until - look.now
    stands = f"{duration(left)} left" if left > timedelta() else f"{duration(left)} late"
    if look.own:
        return f" of the time used, {stands} at {clock(look.now, zone(look.zone))} your time"
    # In the zone in which the due time was said just before.
    home = next((s for s in element.words if isinstance(s, Moment) and s.home_zone), None)
    where = home.home_zone if home else look.zone
    named = zone_name(where, home.home_name if home else "")
    return f" of the time used, {stands} at {clock(look.now, zone(where))} {named} time"


def files(element: Files, pen: Pen, room: int) -> list[Json]:
    """The files by name and size, with a link to each where there is a web chat."""
    shown = element.files[:_FILES]
    if not shown:
        return []
    per = min(_NAME, max(40, room // len(shown) - 420))
    drawn = [file_row(file, pen, per) for file in shown]
    if len(element.files) > len(shown):
        drawn.append(rest(f"{len(element.files) - len(shown)} more files", pen))
    return drawn


def file_row(file: Attachment, pen: Pen, most: int = _NAME) -> Json:
    """A file's name, of at most `most` characters, and its size, with a link where there is one."""
    name = cut(literal(file.name).replace("\n", " "), most) or "file"
    named = rich([run(f"📎 {name} ({size(file.size)})")], spacing="Small")
    url = pen.look.file_url(file.key)
    return _beside(named, url) if url else named


def _beside(named: Json, url: str) -> Json:
    link = text_block(f"[Open]({url})")
    return columns([named], [link], spacing="Small")


def columns(wide: list[Json], narrow: list[Json], **place: object) -> Json:
    """Two columns: the first takes what the second leaves."""
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": "stretch", "items": wide},
            {
                "type": "Column",
                "width": "auto",
                "items": narrow,
                "verticalContentAlignment": "Center",
            },
        ],
        **place,
    }


def image(element: Image) -> list[Json]:
    """A picture; its words alone where Teams could not fetch it."""
    alt = cut(literal(element.alt), _VALUE).strip() or "Picture"
    if element.url.startswith("https://") and len(element.url) <= published.URL:
        return [{"type": "Image", "url": element.url, "altText": alt, "size": "Stretch"}]
    return [note(f"Picture: {alt}")]
