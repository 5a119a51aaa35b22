"""What people do in the fake Slack: write, press, fill in, react; as the app hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from tests.fakes.slack import chat, files, keyboard, reading
from tests.fakes.slack.delivery import Answered, Response
from tests.fakes.slack.form_hand import FormHand, named
from tests.fakes.slack.records import Channel, Install, Json, Message
from tests.fakes.slack.slack import APP


class Hand(FormHand):
    """Somebody at their Slack. Every act returns what the app answered at once."""

    def desk(self) -> Channel:
        """The own conversation with the app: in the own workspace, or where one is a guest."""
        return self.slack.direct(self.user.id, self._nearest())

    # --- words ------------------------------------------------------------------------------------

    async def types(self, words: str, *where: Any, **more: Any) -> Message:
        """Write a message on the keyboard: as `says`, with whatever Slack's window makes of it."""
        return await self.says(keyboard.sent(words), *where, **more)

    async def says(
        self,
        text: str,
        channel: str = "",
        thread: str = "",
        attached: tuple[tuple[str, bytes], ...] = (),
        delivered: int = 1,
        subtype: str = "",
    ) -> Message:
        """Write a message as Slack sends it on; it is brought `delivered` times at the same moment.

        The last of several says that it is a second try.
        """
        slack = self.slack
        place = slack.channels[channel] if channel else self.desk()
        assert self.user.id in place.members, f"{self.user.name} is not in {place.name}"
        message = Message(slack.ts(), place.id, self.user.id, self.user.team, text, thread=thread)
        for name, content in attached:
            message.files.append(self._attach(name, content, place))
        place.messages.append(message)
        self._note(message, attached)
        event = self.written(message) | ({"subtype": subtype} if subtype else {})
        event_id = f"Ev{slack.number():010}"
        tries = [0] * delivered if delivered == 1 else [*[0] * (delivered - 1), 1]
        told = [
            slack.delivery.happened(dict(event), place, event_id=event_id, retry=number)
            for number in tries
        ]
        await asyncio.gather(*told)
        install = slack.of_team(place.teams[0])
        if install and f"<@{install.bot_user}>" in text:
            mention = {**event, "type": "app_mention"}
            await slack.delivery.happened(mention, place)
        return message

    def _tell(self, how: str, place: Channel, what: str, inside: str = "") -> None:
        name = self.slack.place_name(place, self.user.id)
        self.slack.note(f"{self.user.name} {how} {name}{inside}", what)

    def _note(self, message: Message, attached: tuple[tuple[str, bytes], ...] = ()) -> None:
        place = self.slack.channels[message.channel]
        files_ = "".join(f"\n(file {name})" for name, _ in attached)
        inside = " (thread)" if message.thread else ""
        said = self.slack.reader.written(message.text) + files_
        self._tell("in", place, said, inside)

    def written(self, message: Message) -> Json:
        """The event of a message."""
        place = self.slack.channels[message.channel]
        event: Json = {
            "type": "message",
            "channel": place.id,
            "user": self.user.id,
            "text": message.text,
            "blocks": keyboard.blocks(message.text),
            "ts": message.ts,
            "team": self.user.team,
            "event_ts": message.ts,
            "channel_type": "im" if place.direct else "group" if place.private else "channel",
        }
        if message.thread:
            event["thread_ts"] = message.thread
        if place.external:
            event["user_team"] = event["source_team"] = self.user.team
        if message.files:
            event["subtype"] = "file_share"
            event["files"] = [
                files.as_json(self.slack, self.slack.files[one], hidden=place.external)
                for one in message.files
            ]
        return event

    async def edits(self, message: Message, text: str) -> None:
        """Change an own message."""
        before = self.written(message)
        message.text, message.edited = text, True
        place, now = self.slack.channels[message.channel], self.slack.reader.written(text)
        self.slack.note(
            f"{self.user.name} changes a message in {self.slack.place_name(place)}", now
        )
        after = self.written(message) | {"edited": {"user": self.user.id}}
        await self.changed(
            message.channel, "message_changed", message=after, previous_message=before
        )

    async def deletes(self, message: Message) -> None:
        """Take an own message back."""
        place = self.slack.channels[message.channel]
        place.messages.remove(message)
        gone = self.slack.reader.written(message.text)
        self.slack.note(
            f"{self.user.name} deletes a message in {self.slack.place_name(place)}", gone
        )
        before = self.written(message)
        await self.changed(
            message.channel, "message_deleted", deleted_ts=message.ts, previous_message=before
        )

    async def changed(self, channel: str, subtype: str, **more: Any) -> None:
        """Tell the app that a message is not as it was."""
        place = self.slack.channels[channel]
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": place.id,
            "ts": self.slack.ts(),
            "channel_type": "im" if place.direct else "channel",
            **more,
        }
        await self.slack.delivery.happened(event, place)

    async def reacts(self, message: Message, name: str) -> None:
        """Put an emoji to a message."""
        place = self.slack.channels[message.channel]
        message.reactions.setdefault(name, set()).add(self.user.id)
        self.slack.note(
            f"{self.user.name} in {self.slack.place_name(place)}", f"puts :{name}: to a message"
        )
        item = {"type": "message", "channel": place.id, "ts": message.ts}
        event: Json = {"type": "reaction_added", "user": self.user.id, "reaction": name}
        event |= {"item": item, "item_user": message.user, "event_ts": self.slack.ts()}
        if place.external:
            event["user_team"] = self.user.team
        await self.slack.delivery.happened(event, place)

    async def opens_app(self, tab: str = "home") -> None:
        """Look at the app's own pages."""
        event = {
            "type": "app_home_opened",
            "user": self.user.id,
            "channel": self.desk().id,
            "tab": tab,
            "event_ts": self.slack.ts(),
        }
        await self.slack.delivery.happened(event, None, team=self._nearest().team)

    # --- commands and shortcuts -------------------------------------------------------------------

    async def command(self, name: str, text: str = "", channel: str = "") -> Answered:
        """Type a slash command; guests from other organisations have none."""
        slack = self.slack
        place = slack.channels[channel] if channel else self.desk()
        install = slack.of_team(self.user.team)
        assert install is not None, "guests have no commands"
        self._tell("in", place, f"{name} {text}")
        fields = {
            "token": "verification",
            "team_id": self.user.team,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.direct else place.name,
            "user_id": self.user.id,
            "user_name": self.user.name,
            "command": name,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.response_url(place, install),
            "trigger_id": slack.trigger(self.user.id, self.user.team),
        }
        answer = await slack.delivery.form(fields)
        body = answer.body or ({"text": answer.text} if answer.text else {})
        if answer.status == 200 and body:
            chat.answer(slack, place.id, self.user.id, install, body)
        return answer

    async def shortcut(self, callback: str, message: Message | None = None) -> Answered:
        """Use a shortcut: a global one, or one of a message."""
        slack = self.slack
        slack.note(f"{self.user.name} uses the shortcut", callback)
        payload = self._payload("shortcut", callback_id=callback, action_ts=slack.ts())
        if message is not None:
            place = slack.channels[message.channel]
            payload |= {
                "type": "message_action",
                "message_ts": message.ts,
                "channel": {"id": place.id, "name": place.name},
                "message": self._as_json(place, message),
                "response_url": self.response_url(place, self._hearing(place)),
            }
        return await slack.delivery.payload(payload)

    def _as_json(self, place: Channel, message: Message) -> Json:
        made: Json = {
            "type": "message",
            "user": message.user,
            "text": message.text,
            "blocks": message.blocks or keyboard.blocks(message.text),
            "ts": message.ts,
            "team": message.team,
            "files": [files.as_json(self.slack, self.slack.files[one]) for one in message.files],
        }
        if message.thread:
            made["thread_ts"] = message.thread
        if message.attachments:
            made["attachments"] = message.attachments
        return made

    # --- buttons ----------------------------------------------------------------------------------

    async def presses(self, message: Message, label: str, delivered: int = 1) -> Answered:
        """Press a button, or choose from the menu, of a message."""
        element = named(reading.buttons(message.blocks), label)
        return (await self.press(message, element, delivered))[0]

    async def press(self, message: Message, element: Json, delivered: int = 1) -> list[Answered]:
        """Press what somebody has had before their eyes, however old it is."""
        press = self.pressing(message, element)
        return list(await asyncio.gather(*(press() for _ in range(delivered))))

    def pressing(
        self, message: Message, element: Json
    ) -> Callable[[], Coroutine[Any, Any, Answered]]:
        """The same, but the app hears of it only when what is returned is called."""
        slack = self.slack
        place = slack.channels[message.channel]
        payload = self._payload("block_actions", actions=[self._action(element)])
        payload |= {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": place.id,
                "is_ephemeral": bool(message.to),
            },
            "channel": {"id": place.id, "name": place.name or "directmessage"},
            "response_url": self.response_url(place, self._hearing(place)),
        }
        if message.thread:
            payload["container"]["thread_ts"] = message.thread
        if not message.to:
            payload["message"] = self._as_json(place, message)
        chosen = element.get("selected_option", element).get("text", {})
        slack.note(f"{self.user.name} presses", f"[{chosen.get('text', '')}]")
        return partial(slack.delivery.payload, payload)

    def _hearing(self, place: Channel) -> Install:
        for team in place.teams:
            install = self.slack.of_team(team)
            if install and install.bot_user in place.members:
                return install
        return self._nearest()

    def response_url(self, place: Channel, install: Install) -> str:
        """An address at which the app may answer for half an hour."""
        key = f"r{self.slack.number()}"
        made = Response(place.id, self.user.id, install, self.slack.seconds())
        self.slack.delivery.responses[key] = made
        return f"{self.slack.url}/response/{key}"
