"""What is written in a case's threads, and what becomes of it when it is edited or deleted."""

from __future__ import annotations

from dataclasses import replace

from desk import verbs
from desk.case import Case, State, Verb, check
from desk.errors import NotAllowed, Refusal, Stale
from desk.notices import Side
from desk.records import Message
from handlers import announce
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.fields import TEXT, fault_of
from handlers.intents import Begin, DeleteMessage, EditMessage, Say
from handlers.views.kinds import DoneView
from handlers.views.vocabulary import Button


async def handle(ctx: Context, intent: Say) -> Answer:
    """A message in a thread: the partner's reaches the engineers, theirs stays inside.

    What somebody of the vendor writes in the partner's own thread is read there by the partner,
    so it is a reply.
    """
    if not intent.text.strip() and not ctx.files:
        return Answer()
    # What does not say plainly that the partner is to read it stays inside.
    if intent.side != Side.PARTNER:
        return await _note(ctx, intent)
    side = Side.PARTNER
    verb = Verb.REPLY if ctx.person.is_vendor else Verb.ADD
    case = await ctx.case(intent.case_id, verb)
    if case.state not in {State.NEW, State.WORKING, State.WAITING, State.RESOLVED}:
        raise Stale(
            code="stale.add",
            what=f"{case.number} is closed, so your message was not added to it.",
            next_step="Reopen it within 7 days of its resolution, or open a new case.",
            case_id=case.id,
        )
    check(case, verb)
    _readable(intent.text)
    if ctx.person.is_vendor:
        moved, happened = verbs.reply(case, ctx.person.id, ctx.now)
    else:
        moved, happened = verbs.hear_partner(case, ctx.person.id, ctx.now)
    saved, _ = await ctx.keep(moved, happened)
    message = await _store(ctx, saved, intent, side, public=True)
    await announce.said(ctx.uow, message, Side.ENGINEERS, ctx.now)
    if saved.state is State.RESOLVED:
        words = (f"{saved.number} is resolved. Your message was added; reopen it if work is left.",)
        buttons = (
            Button("Reopen", Begin("reopen_case", saved.id)),
            Button("Confirm and rate", Begin("confirm_case", saved.id)),
        )
        return answer(DoneView(words, saved.id, buttons, "notice"), case_id=saved.id)
    return Answer(case_id=saved.id)


async def _note(ctx: Context, intent: Say) -> Answer:
    case = await ctx.case(intent.case_id, Verb.NOTE)
    _readable(intent.text)
    await _store(ctx, case, intent, Side.ENGINEERS, public=False)
    return Answer(case_id=case.id)


async def _store(ctx: Context, case: Case, intent: Say, side: Side, *, public: bool) -> Message:
    return await ctx.uow.messages.add(
        Message(
            id=0,
            case_id=case.id,
            author_id=ctx.person.id,
            side=side,
            public=public,
            text=intent.text.strip(),
            at=ctx.now,
            source=intent.source,
            files=ctx.files,
        )
    )


def _readable(text: str) -> None:
    fault = fault_of(text.replace("\r\n", "\n"), TEXT)
    if fault:
        raise Refusal(
            code="invalid.message",
            what="Your message was not added to the case.",
            why=fault,
            next_step="Send it in parts, or as a file.",
        )


async def edit(ctx: Context, intent: EditMessage) -> Answer:
    """The writer edited it: its copy on the other side follows."""
    message = await _own(ctx, intent.source)
    text = intent.text.strip()
    # Platforms also report an edit where only a link's preview was added.
    if message is None or message.deleted_at is not None or message.text == text:
        return Answer()
    _readable(text)
    return await _follow(ctx, replace(message, text=text, edited_at=ctx.now))


async def delete(ctx: Context, intent: DeleteMessage) -> Answer:
    """The writer deleted it: its copy on the other side says so."""
    message = await _own(ctx, intent.source)
    if message is None or message.deleted_at is not None:
        return Answer()
    return await _follow(ctx, replace(message, text="", files=(), deleted_at=ctx.now))


async def _own(ctx: Context, source: str) -> Message | None:
    """The message written there, if it belongs to a case; only its writer may change it.

    One that this person may not even read is answered as if it did not exist.
    """
    message = await ctx.uow.messages.by_source(source)
    if message is None:
        return None
    verb = Verb.SEE if message.public else Verb.SEE_INTERNAL
    try:
        await ctx.case(message.case_id, verb)
    except Refusal:
        return None
    if message.author_id != ctx.person.id:
        raise NotAllowed(
            code="not_allowed.edit",
            what="Nothing was changed.",
            why="Only its writer may change a message.",
        )
    return message


async def _follow(ctx: Context, message: Message) -> Answer:
    await ctx.uow.messages.save(message)
    other = Side.ENGINEERS if message.side is Side.PARTNER else Side.PARTNER
    if message.public:
        await announce.said_changed(ctx.uow, message, other, ctx.event_id, ctx.now)
    return Answer(case_id=message.case_id)
