"""Turns of botbuilder over our wire: what comes in is told apart, what goes out is sent or said."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from botbuilder.core import CardFactory, MessageFactory, TurnContext
from botbuilder.schema import Activity

from bot.teams.adapter import Adapter, received
from bot.teams.errors import Busy, Closed
from bot.teams.received import Conversation, Invoked, Received
from bot.teams.turns import Turns
from tests.fakes.teams.records import Json
from tests.teams.specimens import CLAIM, card, line
from tests.teams.transport import Transport

CARD: Json = card(line("a card"), {"type": "ActionSet", "actions": [CLAIM]})


class Listening(Turns):
    """A bot that writes down what it hears, and does what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Received]] = []
        self.answer: Invoked | None = None

    async def said(self, one: Received) -> None:
        self.heard.append(("said", one))

    async def edited(self, one: Received) -> None:
        self.heard.append(("edited", one))

    async def deleted(self, one: Received) -> None:
        self.heard.append(("deleted", one))

    async def reacted(self, one: Received) -> None:
        self.heard.append(("reacted", one))

    async def changed(self, one: Received) -> None:
        self.heard.append(("changed", one))

    async def installed(self, one: Received) -> None:
        self.heard.append(("installed", one))

    async def invoked(self, one: Received) -> Invoked | None:
        self.heard.append(("invoked", one))
        return self.answer


def adapter(transport: Transport) -> Adapter:
    return Adapter(transport.link.connector)


def happened(transport: Transport, kind: str, **more: Any) -> Received:
    return Received({**transport.message(), "type": kind, **more})


@pytest.mark.parametrize(
    ("kind", "more", "heard"),
    [
        ("message", {}, ["said"]),
        ("messageUpdate", {"channelData": {"eventType": "editMessage"}}, ["edited"]),
        ("messageUpdate", {"channelData": {"eventType": "undeleteMessage"}}, ["edited"]),
        ("messageDelete", {"channelData": {"eventType": "softDeleteMessage"}}, ["deleted"]),
        ("messageReaction", {"reactionsAdded": [{"type": "like"}]}, ["reacted"]),
        ("conversationUpdate", {"membersAdded": [{"id": "29:1x"}]}, ["changed"]),
        ("conversationUpdate", {"membersAdded": [{"id": "28:the-bot"}]}, ["changed"]),
        ("conversationUpdate", {"channelData": {"eventType": "channelCreated"}}, ["changed"]),
        ("conversationUpdate", {"channelData": {"team": "no team"}}, ["changed"]),
        ("installationUpdate", {"action": "add"}, ["installed"]),
        ("installationUpdate", {"action": "remove"}, ["installed"]),
        ("event", {"name": "application/vnd.microsoft.meetingStart"}, []),
        ("typing", {}, []),
        ("endOfConversation", {}, []),
        ("neverHeardOf", {}, []),
    ],
)
async def test_each_kind_is_heard_once_and_as_it_came(
    transport: Transport, kind: str, more: Json, heard: list[str]
) -> None:
    one, bot = happened(transport, kind, **more), Listening()

    assert await adapter(transport).turn(one, bot) is None

    assert [name for name, _ in bot.heard] == heard
    assert all(found is one for _, found in bot.heard)
    assert transport.teams.calls == [], "nobody was asked for anything"


@pytest.mark.parametrize(
    "value",
    [
        {"action": {"type": "Action.Execute", "verb": "x", "data": {"a": 1}}, "trigger": "manual"},
        {"data": {"a": 1}, "context": {"theme": "dark"}},
        {"commandId": "open", "messagePayload": {"id": "1", "body": {"content": "<p>"}}},
        [],
        ["a list"],
        "a text",
        7,
        None,
    ],
)
@pytest.mark.parametrize(
    "name",
    ["adaptiveCard/action", "task/fetch", "composeExtension/submitAction", "fileConsent/invoke",
     "signin/verifyState", "", None],
)  # fmt: skip
async def test_an_invoke_of_any_shape_arrives_whole_and_its_answer_goes_back(
    transport: Transport, name: str | None, value: Any
) -> None:
    bot = Listening()
    bot.answer = Invoked({"statusCode": 200, "value": CARD}, 200)
    one = happened(transport, "invoke", name=name, value=value)

    assert await adapter(transport).turn(one, bot) == bot.answer

    assert bot.heard[0][1].raw["value"] == value
    bot.answer = None
    assert await adapter(transport).turn(one, bot) is None
    bot.answer = Invoked(None, 412)
    assert await adapter(transport).turn(one, bot) == bot.answer


