"""Lists as blocks: tables, timelines and stretches, rich while they fit and plain where not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.fitting import clip
from bot.slack import published
from bot.slack.blocks import (
    TONES,
    Pen,
    bullets,
    file_words,
    note,
    quoted,
    rest,
    rich_text,
    section,
    small,
    weight,
)
from bot.slack.buttons import button
from bot.slack.literal import Json, cut, literal, text_object
from bot.slack.spans import AT, TIME, plain, rich, rich_date, rich_words, zone
from desk.records import Attachment
from handlers.intents import ShowCase
from handlers.views.vocabulary import (
    Button,
    Happening,
    Moment,
    Row,
    Stretch,
    Stretches,
    Table,
    Timeline,
    Words,
)
from handlers.views.words import exactly

# Rows with a button each; more of them than this are better read as a list.
_OPENED = 12
_CELL = 300
_COLUMN = 50
_NOTHING = frozenset({("–",), ("",)})
# Columns whose values say by themselves what they are.
_SPEAKING = frozenset({"Clock", "Standing", "What", "Subject", "About", "Case"})
# How much of what somebody said a timeline repeats, the most that fits.
_QUOTES = (3_000, 1_000, 400, 150, 60)
_KINDS = {"counted": "■ counted", "closed": "□ closed", "paused": "‖ paused"}


def table(element: Table, pen: Pen, room: int) -> list[Json]:
    """The rows: with a button each where they open something, as a list, or as plain lines."""
    if not element.rows:
        return [note(cut(element.empty, _CELL) or "Nothing here.")]
    opens = all(row.intent is not None and not _dated(row) for row in element.rows)
    if opens and len(element.rows) <= _OPENED:
        drawn = [block for row in element.rows for block in _opening(element, row, pen)]
        if weight(drawn) <= room:
            return drawn
    lines = [_line(element, row, pen) for row in element.rows]
    listed = [rich_text(bullets(lines))]
    return listed if weight(listed) <= room else _plain_rows(element, pen, room)


def _dated(row: Row) -> bool:
    """Whether it is a line of a log rather than something to be opened."""
    return bool(row.cells and row.cells[0] and isinstance(row.cells[0][0], Moment))


def _opening(element: Table, row: Row, pen: Pen) -> list[Json]:
    """What it is, with a button that opens it, and how it stands in small print below."""
    cells = _cells(element, row)
    head = _joined(cells[:2])
    shape = TONES[row.tone]
    shown = f"{shape} " if shape else ""
    text = text_object(shown + plain(head, pen.look), published.SECTION)
    drawn: Json = {"type": "section", "text": text}
    if row.intent is not None:
        what = plain(cells[0], pen.look)
        drawn["accessory"] = button(Button("Show", row.intent), pen, label=f"Show {what}")
    tail = _joined(cells[2:])
    return [drawn, *(small(tail, pen) if tail else [])]


def _line(element: Table, row: Row, pen: Pen) -> list[Json]:
    shape = TONES[row.tone]
    before = [rich_words(f"{shape} ")] if shape else []
    return [*before, *rich(_joined(_cells(element, row)), pen.look)]


def _cells(element: Table, row: Row) -> list[Words]:
    """The cells that say something, each with its column's name where it does not say that too."""
    made: list[Words] = []
    for n, cell in enumerate(row.cells):
        words, _ = clip(cell, _CELL)
        if not words or words in _NOTHING:
            continue
        column = element.columns[n] if n < len(element.columns) else ""
        if column and n and column not in _SPEAKING:
            words = (f"{cut(column, _COLUMN)}: ", *words)
        made.append(words)
    return made


def _joined(cells: Sequence[Words]) -> Words:
    joined: list[Words] = []
    for cell in cells:
        joined += [(" · ",), cell] if joined else [cell]
    return tuple(span for words in joined for span in words)


