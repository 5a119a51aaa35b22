"""Moments in the words of whoever reads them: weekday, time, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime

# The desk speaks English until it has a second message catalog: an English sentence with a German
# weekday in it would be neither.
_LOCALE = "en_GB"
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
# A weekday alone is unambiguous this far, in either direction.
_NEAR = 6


@cache
def zone(name: str) -> tzinfo:
    """The zone by its name; UTC where nobody knows it, so that something is drawn in any case."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def near(at: datetime, where: tzinfo, now: datetime) -> str:
    """The weekday and the time; with the date beyond six days, and the year if it is another."""
    here, today = at.astimezone(where), now.astimezone(where)
    if abs((here.date() - today.date()).days) <= _NEAR:
        return local(at, where, "EEE HH:mm")
    pattern = "EEE d MMM HH:mm" if here.year == today.year else "EEE d MMM y HH:mm"
    return local(at, where, pattern)


def clock(at: datetime, where: tzinfo) -> str:
    """The time of day."""
    return local(at, where, "HH:mm")


def local(at: datetime, where: tzinfo, pattern: str) -> str:
    """The instant in a zone, by a pattern of the Unicode locale data."""
    # By the instant itself: the two hours that autumn repeats are equal as times of their zone.
    return _local(at.astimezone(UTC), where, pattern)


@lru_cache(maxsize=8192)
def _local(at: datetime, where: tzinfo, pattern: str) -> str:
    here = at.astimezone(where)
    words = format_datetime(here, pattern, tzinfo=where, locale=_LOCALE)
    # In the hour that autumn repeats, a time alone names two instants.
    if here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset():
        words += f" ({format_datetime(here, 'OOOO', tzinfo=where, locale=_LOCALE)})"
    return words


def duration(span: timedelta) -> str:
    """The two largest units: "2 h 14 min", "3 d", "4 min 12 s"; seconds only under ten minutes."""
    seconds = abs(int(span.total_seconds()))
    if seconds >= 600:
        seconds -= seconds % 60
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(seconds, size)
        if parts or count:
            parts.append(f"{count} {unit}" if count else "")
            seconds = rest
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part) or "0 s"


def left(at: datetime, now: datetime) -> str:
    """What is left until an instant, or how long ago it was."""
    return f"in {duration(at - now)}" if at > now else f"{duration(now - at)} ago"