@pytest.mark.parametrize(
    "more",
    [
        {"timestamp": "2026-W10-5"},
        {"conversation": {"id": "a:1", "isGroup": "perhaps"}},
        {"attachments": [{"name": {"a": "b"}}], "suggestedActions": "x", "relatesTo": 7},
        {"from": {"id": {"a": 1}}, "recipient": None},
    ],
)
async def test_a_field_that_nobody_looks_at_loses_no_message(
    transport: Transport, more: Json
) -> None:
    bot = Listening()
    await adapter(transport).turn(happened(transport, "message", **more), bot)
    assert [name for name, _ in bot.heard] == ["said"]


class Talking(Turns):
    """A bot that talks as botbuilder's samples do."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity("hello")
        card = MessageFactory.attachment(CardFactory.adaptive_card(CARD))
        answer = await turn_context.send_activity(card)
        change = MessageFactory.text("changed")
        change.id = answer.id
        await turn_context.update_activity(change)
        gone = await turn_context.send_activity("gone")
        await turn_context.delete_activity(gone.id)
        await turn_context.send_activities(
            [Activity(type="trace"), Activity(type="delay", value=1), Activity(type="typing")]
        )
        assert received(turn_context).tenant


async def test_what_a_bot_sends_in_its_turn_is_sent(transport: Transport) -> None:
    one = Received(transport.message())

    assert await adapter(transport).turn(one, Talking()) is None

    assert transport.teams.texts("nora") == ["hello", "changed"]
    sent = [body["body"] for what, body in transport.teams.calls if what == "reply"]
    assert sent[1]["attachments"][0]["content"] == CARD
    assert sent[0]["replyToId"] == one.raw["id"]


async def test_a_bot_asked_to_hand_its_messages_back_sends_them_all_the_same(
    transport: Transport,
) -> None:
    await adapter(transport).turn(
        Received(transport.message(deliveryMode="expectReplies")), Talking()
    )
    assert transport.teams.texts("nora") == ["hello", "changed"]


async def test_a_message_that_cannot_be_sent_is_known_to_whoever_waits(
    transport: Transport,
) -> None:
    transport.teams.places["nora"].blocked = True
    with pytest.raises(Closed):
        await adapter(transport).turn(Received(transport.message()), Talking())

    async def hello(context: TurnContext) -> None:
        await context.send_activity("hello")

    place = transport.teams.places["nora"]
    at = Conversation(transport.teams.service_url, place.id, place.tenant)
    with pytest.raises(Closed):
        await adapter(transport).speak(at, hello)

    place.blocked = False
    transport.teams.unkind.fails("post", 429, wait="9")
    with pytest.raises(Busy):
        await adapter(transport).speak(at, hello)
    transport.later(seconds=10)
    await adapter(transport).speak(at, hello)
    assert transport.teams.texts("nora") == ["hello"]


async def test_who_speaks_unasked_answers_no_message(transport: Transport) -> None:
    channel = transport.teams.places["support"]
    at = Conversation(transport.teams.service_url, channel.id, channel.tenant)
    thread, root = await transport.link.connector.start_thread(at, {"type": "message", "text": "1"})

    async def hello(context: TurnContext) -> None:
        await context.send_activity("2")

    await adapter(transport).speak(thread, hello)

    assert [one.text for one in transport.teams.messages("support", thread=root)] == ["1", "2"]
    what, call = transport.teams.calls[-1]
    assert what == "post"
    assert "replyToId" not in call["body"]


def test_only_a_desk_with_teams_pays_for_botbuilder() -> None:
    code = (
        "import sys; import bot.teams.wire, bot.teams.link, bot.teams.connector; "
        "sys.exit(any(one.split('.')[0] in {'botbuilder', 'botframework', 'msrest'}"
        " for one in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
