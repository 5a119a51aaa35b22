"""Open a case: the form with its promises, and the case with its clock and its unit of quota."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from desk import events
from desk.case import Case, Category, State
from desk.errors import NotAllowed, NotKnown
from desk.notices import Side, TamPing
from desk.people import Coordination, Partner, Person
from desk.records import LedgerLine, Message, Move
from handlers import announce
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.fields import LINE, TEXT, TITLE, Checked
from handlers.intents import OpenCase
from handlers.promises import Entitlement, entitlement_of
from handlers.views import open_form
from handlers.views.kinds import FormView, OpenedView
from sla import clock
from sla.entitlements import Refused, Usage, may_open
from sla.plans import Plan, Program


async def form(
    ctx: Context, intent: OpenCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """The form: what is left, and for each severity its meaning and its promised time."""
    entitlement = await _entitlement(ctx, ctx.now)
    if not intent.language:
        spoken = entitlement.program.languages
        own = ctx.person.language
        intent = replace(intent, language=own if own in spoken else spoken[0])
    return open_form.draw(entitlement, intent, faults, error)


async def handle(ctx: Context, intent: OpenCase) -> Answer:
    """Open it: case, clock, unit of quota, history and notices in one transaction.

    Raises `Invalid` for wrong fields and `NotEntitled` where the plan or the quota refuses.
    """
    entitlement = await _entitlement(ctx, ctx.now)
    program, plan, partner = entitlement.program, entitlement.plan, entitlement.partner
    fields = _checked(intent, program)
    category = Category(fields.category)
    allowed = may_open(
        program, plan, category, fields.severity, entitlement.usage, entitlement.period
    )
    if isinstance(allowed, Refused):
        raise allowed.refusal
    case = await ctx.uow.cases.add(_case(ctx, fields, program, plan, partner))
    await ctx.uow.inbox.touched(ctx.event_id, case.id)
    if allowed.takes != "none":
        await _take(ctx, entitlement, case, allowed.takes)
    event = events.Opened(case.id, ctx.person.id, ctx.now, case.severity)
    await ctx.uow.timeline.add(event)
    await announce.opened(ctx.uow, case, ctx.where, ctx.now)
    await _attach(ctx, case)
    if case.rank == _highest(plan, category) and category is Category.TECHNICAL and plan.tam:
        await _ping(ctx, case)
    after = await _entitlement(ctx, ctx.now)
    counted = allowed.takes != "none"
    view = OpenedView(
        await ctx.face(case), after.left if counted else None, after.period if counted else None
    )
    return answer(view, case_id=case.id)


def _checked(intent: OpenCase, program: Program) -> OpenCase:
    checked = Checked()
    checked.choice("category", intent.category, set(Category), "Choose service or technical.")
    known = {s.key for s in program.severities}
    checked.choice("severity", intent.severity, known, "Choose how bad it is.")
    title = checked.text("title", intent.title, "Say in one line what is wrong.", TITLE, least=3)
    description = checked.text(
        "description", intent.description, "Describe what happens, and since when.", TEXT
    )
    checked.choice("product", intent.product, program.products, "Choose the product.")
    customer = checked.text("customer", intent.customer, "", LINE)
    checked.choice(
        "coordination", intent.coordination, set(Coordination), "Choose who coordinates."
    )
    checked.choice("language", intent.language, program.languages, "Choose a language.")
    checked.done()
    return replace(
        intent, title=" ".join(title.split()), description=description, customer=customer
    )


def _case(ctx: Context, fields: OpenCase, program: Program, plan: Plan, partner: Partner) -> Case:
    target = plan.targets[fields.severity]
    severity = next(s for s in plan.severities_offered if s.key == fields.severity)
    cycle = clock.start(
        1,
        ctx.now,
        severity.key,
        program.within(target, plan, partner.country),
        ctx.catalog.calendar_named(program.key, target.calendar),
        target.met_by,
        plan.ladder,
    )
    return Case(
        id=0,
        partner_id=partner.id,
        opener_id=ctx.person.id,
        program=program.key,
        plan=plan.key,
        category=Category(fields.category),
        title=fields.title,
        description=fields.description,
        product=fields.product,
        customer=fields.customer,
        coordination=Coordination(fields.coordination),
        language=fields.language,
        priority=plan.priority,
        rank=severity.rank,
        opened_at=ctx.now,
        state=State.NEW,
        cycles=(cycle,),
    )


async def _take(ctx: Context, entitlement: Entitlement, case: Case, takes: str) -> None:
    """Take the unit in the case's own transaction; a race for the last one is lost here."""
    period, quota = entitlement.period, entitlement.plan.quota
    if period is None or quota is None:
        raise ValueError("a quota that counts has a period")
    line = LedgerLine(
        id=0,
        partner_id=case.partner_id,
        period=period.key,
        at=ctx.now,
        move=Move.TAKEN,
        units=-1,
        pool="package" if takes == "package" else "plan",
        case_id=case.id,
        by=ctx.person.id,
        note="",
        balance=None,
    )
    if takes != "owed" and await ctx.uow.ledger.take(line, quota.units):
        return
    if takes != "owed":
        _still_allowed(entitlement, case)
    await ctx.uow.ledger.owe(replace(line, move=Move.OWED, pool="plan"))


def _still_allowed(entitlement: Entitlement, case: Case) -> None:
    """For one who lost the race for the last unit: raise `NotEntitled` unless it can be owed."""
    allowed = may_open(
        entitlement.program,
        entitlement.plan,
        case.category,
        case.severity,
        Usage(used=10**9),
        entitlement.period,
    )
    if isinstance(allowed, Refused):
        raise allowed.refusal


async def _attach(ctx: Context, case: Case) -> None:
    if not ctx.files:
        return
    message = await ctx.uow.messages.add(
        Message(
            id=0,
            case_id=case.id,
            author_id=ctx.person.id,
            side=Side.PARTNER,
            public=True,
            text="",
            at=ctx.now,
            files=ctx.files,
        )
    )
    await announce.said(ctx.uow, message, Side.ENGINEERS, ctx.now)


async def _ping(ctx: Context, case: Case) -> None:
    asked = await announce.on_call(ctx.uow, case, ctx.now)
    if asked is None:
        return
    instead = asked.instead_of.name if asked.instead_of else None
    notice = TamPing(case.id, "opened", ctx.person.name, instead_of=instead)
    await announce.ping(ctx.uow, case, asked.person, notice, "opened", ctx.now)


def _highest(plan: Plan, category: Category) -> int:
    return min(s.rank for s in plan.severities(category))


async def _entitlement(ctx: Context, now: datetime) -> Entitlement:
    return await entitlement_of(ctx.uow, ctx.catalog, await own_partner(ctx, ctx.person), now)


async def own_partner(ctx: Context, person: Person) -> Partner:
    """The partner of a contact; raises `NotAllowed` for the vendor's people."""
    if person.partner_id is None:
        raise NotAllowed(
            code="not_allowed.open",
            what="No case was opened.",
            why="Cases are opened by a partner's contacts, whose quota and clock they use.",
            next_step="Ask the partner to open it, or sign in as one of its contacts.",
        )
    partner = await ctx.uow.people.partner(person.partner_id)
    if partner is None:
        raise NotKnown(
            code="unknown.partner",
            what="The desk no longer knows your organisation.",
            next_step="Ask an operator of the desk to look at the roster.",
        )
    return partner
