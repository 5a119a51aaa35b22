"""What Slack shows somebody: where they are, which messages stand there, and how they read."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fakes.slack import Channel, Hand, Message, reading
from tests.fakes.slack.reading import Reader
from tests.fakes.slack.records import Json
from tests.stories.stage import DESK, CannotSee


@dataclass(frozen=True)
class Spot:
    """A channel or a direct conversation; or the thread under one of its messages."""

    channel: Channel
    thread: str = ""


@dataclass
class SlackEyes:
    """Somebody who looks."""

    hand: Hand
    reader: Reader
    read: dict[str, tuple[list[Json], str, str]] = field(default_factory=dict)

    def channels(self) -> list[Channel]:
        """Where this person is a member, without direct conversations."""
        every = self.hand.slack.channels.values()
        return [one for one in every if not one.direct and self.hand.user.id in one.members]

    def at(self, place: str) -> Spot:
        """A place as stories name it; raises `CannotSee`."""
        if place == DESK:
            return Spot(self.hand.desk())
        if place.startswith("#"):
            for channel in self.channels():
                if channel.name == place.lstrip("#"):
                    return Spot(channel)
            raise CannotSee(place)
        return self.thread(place)

    def thread(self, number: str) -> Spot:
        """The thread under a case's card, wherever this person sees that card."""
        for channel in (*self.channels(), self.hand.desk()):
            for message in channel.messages:
                if message.bot_id and not message.thread and self.is_about(message, number):
                    return Spot(channel, message.ts)
        raise CannotSee(number)

    def is_about(self, message: Message, number: str) -> bool:
        """Whether a message's first line names the case."""
        first = self.text(message).partition("\n")[0]
        return number in first.replace(":", " ").replace(",", " ").split()

    def shown(self, spot: Spot) -> list[Message]:
        """The messages that stand there for this person, the oldest first."""
        found = [*spot.channel.messages]
        found += [one for one in spot.channel.said_alone if one.to == self.hand.user.id]
        found.sort(key=lambda one: one.ts)
        if spot.thread:
            return [one for one in found if spot.thread in {one.ts, one.thread}]
        return [one for one in found if not one.thread]

    def text(self, message: Message) -> str:
        """What a message says."""
        # One that is looked at again and again is read once.
        known = self.read.get(message.ts)
        if known is not None and known[0] is message.blocks and known[1] == message.text:
            return known[2]
        text = self._read(message)
        self.read[message.ts] = message.blocks, message.text, text
        return text

    def _read(self, message: Message) -> str:
        files = self.hand.slack.files
        lines = [self.reader.shown(message.blocks) or self.reader.written(message.text)]
        lines += [f"📎 {files[key].name}" for key in message.files]
        return "\n".join(line for line in lines if line)

    def with_writer(self, message: Message) -> str:
        """What a message says, and who."""
        who = message.username or self.hand.slack.name_of(message.user)
        edited = " (edited)" if message.edited else ""
        return f"{who}: {self.text(message)}{edited}"

    def offer(self, fresh: list[Message]) -> tuple[Message, Json] | None:
        """The one button of an answer that is nothing but the offer of a form."""
        for message in fresh:
            found = reading.buttons(message.blocks)
            if message.bot_id and len(found) == 1 and found[0][1].get("style") == "primary":
                return message, found[0][1]
        return None
