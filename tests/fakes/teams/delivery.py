"""How the fake reaches the app: signed, over HTTP; what it does not take is not brought again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.fakes.teams.records import Json, Place, User

if TYPE_CHECKING:
    from tests.fakes.teams.teams import Teams

# How long the app has for an answer, in seconds.
PATIENCE = 15.0


@dataclass(frozen=True)
class Answered:
    """What the app answered: an HTTP status (0 for none), and its body."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Json:
        """The body, where it is an object."""
        return dict(json.loads(self.text)) if self.text.startswith("{") else {}


class Delivery:
    """Brings what happens to the app."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self.app_url = ""
        self.signs = True
        self.delivered: list[tuple[str, int]] = []
        self._session: ClientSession | None = None

    async def post(self, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Answered:
        """Post raw bytes to the app."""
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=PATIENCE))
        said = [*headers]
        if not any(name == "Content-Type" for name, _ in said):
            said.append(("Content-Type", "application/json; charset=utf-8"))
        try:
            async with self._session.post(
                f"{self.app_url}/api/messages", data=BytesIO(body), headers=said
            ) as answer:
                return Answered(answer.status, await answer.text(), dict(answer.headers))
        except (ClientError, TimeoutError):
            return Answered(0)

    async def activity(self, activity: Json) -> Answered:
        """Bring an activity, signed as the service does."""
        headers = [
            ("x-ms-conversation-id", str(activity["conversation"]["id"])),
            ("x-ms-tenant-id", str(activity["conversation"].get("tenantId", ""))),
        ]
        if self.signs:
            token = self._teams.signer.token(activity["serviceUrl"])
            headers.append(("Authorization", f"Bearer {token}"))
        answer = await self.post(json.dumps(activity).encode(), headers)
        self.delivered.append((activity["type"], answer.status))
        return answer

    def shaped(self, kind: str, place: Place, user: User, thread: str = "", **more: Any) -> Json:
        """An activity as Teams makes it, of something that somebody did somewhere."""
        teams = self._teams
        stamp = teams.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        conversation: Json = {
            "conversationType": place.kind,
            "tenantId": place.tenant,
            "id": f"{place.id};messageid={thread}" if thread else place.id,
        }
        channel_data: Json = {"tenant": {"id": place.tenant}}
        if place.kind != "personal":
            conversation["isGroup"] = True
        if place.kind == "channel":
            channel_data |= {
                "teamsChannelId": place.id,
                "teamsTeamId": place.team,
                "channel": {"id": place.id},
                "team": {"id": place.team},
            }
        given = more.pop("channelData", {})
        return {
            "type": kind,
            "id": teams.message_id(),
            "timestamp": stamp,
            "localTimestamp": stamp,
            "localTimezone": "Europe/Berlin",
            "channelId": "msteams",
            "serviceUrl": teams.service_url,
            "from": {"id": user.id, "name": user.name, "aadObjectId": user.aad},
            "conversation": conversation,
            "recipient": {"id": teams.bot, "name": "Partnerdesk"},
            "locale": "en-GB",
            "entities": [{"locale": "en-GB", "country": "DE", "type": "clientInfo"}],
            "channelData": {**channel_data, **given},
            **more,
        }

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
