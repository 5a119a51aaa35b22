"""Kinds of columns: times, texts that people wrote, and keys."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields
from tortoise.fields.base import Field
from tortoise.models import Model

from storage.facts import literally
from storage.instants import from_micros, to_micros


class Instant(Field[datetime], datetime):
    """An aware datetime, kept as microseconds since 1970 so that every zone compares right."""

    SQL_TYPE = "BIGINT"

    def to_db_value(
        self, value: datetime | int | None, instance: type[Model] | Model
    ) -> int | None:
        """The number to keep; a naive datetime is refused."""
        return to_micros(value) if isinstance(value, datetime) else value

    def to_python_value(self, value: datetime | int | None) -> datetime | None:
        """The datetime in UTC."""
        return from_micros(value) if isinstance(value, int) else value


class Words(fields.TextField):
    """Text that people wrote: kept literally, as far as both databases can."""

    def to_db_value(self, value: str | None, instance: type[Model] | Model) -> str | None:
        """The text as it can be kept."""
        kept: str | None = super().to_db_value(value and literally(value), instance)
        return kept


def key() -> fields.CharField[str]:
    """A column for a short key or name that a program chose."""
    return fields.CharField(max_length=200)
