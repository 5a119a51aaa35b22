"""README's way to Slack, walked as somebody new walks it, beside a Slack of our own."""

import asyncio
import json
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, CookieJar

from bot.clock import SystemClock
from tests.bot.slack_process import APP_TOKEN
from tests.bot.surgery import SECRET, free_port
from tests.bot.terminal import PATIENCE, Started
from tests.fakes.slack import Hand, Slack
from tests.fakes.slack.installing import CLIENT_ID, CLIENT_SECRET

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.split("## Connect Slack in ten minutes")[1].split("\n## ")[0]


def roster() -> str:
    """The roster that README shows."""
    (block,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    return textwrap.dedent(f"   {block}")


@dataclass
class Walk:
    """Somebody at a terminal: the settings of their `.env`, and where they are."""

    folder: Path
    settings: dict[str, str]

    async def typed(self, *words: str, **more: str) -> tuple[int, list[str]]:
        """Type a command; its exit code and what it says."""
        with Started(self.folder, *words, **self.settings | more) as process:
            return await asyncio.to_thread(process.ended), process.said


def people(slack: Slack) -> None:
    """Two workspaces; the app is not in the channels yet."""
    slack.team("T0VENDOR", "Vendor")
    slack.user("U0CHEN", "T0VENDOR", "Chen Jie")
    slack.channel("C0CLOUD", "support-cloud", ["T0VENDOR"], ["U0CHEN"])
    slack.channel("C0OPS", "operators", ["T0VENDOR"], ["U0CHEN"])
    slack.team("T0NORTH", "Northwind")
    slack.user("U0NORA", "T0NORTH", "Nora Weiss")


async def installs(desk: str, team: str) -> str:
    """Somebody of a workspace follows the link, and agrees; returns the last page."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{desk}/slack/install", allow_redirects=False) as first:
            agreeing = f"{first.headers['Location']}&team={team}"
        async with browser.get(agreeing) as last:
            return await last.text()


async def test_the_way_that_readme_describes(tmp_path: Path) -> None:
    slack = Slack(SystemClock().now)
    people(slack)
    (tmp_path / "roster.toml").write_text(roster(), "utf-8")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    walk = Walk(tmp_path, {"DESK_PORT": port})

    # 1 and 2: the manifest makes the app.
    code, printed = await walk.typed("slack", "manifest", "--socket")
    assert code == 0
    slack.manifest = json.loads("\n".join(printed))
    token = slack.install("T0VENDOR")

    async with slack.running():
        # 3 and 4: the settings, and the roster.
        walk.settings |= {
            "SLACK_BOT_TOKEN": token,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "DESK_SECRET_KEY": SECRET,
            "DESK_PUBLIC_URL": url,
            "DESK_ROSTER": "roster.toml",
            "DESK_SLACK_API_URL": f"{slack.url}/api/",
            "DESK_LOG_LEVEL": "debug",
        }
        with Started(tmp_path, "run", **walk.settings) as desk:
            await asyncio.to_thread(desk.ready)
            line = await asyncio.to_thread(desk.line_with, "Slack")
            assert line.startswith("  Slack  on, by Socket Mode; other workspaces install it at ")

            # 5: the doctor names the channels, until the app is invited.
            await examined(walk, slack)

            async with asyncio.timeout(PATIENCE):
                await slack.delivery.connected.wait()
            queue = await Hand(slack, "U0CHEN").command("/desk", "queue")
            assert "queue" in queue.text.casefold()

            # A partner comes in from its own workspace.
            assert "The desk is in Northwind" in await installs(url, "T0NORTH")
            _, (invitation, *_) = await walk.typed("partner", "invite", "northwind")
            nora = Hand(slack, "U0NORA")
            await nora.command("/desk", f"link {invitation}")
            quota = await nora.command("/quota")
            assert "30 of 30 left" in quota.text
            _, said = await walk.typed("doctor")
            assert not [line for line in said if line.startswith("wrong  roster")]
            assert await asyncio.to_thread(desk.stop) == 0
    assert not [line for line in desk.logged if json.loads(line)["level"] == "error"]
    logged = "\n".join(desk.logged)
    secrets = [*slack.installs, APP_TOKEN, CLIENT_SECRET, SECRET, invitation]
    assert not [one for one in secrets if one in logged]


async def examined(walk: Walk, slack: Slack) -> None:
    """The doctor finds what README says that it finds, and nothing once it is mended."""
    public = {"DESK_PUBLIC_URL": "https://desk.example.com"}
    _, said = await walk.typed("doctor", **public)
    wrong = [line for line in said if line.startswith("wrong  slack")]
    assert [line.split()[3] for line in wrong] == ["operators", "support-cloud"]
    assert all("the app is not in it" in line for line in wrong)

    for channel in ("C0CLOUD", "C0OPS"):
        slack.channels[channel].members.add("UBOTT0VENDOR")
    _, said = await walk.typed("doctor", **public)
    assert "fine   slack" in said
    (gap,) = [line for line in said if line.startswith("wrong  roster")]
    assert gap.endswith("northwind: has no contacts: name one, or link their workspace")
