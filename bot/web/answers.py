"""What comes back from the desk: into the conversation, to one person's page, or into a form."""

from __future__ import annotations

import json
from collections.abc import Sequence

import structlog
from aiohttp import web

from bot.web import render
from bot.web.conversations import Room
from bot.web.pages import MessageItem
from bot.web.visit import Visit
from desk.errors import NotSaved
from desk.ports import UnitOfWork
from desk.records import ChatMessage
from handlers.exchange import Answer, Audience, Inbound
from handlers.views.cards import to_card
from handlers.views.codec import encode_card
from handlers.views.vocabulary import Card

_log = structlog.get_logger(__name__)


def result(
    *,
    messages: Sequence[str] = (),
    form: str | None = None,
    accepted: bool = True,
    case: int | None = None,
    error: str | None = None,
    status: int = 200,
) -> web.Response:
    """The one shape in which the page's scripts are answered."""
    body = {
        "messages": list(messages),
        "form": form,
        "accepted": accepted,
        "case": case,
        "error": error,
    }
    return web.json_response(
        body, status=status, dumps=lambda data: json.dumps(data, ensure_ascii=False)
    )


async def hand_in(here: Visit, inbound: Inbound) -> Answer:
    """Hand an event to the desk; what waits for its commit is woken."""
    answer = await here.deps.router.handle(inbound, here.now)
    here.deps.wake()
    if answer.case_id is not None:
        here.deps.hub.touched(here.person.id, answer.case_id)
    return answer


async def tell(here: Visit, room: Room, inbound: Inbound, answer: Answer) -> web.Response:
    """Bring the replies to where they belong, and the rest to the page that asked."""
    form: str | None = None
    kept: list[Card] = []
    whispered: list[Card] = []
    for reply in answer.replies:
        card = to_card(reply.view)
        if render.has_form(card):
            form = render.form(here.viewer, card, here.now)
        elif card.about == "sign_in":
            # A secret is shown, not kept.
            whispered.append(card)
        elif reply.audience is Audience.HERE or room.is_direct:
            kept.append(card)
        else:
            whispered.append(card)
    if kept and not await _keep(here, room, inbound, kept):
        # What was done is done; only its answer could not be kept in the conversation.
        whispered = kept + whispered
    return result(
        messages=[_only_you(here, card, n) for n, card in enumerate(whispered)],
        form=form,
        accepted=answer.accepted,
        case=answer.case_id,
    )


async def _keep(here: Visit, room: Room, inbound: Inbound, cards: Sequence[Card]) -> bool:
    thread = int(inbound.where.thread) if inbound.where.thread else None

    async def add(uow: UnitOfWork) -> None:
        for n, card in enumerate(cards):
            await uow.chat.add(
                ChatMessage(
                    id=0,
                    conversation=room.conversation,
                    thread=thread,
                    author_id="",
                    kind="card",
                    body=encode_card(card),
                    at=here.now,
                    key=f"answer:{inbound.event_id}:{n}",
                )
            )

    try:
        await here.deps.desk.run(add)
    except NotSaved as error:
        _log.warning("web.answer.not_saved", event_id=inbound.event_id, reason=str(error))
        return False
    here.deps.hub.wake()
    return True


def _only_you(here: Visit, card: Card, n: int) -> str:
    item = MessageItem(
        id=f"only-{int(here.now.timestamp() * 1000)}-{n}",
        author="Partnerdesk",
        at=here.now,
        card=card,
        only_you=True,
    )
    return render.message(here.viewer, item, here.now)
