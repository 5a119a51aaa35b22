"""A roster's file made into partners, people and places, with every contradiction found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.roster import references
from bot.roster.gaps import Gap, gaps
from bot.roster.schema import (
    WEEKDAYS,
    AccountTable,
    ChannelTable,
    HoursTable,
    PartnerTable,
    PersonTable,
    RosterTable,
    WorkspaceTable,
)
from desk.people import Billing, Hours, Identity, Partner, Person, Place, PlaceKind, Role
from sla.catalog import Catalog
from sla.toml_source import BadFile, Fault, KeyPath, Source, read

TENANT_PLATFORMS = frozenset({"teams"})


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file says, by key. `workspaces` maps (platform, workspace) to a partner's key.

    `warnings` are what may be meant, and probably is not; they refuse nothing.
    """

    partners: Mapping[str, Partner] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    workspaces: Mapping[tuple[str, str], str] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()


def read_roster(path: Path, catalog: Catalog) -> Roster:
    """The roster at `path`; raises `BadFile` with every fault, each with its line."""
    source = read(path)
    table, faults = _sound(source)
    reader = _Reader(source, table, catalog)
    references.check(source, catalog, reader.fault)
    roster = reader.roster()
    # A value that is wrong in itself is not blamed again for what it does not refer to.
    blamed = {fault.key for fault in faults}
    if faults := (*faults, *(one for one in reader.faults if one.key not in blamed)):
        raise BadFile(faults)
    return roster


def _sound(source: Source) -> tuple[RosterTable, Sequence[Fault]]:
    """The tables with nothing wrong in themselves, and the faults of the others."""
    try:
        return source.validate(RosterTable), ()
    except BadFile as error:
        faults = error.faults
    sound: dict[str, dict[str, object]] = {}
    for part in RosterTable.model_fields:
        for key, values in references.tables(source.values.get(part)):
            try:
                replace(source, values={part: {key: values}}).validate(RosterTable)
            except BadFile:
                continue
            sound.setdefault(part, {})[key] = values
    return replace(source, values=sound).validate(RosterTable), faults


