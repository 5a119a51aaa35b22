"""What the conversations of these tests have in common: opening a case, and looking at it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.slack import Channel, Hand, Message, View, reading
from tests.slack.world import World, account

TITLE, WHAT = "Orders cannot be paid", "Since 08:40 every payment answers 502."


@dataclass(frozen=True)
class Opened:
    """A case with its two threads."""

    number: str
    inside: Message
    outside: Message

    @property
    def id(self) -> int:
        """Its number, as the desk counts."""
        return int(self.number.removeprefix("C-"))


async def fill(hand: Hand, world: World, kind: str = "Technical", **more: str) -> None:
    """Fill in the form of a new case that is open."""
    await hand.fills("What kind", kind)
    await world.link.settled()
    given = {
        "How bad": "Production down",
        "Title": TITLE,
        "What happens": WHAT,
        "Product": "Cloud servers",
        **more,
    }
    for label, value in given.items():
        await hand.fills(label, value)


async def open_case(world: World, who: str = "nora", channel: str = "", **more: str) -> Opened:
    """Somebody opens a case by the command and its form, and everything is posted."""
    hand = world.hand(who)
    before = {id(one) for place in world.slack.channels.values() for one in place.messages}
    await hand.command("/case", channel=channel)
    await fill(hand, world, **more)
    (answer,) = await hand.submits()
    assert answer.status == 200
    number = number_in(form_of(hand))
    await hand.closes()
    await world.rest()
    mine = [
        one
        for place in world.slack.channels.values()
        for one in place.messages
        if id(one) not in before and not one.thread and number in reading.shown(one.blocks)[:40]
    ]
    inside = next(one for one in mine if one.channel == "CCLOUD")
    outside = next(one for one in mine if one.channel != "CCLOUD")
    return Opened(number, inside, outside)


def number_in(text: str) -> str:
    """The first case's number in a text."""
    return next(word for word in text.split() if word.startswith("C-")).rstrip(".,:")


def form_of(hand: Hand) -> str:
    """What somebody sees in the form on top."""
    assert hand.form is not None, f"{hand.user.name} has no form open"
    return shown(hand.form)


def shown(what: Message | View) -> str:
    """Everything that is to be read of a message or a form."""
    if isinstance(what, View):
        return f"{what.title}\n{reading.shown(what.blocks)}"
    return reading.shown(what.blocks) or what.text


def alone(world: World, who: str, channel: str) -> list[Message]:
    """What one person alone was shown in a channel."""
    return [one for one in world.slack.channels[channel].said_alone if one.to == account(who)]


def thread(world: World, root: Message) -> list[Message]:
    """The replies below a message."""
    return [one for one in world.slack.messages(root.channel, thread=root.ts) if one is not root]


def labels(what: Message | View) -> list[str]:
    """What can be pressed."""
    return [words for words, _ in reading.buttons(what.blocks)]


def last(place: Channel) -> Message:
    """The newest message of a conversation."""
    return place.messages[-1]
