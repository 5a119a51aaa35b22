"""Claim a case, or hand it to a colleague."""

from __future__ import annotations

from collections.abc import Mapping

from desk import verbs
from desk.case import Verb, check
from desk.errors import Stale
from desk.notices import Side
from desk.people import Role
from handlers import announce, simple_form
from handlers.context import Context
from handlers.exchange import Answer
from handlers.fields import Checked
from handlers.intents import ClaimCase, HandOver
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Option


async def claim(ctx: Context, intent: ClaimCase) -> Answer:
    """Take it; whoever comes second is told who has it."""
    case = await ctx.case(intent.case_id, Verb.CLAIM)
    check(case, Verb.CLAIM)
    if case.owner_id is not None:
        owner = await ctx.uow.people.person(case.owner_id)
        who = f"{owner.name if owner else 'Somebody who left'} has"
        who = "You have" if case.owner_id == ctx.person.id else who
        raise Stale(
            code="stale.claimed",
            what=f"{who} {case.number} already, so nothing was changed.",
            next_step="" if who == "You have" else "Ask for a hand-over if you want to take it.",
            case_id=case.id,
        )
    moved, happened = verbs.claim(case, ctx.person.id, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.PARTNER, Side.ENGINEERS, now=ctx.now)
    return await ctx.done(saved, f"{saved.number} is yours")


async def hand_over_form(
    ctx: Context, intent: HandOver, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """Whom to give it to: engineers, those on duty first."""
    case = await ctx.case(intent.case_id, Verb.HAND_OVER)
    engineers = [p for p in await ctx.uow.people.persons(Role.ENGINEER) if p.id != case.owner_id]
    engineers.sort(key=lambda p: (not p.on_duty, p.name))
    options = tuple(Option(p.id, p.name, "on duty" if p.on_duty else "off duty") for p in engineers)
    to = simple_form.choice("to", "Engineer", options)
    return await simple_form.draw(
        ctx, intent, "Hand over", "Hand over", to, faults=faults, error=error
    )


async def hand_over(ctx: Context, intent: HandOver) -> Answer:
    """Give it to another engineer, who is told in a direct message."""
    case = await ctx.case(intent.case_id, Verb.HAND_OVER)
    check(case, Verb.HAND_OVER)
    engineers = {p.id: p for p in await ctx.uow.people.persons(Role.ENGINEER)}
    checked = Checked()
    others = set(engineers) - {case.owner_id}
    checked.choice("to", intent.to, others, "Choose the engineer who is to have it.")
    checked.done()
    moved, happened = verbs.hand_over(case, ctx.person.id, intent.to, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    if intent.to != ctx.person.id:
        await announce.tell(ctx.uow, saved, entries[0], engineers[intent.to], ctx.now)
    return await ctx.done(saved, f"{saved.number} is with {engineers[intent.to].name} now")
