"""What cannot be delivered goes to the next one who can act on it, and the operators learn of it.

The order of those who are asked: the engineers' channel, the owner, the duty manager, the
operators' channel. Each is planned as a notice of its own, whose key is the first one's with
">owner" and so on behind it, so that it is planned once however often it is asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from desk import duty, notices
from desk.case import Case
from desk.notices import Planned, Recipient, Side, ToChannel, ToPerson, ToThread, Trouble
from desk.people import PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import Delivery, OutboxRow
from sla.watch import tell_operators

# What is told to people, as against what keeps earlier messages true.
_TOLD = (notices.CaseCard, notices.Said, notices.Alert, notices.TamPing, notices.News)
_REACHES = {Delivery.PLANNED, Delivery.CLAIMED, Delivery.SENT, Delivery.ACKNOWLEDGED}


async def fall_back(
    uow: UnitOfWork, row: OutboxRow, reason: str, mend: str, now: datetime
) -> Planned | None:
    """Plan a notice again for the next target, and tell the operators why; the next, if any.

    Trouble itself goes from the operators' channel to the duty managers and no further.
    """
    if isinstance(row.planned.notice, Trouble):
        return await _trouble_by_hand(uow, row, now)
    following = await pass_on(uow, row, now)
    about = getattr(row.planned.notice, "case_id", None)
    whom = await _in_words(uow, row.planned.recipient)
    what = f"A notice about C-{about} could not be delivered to {whom}: {reason}."
    if following is not None:
        what += f" It goes to {await _in_words(uow, following.recipient)} instead."
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    # Fifty alerts for one channel that is gone are one trouble, not fifty.
    await tell_operators(
        uow, Trouble(row.planned.key, what, mend), now, once=f"{row.planned.order}:{hour}"
    )
    return following


async def pass_on(uow: UnitOfWork, row: OutboxRow, now: datetime) -> Planned | None:
    """Plan a notice for the next target that was not asked yet; None where nobody is left."""
    notice = row.planned.notice
    if isinstance(notice, Trouble) or not isinstance(notice, _TOLD):
        return None
    case = await uow.cases.get(notice.case_id)
    if case is None:
        return None
    first, *tried = row.planned.key.split(">")
    asked = await _asked(uow, row, case.id)
    async for name, recipient in _next(uow, case, row, now):
        if name in tried or asked.get(recipient) is False:
            continue
        if asked.get(recipient):
            # The same alert reaches them in its own right.
            return None
        order = row.planned.order
        if isinstance(recipient, ToPerson):
            order = f"person:{recipient.person_id}"
        elif isinstance(recipient, ToChannel):
            order = f"channel:{recipient.place_id}"
        key = ">".join((first, *tried, name))
        planned = replace(row.planned, key=key, recipient=recipient, order=order, not_before=None)
        await uow.outbox.plan(planned, now)
        return planned
    return None


async def _asked(uow: UnitOfWork, row: OutboxRow, case_id: int) -> dict[Recipient, bool]:
    """Who was asked with the same notice, and whether it reaches them."""
    asked = {row.planned.recipient: False}
    for other in await uow.outbox.rows(case_id=case_id):
        if other.id != row.id and _same(other.planned, row.planned):
            asked[other.planned.recipient] = other.state in _REACHES
    return asked


def _same(one: Planned, other: Planned) -> bool:
    """Whether two notices say the same; whom an alert mentions differs from place to place."""
    if isinstance(one.notice, notices.Alert) and isinstance(other.notice, notices.Alert):
        return replace(one.notice, mention=()) == replace(other.notice, mention=())
    return one.notice == other.notice


async def _next(
    uow: UnitOfWork, case: Case, row: OutboxRow, now: datetime
) -> AsyncIterator[tuple[str, ToChannel | ToPerson]]:
    """Everybody who may be asked after this target, in order."""
    recipient = row.planned.recipient
    if await _for_partner(uow, row):
        # What the partner is to read never goes to somebody else than the partner.
        if recipient != ToPerson(case.opener_id):
            yield "opener", ToPerson(case.opener_id)
        return
    operators = duty.operator_place(await uow.people.places(PlaceKind.OPERATORS))
    if recipient == ToPerson(case.owner_id or ""):
        places = await uow.people.places(PlaceKind.ENGINEERS)
        channel = duty.engineer_place(places, case.program, case.product)
        if channel is not None:
            yield "channel", ToChannel(channel.id)
    elif case.owner_id is not None and not isinstance(recipient, ToPerson):
        yield "owner", ToPerson(case.owner_id)
    manager = duty.duty_manager(await uow.people.persons(Role.DUTY_MANAGER), now)
    if manager is not None:
        yield "duty_manager", ToPerson(manager.id)
    if operators is not None:
        yield "operators", ToChannel(operators.id)


async def _for_partner(uow: UnitOfWork, row: OutboxRow) -> bool:
    match row.planned.recipient:
        case ToThread(side=side):
            return side is Side.PARTNER
        case ToChannel(place_id=place_id):
            place = await uow.people.place(place_id)
            card = row.planned.notice
            if isinstance(card, notices.CaseCard):
                return card.side is Side.PARTNER
            return place is not None and place.kind is PlaceKind.PARTNER
        case ToPerson(person_id=person_id):
            person = await uow.people.person(person_id)
            return person is not None and not person.is_vendor


async def tell_signed_out(uow: UnitOfWork, platform: str, now: datetime) -> bool:
    """Tell the operators, elsewhere, that a platform refuses the desk; False if nobody is there."""
    hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
    once = f"trouble:sign_in:{platform}:{hour}"
    trouble = Trouble(
        f"sign_in:{platform}",
        f"{platform} does not accept the desk's sign-in any more: nothing is delivered there.",
        "Renew the desk's credentials for it and restart the desk; what waits is sent then.",
    )
    place = duty.operator_place(await uow.people.places(PlaceKind.OPERATORS))
    if place is not None and place.platform != platform:
        to = ToChannel(place.id)
        await uow.outbox.plan(Planned(once, trouble, to, f"channel:{place.id}", 0), now)
        return True
    people = await uow.people.persons(Role.DUTY_MANAGER)
    people = [*people, *await uow.people.persons(Role.OPERATOR)]
    reached = {p.id for p in people if any(one.platform != platform for one in p.identities)}
    for person_id in sorted(reached):
        key, order = f"{once}:{person_id}", f"person:{person_id}"
        await uow.outbox.plan(Planned(key, trouble, ToPerson(person_id), order, 0), now)
    return bool(reached)


async def _trouble_by_hand(uow: UnitOfWork, row: OutboxRow, now: datetime) -> Planned | None:
    """Trouble that cannot reach the operators' channel is put before the duty managers."""
    if isinstance(row.planned.recipient, ToPerson):
        return None
    last = None
    for person in await uow.people.persons(Role.DUTY_MANAGER):
        key, order = f"{row.planned.key}>{person.id}", f"person:{person.id}"
        last = replace(row.planned, key=key, recipient=ToPerson(person.id), order=order)
        await uow.outbox.plan(last, now)
    return last


async def _in_words(uow: UnitOfWork, recipient: Recipient) -> str:
    match recipient:
        case ToChannel(place_id=place_id):
            place = await uow.people.place(place_id)
            return f"the channel {place.name if place else place_id}"
        case ToThread(side=side):
            return f"the {side} thread"
        case ToPerson(person_id=person_id):
            person = await uow.people.person(person_id)
            return person.name if person else person_id
