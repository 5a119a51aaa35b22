"""What people do in the fake Teams, from the signed request to what they see of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.teams.connector import Connector
from bot.teams.received import Invoked, Received, map_at, text_at
from bot.teams.turns import Turns
from tests.fakes.teams.records import CARD, CONSENT, FILE, Json, Message
from tests.teams.specimens import CLAIM, card, line, posted
from tests.teams.transport import Transport, open_transport

OPEN: Json = {"type": "Action.Submit", "title": "Open", "data": {"msteams": {"type": "task/fetch"}}}
PLAIN: Json = {"type": "Action.Submit", "title": "Say it", "data": {"said": "it"}}
MORE: Json = {"type": "Action.OpenUrl", "title": "More", "url": "https://desk.example/more"}
TITLE: Json = {
    "type": "Input.Text",
    "id": "title",
    "label": "Title",
    "isRequired": True,
    "errorMessage": "Title: a few words",
    "maxLength": 9,
}
SEVERITY: Json = {
    "type": "Input.ChoiceSet",
    "id": "severity",
    "label": "How bad",
    "style": "expanded",
    "choices": [{"title": "Down · 15 min", "value": "down"}],
}
SEND: Json = {"type": "Action.Submit", "title": "Open case", "data": {"form": "open"}}


class Desk(Turns):
    """As small a desk as uses everything once."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector
        self.heard: list[str] = []
        self.last: Received | None = None

    async def said(self, one: Received) -> None:
        self.last = one
        if one.value:
            self.heard.append(f"pressed {dict(one.value)}")
        else:
            self.heard.append(f"said {text_at(one.raw, 'text')}")
            refresh = {"action": CLAIM, "userIds": [text_at(one.raw, "from", "id")]}
            buttons = {"type": "ActionSet", "actions": [CLAIM, OPEN, PLAIN, MORE]}
            board = card(line("a case"), buttons, refresh=refresh)
            await self.connector.post(one.at, posted(board))

    async def edited(self, one: Received) -> None:
        self.heard.append(f"edited {text_at(one.raw, 'channelData', 'eventType')}")

    async def deleted(self, one: Received) -> None:
        self.heard.append(f"deleted {text_at(one.raw, 'id')}")

    async def reacted(self, one: Received) -> None:
        self.heard.append("reacted" if "reactionsAdded" in one.raw else "unreacted")

    async def changed(self, one: Received) -> None:
        added = one.raw.get("membersAdded") or one.raw.get("membersRemoved")
        self.heard.append(f"members {added}")

    async def installed(self, one: Received) -> None:
        self.heard.append(f"installed {text_at(one.raw, 'action')}")

    async def invoked(self, one: Received) -> Invoked | None:
        self.last = one
        data = dict(map_at(one.value, "data"))
        match one.name:
            case "adaptiveCard/action":
                return await self.pressed(one)
            case "task/fetch" | "composeExtension/fetchTask":
                return Invoked({"task": {"type": "continue", "value": dialog()}})
            case "task/submit" | "composeExtension/submitAction" if data.get("title") == "again":
                return Invoked({"task": {"type": "continue", "value": dialog(line("no"))}})
            case "task/submit":
                return Invoked({"task": {"type": "message", "value": f"opened {data['title']}"}})
            case "composeExtension/submitAction":
                return Invoked()
            case "composeExtension/query":
                return Invoked({"composeExtension": {"type": "result", "attachments": []}})
            case "fileConsent/invoke":
                self.heard.append(f"file {text_at(one.value, 'action')}")
                return Invoked()
        return None

    async def pressed(self, one: Received) -> Invoked:
        trigger = text_at(one.value, "trigger")
        if trigger == "automatic":
            value: Any = card(line("yours"))
            return Invoked({"statusCode": 200, "type": CARD, "value": value})
        message_id = text_at(one.raw, "replyToId")
        await self.connector.update(one.at, message_id, posted(card(line("claimed"))))
        said = "application/vnd.microsoft.activity.message"
        return Invoked({"statusCode": 200, "type": said, "value": "It is yours"})


