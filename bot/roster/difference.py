"""What a roster would change, in words, and the writing of it: once, and in one transaction.

Nothing with a history is lost. A person who vanishes from the roster loses roles, identities and
e-mail address, and keeps the name for what they did; a partner that vanishes is removed only if
it never had a case. What people did for themselves stays: being off duty, the accounts by which
the desk has met them in their partner's own workspace, and a workspace that they linked by a code.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.roster.read import Roster
from bot.roster.words import fields_changed, heading, in_words
from desk.case import OPEN
from desk.people import Identity, Partner, Person, Place
from desk.ports import UnitOfWork
from desk.records import CaseFilter

# The accounts that the roster gave when it was last applied.
GIVEN = "roster.identities"

Sign = Literal["+", "~", "-", "="]
Write = Callable[[UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the difference: "+" new, "~" changed, "-" gone; and how it is written.

    "=" is a remark: something that stays although the roster does not name it any more.
    """

    sign: Sign
    words: str
    write: Write = field(compare=False)

    def __str__(self) -> str:
        return f"{self.sign} {self.words}"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database has."""

    partners: Mapping[str, Partner]
    people: Mapping[str, Person]
    places: Mapping[str, Place]
    workspaces: Mapping[tuple[str, str], str]
    by_code: Mapping[tuple[str, str], str]


async def apply(uow: UnitOfWork, roster: Roster, *, dry_run: bool = False) -> tuple[Change, ...]:
    """Make the database say what the roster says, and return what that changed.

    With `dry_run` nothing is written. Applied again it changes nothing.
    """
    changes = await difference(uow, roster)
    if not dry_run:
        whole = _with_codes(roster, await uow.people.workspaces(by_code=True))
        for change in changes:
            await change.write(uow)
        given = json.dumps(sorted(_given(whole)), ensure_ascii=False)
        if given != await uow.notes.read(GIVEN):
            await uow.notes.write(GIVEN, given)
    return changes


async def difference(uow: UnitOfWork, roster: Roster) -> tuple[Change, ...]:
    """What `apply` would change, in the order in which it is written."""
    known = _Known(
        {p.id: p for p in await uow.people.partners()},
        {p.id: p for p in await uow.people.persons()},
        {p.id: p for p in await uow.people.places()},
        await uow.people.workspaces(),
        await uow.people.workspaces(by_code=True),
    )
    named, roster = roster, _with_codes(roster, known.by_code)
    given = frozenset(json.loads(await uow.notes.read(GIVEN) or "[]"))
    # What goes makes room for what comes: an account or a workspace may have changed hands.
    gone = await _gone(uow, roster, known)
    return (
        *gone,
        *_put(roster.partners, known.partners, "partner", _put_partner),
        *_put(_met(roster, known, given), known.people, "person", _put_person),
        *_put(roster.places, known.places, "channel", _put_place),
        *_linked(named, roster, known),
    )


def _with_codes(roster: Roster, by_code: Mapping[tuple[str, str], str]) -> Roster:
    """The roster with the workspaces that its partners linked by a code, and that it leaves out."""
    stays = {at: partner for at, partner in by_code.items() if partner in roster.partners}
    return replace(roster, workspaces={**stays, **roster.workspaces})


def _put(
    wanted: Mapping[str, Any],
    known: Mapping[str, Any],
    noun: str,
    write: Callable[[Any], Write],
) -> Iterable[Change]:
    for key, new in wanted.items():
        old = known.get(key)
        if old is None:
            yield Change("+", heading(noun, new), write(new))
        elif old != new:
            yield Change("~", f"{heading(noun, new)}: {fields_changed(old, new)}", write(new))


async def _nothing(_uow: UnitOfWork) -> None:
    """A remark changes nothing."""


def _put_partner(partner: Partner) -> Write:
    return lambda uow: uow.people.put_partner(partner)


def _put_person(person: Person) -> Write:
    return lambda uow: uow.people.put_person(person)


def _put_place(place: Place) -> Write:
    return lambda uow: uow.people.put_place(place)


def _linked(named: Roster, roster: Roster, known: _Known) -> Iterable[Change]:
    for at, partner in roster.workspaces.items():
        words = f"workspace {' '.join(at)}: belongs to {partner}"
        if at not in named.workspaces:
            yield Change("=", f"{words} by a code; `partnerdesk partner unlink` ends it", _nothing)
        elif known.workspaces.get(at) != partner:
            yield Change("+", words, _link(*at, partner))
        elif at in known.by_code:
            yield Change("~", f"{words} by the roster, no longer by a code", _link(*at, partner))


def _link(platform: str, workspace: str, partner: str) -> Write:
    return lambda uow: uow.people.link_workspace(platform, workspace, partner)


def _met(roster: Roster, known: _Known, given: frozenset[str]) -> dict[str, Person]:
    """The roster's people with what they did for themselves since they were last applied.

    An account that an earlier roster gave (`given`) and this one does not is gone.
    """
    claimed = {identity for person in roster.people.values() for identity in person.identities}
    met = {}
    for key, person in roster.people.items():
        old = known.people.get(key)
        if old is None:
            met[key] = person
            continue
        learned = tuple(
            identity
            for identity in old.identities
            if identity not in claimed
            and in_words(identity) not in given
            and _at_home(roster, person, identity)
        )
        identities = (*person.identities, *learned)
        met[key] = replace(person, on_duty=old.on_duty, identities=identities)
    return met


def _given(roster: Roster) -> set[str]:
    """The accounts that the roster itself gives, of those that could also have been met."""
    return {
        in_words(identity)
        for person in roster.people.values()
        for identity in person.identities
        if _at_home(roster, person, identity)
    }


def _at_home(roster: Roster, person: Person, identity: Identity) -> bool:
    """Whether an account is of a workspace that belongs to the person's own partner."""
    owner = roster.workspaces.get((identity.platform, identity.workspace))
    return owner is not None and owner == person.partner_id


