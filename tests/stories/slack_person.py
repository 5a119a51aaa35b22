"""Somebody in Slack: reads what Slack shows them, and does there what the story says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.fakes.slack import Hand, Message, keyboard, reading
from tests.fakes.slack.delivery import Answered
from tests.fakes.slack.reading import Reader
from tests.fakes.slack.records import Json
from tests.stories.slack_eyes import SlackEyes, Spot
from tests.stories.slack_form import SlackForm
from tests.stories.stage import DESK, FORM, Button, CannotSee, File, Nothing
from tests.stories.web_person import WebFile, WebPerson

if TYPE_CHECKING:
    from tests.stories.slack_stage import SlackStage

# What the desk says when it was too busy, and how often somebody does as they are told then.
AGAIN, PATIENCE = "Try again in a moment.", 5


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
        self.eyes = SlackEyes(hand, reader)
        self.reader = reader
        self.name = hand.user.name
        self.slack = hand.slack
        self.carried: list[tuple[str, bytes]] = []
        self.asked_at: Spot | None = None
        self.browser: WebPerson | None = None

    # --- what there is to be seen -----------------------------------------------------------------

    async def sees(self, place: str = DESK) -> str:
        form = self._form()
        if place == FORM:
            if form is None:
                raise CannotSee("no form is open")
            return form.text()
        spot = self.eyes.at(place)
        lines = [self.eyes.with_writer(one) for one in self.eyes.shown(spot)]
        if form is not None and self.asked_at == spot:
            # What came of a form stays in front of it until it is put away.
            lines.append(form.text())
        return "\n".join(lines)

    def _form(self) -> SlackForm | None:
        view = self.hand.form
        return SlackForm(self.hand, view, self.reader) if view is not None else None

    # --- what people do ---------------------------------------------------------------------------

    async def says(self, words: str, at: str = DESK, *, delivered: int = 1) -> str:
        spot = self.eyes.at(at)
        # Nobody can write behind a form that is open.
        await self._puts_away()
        if words.startswith("/"):
            assert not spot.thread, "Slack knows no commands in threads"
            name, _, more = words.partition(" ")
            return await self.acts(partial(self._command, name, more, spot), spot)
        return await self.acts(partial(self._write, words, spot, delivered), spot)

    async def _command(self, name: str, more: str, spot: Spot) -> list[Answered]:
        return [await self.hand.command(name, more, spot.channel.id)]

    async def _write(self, words: str, spot: Spot, delivered: int) -> list[Answered]:
        attached = tuple(self.carried)
        self.carried.clear()
        await self.hand.types(words, spot.channel.id, spot.thread, attached, delivered)
        return []

    async def attaches(self, name: str, content: bytes) -> None:
        self.carried.append((name, content))

    async def finds(self, label: str, on: str = "", at: str = "", beside: str = "") -> Button:
        shortcut = self._shortcuts().get(label) if beside else None
        for spot, message in self._before(on, at):
            # All of a case's thread is about the case.
            if on and not at and not spot.thread and not self.eyes.is_about(message, on):
                continue
            if beside and beside not in self.eyes.text(message):
                continue
            if shortcut is not None:
                return SlackShortcut(self, spot, message, shortcut)
            for words, element in reading.buttons(message.blocks):
                if words == label:
                    return SlackButton(self, spot, message, element)
        seen = [self.eyes.text(message) for _, message in self._before(on, at)]
        raise Nothing(f"{self.name} finds no button {label!r} in: {seen}")

    def _before(self, on: str, at: str) -> Iterator[tuple[Spot, Message]]:
        """Where somebody would look, the newest first: around the case, the desk, every channel."""
        spots = [self.eyes.at(at)] if at else []
        if on and not at:
            try:
                thread = self.eyes.thread(on)
            except CannotSee:
                pass
            else:
                spots += [Spot(thread.channel), thread]
        if not at:
            spots += [Spot(self.hand.desk()), *(Spot(one) for one in self.eyes.channels())]
        for spot in dict.fromkeys(spots):
            for message in reversed(self.eyes.shown(spot)):
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
        spot = self.eyes.at(at)
        for own in reversed(self.eyes.shown(spot)):
            if own.user == self.hand.user.id and words in self.eyes.text(own):

                async def act(own: Message = own) -> list[Answered]:
                    await change(own)
                    return []

                return await self.acts(act, spot)
        raise Nothing(f"{self.name} has no message with {words!r} in: {await self.sees(at)}")

    # --- files ------------------------------------------------------------------------------------

    async def finds_file(self, name: str, at: str) -> File:
        for message in reversed(self.eyes.shown(self.eyes.at(at))):
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
        desk = self.eyes.at(DESK)
        before = {id(one) for one in self.eyes.shown(desk)}
        await self.says(asked)
        fresh = [one for one in self.eyes.shown(desk) if id(one) not in before]
        links = (link for one in fresh for link in reading.named_links(one.blocks))
        return next((url for words, url in links if words == named), "")

    # --- acting, and being answered ---------------------------------------------------------------

    async def acts(self, act: Callable[[], Awaitable[list[Answered]]], at: Spot) -> str:
        """Do something, and return everything new that is to be read for it."""
        for _ in range(PATIENCE):
            before, form = self._around(at), self.hand.form
            said = await self._once(act, at)
            if AGAIN not in said:
                break
        if self.hand.form is form:
            fresh = [one for one in self._near(at) if id(one) not in before]
            offer = self.eyes.offer(fresh)
            if offer is not None:
                # Slack opens a form after a press alone: until then it is offered by a button.
                return await SlackButton(self, at, *offer).pressed()
        return said

    async def _once(self, act: Callable[[], Awaitable[list[Answered]]], at: Spot) -> str:
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

    def _near(self, at: Spot) -> list[Message]:
        """What others have written there, in the channel above, and in the own conversation."""
        spots = dict.fromkeys((at, Spot(at.channel), Spot(self.hand.desk())))
        shown = (one for spot in spots for one in self.eyes.shown(spot))
        return [one for one in shown if one.user != self.hand.user.id]

    def _around(self, at: Spot) -> dict[int, str]:
        return {id(one): self.eyes.with_writer(one) for one in self._near(at)}

    async def _puts_away(self) -> None:
        """Close the form that is open, as whoever wants to write has to."""
        form = self._form()
        if form is not None:
            await form.put_away()
            await self.stage.rest()

    async def leave(self) -> None:
        if self.browser is not None:
            await self.browser.leave()
