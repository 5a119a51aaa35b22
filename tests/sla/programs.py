"""The plans of the catalog by name, for tables of plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime

from desk.case import Category
from sla.catalog import Catalog
from sla.entitlements import (
    Period,
    period_at,
)
from sla.plans import Plan, Program, Quota

CATALOG = Catalog.load()
PSP, SPP = CATALOG.program("psp"), CATALOG.program("spp")
BASIC, STANDARD, PREMIER = (PSP.plans[key] for key in ("basic", "standard", "premier"))
CERTIFIED, PREFERRED, ADVANCED = (SPP.plans[k] for k in ("certified", "preferred", "advanced"))
TECHNICAL, SERVICE = Category.TECHNICAL, Category.SERVICE
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ENROLLED = date(2024, 3, 15)


def quota_of(plan: Plan) -> Quota:
    assert plan.quota is not None
    return plan.quota


def period(plan: Plan, program: Program = PSP, now: datetime = NOW) -> Period | None:
    return None if plan.quota is None else period_at(plan.quota, program, ENROLLED, now)


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)
