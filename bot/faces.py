"""What a notice comes to when its time has come: a view of the data as they are now, and where to.

Everything here reads within one transaction; nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.platform import Address
from desk import notices
from desk.case import Case
from desk.notices import Recipient, Side, ToChannel, ToPerson, ToThread
from desk.people import Person, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import Message, OutboxRow, Post
from handlers.faces import face_of, verbs_of
from handlers.views.kinds import (
    AlertView,
    CaseView,
    Face,
    NewsView,
    PingView,
    SaidView,
    TroubleView,
    View,
)
from sla.catalog import Catalog, NotInCatalog


@dataclass(frozen=True, slots=True)
class Say:
    """To be posted at the first of the addresses that takes it.

    `post` is how the message is remembered, as case, side and what it is; None for one that is
    never changed again.
    """

    view: View
    to: tuple[Address, ...]
    post: tuple[int, Side, str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Earlier messages are to show `view`, or to go where it is None."""

    posts: tuple[Post, ...]
    view: View | None


@dataclass(frozen=True, slots=True)
class Moot:
    """Nothing is to be said any more; `reason` is for the ledger."""

    reason: str


@dataclass(frozen=True, slots=True)
class Astray:
    """There is nowhere to send it: why, and how to mend it."""

    reason: str
    mend: str


Draft = Say | Change | Moot | Astray

# What a case's card is remembered as.
CARD = "card"


async def draft(uow: UnitOfWork, catalog: Catalog, row: OutboxRow, now: datetime) -> Draft:
    """What is to be done about a notice `now`."""
    notice, recipient = row.planned.notice, row.planned.recipient
    if isinstance(notice, notices.Trouble):
        view = TroubleView(notice.key, notice.what, notice.mend, notice.title)
        return await _addressed(uow, recipient, view)
    case = await uow.cases.get(notice.case_id)
    if case is None:
        return Moot("the case does not exist")
    try:
        face = await face_of(uow, catalog, case, now)
    except NotInCatalog as missing:
        return Astray(f"{missing}", "Put it back into the catalog or the roster.")
    match notice:
        case notices.RefreshCard(side=side):
            posts = await uow.posts.of(case.id, side, CARD)
            if not posts:
                return Moot("no card to be refreshed")
            return Change(tuple(posts), _card(face, side))
        case notices.CaseCard(side=side):
            return await _addressed(uow, recipient, _card(face, side), (case.id, side, CARD))
        case notices.Said():
            return await _said(uow, face, notice.message_id, recipient)
        case notices.SaidChanged():
            return await _said_changed(uow, face, notice, recipient)
        case notices.Alert():
            return await _alert(uow, face, notice, recipient)
        case notices.TamPing():
            return await _ping(uow, face, notice, recipient, row.planned.ladder)
        case notices.News():
            return await _news(uow, face, notice, recipient)


def in_force(case: Case, alert: notices.Alert) -> str:
    """Why an alert is not to be said any more; "" while it is in force."""
    cycle = case.cycle
    if cycle.number != alert.cycle:
        return "a new clock runs"
    if not cycle.running:
        return "the clock was met" if cycle.met_at is not None else "nothing is owed any more"
    if cycle.acknowledged is not None:
        return "somebody has taken the escalation"
    if cycle.generation != alert.generation:
        return "the due time has moved"
    return "the clock is paused" if cycle.paused else ""


def _card(face: Face, side: Side) -> CaseView:
    return CaseView(face, side, verbs_of(face.case, face.partner, face.tam, side=side))


async def _alert(uow: UnitOfWork, face: Face, alert: notices.Alert, recipient: Recipient) -> Draft:
    over = in_force(face.case, alert)
    if over:
        return Moot(over)
    view = AlertView(
        face=face,
        rung=alert.rung,
        mention=await _people(uow, alert.mention),
        reader=await _reader(uow, face, recipient),
        verbs=verbs_of(face.case, face.partner, face.tam, side=Side.ENGINEERS),
    )
    return await _addressed(uow, recipient, view)


async def _reader(
    uow: UnitOfWork, face: Face, recipient: Recipient
) -> Literal["channel", "tam", "duty_manager", "owner"]:
    if not isinstance(recipient, ToPerson):
        return "channel"
    if recipient.person_id == face.case.owner_id:
        return "owner"
    if face.tam is not None and recipient.person_id in {face.tam.id, face.tam.cover_id}:
        return "tam"
    person = await uow.people.person(recipient.person_id)
    manages = person is not None and Role.DUTY_MANAGER in person.roles
    return "duty_manager" if manages else "channel"


async def _ping(
    uow: UnitOfWork, face: Face, ping: notices.TamPing, recipient: Recipient, ladder: str | None
) -> Draft:
    if ladder is not None and face.case.cycle.acknowledged is not None:
        return Moot("somebody has taken the escalation")
    view = PingView(
        face=face,
        why=ping.why,
        by=ping.by,
        reason=ping.reason,
        instead_of=ping.instead_of,
        verbs=verbs_of(face.case, face.partner, face.tam, side=Side.ENGINEERS),
    )
    return await _addressed(uow, recipient, view)


