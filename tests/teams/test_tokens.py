"""The desk's own token: asked for once, renewed while it serves, and refusals told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.platform import SignInBroken
from bot.teams import tokens
from bot.teams.deps import AppType
from bot.teams.errors import Busy
from bot.teams.tokens import Tokens
from tests.fakes.teams import Teams


@asynccontextmanager
async def asking(**more: Any) -> AsyncIterator[tuple[Teams, Tokens]]:
    """A login, and somebody who asks it."""
    teams = Teams()
    async with teams.running(), ClientSession() as session:
        made = Tokens(session, teams.settings(**more), teams.now)
        yield teams, made
        await made.close()


@asynccontextmanager
async def of_machine(**more: Any) -> AsyncIterator[tuple[Teams, Tokens]]:
    """A machine that is registered as the bot, and somebody who asks it."""
    teams = Teams()
    async with teams.running(), ClientSession() as session:
        url = f"{teams.url}/metadata/identity/oauth2/token"
        given = teams.settings(app_type=AppType.MANAGED_IDENTITY, identity_url=url, **more)
        made = Tokens(session, given, teams.now)
        yield teams, made
        await made.close()


async def test_many_at_once_ask_once() -> None:
    async with asking() as (teams, made):
        found = await asyncio.gather(*(made.get() for _ in range(20)))

        assert len(set(found)) == 1
        assert teams.tokens[found[0]] > teams.seconds()
        assert teams.asked == ["login"]


async def test_it_is_asked_for_again_before_it_ends_and_nobody_waits() -> None:
    async with asking() as (teams, made):
        first = await made.get()
        teams.at += timedelta(minutes=49)
        assert await made.get() == first
        assert teams.asked == ["login"]

        teams.at += timedelta(minutes=2)
        teams.unkind.fails("login", "hang")
        assert [await made.get() for _ in range(5)] == [first] * 5
        await teams.unkind.hung.wait()
        assert teams.asked == ["login", "login"]


async def test_a_renewed_one_is_given_as_soon_as_it_is_there() -> None:
    async with asking() as (teams, made):
        first = await made.get()
        teams.at += timedelta(minutes=51)
        await made.get()
        await made.settled()
        second = await made.get()

        assert second != first
        assert teams.asked == ["login", "login"]


async def test_one_that_cannot_be_renewed_serves_until_it_ends() -> None:
    async with asking() as (teams, made):
        first = await made.get()
        teams.unkind.fails("login", 500, times=99)
        teams.at += timedelta(minutes=55)
        assert await made.get() == first
        await made.settled()
        assert await made.get() == first

        teams.at += timedelta(minutes=5)
        with pytest.raises(Busy, match="500"):
            await made.get()

        teams.unkind.mends("login")
        teams.at += timedelta(seconds=6)
        assert await made.get() != first


async def test_a_token_that_the_connector_does_not_take_is_forgotten() -> None:
    async with asking() as (teams, made):
        first = await made.get()
        made.forget("another")
        assert await made.get() == first
        made.forget(first)
        assert await made.get() != first
        assert len(teams.asked) == 2


async def test_a_short_life_is_no_reason_to_ask_all_the_time() -> None:
    async with asking() as (teams, made):
        said = b'{"access_token": "short", "expires_in": 300}'
        teams.unkind.fails("login", "body", body=said)
        for _ in range(9):
            assert await made.get() == "short"
            await made.settled()
        assert len(teams.asked) == 1


@pytest.mark.parametrize(
    ("how", "more", "kind", "words"),
    [
        (400, {}, SignInBroken, "400"),
        (401, {}, SignInBroken, "401"),
        (429, {"wait": "7"}, Busy, "429"),
        (503, {}, Busy, "503"),
        ("reset", {}, Busy, "Disconnected"),
        ("garbage", {}, Busy, "JSONDecodeError"),
        (302, {}, SignInBroken, "302"),
        ("body", {"body": b"[]"}, Busy, "ValueError"),
        ("body", {"body": b"{}"}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": ""}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a b", "expires_in": 9}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a\\r\\nX: y", "expires_in": 9}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a", "expires_in": "soon"}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a", "expires_in": NaN}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a", "expires_in": -1}'}, Busy, "ValueError"),
        ("body", {"body": b'{"access_token": "a"}'}, Busy, "ValueError"),
        ("body", {"body": b" " * (2**18 + 1)}, Busy, "TooLong"),
    ],
)
async def test_a_login_that_gives_none_is_left_alone_for_a_while(
    how: int | str, more: dict[str, Any], kind: type[Exception], words: str
) -> None:
    async with asking() as (teams, made):
        teams.unkind.fails("login", how, times=9, **more)
        for _ in range(3):
            with pytest.raises(kind, match=words):
                await made.get()
        assert len(teams.asked) == 1

        teams.unkind.mends("login")
        teams.at += timedelta(seconds=8)
        assert await made.get() in teams.tokens


async def test_how_long_the_login_asks_to_wait_is_passed_on() -> None:
    async with asking() as (teams, made):
        teams.unkind.fails("login", 429, wait="40")
        with pytest.raises(Busy) as caught:
            await made.get()
        assert caught.value.after == timedelta(seconds=40)
        teams.at += timedelta(seconds=39)
        with pytest.raises(Busy):
            await made.get()
        teams.at += timedelta(seconds=2)
        assert await made.get() in teams.tokens


async def test_a_wrong_password_is_the_operators_to_mend() -> None:
    async with asking(password="old") as (_, made):
        with pytest.raises(SignInBroken, match=r"AADSTS7000215.*MicrosoftAppPassword") as caught:
            await made.get()
        assert "Trace" not in str(caught.value)
        assert "old" not in str(caught.value).split()


async def test_a_login_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "PATIENCE", 0.01)
    async with asking() as (teams, made):
        teams.unkind.fails("login", "hang")
        with pytest.raises(Busy, match="TimeoutError"):
            await made.get()


async def test_whoever_leaves_takes_nobody_along() -> None:
    async with asking() as (teams, made):
        leaving = asyncio.create_task(made.get())
        staying = asyncio.create_task(made.get())
        await asyncio.sleep(0)
        leaving.cancel()
        assert await staying in teams.tokens
        assert teams.asked == ["login"]


@pytest.mark.parametrize(
    ("app_type", "tenant"),
    [(AppType.SINGLE_TENANT, None), (AppType.MULTI_TENANT, "botframework.com")],
)
async def test_a_bot_is_at_home_in_its_tenant_or_in_the_services(
    app_type: AppType, tenant: str | None
) -> None:
    async with asking(app_type=app_type) as (teams, made):
        if tenant:
            teams.home = "nowhere"
        assert await made.get() in teams.tokens


async def test_another_tenant_has_no_such_bot() -> None:
    async with asking(tenant_id="another") as (_, made):
        with pytest.raises(SignInBroken, match="AADSTS700016"):
            await made.get()


@pytest.mark.parametrize("key", ["", "the key"], ids=["a machine's", "an app service's"])
async def test_a_managed_identity_needs_no_password(key: str) -> None:
    async with of_machine(password="", identity_key=key) as (teams, made):
        found = await made.get()
        assert teams.asked == ["identity"]
        assert teams.tokens[found] == teams.seconds() + 86399
        teams.at += timedelta(hours=18)
        assert await made.get() == found
        assert teams.asked == ["identity"]


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Busy), (410, Busy), (400, SignInBroken), (403, SignInBroken)]
)
async def test_a_machine_that_is_being_looked_after_is_asked_again(
    status: int, kind: type[Exception]
) -> None:
    async with of_machine() as (teams, made):
        teams.unkind.fails("identity", status)
        with pytest.raises(kind, match=str(status) if kind is Busy else "managed identity"):
            await made.get()
