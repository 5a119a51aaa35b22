"""Attachments: bytes under random keys, in a directory or in any object store.

What a file is called, and whose it is, is in the database; a key says nothing about either.

The store is spoken to from threads, never through its coroutines: those hand their results over
from a thread of the store's own, and a program that ends just then is aborted by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from desk.errors import NotSaved

_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}")
_CHUNK = 256 * 1024

# What is still arriving is held in memory up to this size, in bytes, and on disk above.
_IN_MEMORY = 1024 * 1024


def new_key() -> str:
    """A key that nobody can guess, made of letters, digits, "-" and "_"."""
    return secrets.token_urlsafe(24)


class FileStore:
    """The files of one installation, at `url`: a path, `file:///…`, or an object store's URL.

    A directory is made when the first file arrives.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: ObjectStore | None = None

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        """Keep a file; it is there as a whole or not at all.

        What `content` raises comes out as it is: the sender went away, the file is too large.

        Raises:
            NotSaved: if it could not be kept: the disk is full, the store is away.
            ValueError: if the key was not made by `new_key`.
        """
        _checked(key)
        if isinstance(content, bytes):
            with _kept(key):
                await asyncio.to_thread(obstore.put, self._store, key, content)
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as arriving:
            # No thread of the store waits for a slow sender.
            async for piece in content:
                with _kept(key):
                    await asyncio.to_thread(arriving.write, piece)
            arriving.seek(0)
            with _kept(key):
                await asyncio.to_thread(obstore.put, self._store, key, arriving)

    async def get(self, key: str) -> bytes:
        """The whole file; FileNotFoundError if there is none."""
        found = await asyncio.to_thread(obstore.get, self._store, _checked(key))
        return bytes(await asyncio.to_thread(found.bytes))

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """The file in pieces, for large ones; FileNotFoundError if there is none."""
        found = await asyncio.to_thread(obstore.get, self._store, _checked(key))
        pieces = iter(found.stream(min_chunk_size=_CHUNK))
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield bytes(piece)

    async def delete(self, key: str) -> None:
        """Forget a file; one that is gone already is no mistake."""
        with _kept(_checked(key)), contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(obstore.delete, self._store, key)

    @property
    def _store(self) -> ObjectStore:
        if self._opened is None:
            path = _local_path(self._url)
            with _kept("the directory"):
                local = path and LocalStore(path, mkdir=True)
            self._opened = local or from_url(self._url)
        return self._opened


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("A file's key is made by new_key, never from what people typed")
    return key


def _local_path(url: str) -> Path | None:
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    return None if "://" in url else Path(url)


@contextlib.contextmanager
def _kept(what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BaseError) as error:
        # The store's own words end with a drawing of the error as it has it in memory.
        why = str(error).partition("\n")[0]
        raise NotSaved(f"The file could not be saved: {what}: {why}") from error
