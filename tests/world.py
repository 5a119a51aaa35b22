"""A small world to talk in: a partner on every plan, engineers, TAMs, channels."""

from datetime import date, time

from desk.people import Billing, Hours, Identity, Partner, Person, Place, PlaceKind, Role
from desk.ports import UnitOfWork

SHANGHAI, BERLIN, LISBON = "Asia/Shanghai", "Europe/Berlin", "Europe/Lisbon"


def partner(key: str, name: str, program: str, plan: str, tam: str | None = None) -> Partner:
    return Partner(
        key, name, program, plan, date(2025, 3, 15), Billing.YEARLY, "solution", "CN", BERLIN,
        tam_id=tam,
    )  # fmt: skip


PARTNERS = (
    partner("northwind", "Northwind", "psp", "premier", "tara"),
    partner("contoso", "Contoso", "psp", "standard"),
    partner("fabrikam", "Fabrikam", "psp", "basic"),
    partner("aster", "Aster", "spp", "certified"),
    partner("birch", "Birch", "spp", "preferred"),
    partner("cedar", "Cedar", "spp", "advanced"),
)


def web(key: str) -> tuple[Identity, ...]:
    return (Identity("web", "", key),)


def contact(key: str, name: str, partner_id: str, zone: str = BERLIN) -> Person:
    return Person(
        key, name, frozenset({Role.CONTACT}), zone, f"{key}@{partner_id}.example",
        partner_id=partner_id, identities=web(key),
    )  # fmt: skip


def vendor(key: str, name: str, *roles: Role, zone: str = SHANGHAI, **more: object) -> Person:
    return Person(
        key, name, frozenset(roles), zone, f"{key}@vendor.example", identities=web(key), **more,  # type: ignore[arg-type]  # a test's shorthand
    )  # fmt: skip


OFFICE = Hours((0, 1, 2, 3, 4), time(9), time(17))

PEOPLE = (
    contact("nora", "Nora Weiss", "northwind"),
    contact("nils", "Nils Berg", "northwind", LISBON),
    contact("carla", "Carla Rossi", "contoso"),
    contact("finn", "Finn Olsen", "fabrikam"),
    contact("anna", "Anna Park", "aster"),
    contact("bela", "Bela Kovacs", "birch"),
    contact("cora", "Cora Lind", "cedar"),
    vendor("mei", "Mei Lin", Role.ENGINEER),
    vendor("omar", "Omar Haddad", Role.ENGINEER, zone=BERLIN),
    vendor("tara", "Tara Singh", Role.TAM, hours=OFFICE, cover_id="theo"),
    vendor("theo", "Theo Brandt", Role.TAM, zone=BERLIN, hours=OFFICE, cover_id="tara"),
    vendor("dana", "Dana Cole", Role.DUTY_MANAGER),
    vendor("opal", "Opal Reed", Role.OPERATOR),
)


def place(key: str, kind: PlaceKind, *programs: str, partners: tuple[str, ...] = ()) -> Place:
    return Place(key, kind, "web", "", key, f"#{key}", programs, (), partners)


PLACES = (
    place("support-cloud", PlaceKind.ENGINEERS, "psp"),
    place("support-sdk", PlaceKind.ENGINEERS, "spp"),
    place("northwind", PlaceKind.PARTNER, partners=("northwind",)),
    place("shared", PlaceKind.PARTNER, partners=("northwind", "contoso")),
    place("operators", PlaceKind.OPERATORS),
)


async def settle(uow: UnitOfWork) -> None:
    """Put everybody into the desk."""
    for one in PARTNERS:
        await uow.people.put_partner(one)
    for person in PEOPLE:
        await uow.people.put_person(person)
    for place in PLACES:
        await uow.people.put_place(place)