async def _news(uow: UnitOfWork, face: Face, news: notices.News, recipient: Recipient) -> Draft:
    entry = await uow.timeline.get(news.entry_id)
    side = await _side(uow, recipient)
    if entry is None or (entry.internal and side is Side.PARTNER):
        return Moot("there is nothing to be told here")
    named = {entry.event.by, getattr(entry.event, "to", "")} - {""}
    names = {person.id: person.name for person in await _people(uow, sorted(named))}
    verbs = verbs_of(face.case, face.partner, face.tam, side=side)
    alone = not isinstance(recipient, ToThread)
    return await _addressed(uow, recipient, NewsView(face, entry, names, side, verbs, alone))


async def _said(uow: UnitOfWork, face: Face, message_id: int, recipient: Recipient) -> Draft:
    side = await _side(uow, recipient)
    message = await uow.messages.get(message_id)
    if message is None or (side is Side.PARTNER and not message.public):
        return Moot("there is no such message to be passed on")
    post = (face.case.id, side, f"message:{message_id}")
    alone = not isinstance(recipient, ToThread)
    view = await _passed_on(uow, face, message, alone=alone)
    return await _addressed(uow, recipient, view, post)


async def _said_changed(
    uow: UnitOfWork, face: Face, changed: notices.SaidChanged, recipient: Recipient
) -> Draft:
    side = await _side(uow, recipient)
    what = f"message:{changed.message_id}"
    posts = await uow.posts.of(face.case.id, side, what)
    message = await uow.messages.get(changed.message_id)
    if message is None or not posts:
        return Moot("no copy of the message is to be changed")
    if changed.deleted or message.deleted_at is not None:
        files = await uow.posts.of(face.case.id, side, f"{what}:file")
        return Change((*posts, *files), None)
    alone = not any(post.thread for post in posts)
    return Change(tuple(posts), await _passed_on(uow, face, message, alone=alone))


async def _passed_on(uow: UnitOfWork, face: Face, message: Message, *, alone: bool) -> SaidView:
    return SaidView(
        number=face.case.number,
        case_id=face.case.id,
        author=await _name(uow, message.author_id),
        from_partner=message.side is Side.PARTNER,
        text=message.text,
        files=message.files,
        edited=message.edited_at is not None,
        deleted=message.deleted_at is not None,
        author_id=message.author_id,
        alone=alone,
    )


async def _side(uow: UnitOfWork, recipient: Recipient) -> Side:
    """Who reads there: what stays inside must never be drawn for a partner."""
    match recipient:
        case ToThread(side=side):
            return side
        case ToChannel(place_id=place_id):
            place = await uow.people.place(place_id)
            partner = place is None or place.kind is PlaceKind.PARTNER
        case ToPerson(person_id=person_id):
            person = await uow.people.person(person_id)
            partner = person is None or not person.is_vendor
    return Side.PARTNER if partner else Side.ENGINEERS


async def _addressed(
    uow: UnitOfWork, recipient: Recipient, view: View, post: tuple[int, Side, str] | None = None
) -> Say | Astray:
    """The view with every address at which its recipient can be reached, the first choice first."""
    match recipient:
        case ToChannel(place_id=place_id):
            place = await uow.people.place(place_id)
            if place is None or place.archived:
                why = "is archived" if place else "is not in the roster"
                name = place.name if place else place_id
                mend = "Name another channel for these cases in the roster and apply it."
                return Astray(f"the channel {name} {why}", mend)
            return Say(view, (Address(place.platform, place.workspace, place.channel),), post)
        case ToThread(case_id=case_id, side=side):
            cards = await uow.posts.of(case_id, side, CARD)
            if not cards:
                mend = "See why its card could not be posted: the ledger names that too."
                return Astray("the case has no thread there", mend)
            threads = (
                Address(card.platform, card.workspace, card.channel, thread=card.message_id)
                for card in cards
            )
            return Say(view, tuple(threads), post)
        case ToPerson(person_id=person_id):
            person = await uow.people.person(person_id)
            if person is None or not person.identities:
                name = person.name if person else person_id
                mend = f"Give {name} an account of a chat platform in the roster and apply it."
                return Astray(f"{name} has no chat identity", mend)
            accounts = (
                Address(one.platform, one.workspace, user=one.user) for one in person.identities
            )
            return Say(view, tuple(accounts), post)


async def _name(uow: UnitOfWork, person_id: str) -> str:
    person = await uow.people.person(person_id)
    return person.name if person is not None else "Somebody who left"


async def _people(uow: UnitOfWork, ids: Iterable[str]) -> tuple[Person, ...]:
    found = [await uow.people.person(one) for one in ids]
    return tuple(person for person in found if person is not None)
