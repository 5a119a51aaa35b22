"""The roster as Slack sees it: channels that are shut to the app, people where it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from bot.findings import Finding
from bot.slack.api import SlackApi
from bot.slack.deps import PLATFORM
from bot.slack.errors import Busy, Refused
from bot.slack.read import list_at, map_at, text_at
from bot.slack.vetting import PART, There, later, words
from desk.people import Person, Place

# So many channels that the app is not in are asked for one by one; Slack allows fifty a minute.
SINGLY = 40
_PAGE = "999"


class Rostered:
    """Looks at people and channels of the roster. Raises `Lost` where nobody answers."""

    def __init__(self, api: SlackApi, there: Sequence[There], own: There | None) -> None:
        self._api = api
        self._there = there
        self._own = own

    def people(self, persons: Sequence[Person]) -> Iterator[Finding]:
        """The vendor's people are known by workspace and account: elsewhere they are nobody."""
        met = {one for there in self._there for one in (there.workspace, there.enterprise)}
        for person in persons:
            for identity in person.identities if person.is_vendor else ():
                if identity.platform == PLATFORM and identity.workspace not in met:
                    yield self._elsewhere(f"people {person.id}", identity.workspace)

    async def channels(self, places: Sequence[Place]) -> AsyncIterator[Finding]:
        """Each channel to which the desk could not post now."""
        shut: list[tuple[Place, There]] = []
        for there in self._there:
            ours = [one for one in places if self._reaching(one) is there]
            try:
                member = await self._member_of(there) if ours else set()
            except Refused:
                # It lacks a scope, which is said elsewhere.
                continue
            except Busy as busy:
                yield later(busy)
                continue
            shut += [(place, there) for place in ours if place.channel not in member]
        for place in places:
            if self._reaching(place) is None:
                yield self._elsewhere(f"channel {place.id}", place.workspace)
        for place, there in shut[:SINGLY]:
            yield await self._why_shut(place, there)
        if len(shut) > SINGLY:
            wrong = f"{len(shut) - SINGLY} more channels of the roster are shut to the app"
            yield Finding(PART, wrong, "Mend those above, and run the doctor again.")

    def _elsewhere(self, who: str, workspace: str) -> Finding:
        where = ", ".join(there.called for there in self._there)
        return Finding(
            PART,
            f"{who}: the app is not in the workspace {workspace}",
            f"Correct the workspace in the roster, or install the app there. It is in {where}.",
        )

    def _reaching(self, place: Place) -> There | None:
        """Whose token a message to the channel would be sent with."""
        of = (one for one in self._there if place.workspace in {one.workspace, one.enterprise})
        return next(of, self._own)

    async def _member_of(self, there: There) -> set[str]:
        """The open channels that the app is in."""
        found: set[str] = set()
        cursor: str | None = None
        while cursor != "":
            said = await self._api.call(
                there.token,
                "users.conversations",
                types="public_channel,private_channel",
                exclude_archived="true",
                limit=_PAGE,
                cursor=cursor,
            )
            found |= {text_at(one, "id") for one in list_at(said, "channels")}
            cursor = text_at(said, "response_metadata", "next_cursor")
        return found

    async def _why_shut(self, place: Place, there: There) -> Finding:
        named = f"channel {place.id} (#{place.name}, {place.channel})"
        try:
            said = await self._api.call(there.token, "conversations.info", channel=place.channel)
        except Refused as refused:
            mend = (
                "If it is private, invite the app: /invite @Partnerdesk. Otherwise correct its id "
                "in the roster."
            )
            return Finding(PART, f"{named}: {words(refused)}", mend)
        except Busy as busy:
            return later(busy)
        if map_at(said, "channel").get("is_archived"):
            mend = "Name another channel in the roster, or take it out of the archive."
            return Finding(PART, f"{named} is archived", mend)
        return Finding(PART, f"{named}: the app is not in it", "Say in it: /invite @Partnerdesk")
