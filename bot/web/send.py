"""The desk's own messages in the web chat: posted, changed and taken away as on any platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from bot.platform import Address, Permanent, Retryable, Sent
from bot.web.conversations import DM, PLATFORM, channel_of, direct, of_channel
from bot.web.deps import Clock
from bot.web.live import Hub
from desk.errors import NotSaved
from desk.ports import Desk, UnitOfWork
from desk.records import ChatMessage
from handlers.views.cards import to_card
from handlers.views.codec import encode_card
from handlers.views.kinds import View

T = TypeVar("T")
_SOON = timedelta(seconds=2)


class WebPlatform:
    """The web chat as a platform. A message's id is its number in the chat.

    Where a message was sent to, `Sent.channel`, is a channel's name as in the roster, or
    "dm:PERSON": an `Address` takes either in its `channel`.
    """

    name = PLATFORM

    def __init__(self, desk: Desk, hub: Hub, clock: Clock) -> None:
        self._desk = desk
        self._hub = hub
        self._clock = clock

    async def post(self, to: Address, view: View, key: str) -> Sent:
        """Post `view`; a second post of the same `key` finds the first."""
        body = encode_card(to_card(view))

        async def work(uow: UnitOfWork) -> Sent:
            conversation = await _conversation(uow, to)
            message = ChatMessage(
                id=0,
                conversation=conversation,
                thread=await _thread(uow, conversation, to.thread),
                author_id="",
                kind="card",
                body=body,
                at=self._clock.now(),
                key=key,
            )
            stored = await uow.chat.add(message)
            return Sent(channel_of(stored.conversation), str(stored.id))

        return await self._commit(work)

    async def update(self, to: Address, message_id: str, view: View) -> None:
        """Make an earlier message show `view`; one that shows it already is left alone."""
        body = encode_card(to_card(view))

        async def work(uow: UnitOfWork) -> None:
            message = await _own(uow, message_id)
            if message.body != body:
                await uow.chat.change(message.id, self._clock.now(), body)

        await self._commit(work)

    async def delete(self, to: Address, message_id: str) -> None:
        """Take an earlier message away; its place says that it was deleted."""

        async def work(uow: UnitOfWork) -> None:
            message = await _own(uow, message_id)
            await uow.chat.change(message.id, self._clock.now(), None, deleted=True)

        await self._commit(work)

    async def _commit(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        try:
            done = await self._desk.run(work)
        except NotSaved as error:
            raise Retryable(str(error), _SOON) from error
        self._hub.wake()
        return done


async def _conversation(uow: UnitOfWork, to: Address) -> str:
    """The conversation that an address is; raises `Permanent` where there is none."""
    conversation = direct(to.user) if to.user else of_channel(to.channel)
    channel = channel_of(conversation)
    if not conversation.startswith(DM):
        place = await uow.people.place_at(PLATFORM, "", channel)
        if place is None:
            raise Permanent(
                f"The web chat has no channel {channel!r}.",
                "Name it in the roster's places, or correct its name there.",
            )
        if place.archived:
            raise Permanent(
                f"The channel {channel!r} is archived.",
                "Name another place in the roster, or take it out of the archive.",
            )
    elif await uow.people.person(to.user or conversation.removeprefix(DM)) is None:
        raise Permanent(
            "The web chat does not know this person.", "Add them to the roster, or correct the id."
        )
    return conversation


async def _thread(uow: UnitOfWork, conversation: str, thread: str) -> int | None:
    if not thread:
        return None
    root = await uow.chat.get(int(thread)) if thread.isdigit() else None
    if root is None or root.conversation != conversation or root.thread is not None:
        raise Permanent(f"There is no thread {thread!r} in {conversation}.")
    return root.id


async def _own(uow: UnitOfWork, message_id: str) -> ChatMessage:
    message = await uow.chat.get(int(message_id)) if message_id.isdigit() else None
    if message is None or message.author_id != "" or message.deleted_at is not None:
        raise Permanent("The message is not there any more.")
    return message
