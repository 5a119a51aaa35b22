"""Somebody in Teams: reads what Teams shows them, and does there what the story says."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.fakes.teams import Hand, Message, Place, reading
from tests.fakes.teams.delivery import Answered
from tests.fakes.teams.records import CONSENT, FILE, Json
from tests.stories.stage import DESK, FORM, Button, CannotSee, File, Nothing
from tests.stories.teams_form import TeamsForm
from tests.stories.web_person import WebFile, WebPerson

if TYPE_CHECKING:
    from tests.stories.teams_stage import TeamsStage

# What the manifest calls the actions on a message.
EXTENSION = {"Send to partner": "sendToPartner"}
# Where others write a command with a slash, one calls the desk by its name.
COMMANDS = {"/case": "open a case"}
_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(([^)\s]*)\)")


@dataclass(frozen=True)
class Spot:
    """A conversation; or the thread under one of its messages, about a case."""

    place: Place
    thread: str = ""
    number: str = ""


@dataclass(frozen=True)
class TeamsButton:
    """A button on a message as it was when somebody saw it."""

    person: TeamsPerson
    spot: Spot
    message: Message
    action: Json

    @property
    def asks(self) -> str:
        return str(self.action["data"].get("ask", {}).get("question", ""))

    async def pressed(self, *, delivered: int = 1) -> str:
        self.person.pressed = self
        return await self.person.acts(partial(self._press, delivered), self.spot)

    async def _press(self, delivered: int) -> list[Answered]:
        hand = self.person.hand
        answers = await hand.press(self.message, self.action, {}, delivered)
        if self.asks and hand.dialog is not None and reading.buttons(hand.dialog.card):
            answers = await hand.submits(self.action["data"]["ask"]["yes"])
        return answers


@dataclass(frozen=True)
class TeamsExtension:
    """An action of the app in the menu of a message."""

    person: TeamsPerson
    spot: Spot
    message: Message
    command: str
    asks: str = ""

    async def pressed(self, *, delivered: int = 1) -> str:
        assert delivered == 1, "nobody presses it twice in these stories"

        async def act() -> list[Answered]:
            return [await self.person.hand.acts_on(self.message, self.command)]

        return await self.person.acts(act, self.spot)


@dataclass(frozen=True)
class TeamsFile:
    """A file that somebody was shown: offered, linked to, or in Teams itself; `about` a case."""

    name: str
    about: str
    place: Place
    offer: Message | None = None
    url: str = ""
    key: str = ""


class TeamsPerson:
    """Implements `stage.Person`."""

    def __init__(self, stage: TeamsStage, key: str, hand: Hand) -> None:
        self.stage = stage
        self.key = key
        self.hand = hand
        self.name = hand.user.name
        self.teams = hand.teams
        self.carried: list[tuple[str, bytes]] = []
        self.form: TeamsForm | None = None
        self.asked_at: Spot | None = None
        self.pressed: TeamsButton | None = None
        self.browser: WebPerson | None = None

    # --- what there is to be seen -----------------------------------------------------------------

    def _channels(self) -> list[Place]:
        """Where this person is a member, without chats."""
        every = self.teams.places.values()
        return [one for one in every if one.kind == "channel" and self.hand.user.id in one.members]

    def _at(self, place: str) -> Spot:
        if place == DESK:
            return Spot(self.hand.chat)
        if place.startswith("#"):
            for channel in self._channels():
                if channel.name == place.lstrip("#"):
                    return Spot(channel)
            raise CannotSee(place)
        return self._thread(place)

    def _thread(self, number: str) -> Spot:
        """What stands under a case's card, wherever this person sees that card."""
        for place in (*self._channels(), self.hand.chat):
            for message in place.messages:
                root = message.by_app and not message.deleted and not message.thread
                if root and self._about(message, number):
                    return Spot(place, message.id, number)
        raise CannotSee(number)

    def _about(self, message: Message, number: str) -> bool:
        """Whether a message's first line names the case."""
        first = self._text(message).partition("\n")[0]
        return number in first.replace(":", " ").replace(",", " ").split()

    def _shown(self, spot: Spot) -> list[Message]:
        """The messages that stand there, the oldest first; a chat is one line for all cases."""
        found = [one for one in spot.place.messages if not one.deleted]
        if not spot.thread:
            inside = spot.place.kind == "channel"
            return [one for one in found if not (inside and one.thread)]
        return [
            one
            for one in found
            if spot.thread in {one.id, one.thread}
            or (spot.place is self.hand.chat and one.by_app and self._about(one, spot.number))
        ]

    def _text(self, message: Message) -> str:
        card = self.hand.card(message)
        lines = [reading.shown(card) or message.text]
        for one in (*message.attachments, *message.shared):
            lines += [f"📎 {one['name']}"] if one.get("name") else []
        text = "\n".join(line for line in lines if line)
        for entity in card.get("msteams", {}).get("entities", ()):
            text = text.replace(entity["text"], f"@{entity['mentioned']['name']}")
        return text

    def _with_writer(self, message: Message) -> str:
        edited = " (edited)" if message.edited else ""
        return f"{self.teams.name_of(message.author)}: {self._text(message)}{edited}"

    async def sees(self, place: str = DESK) -> str:
        form = self._form()
        if place == FORM:
            if form is None:
                raise CannotSee("no dialog is open")
            return form.text()
        spot = self._at(place)
        lines = [self._with_writer(one) for one in self._shown(spot)]
        if form is not None and self.asked_at == spot:
            # What came of a dialog stays in front of it until it is put away.
            lines.append(form.text())
        return "\n".join(lines)

    def _form(self) -> TeamsForm | None:
        dialog = self.hand.dialog
        if dialog is None:
            self.form = None
        elif self.form is None or self.form.dialog is not dialog:
            self.form = TeamsForm(self.hand, dialog)
        return self.form

    # --- what people do ---------------------------------------------------------------------------

    async def says(self, words: str, at: str = DESK, *, delivered: int = 1) -> str:
        spot = self._at(at)
        self._puts_away()
        before = self._fresh_in(spot)
        said = await self.acts(partial(self._write, words, spot, delivered), spot)
        fresh = [one for key, one in self._fresh_in(spot).items() if key not in before]
        offer = self._offer(fresh)
        # Teams opens a dialog after a press alone: what was asked for is offered by a button.
        return said if offer is None else await TeamsButton(self, spot, *offer).pressed()

    async def _write(self, words: str, spot: Spot, delivered: int) -> list[Answered]:
        attached = tuple(self.carried)
        self.carried.clear()
        commanding = words.startswith("/")
        text = COMMANDS.get(words, words.removeprefix("/desk ")) if commanding else words
        # Without its owner's consent a channel hears nothing that does not name the desk.
        place = spot.place
        deaf = place.kind == "channel" and not place.consent and bool(spot.thread)
        await self.hand.says(
            text, _key(self.teams.places, place), spot.thread, attached=attached,
            mentioning=deaf or (commanding and place.kind == "channel"), delivered=delivered,
        )  # fmt: skip
        return []

    def _fresh_in(self, spot: Spot) -> dict[str, Message]:
        """What the desk has written there, or to this person alone."""
        found = [*spot.place.messages, *self.hand.chat.messages]
        return {one.id: one for one in found if one.by_app and not one.deleted}

    def _offer(self, fresh: list[Message]) -> tuple[Message, Json] | None:
        """The one button of an answer that is nothing but the offer of a form."""
        for message in fresh:
            found = reading.buttons(self.hand.card(message))
            if len(found) == 1 and found[0][1].get("style") == "positive":
                return message, found[0][1]
        return None

    async def attaches(self, name: str, content: bytes) -> None:
        self.carried.append((name, content))

    async def finds(self, label: str, on: str = "", at: str = "", beside: str = "") -> Button:
        command = EXTENSION.get(label) if beside else None
        for spot, message in self._before(on, at):
            # All of a case's thread is about the case.
            if on and not at and not spot.thread and not self._about(message, on):
                continue
            if beside and beside not in self._text(message):
                continue
            if command is not None:
                return TeamsExtension(self, spot, message, command)
            for words, action in reading.buttons(self.hand.card(message)):
                if words == label:
                    return TeamsButton(self, spot, message, action)
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
                spots += [Spot(thread.place), thread]
        if not at:
            spots += [Spot(self.hand.chat), *(Spot(one) for one in self._channels())]
        for spot in dict.fromkeys((one.place.id, one.thread) for one in spots):
            where = next(one for one in spots if (one.place.id, one.thread) == spot)
            for message in reversed(self._shown(where)):
                yield where, message

    async def presses(self, label: str, on: str = "", at: str = "", beside: str = "") -> str:
        return await (await self.finds(label, on, at, beside)).pressed()

    async def fills(self, fields: Mapping[str, str], then: str, *, delivered: int = 1) -> str:
        form = self._form()
        if form is None:
            raise Nothing("no dialog is open")
        form.fill(fields)
        form.sends(then)
        refused = form.refused()
        if refused:
            return "\n".join(refused)
        assert self.asked_at is not None
        if self.carried and self.asked_at.place is not self.hand.chat:
            return await self._fills_in_the_web_chat(fields, then)
        answer = await self.acts(partial(self.hand.submits, then, delivered), self.asked_at)
        if self.carried:
            # A dialog takes no files: they follow in the case's conversation.
            found = re.search(r"C-\d+", answer)
            assert found is not None, answer
            answer = f"{answer}\n{await self.says('', at=found[0])}"
        return answer

    async def _fills_in_the_web_chat(self, fields: Mapping[str, str], then: str) -> str:
        """A dialog takes no files, and of those in a channel the desk is not told."""
        assert self.pressed is not None
        found = re.search(r"C-\d+", self._text(self.pressed.message))
        assert found is not None
        self._puts_away()
        browser = await self._browses()
        await browser.says(found[0])
        await browser.presses(str(self.pressed.action["title"]), on=found[0])
        browser.carried = [*self.carried]
        self.carried.clear()
        return await browser.fills(fields, then)

    async def edits(self, words: str, to: str, at: str) -> str:
        return await self._change(words, at, lambda own: self.hand.edits(own, to))

    async def deletes(self, words: str, at: str) -> str:
        return await self._change(words, at, self.hand.deletes)

    async def _change(
        self, words: str, at: str, change: Callable[[Message], Awaitable[None]]
    ) -> str:
        spot = self._at(at)
        for own in reversed(self._shown(spot)):
            if own.author == self.hand.user.id and words in own.text:

                async def act(own: Message = own) -> list[Answered]:
                    await change(own)
                    return []

                return await self.acts(act, spot)
        raise Nothing(f"{self.name} has no message with {words!r} in: {await self.sees(at)}")

    # --- files ------------------------------------------------------------------------------------

    async def finds_file(self, name: str, at: str) -> File:
        spot = self._at(at)
        # What is offered in the own chat stands below the message that it belongs to.
        offers = [one for one in spot.place.messages if spot.place is self.hand.chat]
        for message in (*reversed(self._shown(spot)), *reversed(offers)):
            for one in (*message.attachments, *message.shared):
                if one.get("name") != name:
                    continue
                if one["contentType"] == CONSENT:
                    return TeamsFile(name, at, spot.place, offer=message)
                if one["contentType"] == FILE:
                    return TeamsFile(name, at, spot.place, key=one["content"]["uniqueId"])
            url = self._link_of(name, message)
            if url and spot.place is not self.hand.chat:
                return TeamsFile(name, at, spot.place, url=url)
        raise Nothing(f"no file {name!r} in: {await self.sees(at)}")

    def _links(self, message: Message) -> Iterator[tuple[str, str]]:
        """Where the words of a card lead."""
        card = self.hand.card(message)
        for words, action in reading.buttons(card):
            if action["type"] == "Action.OpenUrl":
                yield words, action["url"]
        for marked in _texts(card):
            for words, url in _LINK.findall(marked):
                yield reading.plain(words), url

    def _link_of(self, name: str, message: Message) -> str:
        """Where the link beside a file's name leads, "" where it is not named."""
        for row in _rows(self.hand.card(message)):
            if f"📎 {name} (" in reading.shown(row):
                (_, url), *_ = _LINK.findall(" ".join(_texts(row)))
                return str(url)
        return ""

    async def fetches(self, file: File) -> bytes | None:
        assert isinstance(file, TeamsFile)
        inside = self.hand.user.id in file.place.members
        if file.key:
            # Teams shows it to its members, and to nobody else; the desk may know better.
            if inside:
                return self.teams.files[file.key].content
        elif file.offer is not None and inside:
            return await self._accepts(file.offer, file.name)
        return await self._from_the_desk(file)

    async def _accepts(self, offer: Message, name: str) -> bytes | None:
        async def act() -> list[Answered]:
            return [await self.hand.accepts(offer)]

        await self.acts(act, Spot(self.hand.chat))
        put = [one for one in self.teams.files.values() if one.name == name and one.ready]
        return put[-1].content if put else None

    async def _from_the_desk(self, file: TeamsFile) -> bytes | None:
        """Follow the file's link into the web chat, or ask the desk about the case for one."""
        url = file.url
        if not url:
            fresh = await self._asks(f"timeline {file.about}")
            url = next(filter(None, (self._link_of(file.name, one) for one in fresh)), "")
        if not url:
            return None
        browser = await self._browses()
        return await browser.fetches(WebFile(file.name, url))

    async def _browses(self) -> WebPerson:
        if self.browser is None:
            self.browser = WebPerson(self.stage, self.key)
            await self.browser.sign_in()
        return self.browser

    async def asks_the_way(self) -> str:
        """The secret of the link by which the desk lets this person into the web chat."""
        fresh = await self._asks("sign in")
        urls = (url for one in fresh for words, url in self._links(one) if words == "Sign in")
        return next(urls).rpartition("/")[2]

    async def _asks(self, words: str) -> list[Message]:
        """What the desk answers in the own chat."""
        desk = self._at(DESK)
        before = self._fresh_in(desk)
        await self.says(words)
        return [one for key, one in self._fresh_in(desk).items() if key not in before]

    # --- acting, and being answered ---------------------------------------------------------------

    async def acts(self, act: Callable[[], Awaitable[list[Answered]]], at: Spot) -> str:
        """Do something, and return everything new that is to be read for it."""
        form = self._form()
        if form is not None and not form.can_be_filled:
            # It said what came of it, and was read.
            self._puts_away()
            form = None
        before, told = self._around(at), len(self.hand.toasts)
        asked = form.text() if form is not None else ""
        answers = await act()
        # What a press is answered with makes way for what everybody sees afterwards.
        at_once = self._around(at)
        await self.stage.rest()
        now = self._around(at)
        said = [text for key, text in at_once.items() if before.get(key) != text]
        said += [text for key, text in now.items() if at_once.get(key) != text]
        said += self.hand.toasts[told:]
        said += [text for one in answers for text in _in_dialog(one)]
        shown = self._form()
        if shown is not None and shown.text() != asked:
            if form is None or shown.dialog is not form.dialog:
                self.asked_at = self.asked_at if form is not None else at
            said.append(shown.text())
        return "\n".join(said)

    def _around(self, at: Spot) -> dict[str, str]:
        """What others have written there, in the channel above, and in the own chat."""
        spots = (at, Spot(at.place), Spot(self.hand.chat))
        shown = (one for spot in spots for one in self._shown(spot))
        return {one.id: self._with_writer(one) for one in shown if one.author != self.hand.user.id}

    def _puts_away(self) -> None:
        """Close the dialog that is open, as whoever wants to write has to."""
        if self.hand.dialog is not None:
            self.hand.closes()

    async def leave(self) -> None:
        if self.browser is not None:
            await self.browser.leave()


def _in_dialog(answered: Answered) -> Iterator[str]:
    """What a dialog was answered with, also where a later answer took its place."""
    task = answered.body.get("task") or {}
    if task.get("type") == "message":
        yield str(task["value"])
    elif task:
        yield f"{task['value']['title']}\n{reading.shown(task['value']['card']['content'])}"


def _key(places: Mapping[str, Place], wanted: Place) -> str:
    return next(key for key, one in places.items() if one is wanted)


def _rows(drawn: object) -> Iterator[Json]:
    """Every line that has a link beside it."""
    if isinstance(drawn, list):
        for one in drawn:
            yield from _rows(one)
    elif isinstance(drawn, dict):
        if drawn.get("type") == "ColumnSet":
            yield drawn
        for one in drawn.values():
            yield from _rows(one)


def _texts(drawn: object) -> Iterator[str]:
    """Every text that may be Markdown."""
    if isinstance(drawn, list):
        for one in drawn:
            yield from _texts(one)
    elif isinstance(drawn, dict):
        if drawn.get("type") == "TextBlock":
            yield drawn["text"]
        for one in drawn.values():
            yield from _texts(one)
