"""The program started beside a Teams of our own, as an operator starts it."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.bot.teams_process import Beside, organisations, started
from tests.bot.terminal import PATIENCE
from tests.fakes.teams import Teams


@pytest.fixture
def teams() -> Teams:
    return organisations()


def in_order(beside: Beside, code: int, *warned: str) -> None:
    """It stopped cleanly, warned of that alone, and kept its secrets."""
    process = beside.process
    assert code == 0, process.logged
    assert process.said[-1] == "Stopped."
    everything = "\n".join([*process.said, *process.logged])
    secrets = [beside.teams.password, *beside.teams.tokens]
    assert not [one for one in secrets if one in everything]
    assert "Traceback" not in everything
    logged = [json.loads(line) for line in process.logged]
    loud = [one for one in logged if one["level"] in {"warning", "error"}]
    # What operators are told at a start has no way to them before the app was met in their tenant.
    heard = [one["event"] for one in loud if "undeliverable" not in one["event"]]
    assert heard == list(warned)


async def settled_in(beside: Beside) -> None:
    """The app is added where everybody is."""
    await beside.hand("nora").installs()
    await beside.hand("mei").installs("cloud")


async def test_a_desk_in_teams_answers_opens_a_case_and_stops(tmp_path: Path, teams: Teams) -> None:
    async with started(tmp_path, teams) as beside:
        line = await asyncio.to_thread(beside.process.line_with, "Teams")
        await settled_in(beside)
        nora = beside.hand("nora")
        await nora.says("quota")
        quota = await beside.until("nora", "30 of 30 left")
        await nora.says("open a case")
        await teams.until(lambda: nora.chat.messages[-1].by_app)
        await nora.presses(nora.chat.messages[-1], "Open a case")
        nora.fills("How bad is it?", "Production down")
        nora.fills("Title", "Orders cannot be paid")
        nora.fills("What happens, and since when?", "Since 08:40 every payment answers 502.")
        nora.fills("Product", "Cloud servers")
        await nora.submits()
        card = await beside.until("cloud", "Orders cannot be paid")
        code = await beside.stopped()

    assert line == f"  Teams  on, over HTTP at {teams.delivery.app_url}/api/messages"
    assert "Northwind" in quota
    assert "Northwind" in card
    assert not [status for _, status in teams.delivery.delivered if status != 200]
    in_order(beside, code)


async def test_who_signs_with_another_key_is_not_heard(tmp_path: Path, teams: Teams) -> None:
    async with started(tmp_path, teams) as beside:
        published = list(teams.signer.published)
        teams.signer.rotate()
        teams.signer.published = published
        await beside.hand("nora").says("quota")
        code = await beside.stopped()

    assert teams.delivery.delivered == [("message", 401)]
    assert teams.calls == []
    in_order(beside, code, "teams.turned_away")


async def test_a_login_that_hangs_keeps_nobody_from_stopping(tmp_path: Path, teams: Teams) -> None:
    teams.unkind.fails("login", "hang")
    async with started(tmp_path, teams) as beside:
        await beside.hand("nora").says("quota")
        async with asyncio.timeout(PATIENCE):
            await teams.unkind.hung.wait()
        code = await beside.stopped()

    assert code == 0
    assert "Unclosed" not in "".join(beside.process.logged)


async def test_both_chats_end_within_the_time_of_one(tmp_path: Path, teams: Teams) -> None:
    async with started(
        tmp_path, teams, SLACK_BOT_TOKEN="xoxb-1-2-abc", SLACK_SIGNING_SECRET="0" * 32,
        DESK_SLACK_API_URL="http://127.0.0.1:9/api/",
    ) as beside:  # fmt: skip
        await beside.hand("nora").installs()
        code = await beside.stopped()

    assert code == 0
    said = "\n".join(beside.process.said)
    assert "  Slack  on, " in said
    assert "  Teams  on, " in said
