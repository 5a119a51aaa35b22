"""Attachments: bytes under random keys, in a directory or in any object store.

What a file is called, and whose it is, is in the database; a key says nothing about either.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from desk.errors import NotSaved

_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}")
_CHUNK = 256 * 1024


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

        Raises:
            NotSaved: if it could not be kept: the disk is full, the store is away.
            ValueError: if the key was not made by `new_key`.
        """
        with _kept(_checked(key)):
            await obstore.put_async(self._store, key, content)

    async def get(self, key: str) -> bytes:
        """The whole file; FileNotFoundError if there is none."""
        found = await obstore.get_async(self._store, _checked(key))
        return bytes(await found.bytes_async())

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """The file in pieces, for large ones; FileNotFoundError if there is none."""
        found = await obstore.get_async(self._store, _checked(key))
        async for piece in found.stream(min_chunk_size=_CHUNK):
            yield bytes(piece)

    async def delete(self, key: str) -> None:
        """Forget a file; one that is gone already is no mistake."""
        with _kept(_checked(key)), contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

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
        raise NotSaved(f"The file could not be saved: {what}: {error}") from error
