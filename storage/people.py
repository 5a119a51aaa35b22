"""Partners, persons and places, as rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tortoise.models import Model
from tortoise.queryset import QuerySet

from desk.people import Identity, Partner, Person, Place, PlaceKind, Role
from storage.facts import read_hours, read_keys, write_hours, write_keys
from storage.sql import Sql
from storage.tables import IdentityRow, PartnerRow, PersonRow, PlaceRow, WorkspaceRow

_PARTNER = ("name", "program", "plan", "billing", "kind", "country", "time_zone", "language")
_PLACE = ("kind", "platform", "workspace", "channel", "name", "archived")
_PLACE_KEYS = ("programs", "products", "partner_ids")
_PERSON = ("name", "time_zone", "email", "language", "partner_id", "on_duty", "cover_id")


class StoredPeople:
    """Implements `desk.ports.People`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def partner(self, partner_id: str) -> Partner | None:
        row = await PartnerRow.get_or_none(id=partner_id)
        return _partner(row) if row else None

    async def partners(self) -> Sequence[Partner]:
        return [_partner(row) for row in await PartnerRow.all().order_by("id")]

    async def person(self, person_id: str) -> Person | None:
        return await _first(PersonRow.filter(id=person_id))

    async def persons(self, role: Role | None = None) -> Sequence[Person]:
        """Everybody, or everybody with a role, in order of id."""
        rows = PersonRow.all() if role is None else PersonRow.filter(roles__contains=f'"{role}"')
        return await _persons(await rows.order_by("id"))

    async def by_identity(self, identity: Identity) -> Person | None:
        account = await IdentityRow.get_or_none(
            platform=identity.platform, workspace=identity.workspace, user=identity.user
        )
        return await self.person(account.person_id) if account else None

    async def by_email(self, email: str) -> Person | None:
        """Whoever has this address, in capital or small letters."""
        return await _first(PersonRow.filter(email_key=_email_key(email)).order_by("id"))

    async def partner_of_workspace(self, platform: str, workspace: str) -> Partner | None:
        row = await WorkspaceRow.get_or_none(platform=platform, workspace=workspace)
        return await self.partner(row.partner_id) if row else None

    async def put_partner(self, partner: Partner) -> None:
        values = {name: getattr(partner, name) for name in _PARTNER} | {
            "subscribed_on": partner.subscribed_on.isoformat(),
            "tam_id": partner.tam_id,
        }
        await _put(PartnerRow, partner.id, values)

    async def put_person(self, person: Person) -> None:
        """Store a person; an account that was somebody else's is theirs from now on."""
        values = {name: getattr(person, name) for name in _PERSON} | {
            "roles": json.dumps(sorted(person.roles)),
            "email_key": _email_key(person.email),
            "hours": write_hours(person.hours),
        }
        await _put(PersonRow, person.id, values)
        await IdentityRow.filter(person_id=person.id).delete()
        for position, identity in enumerate(person.identities):
            await self._sql.rows(
                """INSERT INTO identities (platform, workspace, "user", person_id, position)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (platform, workspace, "user")
                DO UPDATE SET person_id = excluded.person_id, position = excluded.position""",
                identity.platform,
                identity.workspace,
                identity.user,
                person.id,
                position,
            )

    async def put_place(self, place: Place) -> None:
        values = {name: getattr(place, name) for name in _PLACE}
        values |= {name: write_keys(getattr(place, name)) for name in _PLACE_KEYS}
        await _put(PlaceRow, place.id, values)

    async def link_workspace(
        self, platform: str, workspace: str, partner_id: str, *, by_code: bool = False
    ) -> None:
        """Make a workspace a partner's own, whosever it was before."""
        await self._sql.rows(
            """INSERT INTO workspaces (platform, workspace, partner_id, by_code)
            VALUES (?, ?, ?, ?) ON CONFLICT (platform, workspace)
            DO UPDATE SET partner_id = excluded.partner_id, by_code = excluded.by_code""",
            platform,
            workspace,
            partner_id,
            by_code,
        )

    async def unlink_workspace(self, platform: str, workspace: str) -> None:
        await WorkspaceRow.filter(platform=platform, workspace=workspace).delete()

    async def workspaces(self, *, by_code: bool | None = None) -> Mapping[tuple[str, str], str]:
        """The partner's id of every linked (platform, workspace), or of those linked that way."""
        rows = WorkspaceRow.all() if by_code is None else WorkspaceRow.filter(by_code=by_code)
        linked = await rows.order_by("platform", "workspace")
        return {(row.platform, row.workspace): row.partner_id for row in linked}

    async def remove_person(self, person_id: str) -> None:
        """Forget a person and their accounts; what they did stays under their id."""
        await IdentityRow.filter(person_id=person_id).delete()
        await PersonRow.filter(id=person_id).delete()

    async def remove_partner(self, partner_id: str) -> None:
        """Forget a partner and its workspaces; its cases stay under its id."""
        await WorkspaceRow.filter(partner_id=partner_id).delete()
        await PartnerRow.filter(id=partner_id).delete()

    async def remove_place(self, place_id: str) -> None:
        await PlaceRow.filter(id=place_id).delete()

    async def place(self, place_id: str) -> Place | None:
        row = await PlaceRow.get_or_none(id=place_id)
        return _place(row) if row else None

    async def place_at(self, platform: str, workspace: str, channel: str) -> Place | None:
        """The place that a platform's channel is; one in use before an archived one."""
        rows = PlaceRow.filter(platform=platform, workspace=workspace, channel=channel)
        row = await rows.order_by("archived", "id").first()
        return _place(row) if row else None

    async def places(self, kind: PlaceKind | None = None) -> Sequence[Place]:
        rows = PlaceRow.all() if kind is None else PlaceRow.filter(kind=kind)
        return [_place(row) for row in await rows.order_by("id")]


