"""What a partner is entitled to now: its plan, its period, its counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from desk.people import Partner
from desk.ports import UnitOfWork
from desk.records import QuotaUse
from sla.catalog import Catalog
from sla.entitlements import Left, Period, Usage, left, period_at
from sla.plans import Plan, Program


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A partner's plan and what is left of it; `period` is None where no quota counts."""

    partner: Partner
    program: Program
    plan: Plan
    period: Period | None
    use: QuotaUse
    left: Left

    @property
    def usage(self) -> Usage:
        """The counters, as the rules of entitlement read them; what is owed is spent already."""
        usage = Usage.of(self.use)
        return replace(usage, used=usage.used + usage.owed)


async def entitlement_of(
    uow: UnitOfWork, catalog: Catalog, partner: Partner, now: datetime
) -> Entitlement:
    """What `partner` is entitled to at `now`, read in the transaction at hand."""
    program = catalog.program(partner.program)
    plan = catalog.plan(partner.program, partner.plan)
    if plan.quota is None:
        return Entitlement(partner, program, plan, None, QuotaUse(), left(None, Usage()))
    period = period_at(plan.quota, program, partner.subscribed_on, now)
    use = await uow.ledger.use(partner.id, period.key)
    held = Entitlement(partner, program, plan, period, use, Left())
    return replace(held, left=left(plan.quota, held.usage))
