"""Files both ways: from where Teams keeps them, and to where somebody agreed to have them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platform import Permanent, Retryable
from bot.teams.errors import Busy, Lost
from tests.fakes.teams.records import StoredFile
from tests.teams.transport import Transport


async def fetched(transport: Transport, url: str, limit: int = 1000) -> bytes:
    return b"".join([piece async for piece in transport.link.transfer.download(url, limit)])


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for one in content:
        yield one


def kept(transport: Transport, content: bytes = b"the log", *, ready: bool = True) -> str:
    transport.teams.files["a"] = StoredFile("a.log", content, ready)
    return f"{transport.teams.url}/files/a?tempauth=x%20y"


async def test_a_file_is_fetched_without_our_token(transport: Transport) -> None:
    assert await fetched(transport, kept(transport)) == b"the log"
    assert transport.teams.asked == []


async def test_what_was_pasted_into_a_message_is_fetched_with_it(transport: Transport) -> None:
    kept(transport)
    url = f"{transport.teams.service_url}v3/attachments/a/views/original"
    assert await fetched(transport, url) == b"the log"
    assert transport.teams.asked == ["login"]


async def test_a_file_is_put_where_it_was_agreed(transport: Transport) -> None:
    url = kept(transport, b"", ready=False)
    await transport.link.transfer.upload(url, pieces(b"the ", b"answer"), 10)
    assert transport.teams.files["a"].content == b"the answer"

    with pytest.raises(Permanent, match="404"):
        await transport.link.transfer.upload(url, pieces(b"again"), 5)


async def test_a_file_that_is_too_large_is_not_read_to_its_end(transport: Transport) -> None:
    with pytest.raises(Permanent, match="too large"):
        await fetched(transport, kept(transport, b"x" * 1001))


@pytest.mark.parametrize("url", ["https://evil.example/a", "http://169.254.169.254/metadata", ""])
async def test_a_stranger_is_not_asked_for_a_file(transport: Transport, url: str) -> None:
    with pytest.raises(Permanent, match="not Teams'"):
        await fetched(transport, url)
    with pytest.raises(Permanent, match="not Teams'"):
        await transport.link.transfer.upload(url, pieces(b"x"), 1)


@pytest.mark.parametrize(
    ("how", "kind"),
    [(401, Permanent), (404, Permanent), (302, Permanent), (429, Busy), (503, Busy)],
)
async def test_a_host_that_will_not_is_told_from_one_that_cannot(
    transport: Transport, how: int, kind: type[Exception]
) -> None:
    url = kept(transport)
    transport.teams.unkind.fails("file", how, times=2)
    with pytest.raises(kind, match=str(how)):
        await fetched(transport, url)
    with pytest.raises(kind, match=str(how)):
        await transport.link.transfer.upload(url, pieces(b"x"), 1)


async def test_a_line_that_goes_dead_can_be_tried_again(transport: Transport) -> None:
    url = kept(transport)
    transport.teams.unkind.fails("file", "reset", times=9)
    with pytest.raises(Lost):
        await fetched(transport, url)
    with pytest.raises(Retryable):
        await transport.link.transfer.upload(url, pieces(b"x"), 1)
