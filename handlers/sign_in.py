"""A personal one-time link into the web chat, for whoever asks the desk in a direct message."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from desk.errors import Refusal
from desk.ports import UnitOfWork
from desk.records import SignInLink
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.intents import AskSignIn
from handlers.views.kinds import SignInView

LINK_LIVES = timedelta(minutes=15)


async def new_link(uow: UnitOfWork, person_id: str, now: datetime) -> str:
    """Make a one-time link for a person and return its secret, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    await uow.notes.add_link(SignInLink(hashed(token), person_id, now + LINK_LIVES))
    return token


def hashed(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


async def handle(ctx: Context, intent: AskSignIn) -> Answer:
    """The link, for this very person; others must not read along."""
    if not ctx.where.direct:
        raise Refusal(
            code="sign_in.public",
            what="No link was made here, because others read this channel.",
            next_step="Write to the desk directly and ask again.",
        )
    if not ctx.public_url:
        raise Refusal(
            code="sign_in.nowhere",
            what="No link was made: the desk does not know the address of its web chat.",
            next_step="Ask an operator of the desk to set its public address.",
        )
    token = await new_link(ctx.uow, ctx.person.id, ctx.now)
    return answer(SignInView(f"{ctx.public_url}/signin/{token}", ctx.now + LINK_LIVES))
