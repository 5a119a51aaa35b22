"""Wait on the partner. Only a question that the partner reads moves the clock."""

from __future__ import annotations

from collections.abc import Mapping

from desk import verbs
from desk.case import Verb, check
from desk.notices import Side
from handlers import announce, simple_form
from handlers.context import Context
from handlers.exchange import Answer
from handlers.fields import TEXT, Checked
from handlers.intents import WaitOnPartner
from handlers.reply import say_publicly
from handlers.views.kinds import FormView


async def form(
    ctx: Context, intent: WaitOnPartner, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """The question; without one the clock keeps running, and the form says so."""
    question = simple_form.field(
        "question",
        "Question to the partner",
        help_="Left empty, the case is marked as waiting and its clock keeps running.",
        required=False,
    )
    return await simple_form.draw(
        ctx, intent, "Wait on partner", "Wait on partner", question, faults=faults, error=error
    )


async def handle(ctx: Context, intent: WaitOnPartner) -> Answer:
    """With a question the first reply is met by it and what still runs is paused."""
    case = await ctx.case(intent.case_id, Verb.WAIT)
    check(case, Verb.WAIT)
    checked = Checked()
    question = checked.text("question", intent.question, "", TEXT)
    checked.done()
    moved, happened = verbs.wait(case, ctx.person.id, ctx.now, asked=bool(question))
    saved, entries = await ctx.keep(moved, happened)
    if question:
        await say_publicly(ctx, saved, question)
        return await ctx.done(saved, f"Asked; {saved.number} waits on the partner")
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    running = (
        " Its clock keeps running: the partner was asked nothing." if saved.cycle.running else ""
    )
    return await ctx.done(saved, f"{saved.number} waits on the partner.{running}")