def _plain_rows(element: Table, pen: Pen, room: int) -> list[Json]:
    """Every row as a line of text; of those that do not fit, at least the case's number."""
    lines = [
        " ".join(
            ("•", *filter(None, (TONES[row.tone],)), plain(_joined(_cells(element, row)), pen.look))
        )
        for row in element.rows
    ]
    shown, left = _fitting(lines, room - 300 - 9 * len(lines))
    parts = [section([rich_words("\n".join(lines[:shown]))])] if shown else []
    if left:
        numbers = [
            f"C-{row.intent.case_id}"
            for row in element.rows[shown:]
            if isinstance(row.intent, ShowCase)
        ]
        named = f": {', '.join(numbers)}" if numbers else ""
        parts.append(section(rest(cut(f"{left} more{named}", max(60, room // 2)), pen)))
    return [rich_text(*parts)]


def _fitting(lines: Sequence[str], room: int) -> tuple[int, int]:
    """How many of the lines fit from the first on, and how many do not."""
    used = 0
    for n, line in enumerate(lines):
        used += weight([{"": line}])
        if used > room:
            return n, len(lines) - n
    return len(lines), 0


def timeline(element: Timeline, pen: Pen, room: int) -> list[Json]:
    """What happened, oldest first; when it is too long, the newest, with the way to the rest."""
    items = element.items
    if not items:
        return [note("Nothing has happened yet.")]
    for quote in _QUOTES:
        drawn = [rich_text(*_happenings(items, pen, quote))]
        if weight(drawn) <= room:
            return drawn
    return _newest(len(items), lambda n: _happenings(items[n:], pen, _QUOTES[-1]), pen, room)


def _newest(number: int, drawn: Callable[[int], Sequence[Json]], pen: Pen, room: int) -> list[Json]:
    """The end of a list that is too long, below how many lines are missing before it."""

    def below(left: int) -> list[Json]:
        shown = drawn(left) if left < number else ()
        return [rich_text(section(rest(f"{left} earlier lines", pen)), *shown)]

    return below(bisect_left(range(number), True, lo=1, key=lambda n: weight(below(n)) <= room))


def _happenings(items: Sequence[Happening], pen: Pen, quote: int) -> list[Json]:
    """Each item's line, and what was said below it, one after the other."""
    made: list[Json] = []
    for item in items:
        words, _ = clip(item.words, _CELL)
        inside = [rich_words(" · internal")] if item.internal else []
        line = [
            rich_date(Moment(item.at), pen.look),
            rich_words(" · "),
            *rich(words, pen.look),
            *inside,
        ]
        if made and made[-1]["type"] == "rich_text_section":
            line = [rich_words("\n"), *line]
            made[-1]["elements"] += line
        else:
            made.append(section(line))
        # Cut before it is cleaned too: a long text is looked at once for every length of quotes.
        said = literal(item.text.strip()[: 2 * quote])
        if said:
            made.append(quoted([rich_words(cut(said, quote))]))
        if item.files:
            made.append(section(_attached(item.files, pen)))
    return made


def _attached(files: Sequence[Attachment], pen: Pen) -> list[Json]:
    """What came with a message, in one line."""
    return [
        word
        for n, file in enumerate(files)
        for word in (rich_words(" · " if n else "Files: "), *file_words(file, pen))
    ]


def stretches(element: Stretches, pen: Pen, room: int) -> list[Json]:
    """Each stretch with its kind in shape and word, and the sum."""
    total = rich_words(f"Counted together: {exactly(timedelta(seconds=element.total))}", bold=True)
    if not element.items:
        return [rich_text(section([total]))]

    def drawn(first: int) -> Sequence[Json]:
        lines = [_stretch(item, element, pen) for item in element.items[first:]]
        return [bullets(lines), section([total])]

    made = [rich_text(*drawn(0))]
    if weight(made) <= room:
        return made
    return _newest(len(element.items), drawn, pen, room)


def _stretch(item: Stretch, element: Stretches, pen: Pen) -> list[Json]:
    home = zone(element.home_zone)
    start, end = item.start.astimezone(home), item.end.astimezone(home)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %H:%M}"
    counted = item.kind == "counted"
    length = f" {exactly(timedelta(seconds=item.seconds))}" if counted else ""
    near = item.end - item.start < timedelta(days=1)
    return [
        rich_words(f"{_KINDS[item.kind]}{length}: ", bold=counted),
        rich_date(Moment(item.start), pen.look),
        rich_words(" – "),
        rich_date(Moment(item.end), pen.look, form=TIME if near else AT),
        rich_words(f" ({start:%a %H:%M} – {until} in {element.home_name or element.home_zone})"),
    ]
