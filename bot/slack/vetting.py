"""Whether Slack takes the desk's credentials, and what the app may do where it is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field

from bot.findings import Finding
from bot.slack import manifest
from bot.slack.api import SlackApi
from bot.slack.deps import INSTALL, Settings
from bot.slack.errors import TABLE, Busy, Refused
from bot.slack.read import text_at
from desk.linking import Installation

PART = "slack"
_ANEW = (
    "Give the app the manifest that `partnerdesk slack manifest` prints (App Manifest, in its "
    "settings), and install it into the workspace again."
)


@dataclass(frozen=True, slots=True)
class There:
    """The app in one workspace, as Slack sees it; `called` is how findings name it."""

    called: str
    workspace: str
    enterprise: str
    scopes: frozenset[str]
    token: str = field(repr=False)


class Vetting:
    """Asks with every token. Afterwards `there` has the workspaces whose token is good.

    Raises `Lost` where nobody answers.
    """

    def __init__(self, api: SlackApi, settings: Settings) -> None:
        self._api = api
        self._settings = settings
        self.there: list[There] = []
        self.own: There | None = None

    async def findings(self, installations: Sequence[Installation]) -> AsyncIterator[Finding]:
        """What is wrong with the tokens, the scopes, Socket Mode and the client's secret."""
        settings = self._settings
        if settings.bot_token:
            mend = "Set the bot's token that OAuth & Permissions of the app shows."
            for one in await self._meet("SLACK_BOT_TOKEN", settings.bot_token, (), mend):
                yield one
            self.own = self.there[0] if self.there else None
        for install in installations:
            if self.own is not None and install.workspace == self.own.workspace:
                # The desk speaks there with its own token.
                continue
            mend = f"Let its people install the app again: {settings.public_url}{INSTALL}"
            where = f"{install.name} ({install.workspace})" if install.name else install.workspace
            for one in await self._meet(where, install.token, install.scopes, mend):
                yield one
        for there in self.there:
            for one in _scopes(there):
                yield one
        for one in await self._line() if settings.app_token else ():
            yield one
        for one in await self._client() if settings.installable else ():
            yield one

    async def _meet(
        self, called: str, token: str, granted: Sequence[str], mend: str
    ) -> list[Finding]:
        """Ask whose token it is, and keep who answers."""
        try:
            said, scopes = await self._api.identity(token)
        except Refused as refused:
            wrong = f"Slack refuses the token of {called}: {words(refused)}"
            return [Finding(PART, wrong, mend)]
        except Busy as busy:
            return [later(busy)]
        team, name = text_at(said, "team_id"), text_at(said, "team")
        self.there.append(
            There(
                called=f"{name} ({team})" if name else team,
                workspace=team,
                enterprise=text_at(said, "enterprise_id"),
                scopes=frozenset(scopes or granted),
                token=token,
            )
        )
        return []

    async def _line(self) -> list[Finding]:
        """Whether Socket Mode's line could be opened; it is not."""
        try:
            await self._api.call(self._settings.app_token, "apps.connections.open")
        except Refused as refused:
            wrong = f"Slack refuses SLACK_APP_TOKEN: {words(refused)}"
            mend = (
                "Turn Socket Mode on in the app's settings, make an app-level token with the scope "
                "connections:write in its Basic Information, and set it."
            )
            return [Finding(PART, wrong, mend)]
        except Busy as busy:
            return [later(busy)]
        return []

    async def _client(self) -> list[Finding]:
        """Whether id and secret are the app's: they are looked at before a code that is none."""
        settings = self._settings
        try:
            await self._api.call(
                "",
                "oauth.v2.access",
                client_id=settings.client_id,
                client_secret=settings.client_secret,
                code="doctor",
            )
        except Refused as refused:
            if refused.code in {"bad_client_secret", "invalid_client_id"}:
                wrong = f"Slack refuses SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: {refused.code}"
                return [Finding(PART, wrong, "Copy both from Basic Information of the app.")]
        except Busy as busy:
            return [later(busy)]
        return []


def _scopes(there: There) -> Iterator[Finding]:
    """Each scope that is missing, with what the desk cannot do for it, and cannot hear."""
    for scope, purpose in manifest.SCOPES.items():
        if scope in there.scopes:
            continue
        deaf = [event for event, needed in manifest.EVENTS.items() if needed == scope]
        wrong = f"{there.called}: the app lacks the scope {scope}, so it cannot {purpose}"
        if deaf:
            wrong += f"; these events do not arrive: {', '.join(deaf)}"
        yield Finding(PART, wrong, _ANEW)


def words(refused: Refused) -> str:
    """A refusal of Slack's, in words and with its own."""
    known = TABLE.get(refused.code)
    said = f"{known[1]} ({refused.code})" if known else refused.code
    return f"{said}, needed is {refused.needed}" if refused.needed else said


def later(busy: Busy) -> Finding:
    """Slack asks to wait, which is no fault of anybody's, and yet something was not looked at."""
    return Finding(PART, f"not everything was looked at: {busy}", "Run the doctor again later.")
