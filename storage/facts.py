"""Facts as text: the desk's frozen dataclasses to JSON and back, by their own types."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from desk import events
from desk.events import Event
from desk.notices import Notice, Recipient
from desk.people import Hours
from desk.promise import Cycle
from desk.records import Attachment

_CYCLES = TypeAdapter(tuple[Cycle, ...])
_FILES = TypeAdapter(tuple[Attachment, ...])
_HOURS = TypeAdapter(Hours)
_KEYS = TypeAdapter(tuple[str, ...])
_NOTICE: TypeAdapter[Notice] = TypeAdapter(Annotated[Notice, Field(discriminator="kind")])
_RECIPIENT: TypeAdapter[Recipient] = TypeAdapter(Annotated[Recipient, Field(discriminator="to")])

# Every event by the name of its class, which is what a row of the timeline calls it.
_EVENTS: dict[str, TypeAdapter[Event]] = {
    name: TypeAdapter(kind)
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def literally(text: str) -> str:
    """The text as both databases can keep it: NUL is shown as a sign, half characters as "?"."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode("utf-8")


def write_cycles(cycles: tuple[Cycle, ...]) -> str:
    """All runs of a case's clock, as JSON."""
    return _write(_CYCLES, cycles)


def read_cycles(text: str) -> tuple[Cycle, ...]:
    """What `write_cycles` wrote."""
    return _CYCLES.validate_json(text)


def write_files(files: tuple[Attachment, ...]) -> str:
    """The attachments of a message, as JSON."""
    return _write(_FILES, files)


def read_files(text: str) -> tuple[Attachment, ...]:
    """What `write_files` wrote."""
    return _FILES.validate_json(text)


def write_hours(hours: Hours | None) -> str | None:
    """Somebody's hours on duty, as JSON."""
    return None if hours is None else _write(_HOURS, hours)


def read_hours(text: str | None) -> Hours | None:
    """What `write_hours` wrote."""
    return None if text is None else _HOURS.validate_json(text)


def write_keys(keys: tuple[str, ...]) -> str:
    """A list of keys, as JSON."""
    return _write(_KEYS, keys)


def read_keys(text: str) -> tuple[str, ...]:
    """What `write_keys` wrote."""
    return _KEYS.validate_json(text)


def write_notice(notice: Notice) -> str:
    """A notice, as JSON with its `kind`."""
    return _write(_NOTICE, notice)


def read_notice(text: str) -> Notice:
    """What `write_notice` wrote."""
    return _NOTICE.validate_json(text)


def write_recipient(recipient: Recipient) -> str:
    """A recipient, as JSON with its `to`."""
    return _write(_RECIPIENT, recipient)


def read_recipient(text: str) -> Recipient:
    """What `write_recipient` wrote."""
    return _RECIPIENT.validate_json(text)


def write_event(event: Event) -> tuple[str, str]:
    """The name of the event's class, and its fields as JSON."""
    kind = type(event).__name__
    return kind, _write(_EVENTS[kind], event)


def read_event(kind: str, text: str) -> Event:
    """What `write_event` wrote."""
    return _EVENTS[kind].validate_json(text)


def _write(adapter: TypeAdapter[Any], value: object) -> str:
    plain = adapter.dump_python(value, warnings="error")
    text = json.dumps(plain, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return literally(text)


def _plain(value: datetime | date | time | timedelta) -> str | float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"A time without a zone cannot be stored: {value.isoformat()}")
        value = value.astimezone(UTC)
    return value.isoformat()
