"""What a Slack of our own remembers: workspaces, people, channels, messages, views, files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class Team:
    """A workspace, or an organisation's part."""

    id: str
    name: str
    enterprise: str = ""


@dataclass(eq=False)
class User:
    """An account; a bot is one too."""

    id: str
    team: str
    name: str
    email: str = ""
    is_bot: bool = False
    bot_id: str = ""
    deleted: bool = False
    picture: str = ""


@dataclass(eq=False)
class Message:
    """A message; `to` is set where one person alone sees it."""

    ts: str
    channel: str
    user: str
    team: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread: str = ""
    bot_id: str = ""
    username: str = ""
    icon: str = ""
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    reactions: dict[str, set[str]] = field(default_factory=dict)
    edited: bool = False
    to: str = ""
    response_url: str = ""


@dataclass(eq=False)
class Channel:
    """A conversation. `teams` are several where it is shared over Slack Connect."""

    id: str
    name: str
    teams: list[str]
    members: set[str]
    private: bool = False
    direct: bool = False
    archived: bool = False
    messages: list[Message] = field(default_factory=list)
    said_alone: list[Message] = field(default_factory=list)

    @property
    def external(self) -> bool:
        """Whether several organisations share it."""
        return len(self.teams) > 1

    def find(self, ts: str) -> Message | None:
        """The message of that time stamp."""
        return next((one for one in self.messages if one.ts == ts), None)


@dataclass(eq=False)
class Install:
    """The app in a workspace."""

    team: str
    token: str
    bot_user: str
    bot_id: str
    scopes: frozenset[str]
    refresh_token: str = ""
    expires_at: float | None = None
    revoked: bool = False

    @property
    def whole(self) -> bool:
        """Whether a whole organisation installed it at once."""
        return self.team.startswith("E")


@dataclass(frozen=True)
class Grant:
    """What a code of an installation is good for, since when."""

    team: str
    redirect_uri: str
    at: float


@dataclass(eq=False)
class View:
    """A modal or a Home tab that somebody has before them."""

    id: str
    user: str
    team: str
    install: Install
    body: Json
    hash: str
    root: str
    previous: str = ""
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)
    closed: bool = False

    @property
    def title(self) -> str:
        """What stands above it, where it is a modal."""
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """What it shows."""
        return list(self.body.get("blocks", []))


@dataclass(eq=False)
class StoredFile:
    """A file; `shared` are the channels in which it is."""

    id: str
    name: str
    media_type: str
    content: bytes
    team: str
    user: str
    shared: set[str] = field(default_factory=set)
    complete: bool = False


@dataclass(frozen=True)
class Said:
    """One line of the transcript."""

    at: float
    who: str
    what: str


@dataclass
class Trigger:
    """What lets the app open a form, for three seconds and once."""

    id: str
    at: float
    user: str
    team: str
    view: str = ""
    used: bool = False
