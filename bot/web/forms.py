"""A form's bytes: text fields and files, taken in strictly and in pieces."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import structlog
from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from bot.attached import LIMIT, MOST, media_type_of, name_of
from bot.ports import FileStore
from bot.web.faults import BadRequest, TooLarge
from desk.errors import NotSaved
from desk.records import Attachment
from storage.files import new_key

_log = structlog.get_logger(__name__)
TEXT_LIMIT = 2**20
_BODY_LIMIT = MOST * LIMIT + 2 * TEXT_LIMIT
_MAX_FIELDS = 100
_PIECE = 2**16


@dataclass(slots=True)
class Given:
    """What a form held. `files` are in the store already; `forget` those that nobody keeps."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Attachment] = field(default_factory=list)
    size: int = 0

    async def forget(self, store: FileStore) -> None:
        """Take the files out of the store again."""
        while self.files:
            try:
                await store.delete(self.files.pop().key)
            except NotSaved as error:
                _log.warning("web.file.left_behind", reason=str(error))

    def add(self, name: str, data: bytes) -> None:
        """Add a text field; raises for what is not text, and for one that is there already."""
        if name in self.fields or len(self.fields) >= _MAX_FIELDS:
            raise _broken("A field comes twice, or there are too many of them.")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _broken("Its text is not UTF-8.") from error
        self.fields[name] = _clean(text)


async def read_form(request: web.Request, store: FileStore | None) -> Given:
    """The request's form; its files go into the store while they arrive, if there is one for them.

    Raises `BadRequest` for what cannot be understood and `TooLarge`; nothing is kept then.
    """
    if request.charset is not None and request.charset.lower() not in {"utf-8", "utf8"}:
        raise _broken("It is not in UTF-8.")
    if request.content_type == "application/x-www-form-urlencoded":
        return await _urlencoded(request)
    if request.content_type != "multipart/form-data":
        raise _broken("It is no form.")
    if (request.content_length or 0) > _BODY_LIMIT:
        raise _too_many_files()
    given = Given()
    try:
        await _multipart(request, given, store)
    except (ValueError, AssertionError, LookupError, RuntimeError, BadHttpMessage) as error:
        await _undo(given, store)
        raise _broken("It is broken off, or not put together as a form is.") from error
    except BaseException:
        await _undo(given, store)
        raise
    return given


async def _undo(given: Given, store: FileStore | None) -> None:
    if store is not None:
        await given.forget(store)


async def _urlencoded(request: web.Request) -> Given:
    if (request.content_length or 0) > TEXT_LIMIT:
        raise _too_long()
    body = bytearray()
    async for piece in request.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > TEXT_LIMIT:
            raise _too_long()
    given = Given()
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="surrogateescape",
            max_num_fields=_MAX_FIELDS,
        )
        for name, text in pairs:
            # What was no UTF-8 under its percent signs is refused by `add`.
            given.add(_field_name(name), text.encode("utf-8", "surrogateescape"))
    except ValueError as error:
        raise _broken("It is not put together as a form is.") from error
    return given


async def _multipart(request: web.Request, given: Given, store: FileStore | None) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or "Content-Transfer-Encoding" in part.headers:
            raise ValueError("a part that no browser sends")
        if part.filename is None:
            given.add(_field_name(part.name or ""), await _text(part, given))
        elif part.name != "files" or store is None:
            raise ValueError("a file where none belongs")
        elif part.filename == "":
            await part.release()  # a file input in which nothing was chosen
        else:
            await _file(part, given, store)


async def _text(part: BodyPartReader, given: Given) -> bytes:
    if part.get_charset("utf-8").lower() not in {"utf-8", "utf8"}:
        raise ValueError("another charset")
    data = bytearray()
    while not part.at_eof():
        piece = await part.read_chunk(_PIECE)
        given.size += len(piece)
        if given.size > TEXT_LIMIT:
            raise _too_long()
        data += piece
    return bytes(data)


async def _file(part: BodyPartReader, given: Given, store: FileStore) -> None:
    if len(given.files) >= MOST:
        raise _too_many_files()
    name = name_of(part.filename or "")
    size = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal size
        while not part.at_eof():
            piece = await part.read_chunk(_PIECE)
            size += len(piece)
            if size > LIMIT:
                raise _too_large(name)
            if piece:
                yield piece

    key = new_key()
    await store.put(key, pieces())
    said = part.headers.get("Content-Type", "")
    given.files.append(Attachment(key, name, media_type_of(said), size))


def _field_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9_]{1,40}", name, re.ASCII):
        raise _broken("It has a field without a proper name.")
    return name


def _clean(text: str) -> str:
    # A form sends its line breaks as CRLF; a NUL, which no database keeps, is shown by its picture.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\u2400")


def _broken(why: str) -> BadRequest:
    return BadRequest("What was sent cannot be read.", why, "Reload the page and try again.")


def _too_long() -> TooLarge:
    return TooLarge(
        "Nothing was sent.",
        "The text is longer than a message can be.",
        "Attach it as a file instead.",
    )


def _too_large(name: str) -> TooLarge:
    return TooLarge(
        "Nothing was sent.",
        f"\u201c{name}\u201d is larger than 25 MB.",
        "Attach a smaller file, or a part of it.",
    )


def _too_many_files() -> TooLarge:
    return TooLarge(
        "Nothing was sent.",
        f"At most {MOST} files of 25 MB each fit into one message.",
        "Send the rest in a second message.",
    )
