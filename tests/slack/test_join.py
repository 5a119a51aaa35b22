"""Slack in the running program: tokens are kept good, nobody is hung up on, proxies are used."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.slack.api import SlackApi, proxy_for
from bot.slack.errors import Lost
from bot.slack.join import SlackChat
from bot.slack.listening import Listening
from bot.slack.renewal import EARLY
from desk.notices import Trouble
from desk.ports import UnitOfWork
from desk.records import OutboxRow
from handlers.router import Router
from tests.bot.surgery import free_port
from tests.fakes.slack.installing import CLIENT_ID, CLIENT_SECRET
from tests.slack.test_installs import RENEWAL, ends, renewals, stored
from tests.slack.world import World, open_world
from tests.talk import CATALOG

T = TypeVar("T")
CLIENT: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


# --- tokens that end ------------------------------------------------------------------------------


async def told(world: World) -> list[OutboxRow]:
    """What the operators are told."""
    rows = await world.desk.run(lambda uow: uow.outbox.rows())
    return [row for row in rows if isinstance(row.planned.notice, Trouble)]


async def looked(world: World) -> None:
    """What is done every hour."""
    (job,) = SlackChat(world.link).jobs()
    await job.run(world.now)


async def test_a_token_is_renewed_in_time_also_where_nobody_speaks(tmp_path: Path) -> None:
    async with open_world(tmp_path, **CLIENT) as world:
        row = await ends(world, minutes=EARLY.total_seconds() / 60 + 1)
        await looked(world)
        assert renewals(world) == 0
        world.later(minutes=2)
        await looked(world)
        kept = await stored(world)

        assert renewals(world) == 1
        assert kept is not None
        assert kept.token != row.token
        assert await told(world) == []


async def test_operators_hear_once_of_a_token_that_slack_does_not_renew(tmp_path: Path) -> None:
    async with open_world(tmp_path, **CLIENT, public_url="https://desk.example.com") as world:
        await ends(world, minutes=60)
        world.slack.unkind.refuses(RENEWAL, "invalid_refresh_token", times=2)
        await looked(world)
        world.later(minutes=30)
        await looked(world)
        (row,) = await told(world)

    notice = row.planned.notice
    assert isinstance(notice, Trouble)
    assert "the workspace Northwind (TNORTH)" in notice.what
    assert "invalid_refresh_token" in notice.what
    assert "https://desk.example.com/slack/install" in notice.mend


async def test_a_slack_that_is_away_for_a_moment_is_no_news(tmp_path: Path) -> None:
    async with open_world(tmp_path, **CLIENT) as world:
        await ends(world, minutes=60)
        world.slack.unkind.fails(RENEWAL, "500")
        await looked(world)
        assert await told(world) == []
        world.later(minutes=1)
        await looked(world)
        assert renewals(world) == 2


# --- stopping -------------------------------------------------------------------------------------


async def test_who_has_asked_over_the_line_is_answered_before_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, gate = asyncio.Event(), asyncio.Event()

    async with open_world(tmp_path, socket=True) as world:
        await world.hand("carla").command("/quota")
        run = world.watched.run

        async def held(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
            entered.set()
            await gate.wait()
            return await run(work)

        monkeypatch.setattr(world.watched, "run", held)
        monkeypatch.setattr("bot.slack.socket.LAST", 60.0)
        asking = asyncio.ensure_future(world.hand("carla").command("/quota"))
        await entered.wait()
        assert world.socket is not None
        stopping = asyncio.ensure_future(world.socket.__aexit__(None, None, None))
        gate.set()

        assert "30 of 30 left" in (await asking).text
        await stopping
        assert not world.socket.connected


async def test_once_it_is_closed_slack_is_called_no_more(slack_world: World) -> None:
    """The SDK would quietly open a session of its own, which nobody closes."""
    slack = slack_world.slack
    api = await SlackApi.open(f"{slack.url}/api/", slack.now)
    await api.close()

    with pytest.raises(Lost, match="about to stop"):
        await api.call("xoxb-1", "auth.test")
    with pytest.raises(Lost, match="about to stop"):
        await api.post_json(f"{slack.url}/response/r1", {"text": "late"})
    assert slack.calls == []


# --- the SDK --------------------------------------------------------------------------------------


async def test_bolt_takes_nothing_from_the_environment(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would set up an installation of its own, and keep tokens in files."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET", "BOT_TOKEN"):
        monkeypatch.setenv(f"SLACK_{name}", "from the environment")
    router = Router(slack_world.desk, lambda: CATALOG)
    bolt = Listening(slack_world.link, router, lambda: slack_world.now, lambda: None).app

    assert bolt.oauth_flow is None
    assert bolt.installation_store is None
    assert os.environ["SLACK_BOT_TOKEN"] == "from the environment"


# --- proxies --------------------------------------------------------------------------------------


def environment(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def test_the_way_to_slack_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, HTTPS_PROXY="http://proxy:3128", NO_PROXY="127.0.0.1,inside.example")

    assert proxy_for("https://slack.com/api/") == "http://proxy:3128"
    assert proxy_for("wss://wss-primary.slack.com/link/") == "http://proxy:3128"
    assert proxy_for("https://inside.example/api/") is None
    assert proxy_for("http://127.0.0.1:9500/api/") is None


async def test_the_web_api_is_asked_through_a_proxy(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake stands in as the proxy: nothing is called slack.invalid."""
    slack = slack_world.slack
    environment(monkeypatch, HTTP_PROXY=slack.url)
    api = await SlackApi.open("http://slack.invalid/api/", slack.now)
    try:
        said, _ = await api.identity(next(iter(slack.installs)))
    finally:
        await api.close()

    assert said["team_id"] == "TVENDOR"


async def test_what_needs_no_proxy_takes_none(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack = slack_world.slack
    environment(monkeypatch, HTTP_PROXY=f"http://127.0.0.1:{free_port()}", NO_PROXY="127.0.0.1")
    api = await SlackApi.open(f"{slack.url}/api/", slack.now)
    try:
        said, _ = await api.identity(next(iter(slack.installs)))
    finally:
        await api.close()

    assert said["team_id"] == "TVENDOR"


async def test_socket_mode_goes_through_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(tmp_path, socket=True) as world:
        slack = world.slack
        environment(monkeypatch, HTTP_PROXY=slack.url)
        slack.url = "http://slack.invalid"
        slack.delivery.connected.clear()
        await slack.delivery.disconnect()
        async with asyncio.timeout(60):
            await slack.delivery.connected.wait()
        answer = await world.hand("carla").command("/quota")

    assert "30 of 30 left" in answer.text
