"""Times as the databases keep them: whole microseconds since 1970, compared as numbers.

SQLite would compare aware datetimes as text and get every zone but UTC wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """The number kept for an aware datetime; a naive one is a mistake of the program."""
    if moment.tzinfo is None:
        raise ValueError(f"A time without a zone cannot be stored: {moment.isoformat()}")
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware datetime, in UTC, of a number that was kept."""
    return EPOCH + micros * _MICROSECOND


def maybe_micros(moment: datetime | None) -> int | None:
    """As `to_micros`, for a time that may be absent."""
    return None if moment is None else to_micros(moment)


def maybe_instant(micros: int | None) -> datetime | None:
    """As `from_micros`, for a time that may be absent."""
    return None if micros is None else from_micros(micros)
