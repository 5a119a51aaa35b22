"""What a roster leaves open: nothing wrong in itself, yet somebody would not be told one day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from desk.duty import engineer_place, operator_place
from desk.people import Partner, Person, Place, PlaceKind, Role
from sla.catalog import Catalog
from sla.plans import Plan
from sla.toml_source import Fault

_NO_CONTACTS = "has no contacts"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing: the roster's table and key that it is about, `what`, and how to `mend`.

    `key` is "" where it is about the roster as a whole.
    """

    table: str
    key: str
    what: str
    mend: str

    @property
    def sentence(self) -> str:
        """Both, for a line that names the key already."""
        return f"{self.what}: {self.mend}"


def gaps(
    catalog: Catalog,
    partners: Collection[Partner],
    people: Collection[Person],
    places: Collection[Place],
    linked: Collection[str] = (),
) -> list[Gap]:
    """Everything that is missing, in the order partners, people, channels.

    `linked` are the partners with a workspace of their own: its people come in by themselves.
    """
    if not partners and not people and not places:
        return [Gap("", "", "the roster is empty", "apply one: nobody can open a case yet")]
    known = {person.id: person for person in people}
    found = [gap for partner in partners for gap in _of_partner(catalog, partner, known)]
    staffed = {*linked, *(person.partner_id for person in people)}
    found.extend(
        Gap("partners", p.id, _NO_CONTACTS, "name one, or link their workspace")
        for p in partners
        if p.id not in staffed
    )
    found.extend(gap for person in people for gap in _of_person(person))
    found.extend(_of_channels(catalog, partners, list(places)))
    found.extend(_of_duty(people))
    return found


def unmended(warnings: Iterable[Fault], linked: Collection[str]) -> list[Fault]:
    """A file's warnings without those that partners have mended by linking their workspace."""
    mended = {f"partners.{partner}" for partner in linked}
    return [
        one for one in warnings if one.key not in mended or not one.reason.startswith(_NO_CONTACTS)
    ]


def _of_partner(catalog: Catalog, partner: Partner, people: dict[str, Person]) -> Iterator[Gap]:
    plan = _plan(catalog, partner)
    if plan is None:
        what = f'is on plan "{partner.plan}" of "{partner.program}", which the catalog has not'
        yield Gap("partners", partner.id, what, "give it a plan of the catalog")
        return
    if partner.tam_id is None:
        if plan.tam:
            what = f"{plan.name} includes a designated TAM, and none is named"
            yield Gap("partners", partner.id, what, "add tam; until then duty managers are asked")
        return
    if not plan.tam:
        what = f"has a TAM, and {plan.name} does not include one"
        yield Gap("partners", partner.id, what, "remove tam, or change the plan")
    tam = people.get(partner.tam_id)
    if tam is None or not tam.identities:
        name = tam.name if tam else partner.tam_id
        what = f"its TAM {name} has no identity on any platform"
        yield Gap("partners", partner.id, what, f"add identities to people.{partner.tam_id}")


def _plan(catalog: Catalog, partner: Partner) -> Plan | None:
    program = catalog.programs.get(partner.program)
    return program.plans.get(partner.plan) if program else None


def _of_person(person: Person) -> Iterator[Gap]:
    if not person.roles:
        return
    if not person.identities and person.email is None:
        what = "has neither an identity nor an e-mail address"
        yield Gap("people", person.id, what, "add one: nobody can reach them")
    if Role.TAM in person.roles and person.cover_id is None:
        yield Gap("people", person.id, "is a TAM without a cover", "add cover")


def _of_channels(
    catalog: Catalog, partners: Iterable[Partner], places: list[Place]
) -> Iterator[Gap]:
    for key in sorted({p.program for p in partners} & set(catalog.programs)):
        program = catalog.programs[key]
        bare = [p for p in program.products if engineer_place(places, key, p) is None]
        if bare:
            which = "" if len(bare) == len(program.products) else f" for {', '.join(bare)}"
            what = f"{program.name} has no engineers' channel{which}"
            yield Gap("channels", "", what, f'add one that serves "engineers" of "{key}"')
    if operator_place(places) is None:
        what = "there is no operators' channel, which hears of every trouble"
        yield Gap("channels", "", what, 'add one that serves "operators"')
    of_operators = [p for p in places if p.kind is PlaceKind.OPERATORS and not p.archived]
    for place in of_operators[1:]:
        what = f"is a second operators' channel, and {of_operators[0].id} is the one used"
        yield Gap("channels", place.id, what, "remove one of them")


def _of_duty(people: Iterable[Person]) -> Iterator[Gap]:
    roles = {role for person in people for role in person.roles}
    if Role.ENGINEER not in roles:
        yield Gap("people", "", "there is no engineer", "add one: nobody can claim a case")
    if Role.DUTY_MANAGER not in roles:
        what = "there is no duty manager"
        yield Gap("people", "", what, "add one: they are asked when no TAM is on duty")
