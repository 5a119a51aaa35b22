"""The service's keys: one look for everybody, renewed in time, and nobody held up by their host."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession

from bot.teams import keys
from tests.fakes.teams.delivery import Answered
from tests.fakes.teams.signing import SigningKey
from tests.teams.spoiling import letter, pieces
from tests.teams.transport import Transport


async def knock(transport: Transport) -> int:
    """A good message; what was answered."""
    return (await letter(transport).send()).status


async def made_up(transport: Transport, kid: str) -> int:
    """A message under a key's name that nobody knows."""
    one = letter(transport)
    one.key = SigningKey(kid, 90)
    return (await one.send()).status


async def healthz(transport: Transport) -> str:
    async with (
        ClientSession() as session,
        session.get(f"{transport.teams.delivery.app_url}/healthz") as answer,
    ):
        return await answer.text()


async def test_many_at_once_look_once(transport: Transport) -> None:
    answers = await asyncio.gather(*(knock(transport) for _ in range(20)))

    assert answers == [200] * 20
    assert transport.teams.asked == ["metadata", "keys"]


async def test_a_new_key_is_looked_for_though_the_keys_are_a_moment_old(
    transport: Transport,
) -> None:
    assert await knock(transport) == 200

    for _ in range(3):
        transport.teams.signer.rotate()
        assert await knock(transport) == 200


async def test_made_up_names_make_us_look_once_in_ten_seconds(transport: Transport) -> None:
    assert await knock(transport) == 200
    transport.teams.asked.clear()

    answers = [await made_up(transport, f"made-up-{n}") for n in range(30)]

    assert answers == [401] * 30
    assert transport.teams.asked == ["metadata", "keys"]
    # Whoever is known is let in meanwhile, and a key that is new a little later.
    assert await knock(transport) == 200
    transport.teams.signer.rotate()
    transport.later(seconds=11)
    assert await knock(transport) == 200


async def test_a_hanging_host_holds_up_nobody_else(transport: Transport) -> None:
    transport.teams.unkind.fails("metadata", "hang", times=9)
    waiting = [asyncio.create_task(knock(transport)) for _ in range(5)]
    await transport.teams.unkind.hung.wait()

    assert await healthz(transport) == "fine"
    assert not any(one.done() for one in waiting)

    transport.teams.unkind.released.set()
    assert await asyncio.gather(*waiting) == [503] * 5
    assert transport.teams.asked == ["metadata"]


async def test_a_hanging_host_is_waited_for_so_long_and_then_left_alone(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "PATIENCE", 0.01)
    transport.teams.unkind.fails("metadata", "hang", times=9)

    first = await letter(transport).send()
    assert first.status == 503
    assert first.headers["Retry-After"] == "5"
    assert [await knock(transport) for _ in range(5)] == [503] * 5
    assert transport.teams.asked == ["metadata"]

    monkeypatch.undo()
    transport.teams.unkind.mends("metadata")
    transport.later(seconds=11)
    assert await knock(transport) == 200


async def test_known_keys_serve_while_their_host_hangs(transport: Transport) -> None:
    assert await knock(transport) == 200
    transport.teams.unkind.fails("metadata", "hang", times=9)
    transport.later(hours=2)

    assert await knock(transport) == 200
    await transport.teams.unkind.hung.wait()
    assert await knock(transport) == 200
    assert transport.teams.asked == ["metadata", "keys", "metadata"]


async def test_a_key_that_was_taken_back_ends_within_the_hour(transport: Transport) -> None:
    assert await knock(transport) == 200
    old = transport.teams.signer.current
    transport.teams.signer.rotate()
    transport.later(minutes=61)

    # The first one after that hour is let in, and has the keys fetched.
    assert await with_key(transport, old) == 200
    while len(transport.teams.asked) < 4:
        await healthz(transport)
    assert await knock(transport) == 200
    assert await with_key(transport, old) == 401


async def with_key(transport: Transport, key: SigningKey) -> int:
    one = letter(transport)
    one.key = key
    return (await one.send()).status


async def test_keys_of_yesterday_are_not_trusted_though_there_are_no_others(
    transport: Transport,
) -> None:
    assert await knock(transport) == 200
    transport.teams.unkind.fails("metadata", 500, times=99)

    transport.later(hours=23)
    assert await knock(transport) == 200
    transport.later(hours=2)
    assert await knock(transport) == 503


async def test_a_key_that_is_new_while_the_host_is_dead_cannot_be_known(
    transport: Transport,
) -> None:
    assert await knock(transport) == 200
    transport.teams.unkind.fails("keys", 500, times=9)

    assert await made_up(transport, "new") == 503
    assert await made_up(transport, "newer") == 503
    assert await knock(transport) == 200
    assert transport.teams.asked.count("keys") == 2


async def test_whoever_leaves_takes_nobody_along(transport: Transport) -> None:
    transport.teams.unkind.fails("metadata", "hang")
    async with ClientSession() as session:
        url = transport.link.settings.metadata_url
        shared = keys.Keys(session, url, transport.teams.now)
        leaving = asyncio.create_task(shared.find("key-0"))
        staying = asyncio.create_task(shared.find("key-0"))
        await transport.teams.unkind.hung.wait()
        leaving.cancel()
        transport.teams.unkind.released.set()

        with pytest.raises(keys.Unreachable, match="504"):
            await staying
        assert transport.teams.asked == ["metadata"]


async def test_a_forger_without_the_right_words_costs_no_look(transport: Transport) -> None:
    async def send(**claims: object) -> Answered:
        one = letter(transport)
        one.claims |= claims
        return await one.send()

    for wrong in ({"iss": "me"}, {"aud": "them"}, {"exp": 1}, {"nbf": 4102444800}):
        assert (await send(**wrong)).status == 401
    for header in ({"alg": "none"}, {"alg": "HS256"}, {"kid": ""}, {"kid": "k" * 300}):
        one = letter(transport)
        pieces(header)(one)
        assert (await one.send()).status == 401

    assert transport.teams.asked == []