# --- what vanished --------------------------------------------------------------------------------


async def _gone(uow: UnitOfWork, roster: Roster, known: _Known) -> list[Change]:
    changes = [_unlink(at, known) for at in known.workspaces if at not in roster.workspaces]
    changes += [_remove_place(p) for key, p in known.places.items() if key not in roster.places]
    removed = set()
    for key, partner in known.partners.items():
        if key in roster.partners:
            continue
        cases = (await uow.cases.find(CaseFilter(partner_ids=(key,)), size=1)).total
        if not cases:
            removed.add(key)
        changes += _part_with(partner, cases)
    for key, person in known.people.items():
        if key not in roster.people and not _still_met(roster, person):
            changes += await _let_go(uow, person, removed)
    return changes


def _unlink(at: tuple[str, str], known: _Known) -> Change:
    platform, workspace = at
    words = f"workspace {platform} {workspace}: belonged to {known.workspaces[at]}"
    return Change("-", words, lambda uow: uow.people.unlink_workspace(platform, workspace))


def _remove_place(place: Place) -> Change:
    return Change("-", heading("channel", place), lambda uow: uow.people.remove_place(place.id))


def _part_with(partner: Partner, cases: int) -> list[Change]:
    if not cases:
        words = f"{heading('partner', partner)}: removed, it never had a case"
        return [Change("-", words, lambda uow: uow.people.remove_partner(partner.id))]
    words = f"{heading('partner', partner)}: kept for the history of its {_cases(cases)}"
    if partner.tam_id is None:
        return [Change("=", words, _nothing)]
    return [Change("-", f"{words}; TAM removed", _put_partner(replace(partner, tam_id=None)))]


def _still_met(roster: Roster, person: Person) -> bool:
    """Whether somebody who joined from a partner's workspace may still do so."""
    joined = "." in person.id and person.partner_id in roster.partners
    return joined and any(_at_home(roster, person, i) for i in person.identities)


async def _let_go(uow: UnitOfWork, person: Person, removed: set[str]) -> list[Change]:
    if person.partner_id in removed:
        words = f"{heading('person', person)}: removed with their partner"
        return [Change("-", words, lambda uow: uow.people.remove_person(person.id))]
    bare = stripped(person)
    if bare == person:
        return []
    held = await uow.cases.find(CaseFilter(owner_id=person.id, states=OPEN), size=1)
    owns = f"; still owns {_cases(held.total, 'open ')}: hand over" if held.total else ""
    words = f"{heading('person', person)}: roles and identities removed, the name stays{owns}"
    return [Change("-", words, _put_person(bare))]


def stripped(person: Person) -> Person:
    """The same name without anything by which somebody could come in or be called."""
    return replace(
        person,
        roles=frozenset(),
        email=None,
        on_duty=False,
        hours=None,
        cover_id=None,
        identities=(),
    )


def _cases(number: int, what: str = "") -> str:
    return f"{number} {what}case" + ("" if number == 1 else "s")
