"""The door itself: bodies of every kind, what is answered, and what goes wrong behind it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.teams import wire
from bot.teams.received import Invoked
from tests.teams.spoiling import letter
from tests.teams.transport import Transport


async def invoke(transport: Transport, name: str) -> tuple[int, str]:
    one = letter(transport)
    one.activity |= {"type": "invoke", "name": name, "value": {"data": {}}}
    answer = await one.send()
    return answer.status, answer.text


async def test_an_invoke_is_answered_with_its_body_and_status(transport: Transport) -> None:
    transport.answer = Invoked({"task": {"type": "message", "value": "done"}})
    status, text = await invoke(transport, "task/submit")
    assert (status, json.loads(text)) == (200, {"task": {"type": "message", "value": "done"}})

    transport.answer = Invoked({"statusCode": 412}, 412)
    assert await invoke(transport, "adaptiveCard/action") == (412, '{"statusCode": 412}')

    transport.answer = Invoked()
    assert await invoke(transport, "task/submit") == (200, "")


async def test_an_invoke_of_which_nobody_knows_is_not_implemented(transport: Transport) -> None:
    assert await invoke(transport, "config/fetch") == (501, "")


async def test_what_comes_in_is_as_it_was_sent(transport: Transport) -> None:
    one = letter(transport)
    one.activity["value"] = {"trigger": "manual", "new": [1]}
    await one.send()

    (received,) = transport.received
    assert received.raw == one.activity
    assert received.at.id == "a:1nora"
    assert received.tenant == received.at.tenant == transport.teams.users["nora"].tenant
    assert received.value["trigger"] == "manual"


async def test_a_mistake_behind_the_door_is_ours_and_can_be_tried_again(
    transport: Transport,
) -> None:
    transport.breaks = KeyError("a bug")
    with capture_logs() as logged:
        answer = await letter(transport).send()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["teams.not_handled"]
    transport.breaks = None
    assert (await letter(transport).send()).status == 200


async def test_a_body_of_unknown_length_is_read_as_far_as_it_may_be(transport: Transport) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"text":"'
        for _ in range(40):
            yield b"x" * 2**16

    async with (
        ClientSession() as session,
        session.post(
            f"{transport.teams.delivery.app_url}/api/messages",
            data=endless(),
            headers={"Content-Type": "application/json"},
        ) as answer,
    ):
        assert answer.status == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [(gzip.compress(b" " * 2**24), 413), (b"no gzip", 400), (gzip.compress(b"[]")[:-9], 400)],
    ids=["a bomb", "none", "half of one"],
)
async def test_a_packed_body_is_unpacked_as_far_as_it_may_be(
    transport: Transport, body: bytes, status: int
) -> None:
    headers = [("Content-Encoding", "gzip")]
    assert (await transport.teams.delivery.post(body, headers)).status == status


async def raw(transport: Transport, said: bytes, *, ends: bool) -> bytes:
    """What a client of any kind is answered, who may break off in the middle."""
    host, _, port = transport.teams.delivery.app_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(said)
    if ends:
        writer.write_eof()
    answer = await reader.read(12)
    writer.close()
    return answer


HEAD = b"POST /api/messages HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\n"


async def test_a_body_that_breaks_off_breaks_nothing(
    transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    said = HEAD + b"Content-Length: 100\r\n\r\n{"
    assert await raw(transport, said, ends=True) in {b"", b"HTTP/1.1 400"}
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []

    said = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nzz\r\n"
    assert (await raw(transport, said, ends=False)).endswith(b"400")

    assert (await letter(transport).send()).status == 200


async def test_a_body_that_says_that_it_is_too_long_is_not_waited_for(
    transport: Transport,
) -> None:
    said = HEAD + b"Content-Length: 99999999\r\n\r\n"
    assert await raw(transport, said, ends=False) == b"HTTP/1.1 413"


async def test_a_body_that_takes_too_long_is_not_waited_for(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_PATIENCE", 0.01)
    said = HEAD + b"Content-Length: 100\r\n\r\n{"
    assert await raw(transport, said, ends=False) == b"HTTP/1.1 408"


async def test_only_post_is_taken(transport: Transport) -> None:
    async with (
        ClientSession() as session,
        session.get(f"{transport.teams.delivery.app_url}/api/messages") as answer,
    ):
        assert answer.status == 405
