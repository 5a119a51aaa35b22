"""The program as a process beside a Teams of our own, which runs in this one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from tests.bot.terminal import Started
from tests.fakes.teams import Hand, Teams
from tests.fakes.teams.teams import guid

HOME, NORTH = guid("home"), guid("northwind")
ROSTER = f"""\
[partners.northwind]
name = "Northwind"
program = "psp"
plan = "standard"
subscribed_on = 2026-01-01
billing = "yearly"
kind = "solution"
country = "DE"
time_zone = "Europe/Berlin"

[people.nora]
name = "Nora Weiss"
partner = "northwind"
identities = [{{ platform = "teams", tenant = "{NORTH}", user = "{guid("user nora")}" }}]

[people.mei]
name = "Mei Lin"
roles = ["engineer", "duty_manager"]
time_zone = "Asia/Shanghai"
identities = [{{ platform = "teams", tenant = "{HOME}", user = "{guid("user mei")}" }}]

[channels.support-cloud]
serves = "engineers"
platform = "teams"
tenant = "{HOME}"
channel = "19:cloud@thread.tacv2"
name = "support-cloud"
programs = ["psp"]

[channels.operators]
serves = "operators"
platform = "teams"
tenant = "{HOME}"
channel = "19:operators@thread.tacv2"
name = "operators"
"""


@dataclass
class Beside:
    """The process, and the Teams that it speaks with."""

    teams: Teams
    process: Started

    def hand(self, who: str) -> Hand:
        """Somebody at their Teams."""
        return Hand(self.teams, who)

    async def until(self, place: str, words: str) -> str:
        """Wait until this stands in a conversation; the whole of it."""
        await self.teams.until(lambda: any(words in one for one in self.teams.texts(place)))
        return next(one for one in self.teams.texts(place) if words in one)

    async def stopped(self) -> int:
        """Send it SIGTERM and wait for its end."""
        return await asyncio.to_thread(self.process.stop)


def organisations() -> Teams:
    """The vendor's tenant with an engineer and the channels, and a partner's with a contact."""
    teams = Teams(SystemClock().now)
    teams.tenant("home", "Vendor")
    teams.tenant("northwind", "Northwind")
    teams.user("nora", "northwind", "Nora Weiss")
    teams.user("mei", "home", "Mei Lin")
    teams.channel("cloud", "support-cloud", "home", ["mei"], "support")
    teams.channel("operators", "operators", "home", ["mei"], "support")
    return teams


def settings(teams: Teams) -> dict[str, str]:
    """What an operator sets for this Teams."""
    return {
        "MicrosoftAppId": teams.app_id,
        "MicrosoftAppPassword": teams.password,
        "MicrosoftAppTenantId": teams.home,
        "DESK_TEAMS_METADATA_URL": f"{teams.url}/v1/.well-known/openidconfiguration",
        "DESK_TEAMS_LOGIN_URL": f"{teams.url}/login",
        "DESK_TEAMS_TRIAL": "true",
        "DESK_ROSTER": "roster.toml",
        "DESK_PORT": "0",
        "DESK_LOG_LEVEL": "debug",
    }


@asynccontextmanager
async def started(folder: Path, teams: Teams, **more: str) -> AsyncIterator[Beside]:
    """The program, ready and heard; `more` are settings of its own."""
    (folder / "roster.toml").write_text(ROSTER, "utf-8")
    async with teams.running():
        with Started(folder, "run", **settings(teams) | more) as process:
            teams.delivery.app_url = await asyncio.to_thread(process.ready)
            yield Beside(teams, process)
