"""Lists as elements: tables, timelines and stretches, rich while they fit and plain where not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.fitting import clip
from bot.literal import cut, literal
from bot.moments import duration
from bot.teams.blocks import (
    SUBTLE,
    TONES,
    columns,
    file_row,
    grid,
    note,
    quoted,
    rest,
    rich,
)
from bot.teams.buttons import button
from bot.teams.literal import Json, weight
from bot.teams.spans import Pen, plain, run, runs, span_of_time, whose
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
from handlers.views.words import duration as largest

# More rows with a button each than a card holds: not worth to be tried.
_OPENED = 25
_CELL = 300
_COLUMN = 50
# Columns whose values say by themselves what they are.
_SPEAKING = frozenset({"Clock", "Standing", "What", "Subject", "About", "Case", "Partner"})
# How much of what somebody said a timeline repeats, the most that fits.
_QUOTES = (3_000, 1_000, 400, 150, 60)
_KINDS = {"counted": "■ counted", "closed": "□ closed", "paused": "‖ paused"}


def table(element: Table, pen: Pen, room: int) -> list[Json]:
    """The rows: with a button each where they open something, as a table, or as plain lines."""
    if not element.rows:
        return [note(cut(element.empty, _CELL) or "Nothing here.")]
    opens = all(row.intent is not None and not _dated(row) for row in element.rows)
    drawn: list[Json] = []
    if opens and len(element.rows) <= _OPENED:
        drawn = [_opening(element, row, pen) for row in element.rows]
    elif element.columns and not opens:
        drawn = [_grid(element, pen)]
    return drawn if drawn and weight(drawn) <= room else _plain_rows(element, pen, room)


def _dated(row: Row) -> bool:
    """Whether it is a line of a log rather than something to be opened."""
    return bool(row.cells and row.cells[0] and isinstance(row.cells[0][0], Moment))


def _opening(element: Table, row: Row, pen: Pen) -> Json:
    """What it is and how it stands in small print below, beside a button that opens it."""
    cells = _cells(element, row)
    shape = TONES[row.tone]
    before = [run(f"{shape} ")] if shape else []
    wide = [rich([*before, *runs(_joined(cells[:2]), pen)])]
    tail = _joined(cells[2:])
    if tail:
        wide.append(rich(runs(tail, pen, SUBTLE), spacing="None"))
    narrow: list[Json] = []
    if row.intent is not None:
        label = f"Show {plain(cells[0], pen.look)}"
        narrow = [
            {"type": "ActionSet", "actions": [button(Button("Show", row.intent), label=label)]}
        ]
    return columns(wide, narrow, separator=True)


def _grid(element: Table, pen: Pen) -> Json:
    """A table with a line a row; the first column is as wide as times are."""
    dated = all(_dated(row) for row in element.rows) and whose(pen.look)
    first = f" ({whose(pen.look)})" if dated else ""
    names = [cut(column, _COLUMN) for column in element.columns]
    head = [rich([run(name, weight="Bolder")]) for name in (names[0] + first, *names[1:])]
    rows = [head]
    for row in element.rows:
        cells = [clip(cell, _CELL)[0] for cell in row.cells[: len(head)]]
        drawn = [rich(runs(cell, pen)) for cell in cells]
        if drawn and TONES[row.tone]:
            drawn[0]["inlines"].insert(0, run(f"{TONES[row.tone]} "))
        rows.append([*drawn, *(rich([]) for _ in range(len(head) - len(drawn)))])
    widths = [
        max(len(plain(row.cells[n], pen.look)) if n < len(row.cells) else 0 for row in element.rows)
        for n in range(len(head))
    ]
    return grid(rows, widths=[max(6, min(30, width)) for width in widths], heads=True)


def _cells(element: Table, row: Row) -> list[Words]:
    """The cells, short, each with its column's name where it would not say what it is."""
    made: list[Words] = []
    for n, cell in enumerate(row.cells):
        words, _ = clip(cell, _CELL)
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
            part
            for part in ("•", TONES[row.tone], plain(_joined(_cells(element, row)), pen.look))
            if part
        )
        for row in element.rows
    ]
    whole = [rich([run("\n".join(lines))])]
    if weight(whole) <= room:
        return whole
    shown, left = _fitting(lines, room - 300 - 9 * len(lines))
    parts = [rich([run("\n".join(lines[:shown]))])] if shown else []
    if left:
        numbers = [
            f"C-{row.intent.case_id}"
            for row in element.rows[shown:]
            if isinstance(row.intent, ShowCase)
        ]
        named = f": {', '.join(numbers)}" if numbers else ""
        parts.append(rest(cut(f"{left} more{named}", max(60, room // 2)), pen))
    return parts


def _fitting(lines: Sequence[str], room: int) -> tuple[int, int]:
    """How many of the lines fit from the first on, and how many do not."""
    used = 0
    for n, line in enumerate(lines):
        used += weight(line)
        if used > room:
            return n, len(lines) - n
    return len(lines), 0


def timeline(element: Timeline, pen: Pen, room: int) -> list[Json]:
    """What happened, oldest first; when it is too long, the newest, with the way to the rest."""
    items = element.items
    if not items:
        return [note("Nothing has happened yet.")]
    times = _whose(whose(pen.look))
    for quote in _QUOTES:
        drawn = [*times, *_happenings(items, pen, quote)]
        if weight(drawn) <= room:
            return drawn
    room -= weight(times)
    newest = _newest(len(items), lambda n: _happenings(items[n:], pen, _QUOTES[-1]), pen, room)
    return times + newest


def _whose(time: str) -> list[Json]:
    """In whose time all that follows is."""
    return [note(f"In {time}.")] if time else []


def _newest(number: int, drawn: Callable[[int], list[Json]], pen: Pen, room: int) -> list[Json]:
    """The end of a list that is too long, below how many lines are missing before it."""

    def below(left: int) -> list[Json]:
        return [rest(f"{left} earlier lines", pen), *(drawn(left) if left < number else [])]

    return below(bisect_left(range(number), True, lo=1, key=lambda n: weight(below(n)) <= room))


def _happenings(items: Sequence[Happening], pen: Pen, quote: int) -> list[Json]:
    """Each item's line, and what was said below it."""
    made: list[Json] = []
    for item in items:
        words, _ = clip(item.words, _CELL)
        line = [run(f"{plain((Moment(item.at, plain=True),), pen.look)} ", isSubtle=True)]
        line += runs(words, pen)
        if item.internal:
            line.append(run(" · internal", isSubtle=True))
        made.append(rich(line, spacing="Small"))
        # Cut before it is cleaned too: a long text is looked at once for every length of quotes.
        said = literal(item.text.strip()[: 2 * quote])
        if said.strip():
            made.append(quoted([rich([run(cut(said, quote))])]) | {"spacing": "Small"})
        made += [file_row(file, pen) for file in item.files]
    return made


def stretches(element: Stretches, pen: Pen, room: int) -> list[Json]:
    """Each stretch with its kind in shape and word, and the sum."""
    total = largest(timedelta(seconds=element.total))
    sum_ = rich([run(f"Counted together: {total}", weight="Bolder")])
    if not element.items:
        return [sum_]
    times = _whose(whose(pen.look, element.home_zone, element.home_name))

    def drawn(first: int) -> list[Json]:
        rows = [_stretch(item, element, pen) for item in element.items[first:]]
        return [*times, grid(rows, widths=(3, 6, 2)), sum_]

    made = drawn(0)
    if weight(made) <= room:
        return made
    return _newest(len(element.items), drawn, pen, room)


def _stretch(item: Stretch, element: Stretches, pen: Pen) -> list[Json]:
    counted = item.kind == "counted"
    style = {} if counted else {"isSubtle": True}
    length = duration(timedelta(seconds=item.seconds)) if counted else "–"
    when = span_of_time(item.start, item.end, pen.look, element.home_zone)
    return [
        rich([run(_KINDS[item.kind], **({"weight": "Bolder"} if counted else style))]),
        rich([run(when, **style)]),
        rich([run(length, **style)]),
    ]
