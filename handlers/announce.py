"""Plans what must be said because of a change: who is told, in which thread, under which key."""

from __future__ import annotations

from datetime import datetime

from desk import duty
from desk.case import Case
from desk.notices import (
    CaseCard,
    News,
    Notice,
    Planned,
    Recipient,
    RefreshCard,
    Said,
    SaidChanged,
    Side,
    TamPing,
    ToChannel,
    ToPerson,
    ToThread,
    Trouble,
)
from desk.people import Person, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import Entry, Message
from handlers.exchange import Where


async def opened(uow: UnitOfWork, case: Case, where: Where, now: datetime) -> None:
    """The new case's card goes to the engineers' channel and to where the partner asked."""
    places = await uow.people.places()
    engineers = duty.engineer_place(places, case.program, case.product)
    if engineers is not None:
        await _card(uow, case, Side.ENGINEERS, ToChannel(engineers.id), now)
    else:
        await _no_channel(uow, case, now)
        # Somebody has to see it all the same.
        manager = duty.duty_manager(await uow.people.persons(Role.DUTY_MANAGER), now)
        if manager is not None:
            await _card(uow, case, Side.ENGINEERS, ToPerson(manager.id), now)
    here = await uow.people.place_at(where.platform, where.workspace, where.channel)
    shared = here is not None and here.kind is PlaceKind.PARTNER and not where.direct
    # A channel that several partners read must not learn of one partner's case.
    alone = shared and here is not None and here.partner_ids == (case.partner_id,)
    to: Recipient = ToChannel(here.id) if alone and here else ToPerson(case.opener_id)
    await _card(uow, case, Side.PARTNER, to, now)


async def _card(uow: UnitOfWork, case: Case, side: Side, to: Recipient, now: datetime) -> None:
    key = f"case:{case.id}:card:{side}"
    await _plan(uow, key, CaseCard(case.id, side), to, f"case:{case.id}:{side}", now, case.rank)


async def _no_channel(uow: UnitOfWork, case: Case, now: datetime) -> None:
    what = f"{case.number} has no engineers' channel: no place serves {case.program}."
    mend = "Add an engineers' channel for this program or product to the roster and apply it."
    trouble = Trouble(f"case:{case.id}:card:{Side.ENGINEERS}", what, mend)
    await operators(uow, f"trouble:case:{case.id}:channel", trouble, now)


async def operators(uow: UnitOfWork, key: str, trouble: Trouble, now: datetime) -> None:
    """Tell the operators: in their channel, or each duty manager where there is none."""
    place = duty.operator_place(await uow.people.places())
    if place is not None:
        await _plan(uow, key, trouble, ToChannel(place.id), f"channel:{place.id}", now)
        return
    for manager in await uow.people.persons(Role.DUTY_MANAGER):
        to = ToPerson(manager.id)
        await _plan(uow, f"{key}:{manager.id}", trouble, to, f"person:{manager.id}", now)


async def refresh(uow: UnitOfWork, case: Case, now: datetime) -> None:
    """Every card of the case is to show it as it is now."""
    for side in Side:
        key = f"case:{case.id}:refresh:{side}:{case.version}"
        order = f"case:{case.id}:{side}"
        to = ToThread(case.id, side)
        await _plan(uow, key, RefreshCard(case.id, side), to, order, now)


async def refresh_again(uow: UnitOfWork, case: Case, event_id: str, now: datetime) -> None:
    """Somebody pressed a stale button: the card is drawn again although nothing changed."""
    for side in Side:
        key = f"case:{case.id}:refresh:{side}:{case.version}:{event_id}"
        order = f"case:{case.id}:{side}"
        to = ToThread(case.id, side)
        await _plan(uow, key, RefreshCard(case.id, side), to, order, now)


async def said(uow: UnitOfWork, message: Message, to: Side, now: datetime) -> None:
    """A message arrives in the other side's thread."""
    key = f"case:{message.case_id}:said:{message.id}:{to}"
    notice = Said(message.case_id, message.id)
    order = f"case:{message.case_id}:{to}"
    await _plan(uow, key, notice, ToThread(message.case_id, to), order, now)


async def said_changed(
    uow: UnitOfWork, message: Message, to: Side, event_id: str, now: datetime
) -> None:
    """A message that was passed on has changed: its copy follows."""
    key = f"case:{message.case_id}:changed:{message.id}:{to}:{event_id}"
    notice = SaidChanged(message.case_id, message.id, message.deleted_at is not None)
    order = f"case:{message.case_id}:{to}"
    await _plan(uow, key, notice, ToThread(message.case_id, to), order, now)


async def news(uow: UnitOfWork, case: Case, entry: Entry, *sides: Side, now: datetime) -> None:
    """Something happened that these threads should read."""
    for side in sides:
        key = f"case:{case.id}:news:{entry.id}:{side}"
        order = f"case:{case.id}:{side}"
        notice = News(case.id, entry.id)
        await _plan(uow, key, notice, ToThread(case.id, side), order, now)


async def tell(uow: UnitOfWork, case: Case, entry: Entry, person: Person, now: datetime) -> None:
    """Something happened that one person should read."""
    key = f"case:{case.id}:news:{entry.id}:{person.id}"
    notice = News(case.id, entry.id)
    await _plan(uow, key, notice, ToPerson(person.id), f"person:{person.id}", now)


async def ping(
    uow: UnitOfWork, case: Case, to: Person, notice: TamPing, event_id: str, now: datetime
) -> None:
    """A TAM, or who stands in, is told in a direct message."""
    key = f"case:{case.id}:ping:{notice.why}:{to.id}:{event_id}"
    order = f"person:{to.id}"
    ladder = f"{case.id}:{case.cycle.number}" if notice.why == "opened" else None
    await _plan(uow, key, notice, ToPerson(to.id), order, now, case.rank, ladder)


async def on_call(uow: UnitOfWork, case: Case, now: datetime) -> duty.OnCall | None:
    """Who answers for the case's partner now: its TAM, their cover, or a duty manager."""
    partner = await uow.people.partner(case.partner_id)
    tam = await uow.people.person(partner.tam_id) if partner and partner.tam_id else None
    cover = await uow.people.person(tam.cover_id) if tam and tam.cover_id else None
    return duty.on_call(tam, cover, await uow.people.persons(Role.DUTY_MANAGER), now)


async def _plan(
    uow: UnitOfWork,
    key: str,
    notice: Notice,
    to: Recipient,
    order: str,
    now: datetime,
    urgency: int = 5,
    ladder: str | None = None,
) -> None:
    await uow.outbox.plan(Planned(key, notice, to, order, urgency, ladder), now)
