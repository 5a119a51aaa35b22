"""How commands print: times with their zone, durations in words, tables, and JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import typer


def as_json(value: object) -> None:
    """Print one JSON document; times are ISO 8601 in UTC."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def note(text: str) -> None:
    """Say something beside the answer, so that the answer itself stays clean."""
    typer.echo(text, err=True)


def iso(at: datetime | None) -> str | None:
    """An instant for machines: `2026-03-09T03:30:00Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(at: datetime, zone: str, name: str) -> str:
    """An instant for people: home time first, UTC beside it."""
    home, utc = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    return f"{_clock(home)} {name} time ({_clock(utc)} UTC)"


def local(at: datetime, zone: str) -> str:
    """An instant for people in a table whose heading names the zone."""
    return _clock(at.astimezone(ZoneInfo(zone)))


def exactly(length: timedelta) -> str:
    """A duration with every unit that it has: "2 d 1 h 30 min", "45 s"."""
    left = int(length.total_seconds())
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 s"


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under each other; the last column is as long as it is."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _clock(at: datetime) -> str:
    seconds = f"{at:%H:%M:%S}" if at.second or at.microsecond else f"{at:%H:%M}"
    return f"{at:%a %Y-%m-%d} {seconds}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"cannot be printed: {value!r}")