def _email_key(email: str | None) -> str | None:
    return None if email is None else email.strip().casefold()


def _partner(row: PartnerRow) -> Partner:
    plain: dict[str, Any] = {name: getattr(row, name) for name in _PARTNER}
    subscribed_on = date.fromisoformat(row.subscribed_on)
    return Partner(id=row.id, subscribed_on=subscribed_on, tam_id=row.tam_id, **plain)


def _place(row: PlaceRow) -> Place:
    plain: dict[str, Any] = {name: getattr(row, name) for name in _PLACE}
    keys: dict[str, Any] = {name: read_keys(getattr(row, name)) for name in _PLACE_KEYS}
    return Place(id=row.id, **plain, **keys)


async def _first(rows: QuerySet[PersonRow]) -> Person | None:
    return next(iter(await _persons(await rows.limit(1))), None)


async def _persons(rows: Sequence[PersonRow]) -> list[Person]:
    accounts: defaultdict[str, list[Identity]] = defaultdict(list)
    if rows:
        # One person, or a role's worth of them: never a query for each.
        mine = IdentityRow.filter(person_id=rows[0].id) if len(rows) == 1 else IdentityRow.all()
        for row in await mine.order_by("person_id", "position"):
            accounts[row.person_id].append(Identity(row.platform, row.workspace, row.user))
    return [_person(row, tuple(accounts[row.id])) for row in rows]


def _person(row: PersonRow, identities: tuple[Identity, ...]) -> Person:
    plain: dict[str, Any] = {name: getattr(row, name) for name in _PERSON}
    roles = frozenset(Role(role) for role in json.loads(row.roles))
    hours = read_hours(row.hours)
    return Person(id=row.id, roles=roles, hours=hours, identities=identities, **plain)


async def _put(kind: type[Model], key: str, values: Mapping[str, Any]) -> None:
    """Insert or change a row in one statement: two who put the same one at once both succeed."""
    row = kind(id=key, **values)
    await kind.bulk_create([row], on_conflict=["id"], update_fields=list(values))
