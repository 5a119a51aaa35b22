"""A program's file made into a `Program`, with every contradiction in it found on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from desk.case import Category
from desk.people import Hours
from desk.promise import MetBy
from sla.calendar import Calendar
from sla.catalog_calendars import Calendars, DaysOf
from sla.catalog_schema import (
    WEEKDAYS,
    AllowanceTable,
    LadderTable,
    PlanTable,
    Price,
    ProgramTable,
    QuotaTable,
    TamHoursTable,
    TargetTable,
)
from sla.ladder import BadLadder, Ladder, Step
from sla.plans import Allowance, Money, Plan, Program, Quota, Severity, Target
from sla.toml_source import BadFile, Fault, KeyPath, Source


def build_program(source: Source, days_of: DaysOf) -> tuple[Program, Mapping[str, Calendar]]:
    """The program of a file and its calendars; raises `BadFile` with every fault."""
    builder = _Builder(source, source.validate(ProgramTable), days_of)
    program = builder.program()
    if builder.faults:
        raise BadFile(builder.faults)
    return program, MappingProxyType(builder.calendars.built)


class _Builder:
    """Walks a file once; what is wrong is collected, so that one run tells everything."""

    def __init__(self, source: Source, table: ProgramTable, days_of: DaysOf) -> None:
        self.source = source
        self.table = table
        self.faults: list[Fault] = []
        self.calendars = Calendars(days_of, self.fault)
        self.severities: dict[str, Severity] = {}

    def fault(self, path: KeyPath, reason: str) -> None:
        self.faults.append(self.source.fault(path, reason))

    def program(self) -> Program:
        table, home = self.table, self.table.home
        zone = self._zone(home.zone)
        self.severities = self._severities()
        self.calendars.build(table.calendars, zone)
        steps = self._ladder(table.ladder, ("ladder",))
        plans = {key: self._plan(key, plan, steps) for key, plan in table.plans.items()}
        return Program(
            key=table.key,
            name=table.name,
            home_zone=home.zone,
            home_name=home.name,
            home_country=home.country,
            severities=tuple(self.severities.values()),
            plans=MappingProxyType(plans),
            calendars=MappingProxyType(self.calendars.specs),
            ladder=steps,
            products=table.products,
            scope_out=table.scope_out,
            languages=table.languages,
            change_plan=table.change_plan,
        )

    def _zone(self, zone: str) -> str:
        """The home zone; UTC for one that does not exist, so that the fault is told only once."""
        try:
            return ZoneInfo(zone).key
        except (LookupError, ValueError, OSError):
            self.fault(("home", "zone"), f'there is no time zone "{zone}"')
            return "UTC"

    def _severities(self) -> dict[str, Severity]:
        marks: dict[str, str] = {}
        for key, table in self.table.severities.items():
            other = marks.setdefault(table.mark, key)
            if other != key:
                reason = (
                    f'"{table.mark}" is the mark of {other} already: every severity has its own'
                )
                self.fault(("severities", key, "mark"), reason)
        return {
            key: Severity(key, t.name, t.meaning, Category(t.category), t.mark, rank)
            for rank, (key, t) in enumerate(self.table.severities.items())
        }

    # --- ladder -----------------------------------------------------------------------------------

    def _ladder(self, table: LadderTable, path: KeyPath) -> Ladder:
        breach = table.breach
        if (breach.repeat_every is None) != (breach.repeat_times is None):
            absent = "repeat_every" if breach.repeat_every is None else "repeat_times"
            self.fault((*path, "breach", absent), "is missing: repeats need both keys, or neither")
        try:
            return Ladder(
                steps=tuple(Step(s.percent, s.tell, s.mention) for s in table.steps),
                breach=breach.tell,
                repeat_every=breach.repeat_every or timedelta(0),
                repeat_times=(breach.repeat_times or 0) if breach.repeat_every else 0,
                repeat=breach.repeat_tell or breach.tell,
            )
        except BadLadder as error:
            pairs = pairwise(step.percent for step in table.steps)
            falls = [index for index, (one, other) in enumerate(pairs, 1) if one >= other]
            part = ("steps", falls[0], "percent") if falls else ()
            self.fault((*path, *part), str(error))
            return Ladder((), breach.tell, timedelta(0), 0, breach.tell)

    # --- plans ------------------------------------------------------------------------------------

    def _plan(self, key: str, table: PlanTable, steps: Ladder) -> Plan:
        path: KeyPath = ("plans", key)
        self._known_calendar(table.calendar, (*path, "calendar"))
        if table.ladder is not None:
            steps = self._ladder(table.ladder, (*path, "ladder"))
        offered = self._offered(table, path)
        targets = {k: self._target(k, table.targets[k], table, path) for k in offered}
        return Plan(
            key=key,
            name=table.name,
            program=self.table.key,
            priority=table.priority,
            priority_name=table.priority_name,
            severities_offered=tuple(offered.values()),
            targets=MappingProxyType(targets),
            ladder=steps,
            quota=self._quota(table.quota, offered, (*path, "quota")) if table.quota else None,
            tam=table.tam,
            tam_hours=self._tam_hours(table, path),
            allowances=MappingProxyType({k: _allowance(k, a) for k, a in table.allowances.items()}),
            remote_region_grace=table.remote_region_grace,
            fees=MappingProxyType({k: Money(*price) for k, price in table.fees.items()}),
            must=table.must,
        )

    def _offered(self, table: PlanTable, path: KeyPath) -> dict[str, Severity]:
        """The severities with a target; every other one must be named as not offered."""
        for key in table.targets:
            self._known_severity(key, (*path, "targets", key))
        for index, key in enumerate(table.not_offered):
            self._known_severity(key, (*path, "not_offered", index))
            if key in table.targets:
                reason = f'"{key}" has a target as well: it is offered, or it is not'
                self.fault((*path, "not_offered", index), reason)
        for key in self.severities:
            if key not in table.targets and key not in table.not_offered:
                reason = "is missing: give it a target, or name it in not_offered"
                self.fault((*path, "targets", key), reason)
        return {key: s for key, s in self.severities.items() if key in table.targets}

    def _known_severity(self, key: str, path: KeyPath) -> None:
        if key not in self.severities:
            self.fault(path, f'there is no severity "{key}"; known are {_listed(self.severities)}')

    def _known_calendar(self, key: str, path: KeyPath) -> None:
        if key not in self.table.calendars:
            known = _listed(self.table.calendars)
            self.fault(path, f'there is no calendar "{key}"; known are {known}')

    def _target(self, key: str, table: TargetTable, plan: PlanTable, path: KeyPath) -> Target:
        path = (*path, "targets", key)
        if table.calendar is not None:
            self._known_calendar(table.calendar, (*path, "calendar"))
        calendar = table.calendar or plan.calendar
        within = self.calendars.length(table.within, calendar, (*path, "within"))
        return Target(key, within, calendar, MetBy(table.met_by or plan.met_by))

    def _quota(self, table: QuotaTable, offered: Mapping[str, Severity], path: KeyPath) -> Quota:
        owed = (*path, "owed_severities")
        for index, key in enumerate(table.owed_severities):
            self._known_severity(key, (*owed, index))
            if key in self.severities and (
                key not in offered or offered[key].category not in table.counts
            ):
                self.fault((*owed, index), f'"{key}" is not offered here, or does not count')
        if table.when_exhausted == "accept_and_owe" and not table.owed_severities:
            self.fault(owed, "is missing: name the severities that are accepted and owed")
        return Quota(
            units=table.units,
            period=table.period,
            counts=frozenset(Category(word) for word in table.counts),
            package_units=table.package_units,
            package_price=_money(table.package_price),
            when_exhausted=table.when_exhausted,
            owed_severities=table.owed_severities,
            buy=table.buy,
        )

    def _tam_hours(self, plan: PlanTable, path: KeyPath) -> Hours | None:
        table: TamHoursTable | None = plan.tam_hours
        if table is None:
            return None
        if not plan.tam:
            self.fault((*path, "tam_hours"), "belongs to a plan with tam = true")
        start, end = table.hours
        if start >= end:
            self.fault((*path, "tam_hours", "hours"), "ends before it starts")
        return Hours(tuple(sorted({WEEKDAYS.index(day) for day in table.weekdays})), start, end)


def _money(price: Price | None) -> Money | None:
    return None if price is None else Money(*price)


def _allowance(key: str, table: AllowanceTable) -> Allowance:
    return Allowance(
        key=key,
        name=table.name,
        access=table.access,
        amount=table.amount,
        unit=table.unit,
        period=table.period,
        notice=table.notice_working_days,
        longest=table.longest,
        yearly_billing_only=table.yearly_billing_only,
        note=table.note,
    )


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(keys)
