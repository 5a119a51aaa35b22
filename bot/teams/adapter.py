"""Turns of botbuilder over our own wire and Connector.

Its own adapters answer 500 to every invoke with a body, ask for a new token at every turn, hold the
loop up meanwhile, and swallow what goes wrong. Of botbuilder this takes what describes an activity
and tells one kind from the other; only this file and `turns` import it, and only a desk that is
connected to Teams imports them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from botbuilder.core import Bot, BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
    ResourceResponse,
)

from bot.teams.connector import Connector
from bot.teams.deps import CHANNEL
from bot.teams.received import Conversation, Invoked, Payload, Received, text_at

_RECEIVED = "partnerdesk.received"
# A trace is for an emulator, a delay for nobody: Teams takes neither.
_UNSAID = frozenset({ActivityTypes.trace, "delay"})


class Adapter(BotAdapter):
    """Carries activities to a bot and what it sends to the Connector; raises what that raises.

    It has no handler for errors: with one, botbuilder would tell whoever waits for a message to be
    sent that it was.
    """

    def __init__(self, connector: Connector) -> None:
        super().__init__()
        self._connector = connector

    async def turn(self, received: Received, bot: Bot) -> Invoked | None:
        """Let `bot` take an activity; returns its answer to an invoke."""
        context = TurnContext(self, _outline(received))
        context.turn_state[_RECEIVED] = received
        await self.run_pipeline(context, bot.on_turn)
        answer = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
        if answer is None:
            return None
        # Its serializer was meant for models; ours are plain already.
        response: InvokeResponse = answer.value
        return Invoked(response.body, int(response.status))

    async def speak(
        self, at: Conversation, logic: Callable[[TurnContext], Awaitable[None]]
    ) -> None:
        """Let `logic` send into a conversation in which nobody has just said anything."""
        reference = ConversationReference(
            channel_id=CHANNEL,
            service_url=at.service_url,
            conversation=ConversationAccount(id=at.id),
        )
        # What botbuilder makes of it pretends to answer a message that never was.
        activity = Activity(type=ActivityTypes.event, channel_id=CHANNEL)
        TurnContext.apply_conversation_reference(activity, reference, is_incoming=True)
        context = TurnContext(self, activity)
        context.turn_state[_RECEIVED] = Received({"channelData": {"tenant": {"id": at.tenant}}})
        await self.run_pipeline(context, logic)

    # --- what botbuilder asks of an adapter -------------------------------------------------------

    async def send_activities(
        self, context: TurnContext, activities: Sequence[Activity]
    ) -> list[ResourceResponse]:
        """Send one after the other, so that they stand in their order."""
        return [await self._send(context, one) for one in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Make a message another."""
        await self._connector.update(_at(context, activity), activity.id, activity.serialize())
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take a message away."""
        await self._connector.delete(_at(context, reference), reference.activity_id)

    async def _send(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ResourceResponse()
        if activity.type in _UNSAID:
            return ResourceResponse()
        at, plain = _at(context, activity), activity.serialize()
        if activity.reply_to_id:
            return ResourceResponse(id=await self._connector.reply(at, activity.reply_to_id, plain))
        return ResourceResponse(id=await self._connector.post(at, plain))


def received(context: TurnContext) -> Received:
    """The activity of a turn as it came: botbuilder's model loses what it does not know."""
    found: Received = context.turn_state[_RECEIVED]
    return found


def _outline(one: Received) -> Activity:
    """As much of an activity as botbuilder needs to tell it apart and to answer.

    Reading the whole would cost more than everything else in a turn, and would refuse a message
    because of a field that nobody looks at.
    """
    raw = one.raw
    return Activity(
        type=one.type,
        id=text_at(raw, "id") or None,
        name=one.name or None,
        action=text_at(raw, "action") or None,
        text=text_at(raw, "text"),
        value=raw.get("value"),
        locale=text_at(raw, "locale") or None,
        channel_id=one.channel,
        service_url=one.at.service_url,
        conversation=ConversationAccount(id=one.at.id, tenant_id=one.tenant),
        from_property=_account(raw, "from"),
        recipient=_account(raw, "recipient"),
        reply_to_id=text_at(raw, "replyToId") or None,
        channel_data=raw.get("channelData"),
    )


def _account(raw: Payload, name: str) -> ChannelAccount:
    aad = text_at(raw, name, "aadObjectId") or None
    return ChannelAccount(
        id=text_at(raw, name, "id"), name=text_at(raw, name, "name"), aad_object_id=aad
    )


def _at(context: TurnContext, one: Activity | ConversationReference) -> Conversation:
    return Conversation(one.service_url, one.conversation.id, received(context).tenant)
