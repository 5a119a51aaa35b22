"""Partners, persons and places, as rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tortoise.models import Model

from desk.people import Billing, Identity, Partner, Person, Place, PlaceKind, Role
from storage.facts import read_hours, read_keys, write_hours, write_keys
from storage.sql import Row, Sql
from storage.tables import IdentityRow, PartnerRow, PersonRow, PlaceRow, WorkspaceRow

_PARTNER = ("name", "program", "plan", "billing", "kind", "country", "time_zone", "language")
_PLACE = ("kind", "platform", "workspace", "channel", "name", "archived")
_PLACE_KEYS = ("programs", "products", "partner_ids")
_PERSON_WITH_ACCOUNTS = """
SELECT persons.*, account.platform, account.workspace, account."user"
FROM persons LEFT JOIN identities AS account ON account.person_id = persons.id
WHERE persons.id = {which} ORDER BY account.position"""
_OF_ACCOUNT = """
(SELECT person_id FROM identities WHERE platform = ? AND workspace = ? AND "user" = ?)"""
_PERSON = ("name", "time_zone", "email", "language", "partner_id", "on_duty", "cover_id")


class StoredPeople:
    """Implements `desk.ports.People`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        # A conversation asks for the same few partners again and again.
        self._partners: dict[str, Partner] = {}

    async def partner(self, partner_id: str) -> Partner | None:
        """A partner, read once in a transaction, unless the transaction itself changes it."""
        known = self._partners.get(partner_id)
        if known is None:
            row = await self._sql.one("SELECT * FROM partners WHERE id = ?", partner_id)
            if row is None:
                return None
            known = self._partners[partner_id] = _partner(row)
        return known

    async def partners(self) -> Sequence[Partner]:
        return [_partner(vars(row)) for row in await PartnerRow.all().order_by("id")]

    async def person(self, person_id: str) -> Person | None:
        return _whole(await self._sql.rows(_PERSON_WITH_ACCOUNTS.format(which="?"), person_id))

    async def persons(self, role: Role | None = None) -> Sequence[Person]:
        """Everybody, or everybody with a role, in order of id."""
        rows = PersonRow.all() if role is None else PersonRow.filter(roles__contains=f'"{role}"')
        return await _persons(await rows.order_by("id"))

    async def by_identity(self, identity: Identity) -> Person | None:
        rows = await self._sql.rows(
            _PERSON_WITH_ACCOUNTS.format(which=_OF_ACCOUNT),
            identity.platform,
            identity.workspace,
            identity.user,
        )
        return _whole(rows)

    async def by_email(self, email: str) -> Person | None:
        """Whoever has this address, in capital or small letters."""
        rows = PersonRow.filter(email_key=_email_key(email)).order_by("id")
        return next(iter(await _persons(await rows.limit(1))), None)

    async def partner_of_workspace(self, platform: str, workspace: str) -> Partner | None:
        row = await WorkspaceRow.get_or_none(platform=platform, workspace=workspace)
        return await self.partner(row.partner_id) if row else None

    async def put_partner(self, partner: Partner) -> None:
        values = {name: getattr(partner, name) for name in _PARTNER} | {
            "subscribed_on": partner.subscribed_on.isoformat(),
            "tam_id": partner.tam_id,
        }
        self._partners.pop(partner.id, None)
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
        self._partners.pop(partner_id, None)
        await WorkspaceRow.filter(partner_id=partner_id).delete()
        await PartnerRow.filter(id=partner_id).delete()

    async def remove_place(self, place_id: str) -> None:
        await PlaceRow.filter(id=place_id).delete()

    async def place(self, place_id: str) -> Place | None:
        row = await self._sql.one("SELECT * FROM places WHERE id = ?", place_id)
        return _place(row) if row else None

    async def place_at(self, platform: str, workspace: str, channel: str) -> Place | None:
        """The place that a platform's channel is; one in use before an archived one."""
        row = await self._sql.one(
            """SELECT * FROM places WHERE platform = ? AND workspace = ? AND channel = ?
            ORDER BY archived, id LIMIT 1""",
            platform,
            workspace,
            channel,
        )
        return _place(row) if row else None

    async def places(self, kind: PlaceKind | None = None) -> Sequence[Place]:
        """Every channel of the roster, or those of a kind, in order of id."""
        rows = PlaceRow.all() if kind is None else PlaceRow.filter(kind=kind)
        return [_place(vars(row)) for row in await rows.order_by("id")]


def _email_key(email: str | None) -> str | None:
    return None if email is None else email.strip().casefold()


def _partner(row: Mapping[str, Any]) -> Partner:
    plain = {name: row[name] for name in _PARTNER} | {"billing": Billing(row["billing"])}
    subscribed_on = date.fromisoformat(row["subscribed_on"])
    return Partner(id=row["id"], subscribed_on=subscribed_on, tam_id=row["tam_id"], **plain)


def _place(row: Mapping[str, Any]) -> Place:
    plain: dict[str, Any] = {name: row[name] for name in _PLACE}
    plain |= {name: read_keys(row[name]) for name in _PLACE_KEYS}
    # SQLite knows no truth, only 1 and 0.
    plain |= {"kind": PlaceKind(row["kind"]), "archived": bool(row["archived"])}
    return Place(id=row["id"], **plain)


def _whole(rows: Sequence[Row]) -> Person | None:
    """A person out of a row for each of their accounts, or one without any."""
    if not rows:
        return None
    identities = tuple(
        Identity(row["platform"], row["workspace"], row["user"])
        for row in rows
        if row["platform"] is not None
    )
    return _person(rows[0], identities)


async def _persons(rows: Sequence[PersonRow]) -> list[Person]:
    accounts: defaultdict[str, list[Identity]] = defaultdict(list)
    if rows:
        # One person, or a role's worth of them: never a query for each.
        mine = IdentityRow.filter(person_id=rows[0].id) if len(rows) == 1 else IdentityRow.all()
        for row in await mine.order_by("person_id", "position"):
            accounts[row.person_id].append(Identity(row.platform, row.workspace, row.user))
    return [_person(vars(row), tuple(accounts[row.id])) for row in rows]


def _person(row: Mapping[str, Any], identities: tuple[Identity, ...]) -> Person:
    # SQLite knows no truth, only 1 and 0.
    plain = {name: row[name] for name in _PERSON} | {"on_duty": bool(row["on_duty"])}
    roles = frozenset(Role(role) for role in json.loads(row["roles"]))
    hours = read_hours(row["hours"])
    return Person(id=row["id"], roles=roles, hours=hours, identities=identities, **plain)


async def _put(kind: type[Model], key: str, values: Mapping[str, Any]) -> None:
    """Insert or change a row in one statement: two who put the same one at once both succeed."""
    row = kind(id=key, **values)
    await kind.bulk_create([row], on_conflict=["id"], update_fields=list(values))