class _Reader:
    """Walks a file once; what is wrong is collected, so that one run tells everything."""

    def __init__(self, source: Source, table: RosterTable, catalog: Catalog) -> None:
        self.source = source
        self.table = table
        self.catalog = catalog
        self.faults: list[Fault] = []
        self.taken: dict[tuple[str, ...], str] = {}

    def fault(self, path: KeyPath, reason: str) -> None:
        self.faults.append(self.source.fault(path, reason))

    def roster(self) -> Roster:
        workspaces: dict[tuple[str, str], str] = {}
        partners = {k: self._partner(k, t, workspaces) for k, t in self.table.partners.items()}
        people = {k: self._person(k, t) for k, t in self.table.people.items()}
        places = {k: self._place(k, t) for k, t in self.table.channels.items()}
        linked = set(workspaces.values())
        found = gaps(self.catalog, partners.values(), people.values(), places.values(), linked)
        warnings = (self.source.fault(_path(gap), gap.sentence) for gap in found)
        return Roster(partners, people, places, workspaces, tuple(sorted(warnings)))

    def once(self, path: KeyPath, what: str, *value: str) -> None:
        """Refuse the second place that claims what can belong to one only."""
        line = self.source.line(path)
        before = self.taken.setdefault((what, *value), f"line {line}")
        if before != f"line {line}":
            self.fault(path, f"the same {what} stands on {before} already")

    # --- partners ---------------------------------------------------------------------------------

    def _partner(
        self, key: str, table: PartnerTable, workspaces: dict[tuple[str, str], str]
    ) -> Partner:
        path: KeyPath = ("partners", key)
        for index, one in enumerate(table.workspaces):
            where = (*path, "workspaces", index)
            workspace = self._workspace(one.platform, one, where)
            self.once(where, "workspace", one.platform, workspace)
            workspaces[one.platform, workspace] = key
        if table.tam is not None:
            self._check_tam(table.tam, (*path, "tam"))
        return Partner(
            id=key,
            name=table.name,
            program=table.program,
            plan=table.plan,
            subscribed_on=table.subscribed_on,
            billing=Billing(table.billing),
            kind=table.kind,
            country=table.country,
            time_zone=table.time_zone,
            language=table.language,
            tam_id=table.tam,
        )

    def _check_tam(self, tam: str, path: KeyPath) -> None:
        person = self.table.people.get(tam)
        if person is not None and "tam" not in person.roles:
            self.fault(path, f'"{tam}" is no TAM: add "tam" to their roles')

    # --- people -----------------------------------------------------------------------------------

    def _person(self, key: str, table: PersonTable) -> Person:
        path: KeyPath = ("people", key)
        employer = self._employer(table, path)
        if table.email is not None:
            self.once((*path, "email"), "e-mail address", table.email.casefold())
        if table.cover is not None:
            self._check_cover(key, table.cover, (*path, "cover"))
        identities = tuple(
            self._identity(key, one, (*path, "identities", index))
            for index, one in enumerate(table.identities)
        )
        zone = table.time_zone or (employer.time_zone if employer else None)
        if zone is None and table.partner is None:
            self.fault((*path, "time_zone"), "is missing")
        return Person(
            id=key,
            name=table.name,
            roles=frozenset({Role(r) for r in table.roles} or {Role.CONTACT}),
            time_zone=zone or "UTC",
            email=table.email,
            language=table.language or (employer.language if employer else "en"),
            partner_id=table.partner,
            hours=_hours(table.duty) or self._plan_hours(key, table),
            cover_id=table.cover,
            identities=identities,
        )

    def _employer(self, table: PersonTable, path: KeyPath) -> PartnerTable | None:
        """The partner of a contact; the vendor's people have roles instead."""
        if table.partner is None:
            if not table.roles:
                self.fault(path, "needs a partner (a contact) or roles (the vendor's people)")
            return None
        if table.roles:
            self.fault((*path, "roles"), "a partner's contact has no roles: remove one of the two")
        for name in ("cover", "duty"):
            if getattr(table, name) is not None:
                self.fault((*path, name), "is for the vendor's people only")
        return self.table.partners.get(table.partner)

    def _check_cover(self, key: str, cover: str, path: KeyPath) -> None:
        person = self.table.people.get(cover)
        if cover == key:
            self.fault(path, "nobody covers for themselves")
        elif person is not None and not person.roles:
            self.fault(path, f'"{cover}" is a partner\'s contact and cannot cover')

    def _plan_hours(self, key: str, table: PersonTable) -> Hours | None:
        """A TAM without hours of their own has those of the plan that promises the TAM."""
        if "tam" not in table.roles:
            return None
        for partner in self.table.partners.values():
            program = self.catalog.programs.get(partner.program)
            plan = program.plans.get(partner.plan) if program else None
            if partner.tam == key and plan is not None and plan.tam_hours is not None:
                return plan.tam_hours
        return None

    def _identity(self, person: str, table: AccountTable, path: KeyPath) -> Identity:
        workspace = self._workspace(table.platform, table, path)
        user = table.user or ""
        if table.platform == "web":
            user = table.user or person
            if user != person:
                self.fault(
                    (*path, "user"), f'in the web chat everybody has their own key: "{person}"'
                )
        elif table.user is None:
            self.fault((*path, "user"), "is missing")
        self.once(path, "identity", table.platform, workspace, user)
        return Identity(table.platform, workspace, user)

    def _workspace(
        self, platform: str, table: AccountTable | WorkspaceTable | ChannelTable, path: KeyPath
    ) -> str:
        wanted = "tenant" if platform in TENANT_PLATFORMS else "workspace"
        other = "workspace" if wanted == "tenant" else "tenant"
        if platform == "web":
            for name in ("workspace", "tenant"):
                if getattr(table, name) is not None:
                    self.fault((*path, name), "the web chat has none: leave it out")
            return ""
        if getattr(table, other) is not None:
            self.fault((*path, other), f"{platform} has a {wanted} instead")
        given: str | None = getattr(table, wanted)
        if given is None:
            self.fault((*path, wanted), "is missing")
        return given or ""

    # --- channels ---------------------------------------------------------------------------------

    def _place(self, key: str, table: ChannelTable) -> Place:
        path: KeyPath = ("channels", key)
        workspace = self._workspace(table.platform, table, path)
        self.once((*path, "channel"), "channel", table.platform, workspace, table.channel)
        if (table.serves == "partner") != bool(table.partners):
            if table.partners:
                self.fault((*path, "partners"), "belong to a partner channel only")
            else:
                self.fault((*path, "partners"), "is missing: a partner channel names its partners")
        if table.serves != "engineers" and (table.programs or table.products):
            name = "programs" if table.programs else "products"
            self.fault((*path, name), "belong to an engineers' channel only")
        return Place(
            id=key,
            kind=PlaceKind(table.serves),
            platform=table.platform,
            workspace=workspace,
            channel=table.channel,
            name=table.name,
            programs=table.programs,
            products=table.products,
            partner_ids=table.partners,
        )


def _path(gap: Gap) -> KeyPath:
    return tuple(part for part in (gap.table, gap.key) if part)


def _hours(table: HoursTable | None) -> Hours | None:
    if table is None:
        return None
    days = tuple(sorted({WEEKDAYS.index(day) for day in table.weekdays}))
    return Hours(days, *table.hours)
