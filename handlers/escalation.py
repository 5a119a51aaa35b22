"""What a TAM does about an escalation: take it, join the thread, hand it to the cover."""

from __future__ import annotations

from desk import duty, events, verbs
from desk.case import STATE_WORDS, Case, Verb, check
from desk.errors import Refusal, Stale
from desk.notices import News, Planned, Side, TamPing, ToChannel
from desk.people import Role
from desk.records import Entry
from handlers import announce
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.intents import Acknowledge, HandToCover, JoinThread


async def acknowledge(ctx: Context, intent: Acknowledge) -> Answer:
    """Take it: what is still pending for this ladder is cancelled, and the channel learns it."""
    case = await ctx.case(intent.case_id, Verb.ACKNOWLEDGE)
    await _fresh(ctx, case, intent.cycle)
    await _untaken(ctx, case)
    moved, happened = verbs.acknowledge(case, ctx.person.id, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    ladder = f"{saved.id}:{saved.cycle.number}"
    await ctx.uow.outbox.supersede(ladder, ctx.now)
    await ctx.uow.outbox.acknowledge(ladder, ctx.now)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    await _tell_channel(ctx, saved, entries[0])
    return await ctx.done(saved, f"You have taken {saved.number}: its alerts have stopped")


async def _fresh(ctx: Context, case: Case, cycle: int) -> None:
    """Raise `Stale` where there is nothing left to take."""
    if not case.is_open:
        what = f"{case.number} is already {STATE_WORDS[case.state]}, so nothing was changed."
    elif cycle not in (0, case.cycle.number):
        what = f"{case.number} was reopened since; that alert is of an earlier clock."
    elif not case.cycle.running:
        what = f"{case.number} is already answered: no alert is pending, nothing was changed."
    else:
        return
    raise Stale(code="stale.acknowledge", what=what, case_id=case.id)


async def _untaken(ctx: Context, case: Case) -> None:
    """Raise `Stale` where somebody has taken the escalation in force."""
    taken = case.cycle.acknowledged
    if taken is None:
        return
    taker = await ctx.uow.people.person(taken.person_id)
    who = taker.name if taker else "A colleague"
    who = "You have" if taken.person_id == ctx.person.id else f"{who} has"
    what = f"{who} taken {case.number} already, so nothing was changed."
    raise Stale(code="stale.acknowledge", what=what, case_id=case.id)


async def _tell_channel(ctx: Context, case: Case, entry: Entry) -> None:
    """Alerts stand in the channel itself, so who took them must stand there as well."""
    places = await ctx.uow.people.places()
    place = duty.engineer_place(places, case.program, case.product)
    if place is None:
        return
    planned = Planned(
        key=f"case:{case.id}:news:{entry.id}:channel",
        notice=News(case.id, entry.id),
        recipient=ToChannel(place.id),
        order=f"channel:{place.id}",
        urgency=case.rank,
    )
    await ctx.uow.outbox.plan(planned, ctx.now)


async def join(ctx: Context, intent: JoinThread) -> Answer:
    """Show the case as the engineers see it, and tell their thread who is there."""
    case = await ctx.case(intent.case_id, Verb.NOTE)
    event = events.JoinedThread(case.id, ctx.person.id, ctx.now)
    entry = await ctx.uow.timeline.add(event, internal=True)
    await announce.news(ctx.uow, case, entry, Side.ENGINEERS, now=ctx.now)
    return answer(
        await ctx.view(case, ("The engineers know that you are there.",)), case_id=case.id
    )


async def hand_to_cover(ctx: Context, intent: HandToCover) -> Answer:
    """My cover, or a duty manager where I have none on duty, is to take it.

    A call for help outlives the answer to the case, so it can be handed on as long as it is open.
    """
    case = await ctx.case(intent.case_id, Verb.ACKNOWLEDGE)
    check(case, Verb.ACKNOWLEDGE)
    taken = case.cycle.acknowledged
    if case.cycle.running and taken is not None and taken.person_id != ctx.person.id:
        await _untaken(ctx, case)
    cover = await ctx.uow.people.person(ctx.person.cover_id) if ctx.person.cover_id else None
    managers = [m for m in await ctx.uow.people.persons(Role.DUTY_MANAGER) if m.id != ctx.person.id]
    asked = duty.on_call(None, cover, managers, ctx.now)
    if asked is None:
        raise Refusal(
            code="nobody.cover",
            what="Nobody was asked.",
            why="The desk knows no cover for you and no other duty manager.",
            next_step="Acknowledge it yourself, or ask an operator to add a cover to the roster.",
        )
    event = events.HandedToCover(case.id, ctx.person.id, ctx.now, asked.person.id)
    entry = await ctx.uow.timeline.add(event, internal=True)
    notice = TamPing(case.id, "cover", ctx.person.name)
    await announce.ping(ctx.uow, case, asked.person, notice, ctx.event_id, ctx.now)
    await announce.news(ctx.uow, case, entry, Side.ENGINEERS, now=ctx.now)
    return await ctx.done(case, f"{asked.person.name} was asked to take {case.number}")
