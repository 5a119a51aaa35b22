"""Change the severity, and the partner's one objection to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desk import verbs
from desk.case import Verb, check
from desk.errors import Refusal
from desk.notices import Side, TamPing
from desk.promise import Grade
from handlers import announce, simple_form
from handlers.context import Context
from handlers.exchange import Answer
from handlers.fields import REASON, Checked
from handlers.intents import ObjectToRegrade, RegradeCase
from handlers.views.kinds import FormView
from handlers.views.open_form import option


async def form(
    ctx: Context, intent: RegradeCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """The severities that the plan offers, with their promises, and the reason."""
    case = await ctx.case(intent.case_id, Verb.REGRADE)
    # The plan that the case was opened under holds, whatever the partner has now.
    program, plan = ctx.catalog.program(case.program), ctx.catalog.plan(case.program, case.plan)
    country = (await ctx.face(case)).partner.country
    options = tuple(
        option(program, plan, country, s)
        for s in plan.severities(case.category)
        if s.key != case.severity
    )
    if not options:
        raise Refusal(
            code="nothing.regrade",
            what=f"Nothing was changed on {case.number}.",
            why=f"The plan has one severity for {case.category} cases.",
        )
    return await simple_form.draw(
        ctx,
        intent,
        "Re-grade",
        "Change the severity",
        simple_form.choice("severity", "Severity", options, cards=True),
        simple_form.reason("Reason", "The partner reads it, and may object once."),
        faults=faults,
        error=error,
    )


async def handle(ctx: Context, intent: RegradeCase) -> Answer:
    """The guarantee first asked for is void; the new due time follows from the direction."""
    case = await ctx.case(intent.case_id, Verb.REGRADE)
    check(case, Verb.REGRADE)
    program = ctx.catalog.program(case.program)
    plan = ctx.catalog.plan(case.program, case.plan)
    offered = {s.key: s for s in plan.severities(case.category)}
    checked = Checked()
    others = set(offered) - {case.severity}
    checked.choice("severity", intent.severity, others, "Choose another severity of this plan.")
    reason = checked.text("reason", intent.reason, "Say why; the partner reads it.", REASON)
    checked.done()
    target, partner = plan.targets[intent.severity], await ctx.uow.people.partner(case.partner_id)
    within = program.within(target, plan, partner.country) if partner else target.within
    grade = Grade(ctx.now, intent.severity, within)
    moved, happened = verbs.regrade(
        case, ctx.person.id, grade, offered[intent.severity].rank, reason
    )
    if moved.cycle.running:
        moved = moved.with_cycle(replace(moved.cycle, calendar=target.calendar))
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.PARTNER, Side.ENGINEERS, now=ctx.now)
    return await ctx.done(saved, f"{saved.number} is {offered[intent.severity].name} now")


async def object_form(
    ctx: Context, intent: ObjectToRegrade, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """Why the re-grade is wrong."""
    verbs.check_objection(await ctx.case(intent.case_id, Verb.OBJECT))
    return await simple_form.draw(
        ctx,
        intent,
        "Object to the re-grade",
        "Object",
        simple_form.reason(
            "Why is it wrong?", "Your TAM or the duty manager reads it. Once a case."
        ),
        faults=faults,
        error=error,
    )


async def object_(ctx: Context, intent: ObjectToRegrade) -> Answer:
    """It goes to the TAM, or the duty manager."""
    case = await ctx.case(intent.case_id, Verb.OBJECT)
    verbs.check_objection(case)
    checked = Checked()
    reason = checked.text("reason", intent.reason, "Say why it is wrong.", REASON)
    checked.done()
    moved, happened = verbs.object_to_regrade(case, ctx.person.id, reason, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    asked = await announce.on_call(ctx.uow, saved, ctx.now)
    if asked is None:
        return await ctx.done(saved, f"Your objection to {saved.number} is in the record")
    instead = asked.instead_of.name if asked.instead_of else None
    notice = TamPing(saved.id, "objected", ctx.person.name, reason, instead)
    await announce.ping(ctx.uow, saved, asked.person, notice, ctx.event_id, ctx.now)
    return await ctx.done(saved, f"{asked.person.name} was asked to look at {saved.number}")
