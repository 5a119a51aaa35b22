"""The roster, as rows."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from desk.people import Billing, Hours, Identity, Partner, Person, Place, PlaceKind, Role
from storage.desk import StoredDesk

ACME = Partner(
    "acme", "Acme 有限公司", "cloud", "standard", date(2025, 2, 28), Billing.YEARLY, "solution",
    "CN", "Asia/Shanghai", "zh", "tam",
)  # fmt: skip
OTHER = replace(ACME, id="other", billing=Billing.MONTHLY, tam_id=None)
LI = Person(
    "li", "Li", frozenset({Role.CONTACT}), "Asia/Shanghai", "Li@Acme.example", "zh", "acme",
    identities=(Identity("slack", "T1", "U1"), Identity("web", "", "li")),
)  # fmt: skip
WU = Person(
    "wu", "Wu", frozenset({Role.ENGINEER, Role.TAM}), "Europe/Berlin", on_duty=False,
    hours=Hours((0, 6), time(22, 30), time(6)), cover_id="xu",
)  # fmt: skip
SUPPORT = Place(
    "support", PlaceKind.ENGINEERS, "slack", "T1", "C1", "#support", ("cloud",), ("mq", "ecs"),
    ("acme", "other"),
)  # fmt: skip


async def put(desk: StoredDesk, *things: Partner | Person | Place) -> None:
    async def work(work: Any) -> None:
        for thing in things:
            match thing:
                case Partner():
                    await work.people.put_partner(thing)
                case Person():
                    await work.people.put_person(thing)
                case Place():
                    await work.people.put_place(thing)

    await desk.run(work)


async def test_partners(desk: StoredDesk) -> None:
    await put(desk, OTHER, ACME)
    assert await desk.run(lambda work: work.people.partners()) == [ACME, OTHER]
    await put(desk, replace(ACME, plan="premier"))
    assert await desk.run(lambda work: work.people.partner("acme")) == replace(ACME, plan="premier")
    await desk.run(lambda work: work.people.remove_partner("acme"))
    assert await desk.run(lambda work: work.people.partner("acme")) is None


async def test_persons_by_role_in_order(desk: StoredDesk) -> None:
    await put(desk, WU, LI)
    assert await desk.run(lambda work: work.people.persons()) == [LI, WU]
    assert await desk.run(lambda work: work.people.persons(Role.TAM)) == [WU]
    assert await desk.run(lambda work: work.people.persons(Role.OPERATOR)) == []
    assert await desk.run(lambda work: work.people.person("wu")) == WU


async def test_a_person_by_account_and_by_email(desk: StoredDesk) -> None:
    await put(desk, LI, WU)

    async def by(*identity: str) -> Person | None:
        return await desk.run(lambda work: work.people.by_identity(Identity(*identity)))

    assert await by("slack", "T1", "U1") == LI
    assert await by("web", "", "li") == LI
    assert await by("slack", "T2", "U1") is None
    assert await desk.run(lambda work: work.people.by_email(" LI@acme.EXAMPLE")) == LI
    assert await desk.run(lambda work: work.people.by_email("")) is None


async def test_a_person_changes_and_goes(desk: StoredDesk) -> None:
    await put(desk, LI, WU)
    moved = replace(LI, email=None, identities=LI.identities[1:])
    taken = replace(WU, identities=LI.identities[:1])
    await put(desk, moved, taken)
    assert await desk.run(lambda work: work.people.persons()) == [moved, taken]
    assert await desk.run(lambda work: work.people.by_email("li@acme.example")) is None
    await desk.run(lambda work: work.people.remove_person("li"))
    assert await desk.run(lambda work: work.people.persons()) == [taken]
    account = LI.identities[1]
    assert await desk.run(lambda work: work.people.by_identity(account)) is None


async def test_an_account_is_one_person_s(desk: StoredDesk) -> None:
    await put(desk, LI, replace(WU, identities=LI.identities))
    assert await desk.run(lambda work: work.people.person("li")) == replace(LI, identities=())


async def test_places(desk: StoredDesk) -> None:
    old = replace(SUPPORT, id="old", archived=True)
    ops = replace(SUPPORT, id="ops", kind=PlaceKind.OPERATORS, channel="C2", programs=())
    await put(desk, SUPPORT, ops, old)
    assert await desk.run(lambda work: work.people.places()) == [old, ops, SUPPORT]
    assert await desk.run(lambda work: work.people.places(PlaceKind.OPERATORS)) == [ops]
    assert await desk.run(lambda work: work.people.place("ops")) == ops
    assert await desk.run(lambda work: work.people.place_at("slack", "T1", "C1")) == SUPPORT
    assert await desk.run(lambda work: work.people.place_at("teams", "T1", "C1")) is None
    await put(desk, replace(ops, archived=True))
    await desk.run(lambda work: work.people.remove_place("support"))
    assert await desk.run(lambda work: work.people.place_at("slack", "T1", "C1")) == old
    assert await desk.run(lambda work: work.people.place("support")) is None


async def test_workspaces_are_linked_to_one_partner(desk: StoredDesk) -> None:
    await put(desk, ACME, OTHER)
    for partner in ("acme", "other"):
        await desk.run(lambda w, p=partner: w.people.link_workspace("slack", "T1", p))  # type: ignore[misc]
    await desk.run(lambda work: work.people.link_workspace("slack", "T2", "acme"))
    assert await desk.run(lambda work: work.people.workspaces()) == {
        ("slack", "T1"): "other",
        ("slack", "T2"): "acme",
    }
    found = await desk.run(lambda work: work.people.partner_of_workspace("slack", "T1"))
    assert found == OTHER
    await desk.run(lambda work: work.people.unlink_workspace("slack", "T1"))
    assert await desk.run(lambda work: work.people.partner_of_workspace("slack", "T1")) is None
    await desk.run(lambda work: work.people.remove_partner("acme"))
    assert await desk.run(lambda work: work.people.workspaces()) == {}
