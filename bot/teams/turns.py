"""What happens in Teams, a method a kind, everything as it came."""

from __future__ import annotations

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler

from bot.teams.adapter import received
from bot.teams.received import Invoked, Received


class Turns(TeamsActivityHandler):
    """Tells the kinds of activities apart; whoever listens overrides what it cares for.

    botbuilder would read the values of invokes into models that lose fields and choke on others,
    ask the Connector for each member who comes, and greet the bot itself.
    """

    async def said(self, one: Received) -> None:
        """Somebody wrote a message, or pressed a button that sends one."""

    async def edited(self, one: Received) -> None:
        """Somebody changed a message, or brought a deleted one back."""

    async def deleted(self, one: Received) -> None:
        """Somebody took a message away."""

    async def reacted(self, one: Received) -> None:
        """Somebody put an emoji to a message, or took it off."""

    async def changed(self, one: Received) -> None:
        """Members, teams or channels came, went, or have another name."""

    async def installed(self, one: Received) -> None:
        """The app was put somewhere, brought up to date, or removed."""

    async def invoked(self, one: Received) -> Invoked | None:
        """Something that is answered at once; None where nobody knows of it."""

    # --- as botbuilder calls them -----------------------------------------------------------------

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await self.said(received(turn_context))

    async def on_message_update_activity(self, turn_context: TurnContext) -> None:
        await self.edited(received(turn_context))

    async def on_message_delete_activity(self, turn_context: TurnContext) -> None:
        await self.deleted(received(turn_context))

    async def on_message_reaction_activity(self, turn_context: TurnContext) -> None:
        await self.reacted(received(turn_context))

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        await self.changed(received(turn_context))

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        await self.installed(received(turn_context))

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse | None:
        answer = await self.invoked(received(turn_context))
        return None if answer is None else InvokeResponse(status=answer.status, body=answer.body)

    async def on_event_activity(self, turn_context: TurnContext) -> None:
        """Meetings and receipts are nothing to a desk."""
