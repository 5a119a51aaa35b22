"""What people do in the fake Teams: write, mention, react, install; as the app hears of it."""

from __future__ import annotations

import asyncio
import json
from html import escape
from typing import Any

from tests.fakes.teams.card_hand import CardHand
from tests.fakes.teams.records import FILE, Json, Message, Place, StoredFile
from tests.fakes.teams.teams import NAME

Files = tuple[tuple[str, bytes], ...]


class Hand(CardHand):
    """Somebody at their Teams. Every request to the app is signed."""

    @property
    def chat(self) -> Place:
        """The own chat with the app."""
        return self.teams.places[self.key]

    # --- words ------------------------------------------------------------------------------------

    async def says(
        self,
        text: str,
        place: str = "",
        thread: str = "",
        *,
        mentioning: bool = False,
        attached: Files = (),
        pasted: Files = (),
        delivered: int = 1,
    ) -> Message:
        """Write a message; it is brought `delivered` times, at the same moment."""
        where = self.teams.places[place] if place else self.chat
        assert self.user.id in where.members, f"{self.user.name} is not in {where.name}"
        said = f"<at>{NAME}</at> {text}" if mentioning else text
        message = Message(self.teams.message_id(), where.id, self.user.id, said, thread)
        # In channels and groups the app is not told of files.
        told = message.attachments if where.kind == "personal" else message.shared
        told += [self._file(name, content) for name, content in attached]
        message.attachments += [self._picture(name, content) for name, content in pasted]
        where.messages.append(message)
        self.teams.note_message(where, message)
        if self._hears(where, mentioning=mentioning):
            activity = self._written("message", where, message)
            await asyncio.gather(
                *(self.teams.delivery.activity(dict(activity)) for _ in range(delivered))
            )
        return message

    async def mentions(self, text: str, place: str, thread: str = "", **more: Any) -> Message:
        """Write a message with the app's name in front."""
        return await self.says(text, place, thread, mentioning=True, **more)

    async def edits(self, message: Message, text: str) -> None:
        """Change an own message."""
        message.text, message.edited = text, True
        self.teams.note_message(self._place(message), message, "changed")
        await self._changed("messageUpdate", "editMessage", message)

    async def deletes(self, message: Message) -> None:
        """Take an own message back."""
        message.deleted = True
        self.teams.note_message(self._place(message), message, "deleted")
        await self._changed("messageDelete", "softDeleteMessage", message)

    async def undeletes(self, message: Message) -> None:
        """Bring an own message back that was deleted."""
        message.deleted = False
        self.teams.note_message(self._place(message), message, "back")
        await self._changed("messageUpdate", "undeleteMessage", message)

    async def _changed(self, kind: str, event: str, message: Message) -> None:
        place = self._place(message)
        if self._hears(place, mentioning=f"<at>{NAME}</at>" in message.text):
            activity = self._written(kind, place, message, channelData={"eventType": event})
            if kind == "messageDelete":
                del activity["text"]
            await self.teams.delivery.activity(activity)

    async def reacts(self, message: Message, name: str, *, takes_off: bool = False) -> None:
        """Put an emoji to a message, or take it off; the app hears of its own messages alone."""
        who = message.reactions.setdefault(name, set())
        (who.discard if takes_off else who.add)(self.user.id)
        if not message.by_app:
            return
        given = {"reactionsRemoved" if takes_off else "reactionsAdded": [{"type": name}]}
        thread = message.thread or message.id
        activity = self._shaped(
            "messageReaction", self._place(message), thread, replyToId=message.id, **given
        )
        await self.teams.delivery.activity(activity)

    def _hears(self, place: Place, *, mentioning: bool) -> bool:
        if not place.installed or place.blocked:
            return False
        return place.kind == "personal" or mentioning or place.consent

    def _written(self, kind: str, place: Place, message: Message, **more: Any) -> Json:
        thread = message.thread or message.id
        activity = self._shaped(kind, place, thread, text=message.text, textFormat="plain", **more)
        activity["id"] = message.id
        html = f"<div>{escape(message.text)}</div>"
        activity["attachments"] = [
            *message.attachments,
            {"contentType": "text/html", "content": html},
        ]
        if place.kind != "channel" and message.thread:
            # A chat has no threads: one answers a message by quoting it.
            quoted = {"messageId": message.thread, "messagePreview": ""}
            reference = {"contentType": "messageReference", "content": json.dumps(quoted)}
            activity["attachments"].append({**reference, "id": message.thread})
        if f"<at>{NAME}</at>" in message.text:
            mentioned = {"id": self.teams.bot, "name": NAME}
            activity["entities"] = [
                *activity["entities"],
                {"type": "mention", "mentioned": mentioned, "text": f"<at>{NAME}</at>"},
            ]
        return activity

    def _file(self, name: str, content: bytes) -> Json:
        key = f"file{self.teams.number()}"
        self.teams.files[key] = StoredFile(name, content)
        url = f"{self.teams.url}/files/{key}"
        ending = name.rpartition(".")[2]
        return {
            "contentType": FILE,
            "contentUrl": f"https://northwind-my.sharepoint.com/personal/{name}",
            "name": name,
            "content": {"downloadUrl": url, "uniqueId": key, "fileType": ending},
        }

    def _picture(self, name: str, content: bytes) -> Json:
        key = f"picture{self.teams.number()}"
        self.teams.files[key] = StoredFile(name, content)
        url = f"{self.teams.service_url}v3/attachments/{key}/views/original"
        return {"contentType": "image/*", "contentUrl": url}

    # --- where the app is -------------------------------------------------------------------------

    async def installs(self, place: str = "") -> None:
        """Put the app into the own chat, a group or a team."""
        await self._put(self.teams.places[place] if place else self.chat, there=True)

    async def uninstalls(self, place: str = "") -> None:
        """Take the app out again; it is told afterwards."""
        await self._put(self.teams.places[place] if place else self.chat, there=False)

    async def _put(self, place: Place, *, there: bool) -> None:
        where = [one for one in self.teams.places.values() if one.team and one.team == place.team]
        for one in where or [place]:
            one.installed = there
        how = "installs" if there else "removes"
        self.teams.note(self.user.name, f"{how} the app in {place.name or 'chat'}")
        action = "add" if there else "remove"
        await self.teams.delivery.activity(self._shaped("installationUpdate", place, action=action))
        if there or place.kind != "personal":
            await self._members(place, self.teams.bot, there=there)

    async def joins(self, place: str) -> None:
        """Come into a group or a team."""
        where = self.teams.places[place]
        where.members.append(self.user.id)
        await self._members(where, self.user.id, there=True)

    async def leaves(self, place: str) -> None:
        """Go out of a group or a team."""
        where = self.teams.places[place]
        where.members.remove(self.user.id)
        await self._members(where, self.user.id, there=False)

    async def _members(self, place: Place, user_id: str, *, there: bool) -> None:
        given: Json = {"membersAdded" if there else "membersRemoved": [{"id": user_id}]}
        if place.kind == "channel":
            event = "teamMemberAdded" if there else "teamMemberRemoved"
            given["channelData"] = {"eventType": event}
        activity = self._shaped("conversationUpdate", place, **given)
        await self.teams.delivery.activity(activity)

    def blocks(self) -> None:
        """Block the app; nobody is told, its next message is refused."""
        self.chat.blocked = True

    def unblocks(self) -> None:
        """Let the app write again."""
        self.chat.blocked = False
