"""What was said, as rows, and which files came with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from desk.records import Attachment, Message
from storage.tables import AttachmentRow, MessageRow

_COLUMNS = (
    "case_id",
    "author_id",
    "side",
    "public",
    "text",
    "at",
    "source",
    "edited_at",
    "deleted_at",
)


class StoredMessages:
    """Implements `desk.ports.Messages`."""

    async def add(self, message: Message) -> Message:
        """Store a message (its `id` is ignored) with its files."""
        row = await MessageRow.create(**_values(message))
        await _attach(row.id, message.files)
        return replace(message, id=row.id)

    async def get(self, message_id: int) -> Message | None:
        return await _first(await MessageRow.filter(id=message_id))

    async def by_source(self, source: str) -> Message | None:
        """The message that a platform's message became; nothing for ""."""
        return await _first(await MessageRow.filter(source=source)) if source else None

    async def save(self, message: Message) -> None:
        """Store a changed message; its files become those given."""
        await MessageRow.filter(id=message.id).update(**_values(message))
        await AttachmentRow.filter(message_id=message.id).delete()
        await _attach(message.id, message.files)

    async def renamed(self, old: str, new: str) -> None:
        """A place has another name: sources that began with `old` begin with `new`."""
        for row in await MessageRow.filter(source__startswith=old):
            # SQLite does not tell capital from small letters here.
            if row.source.startswith(old):
                source = new + row.source.removeprefix(old)
                await MessageRow.filter(id=row.id).update(source=source)

    async def of(self, case_id: int) -> Sequence[Message]:
        """The messages of a case, in the order in which they arrived."""
        return await _messages(await MessageRow.filter(case_id=case_id).order_by("id"))

    async def file(self, key: str) -> tuple[Message, Attachment] | None:
        """The attachment with this key, and the message it belongs to."""
        row = await AttachmentRow.get_or_none(key=key)
        message = row and await self.get(row.message_id)
        return (message, _attachment(row)) if row and message else None


def _values(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in _COLUMNS}


async def _attach(message_id: int, files: tuple[Attachment, ...]) -> None:
    for position, file in enumerate(files):
        await AttachmentRow.create(
            key=file.key,
            message_id=message_id,
            position=position,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
        )


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(row.key, row.name, row.media_type, row.size)


async def _first(rows: Sequence[MessageRow]) -> Message | None:
    return next(iter(await _messages(rows[:1])), None)


async def _messages(rows: Sequence[MessageRow]) -> list[Message]:
    files: defaultdict[int, list[Attachment]] = defaultdict(list)
    if rows:
        attached = AttachmentRow.filter(message_id__in=[row.id for row in rows])
        for file in await attached.order_by("message_id", "position"):
            files[file.message_id].append(_attachment(file))
    return [
        Message(id=row.id, files=tuple(files[row.id]), **{n: getattr(row, n) for n in _COLUMNS})
        for row in rows
    ]
