"""Resolve a case; confirm it with a rating; reopen it within seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desk import verbs
from desk.case import Verb, check
from desk.notices import Side
from handlers import announce, simple_form
from handlers.context import Context
from handlers.exchange import Answer
from handlers.fields import REASON, TEXT, Checked
from handlers.intents import ConfirmCase, ReopenCase, ResolveCase
from handlers.reply import say_publicly
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Field, Option
from sla import clock

RATINGS = (
    Option("5", "5", "Solved, and well"),
    Option("4", "4", "Solved"),
    Option("3", "3", "Solved with effort"),
    Option("2", "2", "Barely"),
    Option("1", "1", "Not as it should be"),
)


async def form(
    ctx: Context, intent: ResolveCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """What solved it."""
    text = simple_form.field("text", "What solved it", help_="The partner reads this.")
    return await simple_form.draw(
        ctx, intent, "Resolve the case", "Resolve the case", text, faults=faults, error=error
    )


async def handle(ctx: Context, intent: ResolveCase) -> Answer:
    """Resolved, with the answer: it is a reply too."""
    case = await ctx.case(intent.case_id, Verb.RESOLVE)
    check(case, Verb.RESOLVE)
    checked = Checked()
    text = checked.text("text", intent.text, "Write what solved it; the partner reads it.", TEXT)
    checked.done()
    moved, happened = verbs.resolve(case, ctx.person.id, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await say_publicly(ctx, saved, text)
    await announce.news(ctx.uow, saved, entries[0], Side.PARTNER, Side.ENGINEERS, now=ctx.now)
    return await ctx.done(saved, f"{saved.number} is resolved")


async def confirm_form(
    ctx: Context, intent: ConfirmCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """A rating from 1 to 5, and a comment."""
    comment = simple_form.field("comment", "Comment", required=False, limit=REASON)
    return await simple_form.draw(
        ctx,
        intent,
        "Confirm the solution",
        "Confirm",
        Field("rating", "How well was it solved?", "rating", options=RATINGS),
        comment,
        faults=faults,
        error=error,
    )


async def confirm(ctx: Context, intent: ConfirmCase) -> Answer:
    """Confirmed and rated: closed."""
    case = await ctx.case(intent.case_id, Verb.CONFIRM)
    check(case, Verb.CONFIRM)
    checked = Checked()
    allowed = {option.value for option in RATINGS}
    rating = checked.choice("rating", intent.rating, allowed, "Choose a rating from 1 to 5.")
    comment = checked.text("comment", intent.comment, "", REASON)
    checked.done()
    moved, happened = verbs.confirm(case, ctx.person.id, int(rating), comment, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    return await ctx.done(saved, f"Thank you. {saved.number} is closed")


async def reopen_form(
    ctx: Context, intent: ReopenCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """What is still wrong."""
    verbs.check_reopen(await ctx.case(intent.case_id, Verb.REOPEN), ctx.now)
    reason = simple_form.reason("What is still wrong?")
    return await simple_form.draw(
        ctx, intent, "Reopen the case", "Reopen the case", reason, faults=faults, error=error
    )


async def reopen(ctx: Context, intent: ReopenCase) -> Answer:
    """A new cycle begins now, with the severity in force; old verdicts stand, no unit is taken."""
    case = await ctx.case(intent.case_id, Verb.REOPEN)
    verbs.check_reopen(case, ctx.now)
    checked = Checked()
    reason = checked.text("reason", intent.reason, "Say what is still wrong.", REASON)
    checked.done()
    plan = ctx.catalog.plan(case.program, case.plan)
    # A severity that was named after the answer may be counted in other hours than before.
    promised = plan.targets.get(case.severity)
    hours = promised.calendar if promised else case.cycle.calendar
    calendar = ctx.catalog.calendar_named(case.program, hours)
    cycle = clock.start(
        case.cycle.number + 1,
        ctx.now,
        case.severity,
        case.cycle.target,
        calendar,
        case.cycle.met_by,
        plan.ladder,
    )
    moved, happened = verbs.reopen(case, ctx.person.id, cycle, reason, ctx.now)
    moved = replace(moved, rating=None, rating_comment="")
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.PARTNER, Side.ENGINEERS, now=ctx.now)
    owner = await ctx.uow.people.person(saved.owner_id) if saved.owner_id else None
    if owner is not None:
        await announce.tell(ctx.uow, saved, entries[0], owner, ctx.now)
    return await ctx.done(saved, f"{saved.number} is open again: a new clock runs")
