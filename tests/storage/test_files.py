"""Attachments in a directory."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError
from obstore.store import MemoryStore

from desk.errors import NotSaved
from storage.files import FileStore, new_key


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(f"{tmp_path}/not made yet/ü")


async def test_a_file_comes_back_whole_and_in_pieces(store: FileStore) -> None:
    key, content = new_key(), b"0123456789" * 100_000
    await store.put(key, content)
    assert await store.get(key) == content
    assert b"".join([piece async for piece in store.stream(key)]) == content


async def test_a_file_may_arrive_in_pieces_or_be_empty(store: FileStore) -> None:
    one, two = new_key(), new_key()
    await store.put(one, pieces(b"ab", b"", b"cd"))
    await store.put(two, b"")
    assert (await store.get(one), await store.get(two)) == (b"abcd", b"")


async def test_a_file_that_breaks_off_is_not_there(store: FileStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"ab"
        raise ConnectionError("the sender went away")

    key = new_key()
    with pytest.raises(ConnectionError, match="the sender went away"):
        await store.put(key, broken())
    with pytest.raises(FileNotFoundError):
        await store.get(key)


async def test_a_deleted_file_is_gone(store: FileStore) -> None:
    key = new_key()
    await store.put(key, b"x")
    await store.delete(key)
    await store.delete(key)
    with pytest.raises(FileNotFoundError):
        await store.get(key)
    with pytest.raises(FileNotFoundError):
        await anext(store.stream(key))


async def test_a_directory_may_be_given_as_a_url(tmp_path: Path) -> None:
    key = new_key()
    await FileStore(f"file://{tmp_path}/a%20b").put(key, b"x")
    assert (tmp_path / "a b" / key).read_bytes() == b"x"


async def test_other_urls_are_object_stores() -> None:
    store = FileStore("memory:///")
    assert isinstance(store._store, MemoryStore)
    key = new_key()
    await store.put(key, b"x")
    assert await store.get(key) == b"x"


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a/b", "invoice.pdf", "k" * 300, "é" * 20])
async def test_a_name_that_people_typed_is_no_key(store: FileStore, key: str) -> None:
    for use in (store.put(key, b"x"), store.get(key), store.delete(key), anext(store.stream(key))):
        with pytest.raises(ValueError, match="never from what people typed"):
            await use


def test_keys_cannot_be_guessed() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), GenericError("full")])
async def test_a_full_disk_is_not_saved(
    store: FileStore, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise error

    monkeypatch.setattr(obstore, "put", full)
    for content in (b"x", pieces(b"x")):
        with pytest.raises(NotSaved) as raised:
            await store.put(new_key(), content)
        assert raised.value.__cause__ is error


async def test_a_directory_that_cannot_be_made_is_not_saved(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(NotSaved):
        await FileStore(f"{tmp_path}/file/below").put(new_key(), b"x")


async def test_why_it_was_not_saved_is_one_line(tmp_path: Path) -> None:
    store = FileStore(f"{tmp_path}/files")
    await store.put(new_key(), b"x")
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "files").write_text("no directory")
    with pytest.raises(NotSaved) as raised:
        await store.put(new_key(), b"x")
    assert "\n" not in str(raised.value)
    assert "\n" in str(raised.value.__cause__)


USE = """
import asyncio, sys
from storage.files import FileStore, new_key

async def use(store, key):
    await store.put(key, b"x")
    assert [piece async for piece in store.stream(key)] == [b"x"]
    await store.delete(key)

asyncio.run(use(FileStore(sys.argv[1]), new_key()))
"""


async def test_a_program_may_end_right_after_it_used_a_file(tmp_path: Path) -> None:
    async def end() -> int:
        started = await asyncio.create_subprocess_exec(sys.executable, "-c", USE, str(tmp_path))
        return await started.wait()

    for _ in range(6):  # what went wrong went wrong once in five times
        assert await asyncio.gather(*(end() for _ in range(4))) == [0] * 4
