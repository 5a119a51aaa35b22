"""Who is speaking: a platform identity becomes a person of the desk."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from desk.errors import NotKnown
from desk.people import Identity, Partner, Person, Role
from desk.ports import UnitOfWork
from handlers.exchange import Sender
from handlers.fields import LINE

# What somebody is called of whom the platform tells no name.
NAMELESS = "A colleague"


async def identify(uow: UnitOfWork, sender: Sender) -> Person:
    """The person behind an authenticated sender; raises `NotKnown` where `known` finds nobody."""
    person = await known(uow, sender)
    if person is None:
        raise stranger()
    return person


def stranger() -> NotKnown:
    """The answer to somebody whom the desk does not know, and who has no way to join."""
    return NotKnown(
        code="unknown.person",
        what="The desk does not know you yet, so nothing was done.",
        why="It answers people of the partners that it serves, and the vendor's own.",
        next_step="Ask your partner manager or an operator of the desk to add you.",
    )


async def known(uow: UnitOfWork, sender: Sender) -> Person | None:
    """The person behind an authenticated sender; None where it is nobody's account.

    Somebody who writes from a partner's linked workspace for the first time is matched by e-mail
    with a contact of that very partner, or joins as its contact. An e-mail address never makes
    anybody a person of another partner or of the vendor.
    """
    identity = Identity(sender.platform, sender.workspace, sender.user)
    person = await uow.people.by_identity(identity)
    if person is not None:
        return person
    partner = await uow.people.partner_of_workspace(sender.platform, sender.workspace)
    if partner is None:
        return None
    # Whoever writes this row second waits for the first, and then finds that they have joined.
    await uow.notes.write(f"joining:{_key(identity)}", partner.id)
    person = await uow.people.by_identity(identity)
    if person is not None:
        return person
    email = _printable(sender.email or "")
    match = await uow.people.by_email(email) if email else None
    if match is not None and match.partner_id == partner.id:
        person = replace(match, identities=(*match.identities, identity))
    else:
        person = _join(sender, identity, partner)
    await uow.people.put_person(person)
    return person


def _join(sender: Sender, identity: Identity, partner: Partner) -> Person:
    """A new contact; the id is derived from the identity, so that joining twice is joining once."""
    return Person(
        id=f"{partner.id}.{_key(identity)}",
        name=_printable(sender.name) or NAMELESS,
        roles=frozenset({Role.CONTACT}),
        time_zone=partner.time_zone,
        language=partner.language,
        partner_id=partner.id,
        identities=(identity,),
    )


def _printable(text: str) -> str:
    """What a platform calls somebody, in one line that every database takes."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LINE]


def _key(identity: Identity) -> str:
    seed = "\x1f".join((identity.platform, identity.workspace, identity.user))
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
