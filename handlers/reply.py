"""What the vendor says to the partner: a reply, or a message of the internal thread passed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desk import verbs
from desk.case import Case, Verb, check
from desk.errors import NotAllowed, NotKnown, Stale
from desk.notices import Side
from desk.records import Message
from handlers import announce, simple_form
from handlers.context import BEYOND, Context
from handlers.exchange import Answer
from handlers.fields import TEXT, Checked
from handlers.intents import ReplyToPartner, SendToPartner
from handlers.views.kinds import FormView


async def form(
    ctx: Context, intent: ReplyToPartner, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """The reply."""
    text = simple_form.field("text", "Your reply", help_="The partner reads this as you write it.")
    files = replace(simple_form.field("files", "Files", required=False), kind="files")
    return await simple_form.draw(
        ctx, intent, "Reply to partner", "Send reply", text, files, faults=faults, error=error
    )


async def handle(ctx: Context, intent: ReplyToPartner) -> Answer:
    """Send it: it meets the first-reply clock and appears in both threads."""
    case = await ctx.case(intent.case_id, Verb.REPLY)
    check(case, Verb.REPLY)
    checked = Checked()
    missing = "" if ctx.files else "Write the reply."
    text = checked.text("text", intent.text, missing, TEXT)
    checked.done()
    moved, happened = verbs.reply(case, ctx.person.id, ctx.now)
    saved, _ = await ctx.keep(moved, happened)
    await say_publicly(ctx, saved, text)
    partner = await ctx.uow.people.partner(case.partner_id)
    return await ctx.done(saved, f"Sent to {partner.name if partner else 'the partner'}")


async def send_on(ctx: Context, intent: SendToPartner) -> Answer:
    """Pass a message of the internal thread on, once; it counts as a reply."""
    message = await _meant(ctx, intent)
    if message is None and intent.source and not ctx.person.is_vendor:
        raise NotAllowed(
            code=f"not_allowed.{Verb.REPLY}",
            what="Nothing was sent.",
            why="This is for the vendor's engineers.",
        )
    if message is None and intent.source:
        # Any message of the platform can be pointed at, also one that is in no case.
        raise _unsendable()
    case = await ctx.case(message.case_id if message else intent.case_id, Verb.REPLY)
    if message is None or message.side is not Side.ENGINEERS or message.deleted_at is not None:
        raise _unsendable()
    if message.public:
        raise Stale(
            code="stale.sent",
            what="That message was sent to the partner already, so it was not sent again.",
            case_id=case.id,
        )
    check(case, Verb.REPLY)
    moved, happened = verbs.reply(case, ctx.person.id, ctx.now)
    saved, _ = await ctx.keep(moved, happened)
    public = replace(message, public=True)
    await ctx.uow.messages.save(public)
    await announce.said(ctx.uow, public, Side.PARTNER, ctx.now)
    return await ctx.done(saved, f"Sent to the partner of {saved.number}")


async def _meant(ctx: Context, intent: SendToPartner) -> Message | None:
    if intent.source:
        return await ctx.uow.messages.by_source(intent.source)
    if not 0 < intent.message_id < BEYOND:
        return None
    return await ctx.uow.messages.get(intent.message_id)


def _unsendable() -> NotKnown:
    return NotKnown(
        code="unknown.message",
        what="That message cannot be sent to the partner.",
        why="Only what an engineer wrote in the internal thread, and did not delete, can be.",
        next_step="Press Reply to partner and write it there.",
    )


async def say_publicly(ctx: Context, case: Case, text: str) -> Message:
    """Keep a text that the partner is to read, and send it to both threads."""
    message = await ctx.uow.messages.add(
        Message(
            id=0,
            case_id=case.id,
            author_id=ctx.person.id,
            side=Side.ENGINEERS,
            public=True,
            text=text,
            at=ctx.now,
            files=ctx.files,
        )
    )
    await announce.said(ctx.uow, message, Side.PARTNER, ctx.now)
    await announce.said(ctx.uow, message, Side.ENGINEERS, ctx.now)
    return message
