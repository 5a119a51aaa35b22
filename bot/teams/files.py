"""Files both ways: from Teams into the store, and from the store to whoever agrees to have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.attached import LIMIT, MOST, may_see, media_type_of, name_of
from bot.platform import Permanent, Retryable, SignInBroken
from bot.teams.heard import Ear, Heard
from bot.teams.received import Payload, Received, list_at, map_at, text_at
from desk.errors import NotSaved
from desk.people import Identity
from desk.ports import UnitOfWork
from desk.records import Attachment
from storage.files import new_key

_log = structlog.get_logger(__name__)

FILE = "application/vnd.microsoft.teams.file.download.info"
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
# How long whoever sends a message waits for its files, in seconds.
PATIENCE = 1.5


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it was sent: its name, and where it is fetched."""

    name: str
    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is in the store now, and the names of what is not."""

    attachments: tuple[Attachment, ...] = ()
    missing: tuple[str, ...] = ()


def of_message(one: Received) -> list[Sent]:
    """The files of a message: those that were attached, and pictures that were pasted into it."""
    found = []
    for number, attached in enumerate(list_at(one.raw, "attachments"), 1):
        kind = text_at(attached, "contentType")
        if kind == FILE:
            url = text_at(attached, "content", "downloadUrl")
            found.append(Sent(text_at(attached, "name"), url, ""))
        elif kind.startswith("image/"):
            ending = "" if kind.endswith("*") else f".{kind.partition('/')[2]}"
            name = text_at(attached, "name") or f"picture-{number}{ending}"
            found.append(Sent(name, text_at(attached, "contentUrl"), kind.replace("*", "png")))
    return [one for one in found if one.url]


async def fetch(ear: Ear, files: Sequence[Sent]) -> Fetched:
    """Bring files into the store, all at once, as far as there is time."""
    wanted = files[:MOST]
    tasks = [asyncio.ensure_future(_fetch(ear, one)) for one in wanted]
    if tasks:
        await asyncio.wait(tasks, timeout=PATIENCE)
    kept, missing = [], [one.name for one in files[MOST:]]
    for file, task in zip(wanted, tasks, strict=True):
        if not task.done():
            task.cancel()
        found = task.result() if task.done() and not task.cancelled() else None
        if found is None:
            missing.append(file.name)
        else:
            kept.append(found)
    return Fetched(tuple(kept), tuple(name_of(name) for name in missing))


async def _fetch(ear: Ear, file: Sent) -> Attachment | None:
    key, size = new_key(), 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal size
        async for piece in ear.link.transfer.download(file.url, LIMIT):
            size += len(piece)
            yield piece

    try:
        await ear.files.put(key, pieces())
    except (Permanent, Retryable, SignInBroken, NotSaved) as error:
        _log.warning("teams.file_not_fetched", reason=str(error))
        return None
    return Attachment(key, name_of(file.name), media_type_of(file.media_type), size)


# --- to somebody ----------------------------------------------------------------------------------


def offered(file: Attachment) -> dict[str, Any]:
    """A message that offers a file in somebody's own chat: Teams asks them before it is put."""
    context = {"file": file.key}
    return {
        "type": "message",
        "summary": f"File: {file.name}",
        "attachments": [
            {
                "contentType": CONSENT,
                "name": file.name,
                "content": {
                    "description": "A file of your support case",
                    "sizeInBytes": file.size,
                    "acceptContext": context,
                    "declineContext": context,
                },
            }
        ],
    }


async def agreed(ear: Ear, heard: Heard) -> None:
    """Somebody answered whether they want a file: it is put, if it is theirs to see."""
    value = heard.received.value
    message = text_at(heard.received.raw, "replyToId")
    if text_at(value, "action") == "accept":
        file = await _theirs(ear, heard, text_at(map_at(value, "context"), "file"))
        if file is None:
            _log.warning("teams.file_refused", user=heard.sender.user)
            return
        upload = map_at(value, "uploadInfo")
        await ear.link.transfer.upload(
            text_at(upload, "uploadUrl"), ear.files.stream(file.key), file.size
        )
        await ear.link.connector.post(heard.received.at, _put(file, upload))
    if message:
        await ear.link.connector.delete(heard.received.at, message)


async def _theirs(ear: Ear, heard: Heard, key: str) -> Attachment | None:
    """The file, if this person may see the message that it belongs to."""
    sender = heard.sender

    async def look(uow: UnitOfWork) -> Attachment | None:
        identity = Identity(sender.platform, sender.workspace, sender.user)
        person = await uow.people.by_identity(identity)
        found = await uow.messages.file(key) if key else None
        if person is None or found is None:
            return None
        return found[1] if await may_see(uow, person, found[0]) else None

    return await ear.desk.run(look)


def _put(file: Attachment, upload: Payload) -> Mapping[str, Any]:
    kind = text_at(upload, "fileType")
    return {
        "type": "message",
        "summary": f"File: {file.name}",
        "attachments": [
            {
                "contentType": INFO,
                "contentUrl": text_at(upload, "contentUrl"),
                "name": text_at(upload, "name") or file.name,
                "content": {"uniqueId": text_at(upload, "uniqueId"), "fileType": kind},
            }
        ],
    }
