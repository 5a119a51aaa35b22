"""Files both ways: from Slack into the store, and from the store into a thread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.platform import Retryable
from bot.slack.errors import Refused
from bot.slack.heard import Heard
from bot.slack.link import Link
from bot.slack.read import File, file_of, map_at
from desk.errors import NotSaved
from desk.ports import UnitOfWork
from desk.records import Attachment
from handlers.views.vocabulary import Card, Text, Tone
from storage.files import new_key

_log = structlog.get_logger(__name__)

LIMIT = 25 * 2**20
MOST = 10
# How long whoever sends a form or a message waits for its files, in seconds; and how long the
# rest may take after that.
SHORT, LONG = 1.2, 120.0
_NAME_LENGTH = 120
# Control characters, and those that turn the direction of what follows: a name must not lie.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*", re.ASCII)


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
    return Attachment(key, _name(known.name), _media_type(known.media_type), size)


async def _particulars(link: Link, heard: Heard, file: File) -> File:
    """A file of another organisation comes without its address."""
    said = await link.api.call(heard.token, "files.info", file=file.id)
    found = file_of(map_at(said, "file"))
    if not found.url:
        raise Refused("files.info", "no_address")
    return replace(found, id=file.id)


async def forget_unused(link: Link, attachments: Sequence[Attachment]) -> None:
    """Take files out of the store that no case has: of what was refused, or came twice."""
    if not attachments:
        return

    async def unused(uow: UnitOfWork) -> list[Attachment]:
        return [one for one in attachments if await uow.messages.file(one.key) is None]

    try:
        for one in await link.desk.run(unused):
            await link.files.delete(one.key)
    except NotSaved as error:
        # Better a file too many than one that a case misses.
        _log.warning("slack.file_left_behind", reason=str(error))


def not_fetched(case_id: int, files: Sequence[File]) -> Card:
    """Says which files the desk could not get, and what to do."""
    names = ", ".join(_name(one.name) for one in files)
    what = f"These files did not reach C-{case_id}: {names}."
    how = f"Each may have {LIMIT // 2**20} MB. Send them again in the case's thread."
    return Card(
        (f"Files are missing on C-{case_id}",), f"{what} {how}", Tone.WARNING,
        elements=(Text((what,)), Text((how,), small=True)), case_id=case_id,
    )  # fmt: skip


def _name(said: str) -> str:
    """The last part of a path, without what cannot be seen; its ending survives a cut."""
    name = re.split(r"[/\\]", said)[-1].encode("utf-8", "replace").decode("utf-8")
    name = _UNSEEN.sub("", name).strip(" .") or "file"
    if len(name) <= _NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= 16 else ""
    return name[: _NAME_LENGTH - len(ending)] + ending


def _media_type(said: str) -> str:
    plain = said.partition(";")[0].strip().lower()
    good = len(plain) <= 100 and _MEDIA_TYPE.fullmatch(plain)
    return plain if good else "application/octet-stream"


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
