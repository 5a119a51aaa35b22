"""The program started beside a Slack of our own, as an operator starts it: HTTP and Socket Mode."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.bot.slack_process import APP_TOKEN, Beside, started, workspace
from tests.fakes.slack import Slack, reading


@pytest.fixture
def slack() -> Slack:
    return workspace()


def in_order(beside: Beside, code: int, *warned: str) -> None:
    """It stopped cleanly, warned of that alone, and kept its secrets."""
    process = beside.process
    assert code == 0, process.logged
    assert process.said[-1] == "Stopped."
    everything = "\n".join([*process.said, *process.logged])
    assert not [one for one in beside.secrets if one in everything]
    assert "Traceback" not in everything
    logged = [json.loads(line) for line in process.logged]
    loud = [one for one in logged if one["level"] in {"warning", "error"}]
    assert [one["event"] for one in loud] == list(warned)


async def opened(beside: Beside) -> str:
    """Nora opens a case by the form; returns its card in the engineers' channel."""
    slack, nora = beside.slack, beside.hand("UNORA")
    await nora.command("/case")
    await slack.until(lambda: nora.form)
    await nora.fills("What kind", "Technical")
    form = nora.form
    assert form is not None
    await slack.until(lambda: "How bad" in reading.shown(form.blocks))
    await nora.fills("How bad", "Production down")
    await nora.fills("Title", "Orders cannot be paid")
    await nora.fills("What happens", "Since 08:40 every payment answers 502.")
    await nora.fills("Product", "Cloud servers")
    (answer,) = await nora.submits()
    assert answer.status == 200
    await slack.until(lambda: slack.messages("CCLOUD"))
    return beside.shown("CCLOUD")[0]


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket mode"])
async def test_a_desk_in_slack_answers_opens_a_case_and_stops(
    tmp_path: Path, slack: Slack, socket: bool
) -> None:
    async with started(tmp_path, slack, socket=socket) as beside:
        line = await asyncio.to_thread(beside.process.line_with, "Slack")
        quota = await beside.hand("UNORA").command("/quota")
        card = await opened(beside)
        code = await beside.stopped()

    way = "by Socket Mode" if socket else f"over HTTP at {slack.delivery.app_url}/slack/events"
    assert line == f"  Slack  on, {way}"
    assert quota.status == 200
    assert "30 of 30 left" in quota.text
    assert "Orders cannot be paid" in card
    assert "Northwind" in card
    in_order(beside, code)


async def test_no_demo_and_no_sample_beside_slack(tmp_path: Path, slack: Slack) -> None:
    async with started(tmp_path, slack, DESK_ROSTER="") as beside:
        await beside.stopped()

    said = "\n".join(beside.process.said)
    assert "(demo)" not in said
    assert "sample" not in said


async def test_a_slack_that_is_away_keeps_nobody_from_starting_and_stopping(
    tmp_path: Path, slack: Slack
) -> None:
    slack.unkind.fails("auth.test", "reset", times=1000)
    slack.unkind.fails("apps.connections.open", "reset", times=1000)
    async with started(tmp_path, slack, SLACK_APP_TOKEN=APP_TOKEN) as beside:
        answer = await beside.hand("UNORA").command("/quota")
        code = await beside.stopped()

    assert answer.status == 200
    assert code == 0
    assert any("slack.own_token" in line for line in beside.process.logged)


async def test_a_slack_that_hangs_keeps_nobody_from_stopping(tmp_path: Path, slack: Slack) -> None:
    slack.unkind.hangs("chat.postMessage")
    async with started(tmp_path, slack) as beside:
        nora = beside.hand("UNORA")
        await nora.says("help")
        await slack.until(lambda: any(method == "chat.postMessage" for method, _ in slack.calls))
        code = await beside.stopped()

    assert "Unclosed" not in "".join(beside.process.logged)
    assert code == 0


async def test_a_forged_request_is_not_heard(tmp_path: Path, slack: Slack) -> None:
    async with started(tmp_path, slack) as beside:
        body = b"command=%2Fquota&team_id=TVENDOR&user_id=UNORA"
        headers = slack.delivery.signed(body, secret="another")
        forged = await slack.delivery.post(body, "application/x-www-form-urlencoded", headers)
        code = await beside.stopped()

    assert forged.status == 401
    in_order(beside, code, "slack.forged")
