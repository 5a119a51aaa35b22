"""Who the TAM is, and calling them to a case."""

from __future__ import annotations

from collections.abc import Mapping

from desk import duty, events
from desk.case import Case, Verb, check
from desk.errors import NotEntitled, Refusal
from desk.notices import Side, TamPing
from handlers import announce, simple_form
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.fields import REASON, Checked
from handlers.intents import AskTam, CallTam
from handlers.quota import asked_partner
from handlers.views.kinds import FormView, TamView


async def who(ctx: Context, intent: AskTam) -> Answer:
    """Who, on duty now or when, their local time, who covers."""
    partner = await asked_partner(ctx, intent.partner_id)
    tam = await ctx.tam_of(partner)
    cover = await ctx.uow.people.person(tam.cover_id) if tam and tam.cover_id else None
    return answer(
        TamView(
            partner,
            ctx.catalog.plan(partner.program, partner.plan),
            ctx.catalog.program(partner.program),
            tam,
            on_duty=tam is not None and duty.on_duty(tam, ctx.now),
            on_duty_at=duty.next_on_duty(tam, ctx.now) if tam else None,
            cover=cover,
            now=ctx.now,
        )
    )


async def form(
    ctx: Context, intent: CallTam, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """Why the TAM is needed, and who will be called."""
    case = await ctx.case(intent.case_id, Verb.CALL_TAM)
    _entitled(ctx, case)
    asked = await announce.on_call(ctx.uow, case, ctx.now)
    called = "" if asked is None else f"{asked.person.name} will be called"
    if asked is not None and asked.instead_of is not None:
        called += f", because {asked.instead_of.name} is off duty"
    reason = simple_form.reason("Why do you need them?")
    return await simple_form.draw(
        ctx,
        intent,
        "Call my TAM",
        "Call my TAM",
        reason,
        faults=faults,
        error=error,
        effect=(f"{called}.",) if called else (),
    )


async def call(ctx: Context, intent: CallTam) -> Answer:
    """Call them: a direct message to the TAM on duty, or to who stands in."""
    case = await ctx.case(intent.case_id, Verb.CALL_TAM)
    check(case, Verb.CALL_TAM)
    _entitled(ctx, case)
    checked = Checked()
    reason = checked.text("reason", intent.reason, "Say why you need them.", REASON)
    checked.done()
    asked = await announce.on_call(ctx.uow, case, ctx.now)
    if asked is None:
        raise Refusal(
            code="nobody.on_call",
            what="Nobody was called.",
            why="The desk knows neither a TAM nor a duty manager for you.",
            next_step="Write in the case's thread; the engineers read it.",
        )
    event = events.TamCalled(case.id, ctx.person.id, ctx.now, reason)
    saved, entries = await ctx.keep(case, (event,))
    instead = asked.instead_of.name if asked.instead_of else None
    notice = TamPing(saved.id, "called", ctx.person.name, reason, instead)
    await announce.ping(ctx.uow, saved, asked.person, notice, ctx.event_id, ctx.now)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    because = f" {instead} is off duty." if instead else ""
    return await ctx.done(saved, f"{asked.person.name} was called to {saved.number}.{because}")


def _entitled(ctx: Context, case: Case) -> None:
    """Raise `NotEntitled` where the plan has no TAM to be called."""
    plan = ctx.catalog.plan(case.program, case.plan)
    if not plan.tam:
        raise NotEntitled(
            code="entitlement.tam",
            what="Nobody was called.",
            why=f"{plan.name} has no designated TAM.",
            next_step=ctx.catalog.program(case.program).change_plan,
        )
