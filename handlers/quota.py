"""What is left of the quota, and a TAM's partners."""

from __future__ import annotations

from desk.case import OPEN
from desk.errors import NotAllowed, NotKnown
from desk.people import Partner, Role
from desk.records import CaseFilter
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.intents import AskQuota, ListPartners
from handlers.promises import entitlement_of
from handlers.views.kinds import PartnerRow, PartnersView, QuotaView

# A TAM's cases are counted exactly up to this many a partner.
COUNTED = 200


async def asked_partner(ctx: Context, partner_id: str) -> Partner:
    """The partner that is asked about: a contact's own, whoever the vendor's people name."""
    own = ctx.person.partner_id
    wanted = own if own is not None else partner_id
    partner = await ctx.uow.people.partner(wanted) if wanted else None
    if partner is None or (own is not None and partner_id not in ("", own)):
        raise NotKnown(
            code="unknown.partner",
            what="There is no such partner.",
            next_step="Say my partners to see whom you look after."
            if own is None
            else "Say quota to see your own.",
        )
    return partner


async def quota(ctx: Context, intent: AskQuota) -> Answer:
    """Used, left, when it resets, and a line for every unit."""
    if ctx.person.partner_id is None and not intent.partner_id:
        return await partners(ctx, ListPartners())
    partner = await asked_partner(ctx, intent.partner_id)
    held = await entitlement_of(ctx.uow, ctx.catalog, partner, ctx.now)
    lines = await ctx.uow.ledger.lines(partner.id, held.period.key) if held.period else ()
    return answer(
        QuotaView(
            partner,
            held.program,
            held.plan,
            held.left,
            held.use.used,
            held.use.owed,
            held.use.package_units,
            held.period,
            tuple(lines),
        )
    )


async def partners(ctx: Context, intent: ListPartners) -> Answer:
    """The partners whose TAM somebody is: cases, quota, standing."""
    if not ctx.person.roles & {Role.TAM, Role.DUTY_MANAGER, Role.ENGINEER}:
        raise NotAllowed(
            code="not_allowed.partners",
            what="This is the TAMs' view.",
            next_step="Say quota to see what is left for your organisation.",
        )
    mine = [p for p in await ctx.uow.people.partners() if p.tam_id == ctx.person.id]
    return answer(PartnersView(tuple([await _row(ctx, p) for p in mine])))


async def _row(ctx: Context, partner: Partner) -> PartnerRow:
    wanted = CaseFilter((partner.id,), OPEN, order="queue")
    page = await ctx.uow.cases.find(wanted, 1, COUNTED)
    overdue = sum(
        1
        for case in page.cases
        if case.cycle.running and not case.cycle.paused and ctx.now >= case.cycle.due_at
    )
    held = await entitlement_of(ctx.uow, ctx.catalog, partner, ctx.now)
    return PartnerRow(partner, held.plan, page.total, overdue, held.left)
