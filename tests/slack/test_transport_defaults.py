"""Four of bolt's defaults are changed, and one of the SDK's: each with what goes wrong without it.

The first, that a request is judged before anything of it is read, is `test_transport_requests`.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from handlers.router import Router
from storage.installations import StoredInstallations
from tests.fakes.slack import reading
from tests.slack.acts import fill, open_case
from tests.slack.world import World, open_world


def calls(world: World, method: str) -> int:
    return sum(one == method for one, _ in world.slack.calls)


async def test_slash_commands_ask_slack_nothing_and_the_rows_once(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bolt's own way: an auth.test and two look-ups for each of them."""
    looks = []
    get = StoredInstallations.get

    async def counted(self: StoredInstallations, platform: str, workspace: str) -> Any:
        looks.append(workspace)
        return await get(self, platform, workspace)

    monkeypatch.setattr(StoredInstallations, "get", counted)
    slack_world.link.installs.forget()
    asked = calls(slack_world, "auth.test")

    for _ in range(20):
        answer = await slack_world.hand("carla").command("/quota")
        assert "30 of 30 left" in answer.text

    assert looks == ["TCONTO"]
    assert calls(slack_world, "auth.test") == asked


async def test_the_vendors_own_token_is_asked_about_once(slack_world: World) -> None:
    for _ in range(20):
        await slack_world.hand("mei").command("/desk", "queue", channel="CCLOUD")
    assert calls(slack_world, "auth.test") == 1


async def test_an_event_that_went_wrong_is_not_acknowledged(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bolt's own way: acknowledged first, and lost."""
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world)

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(Router, "handle", broken)
        await nora.says("It is worse now", case.outside.channel, case.outside.ts)
    assert world.slack.delivery.delivered[-1] == ("message", 500)
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["slack.event_failed"]

    assert await world.slack.delivery.again() == 1
    await world.rest()
    copies = world.slack.messages("CCLOUD", thread=case.inside.ts)
    assert "It is worse now" in reading.shown(copies[-1].blocks)


async def test_what_goes_wrong_over_a_command_is_said_at_once(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bolt's own way: what fails right after its acknowledgement is a silence of three seconds."""

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Router, "handle", broken)
    nora = slack_world.hand("nora")
    with capture_logs() as logs:
        answer = await nora.command("/quota")
        assert answer.status == 200
        assert "The fault is ours, and has been written down." in answer.text

        message = await nora.says("x")
        pressed = await nora.press(
            message, {"type": "button", "action_id": "do:1", "value": '{"do":"ask_quota"}'}
        )
        assert [(one.status, one.text) for one in pressed] == [(200, "")]
        await slack_world.link.settled()
    assert "The fault is ours" in slack_world.texts(slack_world.direct("nora").id)[-1] or any(
        "The fault is ours" in one.text for one in slack_world.direct("nora").said_alone
    )
    assert [one["event"] for one in logs if one["log_level"] == "error"] == [
        "slack.failed",
        "slack.event_failed",
        "slack.failed",
    ]


async def test_a_form_that_goes_wrong_keeps_what_was_typed(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nora = slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, slack_world)
    await slack_world.link.settled()

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patch, capture_logs():
        patch.setattr(Router, "handle", broken)
        (answer,) = await nora.submits()
    assert answer.status == 200
    assert answer.body["response_action"] == "errors"
    assert nora.form is not None
    # And it is sent again as it stands.
    (answer,) = await nora.submits()
    assert "C-1001" in answer.text


async def test_calls_of_the_web_api_share_their_connections(slack_world: World) -> None:
    """The SDK's own way: a session and a connection for each of them."""
    world = slack_world
    world.slack.peers.clear()
    own = await world.link.installs.own()
    assert own is not None
    for number in range(20):
        await world.link.api.call(own.token, "users.info", user="UNORA")
        await world.link.api.identity(own.token)
        assert len(world.slack.peers) == 1, number


async def test_bolt_takes_nothing_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk's settings have the names that bolt looks for by itself."""
    for name in ("BOT_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET", "APP_TOKEN"):
        monkeypatch.setenv(f"SLACK_{name}", f"another-{name}")
    monkeypatch.setenv("HOME", str(tmp_path))
    async with open_world(tmp_path / "desk") as world:
        assert "30 of 30 left" in (await world.hand("carla").command("/quota")).text
        assert "queue" in (await world.hand("mei").command("/desk", "queue")).text.lower()
        assert calls(world, "auth.test") == 1
    assert set(os.listdir(tmp_path)) <= {"desk"}
