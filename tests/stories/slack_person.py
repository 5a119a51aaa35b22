"""Somebody in Slack: reads what Slack shows them, and does there what the story says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.fakes.slack import Channel, Hand, Message, keyboard, reading
from tests.fakes.slack.delivery import Answered
from tests.fakes.slack.reading import Reader
from tests.fakes.slack.records import Json
from tests.stories.slack_form import SlackForm
from tests.stories.stage import DESK, FORM, Button, CannotSee, File, Nothing
from tests.stories.web_person import WebFile, WebPerson

if TYPE_CHECKING:
    from tests.stories.slack_stage import SlackStage


@dataclass(frozen=True)
class Spot:
    """A channel or a direct conversation; or the thread under one of its messages."""

    channel: Channel
    thread: str = ""


@dataclass(frozen=True)
class SlackButton:
    """A button, or a line of a menu, on a message as it was when somebody saw it."""

    person: SlackPerson
    spot: Spot
    message: Message
    element: Json

    @property
    def asks(self) -> str:
        return str(self.element.get("confirm", {}).get("text", {}).get("text", ""))

    async def pressed(self, *, delivered: int = 1) -> str:
        hand = self.person.hand
        act = partial(hand.press, self.message, self.element, delivered)
        return await self.person.acts(act, self.spot)


@dataclass(frozen=True)
class SlackShortcut:
    """A shortcut in the menu of a message."""

    person: SlackPerson
    spot: Spot
    message: Message
    callback: str
    asks: str = ""

    async def pressed(self, *, delivered: int = 1) -> str:
        assert delivered == 1, "nobody presses it twice in these stories"

        async def act() -> list[Answered]:
            return [await self.person.hand.shortcut(self.callback, self.message)]

        return await self.person.acts(act, self.spot)


@dataclass(frozen=True)
class SlackFile:
    """A file that somebody was shown; `about` is the case in whose thread that was."""

    name: str
    key: str
    about: str


class SlackPerson:
    """Implements `stage.Person`."""

    def __init__(self, stage: SlackStage, key: str, hand: Hand, reader: Reader) -> None:
        self.stage = stage
        self.key = key
        self.hand = hand
        self.reader = reader
        self.name = hand.user.name
        self.slack = hand.slack
        self.carried: list[tuple[str, bytes]] = []
        self.asked_at: Spot | None = None
        self.browser: WebPerson | None = None
        self.read: dict[str, tuple[list[Json], str, str]] = {}

    # --- what there is to be seen -----------------------------------------------------------------

    def _channels(self) -> list[Channel]:
        """Where this person is a member, without direct conversations."""
        every = self.slack.channels.values()
        return [one for one in every if not one.direct and self.hand.user.id in one.members]

    def _at(self, place: str) -> Spot:
        if place == DESK:
            return Spot(self.hand.desk())
        if place.startswith("#"):
            for channel in self._channels():
                if channel.name == place.lstrip("#"):
                    return Spot(channel)
            raise CannotSee(place)
        return self._thread(place)

    def _thread(self, number: str) -> Spot:
        """The thread under a case's card, wherever this person sees that card."""
        for channel in (*self._channels(), self.hand.desk()):
            for message in channel.messages:
                if message.bot_id and not message.thread and self._about(message, number):
                    return Spot(channel, message.ts)
        raise CannotSee(number)

    def _about(self, message: Message, number: str) -> bool:
        """Whether a message's first line names the case."""
        first = self._text(message).partition("\n")[0]
        return number in first.replace(":", " ").replace(",", " ").split()

    def _shown(self, spot: Spot) -> list[Message]:
        """The messages that stand there for this person, the oldest first."""
        found = [*spot.channel.messages]
        found += [one for one in spot.channel.said_alone if one.to == self.hand.user.id]
        found.sort(key=lambda one: one.ts)
        if spot.thread:
            return [one for one in found if spot.thread in {one.ts, one.thread}]
        return [one for one in found if not one.thread]

    def _text(self, message: Message) -> str:
        # One that is looked at again and again is read once.
        known = self.read.get(message.ts)
        if known is not None and known[0] is message.blocks and known[1] == message.text:
            return known[2]
        text = self._read(message)
        self.read[message.ts] = message.blocks, message.text, text
        return text

    def _read(self, message: Message) -> str:
        lines = [self.reader.shown(message.blocks) or self.reader.written(message.text)]
        lines += [f"📎 {self.slack.files[key].name}" for key in message.files]
        return "\n".join(line for line in lines if line)

    def _with_writer(self, message: Message) -> str:
        who = message.username or self.slack.name_of(message.user)
        edited = " (edited)" if message.edited else ""
        return f"{who}: {self._text(message)}{edited}"

    async def sees(self, place: str = DESK) -> str:
        form = self._form()
        if place == FORM:
            if form is None:
                raise CannotSee("no form is open")
            return form.text()
        spot = self._at(place)
        lines = [self._with_writer(one) for one in self._shown(spot)]
        if form is not None and self.asked_at == spot:
            # What came of a form stays in front of it until it is put away.
            lines.append(form.text())
        return "\n".join(lines)

    def _form(self) -> SlackForm | None:
        view = self.hand.form
        return SlackForm(self.hand, view, self.reader) if view is not None else None

    # --- what people do ---------------------------------------------------------------------------

    async def says(self, words: str, at: str = DESK, *, delivered: int = 1) -> str:
        spot = self._at(at)
        # Nobody can write behind a form that is open.
        await self._puts_away()
        if words.startswith("/"):
            assert not spot.thread, "Slack knows no commands in threads"
            name, _, more = words.partition(" ")
            return await self.acts(partial(self._command, name, more, spot), spot)
        before = {id(one) for one in self._shown(spot)}
        said = await self.acts(partial(self._write, words, spot, delivered), spot)
        fresh = [one for one in self._shown(spot) if id(one) not in before and one.bot_id]
        offer = self._offer(fresh)
        # Slack opens a form after a press alone: what was asked for is offered by a button.
        return said if offer is None else await SlackButton(self, spot, *offer).pressed()

    async def _command(self, name: str, more: str, spot: Spot) -> list[Answered]:
        return [await self.hand.command(name, more, spot.channel.id)]

    async def _write(self, words: str, spot: Spot, delivered: int) -> list[Answered]:
        attached = tuple(self.carried)
        self.carried.clear()
        await self.hand.types(words, spot.channel.id, spot.thread, attached, delivered)
        return []

    def _offer(self, fresh: list[Message]) -> tuple[Message, Json] | None:
        """The one button of an answer that is nothing but the offer of a form."""
        for message in fresh:
            found = reading.buttons(message.blocks)
            if len(found) == 1 and found[0][1].get("style") == "primary":
                return message, found[0][1]
        return None

    async def attaches(self, name: str, content: bytes) -> None:
        self.carried.append((name, content))

    async def finds(self, label: str, on: str = "", at: str = "", beside: str = "") -> Button:
        shortcut = self._shortcuts().get(label) if beside else None
        for spot, message in self._before(on, at):
            # All of a case's thread is about the case.
            if on and not at and not spot.thread and not self._about(message, on):
                continue
            if beside and beside not in self._text(message):
                continue
            if shortcut is not None:
                return SlackShortcut(self, spot, message, shortcut)
            for words, element in reading.buttons(message.blocks):
                if words == label:
                    return SlackButton(self, spot, message, element)
        seen = [self._text(message) for _, message in self._before(on, at)]
        raise Nothing(f"{self.name} finds no button {label!r} in: {seen}")

    def _before(self, on: str, at: str) -> Iterator[tuple[Spot, Message]]:
        """Where somebody would look, the newest first: around the case, the desk, every channel."""
        spots = [self._at(at)] if at else []
        if on and not at:
            try:
                thread = self._thread(on)
            except CannotSee:
                pass
            else:
                spots += [Spot(thread.channel), thread]
        if not at:
            spots += [Spot(self.hand.desk()), *(Spot(one) for one in self._channels())]
        for spot in dict.fromkeys(spots):
            for message in reversed(self._shown(spot)):
                yield spot, message

    def _shortcuts(self) -> Mapping[str, str]:
        offered = self.slack.manifest["features"]["shortcuts"]
        return {one["name"]: one["callback_id"] for one in offered if one["type"] == "message"}

    async def presses(self, label: str, on: str = "", at: str = "", beside: str = "") -> str:
        return await (await self.finds(label, on, at, beside)).pressed()

    async def fills(self, fields: Mapping[str, str], then: str, *, delivered: int = 1) -> str:
        form = self._form()
        if form is None:
            raise Nothing("no form is open")
        await form.fill(fields, self.stage.settled)
        if self.carried:
            self.hand.attaches(*self.carried)
            self.carried.clear()
        form.sends(then)
        refused = self.hand.refused()
        if refused:
            return "\n".join(f"{label}: {why}" for label, why in refused.items())
        assert self.asked_at is not None
        return await self.acts(partial(self.hand.submits, delivered), self.asked_at)

    async def edits(self, words: str, to: str, at: str) -> str:
        return await self._change(words, at, lambda own: self.hand.edits(own, keyboard.sent(to)))

    async def deletes(self, words: str, at: str) -> str:
        return await self._change(words, at, self.hand.deletes)

    async def _change(
        self, words: str, at: str, change: Callable[[Message], Awaitable[None]]
    ) -> str:
        spot = self._at(at)
        for own in reversed(self._shown(spot)):
            if own.user == self.hand.user.id and words in self._text(own):

                async def act(own: Message = own) -> list[Answered]:
                    await change(own)
                    return []

                return await self.acts(act, spot)
        raise Nothing(f"{self.name} has no message with {words!r} in: {await self.sees(at)}")

    # --- files ------------------------------------------------------------------------------------

    async def finds_file(self, name: str, at: str) -> File:
        for message in reversed(self._shown(self._at(at))):
            for key in message.files:
                if self.slack.files[key].name == name:
                    return SlackFile(name, key, at)
        raise Nothing(f"no file {name!r} in: {await self.sees(at)}")

    async def fetches(self, file: File) -> bytes | None:
        assert isinstance(file, SlackFile)
        stored = self.slack.files[file.key]
        places = [self.slack.channels[key] for key in stored.shared]
        if any(self.hand.user.id in place.members for place in places):
            return stored.content
        # Slack shows it to nobody else; the desk may know better.
        return await self._from_the_desk(file)

    async def _from_the_desk(self, file: SlackFile) -> bytes | None:
        """Ask the desk about the case, and follow the file's link into the web chat."""
        url = await self._link(f"timeline {file.about}", file.name)
        if not url:
            return None
        if self.browser is None:
            self.browser = WebPerson(self.stage, self.key)
            await self.browser.sign_in()
        return await self.browser.fetches(WebFile(file.name, url))

    async def asks_the_way(self) -> str:
        """The secret of the link by which the desk lets this person into the web chat."""
        return (await self._link("sign in", "Sign in")).rpartition("/")[2]

    async def _link(self, asked: str, named: str) -> str:
        """Ask the desk, and return where the words `named` of its answer lead, "" for nowhere."""
        desk = self._at(DESK)
        before = {id(one) for one in self._shown(desk)}
        await self.says(asked)
        fresh = [one for one in self._shown(desk) if id(one) not in before]
        links = (link for one in fresh for link in reading.named_links(one.blocks))
        return next((url for words, url in links if words == named), "")

    # --- acting, and being answered ---------------------------------------------------------------

    async def acts(self, act: Callable[[], Awaitable[list[Answered]]], at: Spot) -> str:
        """Do something, and return everything new that is to be read for it."""
        form = self._form()
        if form is not None and not form.can_be_sent:
            # It said what came of it, and was read.
            await form.put_away()
            form = None
        before = self._around(at)
        asked = form.text() if form is not None else ""
        answers = await act()
        await self.stage.rest()
        said = [text for key, text in self._around(at).items() if before.get(key) != text]
        said += [words for one in answers for words in self._in_form(one, form)]
        now = self._form()
        if now is not None and now.text() != asked:
            if form is None or now.view is not form.view:
                self.asked_at = at
                if form is not None and form.is_open:
                    await form.put_away()
            said.append(now.text())
        return "\n".join(said)

    def _in_form(self, answered: Answered, form: SlackForm | None) -> Iterator[str]:
        """What a form was answered with, also where a later answer took its place."""
        if form is None or answered.status != 200:
            return
        body = answered.body
        yield from (str(one) for one in body.get("errors", {}).values())
        if "view" in body:
            view = body["view"]
            yield f"{view['title']['text']}\n{self.reader.shown(view['blocks'])}"

    def _around(self, at: Spot) -> dict[int, str]:
        """What others have written there, in the channel above, and in the own conversation."""
        spots = dict.fromkeys((at, Spot(at.channel), Spot(self.hand.desk())))
        shown = (one for spot in spots for one in self._shown(spot))
        return {id(one): self._with_writer(one) for one in shown if one.user != self.hand.user.id}

    async def _puts_away(self) -> None:
        """Close the form that is open, as whoever wants to write has to."""
        form = self._form()
        if form is not None:
            await form.put_away()
            await self.stage.rest()

    async def leave(self) -> None:
        if self.browser is not None:
            await self.browser.leave()
