"""Files both ways: from Slack into the store, and from the store into a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.attached import LIMIT, MOST, media_type_of, name_of
from bot.platform import Retryable
from bot.slack.errors import Refused
from bot.slack.heard import Heard
from bot.slack.link import Link
from bot.slack.read import File, file_of, map_at
from desk.errors import NotSaved
from desk.records import Attachment
from handlers.views.vocabulary import Card, Text, Tone
from storage.files import new_key

_log = structlog.get_logger(__name__)

# How long whoever sends a form or a message waits for its files, in seconds; and how long the
# rest may take after that.
SHORT, LONG = 1.2, 120.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is in the store now; what may be yet, with more time; and what will not come."""

    attachments: tuple[Attachment, ...] = ()
    missing: tuple[File, ...] = ()
    refused: tuple[File, ...] = ()


async def fetch(
    link: Link, heard: Heard, files: Sequence[File], *, patience: float | None = None
) -> Fetched:
    """Bring files into the store, all at once, as far as `patience` (in seconds) reaches."""
    wanted = files[:MOST]
    tasks = [asyncio.ensure_future(_fetch(link, heard, one)) for one in wanted]
    if tasks:
        await asyncio.wait(tasks, timeout=SHORT if patience is None else patience)
    kept: list[Attachment] = []
    missing: list[File] = list(files[MOST:])
    refused: list[File] = []
    for file, task in zip(wanted, tasks, strict=True):
        if not task.done():
            task.cancel()
        match task.result() if task.done() and not task.cancelled() else None:
            case Attachment() as found:
                kept.append(found)
            case File() as known:
                refused.append(known)
            case None:
                missing.append(file)
    return Fetched(tuple(kept), tuple(missing), tuple(refused))


async def _fetch(link: Link, heard: Heard, file: File) -> Attachment | File | None:
    """The file in the store; or what is known of it, where it is refused; None for a bad moment."""
    key = new_key()
    size = 0
    wrong: list[Exception] = []

    async def pieces(url: str) -> AsyncIterator[bytes]:
        nonlocal size
        try:
            async for piece in link.api.download(heard.token, url, LIMIT):
                size += len(piece)
                yield piece
        except (Refused, Retryable) as error:
            wrong.append(error)
            raise

    known = file
    try:
        known = file if file.url else await _particulars(link, heard, file)
        if known.size > LIMIT:
            raise Refused("files.download", "file_too_large")
        await link.files.put(key, pieces(known.url))
    except (Refused, Retryable, NotSaved) as error:
        wrong.append(error)
    except Exception:
        # The store tells its own story of a body that broke off; ours is the true one.
        if not wrong:
            raise
    if wrong:
        _log.warning("slack.file_not_fetched", file=file.id, reason=str(wrong[0]))
        return known if isinstance(wrong[0], Refused) else None
    return Attachment(key, name_of(known.name), media_type_of(known.media_type), size)


async def _particulars(link: Link, heard: Heard, file: File) -> File:
    """A file of another organisation comes without its address."""
    said = await link.api.call(heard.token, "files.info", file=file.id)
    found = file_of(map_at(said, "file"))
    if not found.url:
        raise Refused("files.info", "no_address")
    return replace(found, id=file.id)


def not_fetched(case_id: int, files: Sequence[File]) -> Card:
    """Says which files the desk could not get, and what to do."""
    names = ", ".join(name_of(one.name) for one in files)
    what = f"These files did not reach C-{case_id}: {names}."
    how = f"Each may have {LIMIT // 2**20} MB. Send them again in the case's thread."
    return Card(
        (f"Files are missing on C-{case_id}",), f"{what} {how}", Tone.WARNING,
        elements=(Text((what,)), Text((how,), small=True)), case_id=case_id,
    )  # fmt: skip


async def share(
    link: Link,
    token: str,
    channel: str,
    thread: str,
    attachments: Sequence[Attachment],
) -> tuple[str, ...]:
    """Put files into a thread, in one message, and return their ids.

    Nobody sees them before all of them are there. Raises `Refused` or `Retryable`.
    """
    uploaded = []
    for one in attachments:
        place = await link.api.call(
            token, "files.getUploadURLExternal", filename=one.name, length=str(one.size)
        )
        await link.api.upload(str(place["upload_url"]), link.files.stream(one.key), one.size)
        uploaded.append({"id": place["file_id"], "title": one.name})
    await link.api.call(
        token,
        "files.completeUploadExternal",
        files=uploaded,
        channel_id=channel,
        thread_ts=thread or None,
    )
    return tuple(one["id"] for one in uploaded)