def dialog(*above: Json) -> Json:
    form = card(*above, TITLE, SEVERITY, actions=[SEND])
    return {"title": "A case", "card": {"contentType": CARD, "content": form}}


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Transport, Desk]]:
    async with open_transport() as made:
        made.bot = Desk(made.link.connector)
        yield made, made.bot


async def opened(made: Transport, place: str = "") -> Message:
    """Somebody says something, and has a card before them."""
    hand = made.hand("nora")
    await (hand.mentions("hello", place) if place else hand.says("hello"))
    return made.teams.messages(place or "nora")[-1]


async def test_a_chat_hears_everything_a_channel_only_what_names_the_app(
    desk: tuple[Transport, Desk],
) -> None:
    made, bot = desk
    await made.hand("nora").says("hello", delivered=2)
    await made.hand("nora").says("not for it", "support")
    await made.hand("nora").mentions("for it", "support")
    made.teams.places["lunch"].consent = True
    await made.hand("nils").says("heard by consent", "lunch")

    assert bot.heard == [
        "said hello",
        "said hello",
        "said <at>Partnerdesk</at> for it",
        "said heard by consent",
    ]
    assert bot.last is not None
    root = made.teams.messages("support")[-1]
    assert root.thread == made.teams.messages("support")[-2].id, "a reply stays in its thread"


async def test_a_press_changes_the_card_for_everybody(desk: tuple[Transport, Desk]) -> None:
    made, bot = desk
    message = await opened(made, "support")
    mei, nils = made.hand("mei"), made.hand("nils")

    answer = await mei.presses(message, "Claim")

    assert answer.status == 200
    assert mei.toasts == ["It is yours"]
    assert mei.reads(message) == nils.reads(message) == "claimed"
    assert bot.last is not None
    assert bot.last.value["action"]["data"] == {"case": 7}
    with pytest.raises(LookupError, match="no button 'Claim'"):
        await mei.presses(message, "Claim")


async def test_a_card_is_refreshed_for_those_whom_it_names(desk: tuple[Transport, Desk]) -> None:
    made, _ = desk
    message = await opened(made, "support")
    nora, nils = made.hand("nora"), made.hand("nils")
    assert await nils.looks(message) is None
    await nora.looks(message)
    assert nora.reads(message) == "yours"
    assert nils.reads(message) != "yours"


async def test_other_buttons_say_something_or_lead_somewhere(
    desk: tuple[Transport, Desk],
) -> None:
    made, bot = desk
    message = await opened(made)
    nora = made.hand("nora")
    await nora.presses(message, "Say it")
    await nora.press(message, MORE)
    assert bot.heard[-1] == "pressed {'said': 'it'}"
    assert nora.opened == ["https://desk.example/more"]


async def test_a_dialog_is_filled_in_sent_back_and_sent_again(
    desk: tuple[Transport, Desk],
) -> None:
    made, bot = desk
    message = await opened(made)
    nora = made.hand("nora")
    await nora.presses(message, "Open")
    assert nora.dialog is not None
    assert nora.dialog.title == "A case"
    with pytest.raises(AssertionError, match="Title"):
        await nora.submits()
    with pytest.raises(AssertionError, match="takes no more"):
        nora.fills("Title", "x" * 10)
    with pytest.raises(LookupError, match="no choice 'Up'"):
        nora.fills("How bad", "Up")

    nora.fills("Title", "again")
    nora.fills("How bad", "Down")
    await nora.submits()
    assert nora.dialog.typed == {"title": "again", "severity": "down"}
    nora.fills("Title", "a case")
    await nora.submits("Open case")
    assert nora.dialog.text == "opened a case"
    assert bot.last is not None
    assert bot.last.value["data"] == {"form": "open", "title": "a case", "severity": "down"}
    nora.closes()
    assert nora.dialog is None


async def test_the_extension_takes_a_message_along(desk: tuple[Transport, Desk]) -> None:
    made, bot = desk
    written = await made.hand("nils").says("it is <broken>", "support")
    nora = made.hand("nora")
    await nora.acts_on(written, "open")
    nora.fills("Title", "broken")
    await nora.submits()
    assert nora.dialog is None
    assert bot.last is not None
    payload = map_at(bot.last.value, "messagePayload")
    assert payload["from"]["user"]["displayName"] == "Nils Berg"
    assert payload["body"]["content"] == "<div>it is &lt;broken&gt;</div>"
    assert bot.last.value["data"]["title"] == "broken"

    await nora.composes("open")
    assert nora.dialog is not None
    answer = await nora.searches("find", "broken")
    assert answer.body == {"composeExtension": {"type": "result", "attachments": []}}


