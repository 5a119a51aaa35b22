"""The catalog: every program that the desk serves, read from a directory and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sla import holidays
from sla.calendar import Calendar, DayKind, HolidayTable, build
from sla.catalog_build import build_program
from sla.plans import Plan, Program, Target
from sla.toml_source import BadFile, Fault, read

PROGRAMS = Path(__file__).with_name("programs")


class NotInCatalog(LookupError):
    """A program, plan, severity or calendar that the catalog does not have."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The programs by key, and their calendars, built once, by program and calendar key."""

    programs: Mapping[str, Program]
    calendars: Mapping[tuple[str, str], Calendar]

    @classmethod
    def load(
        cls,
        directory: Path = PROGRAMS,
        *,
        overrides: Path | None = None,
        extra: Mapping[str, Mapping[date, DayKind]] | None = None,
    ) -> Catalog:
        """Every `*.toml` of a directory; raises `BadFile` with the faults of all of them.

        `overrides` is a file of corrected holidays, `extra` single days by region.
        """

        @cache
        def table(region: str) -> HolidayTable:
            return holidays.load(region, overrides, (extra or {}).get(region))

        programs: dict[str, Program] = {}
        calendars: dict[tuple[str, str], Calendar] = {}
        faults: list[Fault] = []
        # Editors keep locks and copies beside a file; their names begin with a dot.
        paths = sorted(p for p in directory.glob("*.toml") if not p.name.startswith("."))
        if not paths:
            faults.append(Fault(directory.name, 1, "", "has no program in it: no *.toml file"))
        for path in paths:
            try:
                source = read(path)
                program, built = build_program(source, table)
            except BadFile as error:
                faults.extend(error.faults)
                continue
            if program.key in programs:
                reason = f'"{program.key}" is the key of another file\'s program already'
                faults.append(source.fault(("key",), reason))
            programs[program.key] = program
            calendars.update({(program.key, key): one for key, one in built.items()})
        if faults:
            raise BadFile(faults)
        return cls(MappingProxyType(programs), MappingProxyType(calendars))

    @property
    def regions(self) -> frozenset[str]:
        """The regions whose holidays some calendar needs."""
        named = (calendar.spec.holidays for calendar in self.calendars.values())
        return frozenset(region for region in named if region is not None)

    def with_holidays(self, tables: Mapping[str, HolidayTable]) -> Catalog:
        """The same promises with other holidays, by region; regions not named keep theirs."""
        rebuilt = dict(self.calendars)
        for key, calendar in self.calendars.items():
            region = calendar.spec.holidays
            if region is not None and region in tables:
                rebuilt[key] = build(calendar.spec, tables[region])
        return replace(self, calendars=MappingProxyType(rebuilt))

    def program(self, key: str) -> Program:
        """The program with this key; raises `NotInCatalog`."""
        if key not in self.programs:
            raise NotInCatalog(f'there is no program "{key}"')
        return self.programs[key]

    def plan(self, program_key: str, plan_key: str) -> Plan:
        """The plan with this key; raises `NotInCatalog`."""
        program = self.program(program_key)
        if plan_key not in program.plans:
            raise NotInCatalog(f'program "{program_key}" has no plan "{plan_key}"')
        return program.plans[plan_key]

    def target(self, program_key: str, plan_key: str, severity: str) -> Target:
        """What the plan promises for a severity; raises `NotInCatalog` where it is not offered."""
        target = self.plan(program_key, plan_key).target(severity)
        if target is None:
            raise NotInCatalog(f'plan "{plan_key}" of "{program_key}" does not offer "{severity}"')
        return target

    def calendar(self, program_key: str, plan_key: str, severity: str) -> Calendar:
        """The calendar in which the plan's target for a severity runs."""
        target = self.target(program_key, plan_key, severity)
        return self.calendar_named(program_key, target.calendar)

    def calendar_named(self, program_key: str, calendar_key: str) -> Calendar:
        """The calendar with this key, as a case's cycle names it; raises `NotInCatalog`."""
        if (program_key, calendar_key) not in self.calendars:
            raise NotInCatalog(f'program "{program_key}" has no calendar "{calendar_key}"')
        return self.calendars[program_key, calendar_key]
