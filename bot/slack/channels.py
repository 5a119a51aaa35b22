"""The app and its channels come and go: the roster's places follow, and the operators learn of it.

Notices for a place that is gone go to the next target by themselves. Events come late, more than
once and in any order: they say that something may have changed, and Slack itself says what is so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.slack.deps import PLATFORM
from bot.slack.errors import Refused
from bot.slack.installs import NotInstalled
from bot.slack.link import Link
from bot.slack.read import Call, Payload, map_at, text_at
from desk.people import Place
from desk.ports import UnitOfWork

_AFTER = "The desk's notices for it go to the next target meanwhile."


class Channels:
    """Hears what becomes of channels and installations. `wake` is called where somebody is told."""

    def __init__(self, link: Link, wake: Callable[[], None]) -> None:
        self._link = link
        self._wake = wake

    async def gone(self, call: Call, _event: Payload) -> None:
        """The app was removed from a workspace."""
        gone = await self._link.installs.remove(*call.installed)
        if gone is None:
            return
        await self._tell(
            f"slack:uninstalled:{call.event_id}",
            f"The app was removed from the Slack workspace {gone.name or gone.workspace}.",
            "Let its people install the app again; until then nothing reaches them there.",
            title="The app was removed from a workspace",
        )

    async def revoked(self, call: Call, event: Payload) -> None:
        """Tokens were revoked; those of single users are none of ours."""
        if map_at(event, "tokens").get("bot"):
            await self.gone(call, event)

    async def archived(self, call: Call, _event: Payload) -> None:
        """A channel was archived or deleted."""
        place = await self._mark(call, archived=True)
        if place is not None and place.archived:
            await self._tell(
                f"slack:archived:{call.event_id}",
                f"The Slack channel {place.name} was archived or deleted.",
                f"Name another channel in the roster, or take it out of the archive. {_AFTER}",
                title="A channel is closed to the desk",
            )

    async def back(self, call: Call, _event: Payload) -> None:
        """A channel was taken out of the archive."""
        await self._mark(call, archived=False)

    async def left(self, call: Call, _event: Payload) -> None:
        """The app was taken out of a channel."""
        place = await self._link.people.place(call.spot.channel)
        if place is not None and (await self._there(place)).get("is_member") is not True:
            await self._tell(
                f"slack:left:{call.event_id}",
                f"The app was taken out of the Slack channel {place.name}.",
                f"Invite it again: /invite @Partnerdesk. {_AFTER}",
                title="A channel is closed to the desk",
            )

    async def moved(self, call: Call, event: Payload) -> None:
        """Slack gave a channel a new id: what the desk has there is found under that."""
        old, new = text_at(event, "old_channel_id"), text_at(event, "new_channel_id")
        place = await self._link.people.place(old)
        if place is None or not new:
            return
        at = f"{PLATFORM}:{place.workspace}"

        async def follow(uow: UnitOfWork) -> None:
            await uow.people.put_place(replace(place, channel=new))
            await uow.posts.move(PLATFORM, place.workspace, old, new)
            await uow.messages.renamed(f"{at}:{old}:", f"{at}:{new}:")

        await self._link.desk.run(follow)
        self._link.people.forget_places()
        await self._tell(
            f"slack:moved:{call.event_id}",
            f"Slack gave the channel {place.name} a new id: {new} instead of {old}. "
            "The desk writes there already.",
            f"Put {new} into the roster before you apply it again.",
            title="A channel has a new id",
        )

    async def _mark(self, call: Call, *, archived: bool) -> Place | None:
        """The place as it is marked now; `archived` is what the event said."""
        place = await self._link.people.place(call.spot.channel)
        if place is None:
            return None
        so = (await self._there(place)).get("is_archived", archived) is True
        marked = replace(place, archived=so)
        await self._link.desk.run(lambda uow: uow.people.put_place(marked))
        self._link.people.forget_places()
        return marked

    async def _there(self, place: Place) -> Payload:
        """A channel as Slack has it now; nothing where it does not show it to us any more."""
        try:
            via = await self._link.installs.to_reach(place.workspace)
            said = await self._link.api.call(via.token, "conversations.info", channel=place.channel)
        except (Refused, NotInstalled):
            return {}
        return map_at(said, "channel")

    async def _tell(self, key: str, what: str, mend: str, *, title: str) -> None:
        await self._link.tell(key, what, mend, title)
        self._wake()