async def test_what_happens_to_messages_and_members_is_heard(
    desk: tuple[Transport, Desk],
) -> None:
    made, bot = desk
    nora, nils = made.hand("nora"), made.hand("nils")
    mine = await nora.says("hello")
    theirs = made.teams.messages("nora")[-1]
    bot.heard.clear()
    await nora.edits(mine, "hello there")
    await nora.deletes(mine)
    await nora.undeletes(mine)
    await nora.reacts(theirs, "like")
    await nora.reacts(theirs, "like", takes_off=True)
    await nora.reacts(mine, "like")
    await nils.leaves("support")
    await nils.joins("support")
    await nils.uninstalls("lunch")
    await nils.installs("lunch")
    nobody = made.teams.bot
    assert bot.heard == [
        "edited editMessage",
        f"deleted {mine.id}",
        "edited undeleteMessage",
        "reacted",
        "unreacted",
        f"members {[{'id': nils.user.id}]}",
        f"members {[{'id': nils.user.id}]}",
        "installed remove",
        f"members {[{'id': nobody}]}",
        "installed add",
        f"members {[{'id': nobody}]}",
    ]
    assert theirs.reactions == {"like": set()}


async def test_files_come_in_and_are_offered(desk: tuple[Transport, Desk]) -> None:
    made, bot = desk
    nora = made.hand("nora")
    await nora.says("look", attached=(("a.log", b"the log"),), pasted=(("p.png", b"png"),))
    assert bot.last is not None
    kinds = [one["contentType"] for one in bot.last.raw["attachments"]]
    assert kinds == [FILE, "image/*", "text/html"]
    url = bot.last.raw["attachments"][0]["content"]["downloadUrl"]
    found = [piece async for piece in made.link.transfer.download(url, 100)]
    assert found == [b"the log"]
    url = bot.last.raw["attachments"][1]["contentUrl"]
    assert [piece async for piece in made.link.transfer.download(url, 100)] == [b"png"]

    content = {"description": "", "sizeInBytes": 4, "acceptContext": 1, "declineContext": 2}
    offer = {"contentType": CONSENT, "name": "answer.txt", "content": content}
    at = bot.last.at
    await bot.connector.post(at, {"type": "message", "attachments": [offer]})
    offered = made.teams.messages("nora")[-1]
    await nora.accepts(offered)
    info = map_at(bot.last.value, "uploadInfo")

    async def content_of() -> AsyncIterator[bytes]:
        yield b"done"

    await made.link.transfer.upload(str(info["uploadUrl"]), content_of(), 4)
    assert made.teams.files[str(info["uniqueId"])].content == b"done"
    await nora.accepts(offered, agrees=False)
    assert bot.heard[-2:] == ["file accept", "file decline"]


async def test_an_app_that_was_removed_or_blocked_hears_nothing(
    desk: tuple[Transport, Desk],
) -> None:
    made, bot = desk
    nora = made.hand("nora")
    nora.blocks()
    await nora.says("hello")
    nora.unblocks()
    await nora.uninstalls()
    await nora.says("hello")
    assert bot.heard == ["installed remove"]


async def test_presses_at_the_same_moment_are_all_brought(desk: tuple[Transport, Desk]) -> None:
    made, _ = desk
    message = await opened(made, "support")
    mei, nils = made.hand("mei"), made.hand("nils")
    action = mei.card(message)["body"][1]["actions"][0]
    answers = await asyncio.gather(mei.press(message, action), nils.press(message, action, {}, 2))
    assert [one.status for answer in answers for one in answer] == [200] * 3


async def test_an_answer_that_never_comes_is_said(desk: tuple[Transport, Desk]) -> None:
    made, _ = desk
    message = await opened(made)
    made.bot, made.breaks = None, KeyError("a bug")
    nora = made.hand("nora")
    await nora.presses(message, "Claim")
    await nora.presses(message, "Open")
    assert nora.toasts == ["Something went wrong. Please try again."] * 2
