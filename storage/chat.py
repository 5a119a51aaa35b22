"""The desk's own chat, as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tortoise.expressions import F, Q

from desk.records import ChatMessage
from storage.facts import literally, read_files, write_files
from storage.instants import maybe_micros, to_micros
from storage.sql import Sql
from storage.traffic_tables import ChatRow, CounterRow


class StoredChat:
    """Implements `desk.ports.Chat`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def add(self, message: ChatMessage) -> ChatMessage:
        """Store a message under the next `seq`; a known `key` answers with what is there."""
        if message.key is not None and (known := await ChatRow.get_or_none(key=message.key)):
            return _message(known)
        seq = await self._next_seq()
        new = await self._sql.one(
            """INSERT INTO chat (conversation, thread, author_id, kind, body, at, "key", files,
                edited_at, deleted_at, seq, born, replies)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
            ON CONFLICT ("key") WHERE "key" IS NOT NULL DO NOTHING RETURNING id""",
            message.conversation,
            message.thread,
            message.author_id,
            message.kind,
            literally(message.body),
            to_micros(message.at),
            message.key,
            write_files(message.files),
            maybe_micros(message.edited_at),
            maybe_micros(message.deleted_at),
            seq,
            seq,
        )
        if new is None:
            return _message(await ChatRow.get(key=message.key))
        if message.thread is not None:
            await self._count_reply(message.thread, 1)
        return _message(await ChatRow.get(id=new["id"]))

    async def get(self, message_id: int) -> ChatMessage | None:
        row = await ChatRow.get_or_none(id=message_id)
        return _message(row) if row else None

    async def change(
        self, message_id: int, at: datetime, body: str | None, *, deleted: bool = False
    ) -> ChatMessage | None:
        """Replace the body or mark it deleted; what is deleted stays as it is."""
        seq = await self._next_seq()
        row = await ChatRow.get_or_none(id=message_id)
        if row is None or row.deleted_at is not None:
            return _message(row) if row else None
        row.seq = seq
        if body is not None:
            row.body, row.edited_at = body, at
        if deleted:
            row.deleted_at = at
        await row.save()
        if deleted and row.thread is not None:
            await self._count_reply(row.thread, -1)
        return await self.get(message_id)

    async def of(
        self,
        conversation: str,
        thread: int | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[ChatMessage]:
        """The newest messages before `before` (an id), the oldest of them first."""
        rows = ChatRow.filter(conversation=conversation)
        if thread is None:
            rows = rows.filter(thread__isnull=True)
        else:
            rows = rows.filter(Q(id=thread) | Q(thread=thread))
        if before is not None:
            rows = rows.filter(id__lt=before)
        newest = await rows.order_by("-id").limit(limit)
        return [_message(row) for row in reversed(newest)]

    async def since(
        self, seq: int, conversations: Sequence[str], limit: int = 200
    ) -> Sequence[ChatMessage]:
        """What changed after `seq`, in order of change; nothing earlier can appear later."""
        if not conversations:
            return []
        rows = ChatRow.filter(seq__gt=seq, conversation__in=list(conversations))
        return [_message(row) for row in await rows.order_by("seq").limit(limit)]

    async def last_seq(self) -> int:
        counter = await CounterRow.get(name="chat")
        seq: int = counter.value
        return seq

    async def mark_read(self, person_id: str, conversation: str, seq: int) -> None:
        """Remember how far somebody has read; it never goes back."""
        await self._sql.rows(
            """INSERT INTO chat_reads (person_id, conversation, seq) VALUES (?, ?, ?)
            ON CONFLICT (person_id, conversation) DO UPDATE SET seq = excluded.seq
            WHERE chat_reads.seq < excluded.seq""",
            person_id,
            conversation,
            seq,
        )

    async def unread(self, person_id: str, conversations: Sequence[str]) -> Mapping[str, int]:
        """For every conversation asked for, the messages of others after the last one read."""
        counts = dict.fromkeys(conversations, 0)
        if not counts:
            return counts
        marks = ", ".join("?" for _ in counts)
        rows = await self._sql.rows(
            f"""SELECT chat.conversation, count(*) AS unread FROM chat
            LEFT JOIN chat_reads AS mine
                ON mine.conversation = chat.conversation AND mine.person_id = ?
            WHERE chat.conversation IN ({marks}) AND chat.author_id <> ?
                AND chat.deleted_at IS NULL AND chat.born > coalesce(mine.seq, 0)
            GROUP BY chat.conversation""",  # noqa: S608
            person_id,
            *counts,
            person_id,
        )
        return counts | {row["conversation"]: row["unread"] for row in rows}

    async def _next_seq(self) -> int:
        # The row stays locked until the commit, so that numbers become visible in their order:
        # a reader that has seen 7 can never meet a 6 afterwards.
        row = await self._sql.one(
            "UPDATE counters SET value = value + 1 WHERE name = 'chat' RETURNING value"
        )
        seq: int = row["value"] if row else 0
        return seq

    async def _count_reply(self, root: int, step: int) -> None:
        seq = await self._next_seq()
        await ChatRow.filter(id=root).update(replies=F("replies") + step, seq=seq)


def _message(row: ChatRow) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        conversation=row.conversation,
        thread=row.thread,
        author_id=row.author_id,
        kind=row.kind,
        body=row.body,
        at=row.at,
        key=row.key,
        files=read_files(row.files),
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        seq=row.seq,
        replies=row.replies,
    )
