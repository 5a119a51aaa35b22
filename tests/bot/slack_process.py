"""The program as a process beside a Slack of our own, which runs in this one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from tests.bot.terminal import PATIENCE, Started
from tests.fakes.slack import Hand, Slack, reading

APP_TOKEN = "xapp-1-A0DESK-0123456789-abcdef"
ROSTER = """\
[partners.northwind]
name = "Northwind"
program = "psp"
plan = "standard"
subscribed_on = 2026-01-01
billing = "yearly"
kind = "solution"
country = "DE"
time_zone = "Europe/Berlin"
workspaces = [{ platform = "slack", workspace = "TNORTH" }]

[people.nora]
name = "Nora Weiss"
partner = "northwind"
identities = [{ platform = "slack", workspace = "TVENDOR", user = "UNORA" }]

[people.mei]
name = "Mei Lin"
roles = ["engineer", "duty_manager"]
time_zone = "Asia/Shanghai"
identities = [{ platform = "slack", workspace = "TVENDOR", user = "UMEI" }]

[channels.support-cloud]
serves = "engineers"
platform = "slack"
workspace = "TVENDOR"
channel = "CCLOUD"
name = "support-cloud"
programs = ["psp"]

[channels.operators]
serves = "operators"
platform = "slack"
workspace = "TVENDOR"
channel = "COPS"
name = "operators"
"""


@dataclass
class Beside:
    """The process, the Slack that it speaks with, and the tokens that it has of it."""

    slack: Slack
    process: Started
    secrets: tuple[str, ...]

    def hand(self, who: str) -> Hand:
        """Somebody at their Slack."""
        return Hand(self.slack, who)

    def shown(self, channel: str) -> list[str]:
        """What stands in a channel for everybody."""
        return [reading.shown(one.blocks) or one.text for one in self.slack.messages(channel)]

    async def stopped(self) -> int:
        """Send it SIGTERM and wait for its end."""
        return await asyncio.to_thread(self.process.stop)


def workspace() -> Slack:
    """The vendor's workspace with an engineer, a guest who is a contact, and the channels."""
    slack = Slack(SystemClock().now)
    slack.team("TVENDOR", "Vendor")
    slack.install("TVENDOR", token="xoxb-4711-vendor-AbCdEfGh")
    slack.user("UNORA", "TVENDOR", "Nora Weiss")
    slack.user("UMEI", "TVENDOR", "Mei Lin")
    slack.channel("CCLOUD", "support-cloud", ["TVENDOR"], ["UMEI"])
    slack.channel("COPS", "operators", ["TVENDOR"], ["UMEI"], private=True)
    return slack


@asynccontextmanager
async def started(
    folder: Path, slack: Slack, *, socket: bool = False, **more: str
) -> AsyncIterator[Beside]:
    """The program, ready and heard; `more` are settings of its own."""
    (folder / "roster.toml").write_text(ROSTER, "utf-8")
    async with slack.running():
        token = next(iter(slack.installs))
        settings = {
            "SLACK_BOT_TOKEN": token,
            "DESK_SLACK_API_URL": f"{slack.url}/api/",
            "DESK_ROSTER": "roster.toml",
            "DESK_PORT": "0",
            "DESK_LOG_LEVEL": "debug",
        }
        if socket:
            settings["SLACK_APP_TOKEN"] = APP_TOKEN
        else:
            settings["SLACK_SIGNING_SECRET"] = slack.secret
        with Started(folder, "run", **settings | more) as process:
            slack.delivery.app_url = await asyncio.to_thread(process.ready)
            if socket:
                async with asyncio.timeout(PATIENCE):
                    await slack.delivery.connected.wait()
            yield Beside(slack, process, (token, slack.secret, APP_TOKEN))
