"""Where the desk's own messages are, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from desk.notices import Side
from desk.records import Post, ThreadRef
from storage.sql import Sql
from storage.traffic_tables import PostRow


class StoredPosts:
    """Implements `desk.ports.Posts`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def remember(self, post: Post) -> None:
        """Note a post; the same message noted again becomes what was said last."""
        await self._sql.rows(
            """INSERT INTO posts
                (case_id, side, what, platform, workspace, channel, message_id, thread)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (platform, workspace, channel, message_id) DO UPDATE SET
                case_id = excluded.case_id, side = excluded.side, what = excluded.what,
                thread = excluded.thread""",
            post.case_id,
            post.side.value,
            post.what,
            post.platform,
            post.workspace,
            post.channel,
            post.message_id,
            post.thread,
        )

    async def of(self, case_id: int, side: Side | None = None, what: str = "") -> Sequence[Post]:
        """The posts of a case, in the order in which they were made."""
        rows = PostRow.filter(case_id=case_id)
        if side is not None:
            rows = rows.filter(side=side)
        if what:
            rows = rows.filter(what=what)
        return [_post(row) for row in await rows.order_by("id")]

    async def thread_of(
        self, platform: str, workspace: str, channel: str, thread: str
    ) -> ThreadRef | None:
        """Whose thread it is: that of its root message, or of any other post in it."""
        if not thread:
            return None
        here = PostRow.filter(platform=platform, workspace=workspace, channel=channel)
        row = await here.filter(message_id=thread).first()
        row = row or await here.filter(thread=thread).order_by("id").first()
        return ThreadRef(row.case_id, row.side) if row else None

    async def forget(self, post: Post) -> None:
        await PostRow.filter(
            platform=post.platform,
            workspace=post.workspace,
            channel=post.channel,
            message_id=post.message_id,
        ).delete()

    async def move(self, platform: str, workspace: str, old: str, new: str) -> None:
        """A channel has another id: what is posted in it is found under that."""
        there = PostRow.filter(platform=platform, workspace=workspace, channel=old)
        await there.update(channel=new)


def _post(row: PostRow) -> Post:
    return Post(
        row.case_id,
        row.side,
        row.what,
        row.platform,
        row.workspace,
        row.channel,
        row.message_id,
        row.thread,
    )
