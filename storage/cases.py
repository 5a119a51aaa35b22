"""Cases as rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from desk.case import OPEN, Case
from desk.errors import Stale
from desk.records import CaseFilter, Page
from storage.facts import literally, read_cycles, write_cycles
from storage.tables import CaseRow

# The columns that are a case's fields as they are.
_PLAIN = tuple(field.name for field in fields(Case) if field.name not in {"cycles", "version"})
_NUMBER = re.compile(r"(?:c-)?(\d{1,15})")


class StoredCases:
    """Implements `desk.ports.Cases`."""

    async def get(self, case_id: int) -> Case | None:
        row = await CaseRow.get_or_none(id=case_id)
        return _case(row) if row else None

    async def add(self, case: Case) -> Case:
        """Store a new case under the next number."""
        values = _values(case) | {"version": 0}
        del values["id"]
        row = await CaseRow.create(**values)
        return replace(case, id=row.id, version=0)

    async def save(self, case: Case) -> Case:
        """Store a changed case, unless somebody else changed it since it was read."""
        values = _values(case) | {"version": case.version + 1}
        del values["id"]
        # The version is part of the WHERE: of two writers the database lets one through.
        if not await CaseRow.filter(id=case.id, version=case.version).update(**values):
            raise Stale(
                code="stale.version",
                what=f"{case.number} was changed by somebody else at the same moment, "
                "so nothing was changed here.",
                next_step="Look at it as it is now, and try again.",
                case_id=case.id,
            )
        return replace(case, version=case.version + 1)

    async def find(self, wanted: CaseFilter, page: int = 1, size: int = 10) -> Page:
        """One page of the cases that fit; a page past the end is the last one."""
        rows = _filtered(wanted)
        total = await rows.count()
        pages = max(1, -(-total // size))
        number = min(max(1, page), pages)
        found = await _ordered(rows, wanted.order).offset((number - 1) * size).limit(size)
        return Page(tuple(_case(row) for row in found), number, pages, total)

    async def due(self, now: datetime, limit: int) -> Sequence[Case]:
        """Cases whose next rung is due; on PostgreSQL other sweepers pass over them."""
        rows = CaseRow.filter(next_rung_at__lte=now).order_by("next_rung_at", "id").limit(limit)
        return [_case(row) for row in await rows.select_for_update(skip_locked=True)]

    async def next_rung_at(self) -> datetime | None:
        rows = CaseRow.filter(next_rung_at__isnull=False).order_by("next_rung_at", "id")
        first = await rows.first()
        return first.next_rung_at if first else None

    async def running(self, after_id: int, limit: int) -> Sequence[Case]:
        """Cases with a clock that runs, in order of number."""
        rows = CaseRow.filter(id__gt=after_id, due_at__isnull=False).order_by("id").limit(limit)
        return [_case(row) for row in await rows]

    async def count_open(self, partner_id: str) -> int:
        return await CaseRow.filter(partner_id=partner_id, state__in=sorted(OPEN)).count()


def _case(row: CaseRow) -> Case:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Case(**plain, cycles=read_cycles(row.cycles), version=row.version)


def _values(case: Case) -> dict[str, Any]:
    running = bool(case.cycles) and case.cycle.running
    return {name: getattr(case, name) for name in _PLAIN} | {
        "cycles": write_cycles(case.cycles),
        "due_at": case.cycle.due_at if running else None,
        "next_rung_at": case.cycle.next_rung_at if running else None,
        "search": _searchable(
            " ".join((case.title, case.description, case.product, case.customer))
        ),
    }


def _searchable(text: str) -> str:
    return unicodedata.normalize("NFKC", literally(text)).casefold()


def _filtered(wanted: CaseFilter) -> QuerySet[CaseRow]:
    rows = CaseRow.all()
    if wanted.partner_ids is not None:
        rows = rows.filter(partner_id__in=wanted.partner_ids)
    if wanted.states is not None:
        rows = rows.filter(state__in=sorted(wanted.states))
    if wanted.owner_id is not None:
        rows = rows.filter(owner_id=wanted.owner_id)
    if wanted.unclaimed:
        rows = rows.filter(owner_id__isnull=True)
    for word in _searchable(wanted.words).split():
        # `contains` takes % and _ literally.
        says = Q(search__contains=word)
        number = _NUMBER.fullmatch(word)
        rows = rows.filter(says | Q(id=int(number[1])) if number else says)
    return rows


def _ordered(rows: QuerySet[CaseRow], order: str) -> QuerySet[CaseRow]:
    if order == "newest":
        return rows.order_by("-opened_at", "-id")
    # The databases disagree on where an absent due time sorts; here it is last.
    undue = rows.annotate(undue=RawSQL("CASE WHEN due_at IS NULL THEN 1 ELSE 0 END"))
    return undue.order_by("priority", "rank", "undue", "due_at", "id")
