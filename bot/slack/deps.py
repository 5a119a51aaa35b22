"""What Slack is given by the program around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

PLATFORM = "slack"
API_URL = "https://slack.com/api/"
# The desk's own addresses: where Slack's requests arrive, and where the app is installed.
PATH = "/slack/events"
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the desk is connected to Slack.

    `bot_token` is for the vendor's own workspace; with `client_id` and `client_secret` others can
    install the app. `app_token` turns on Socket Mode. `public_url` is how the desk is reached.
    """

    signing_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    public_url: str = ""

    @property
    def over_http(self) -> bool:
        """Whether Slack's requests can be told from forged ones, and so are taken."""
        return bool(self.signing_secret)

    @property
    def installable(self) -> bool:
        """Whether other workspaces can install the app."""
        return bool(self.client_id and self.client_secret)


def wall() -> datetime:
    """The machine's own time, by which Slack signs; the desk's may be moved in the demo."""
    return datetime.now(UTC)


def nobody_waits() -> None:
    """Nobody waits for a commit."""
