"""Look at cases: lists, the queue, one case, its timeline, and why it is due when it is."""

from __future__ import annotations

from desk.case import OPEN, Case, State, Verb
from desk.errors import NotAllowed
from desk.notices import Side
from desk.records import CaseFilter
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.intents import AskWhy, ListCases, ShowCase, ShowQueue, ShowTimeline
from handlers.views.kinds import CasesView, Face, TimelineView, WhyView
from sla import clock
from sla.catalog import NotInCatalog

SHOWS: dict[str, frozenset[State] | None] = {
    "open": OPEN,
    "waiting": frozenset({State.NEW, State.WORKING}),
    "resolved": frozenset({State.RESOLVED, State.CONFIRMED}),
    "all": None,
}


async def list_cases(ctx: Context, intent: ListCases) -> Answer:
    """A contact's view: every case of the own partner, filtered, paged, searched."""
    if ctx.person.partner_id is None:
        return await show_queue(ctx, ShowQueue(words=intent.words))
    show = intent.show if intent.show in SHOWS else "all"
    wanted = CaseFilter((ctx.person.partner_id,), SHOWS[show], words=intent.words[:200])
    return await _page(ctx, "mine", ListCases(show, intent.words[:200]), wanted, show, intent.page)


async def show_queue(ctx: Context, intent: ShowQueue) -> Answer:
    """The engineers' view: by priority, severity and time left."""
    if not ctx.is_staff():
        raise NotAllowed(
            code="not_allowed.queue",
            what="The queue is the engineers' view.",
            next_step="Say my cases to see those of your organisation.",
        )
    show = intent.show if intent.show in {"all", "mine", "unclaimed"} else "all"
    wanted = CaseFilter(
        # Words search everything that ever was; the plain queue is what is open.
        states=None if intent.words else OPEN,
        owner_id=ctx.person.id if show == "mine" else None,
        unclaimed=show == "unclaimed",
        words=intent.words[:200],
        order="queue",
    )
    return await _page(ctx, "queue", ShowQueue(show, intent.words[:200]), wanted, show, intent.page)


async def _page(
    ctx: Context,
    what: str,
    intent: ListCases | ShowQueue,
    wanted: CaseFilter,
    show: str,
    number: int,
) -> Answer:
    page = await ctx.uow.cases.find(wanted, max(1, min(number, 10**6)))
    faces = [face for case in page.cases if (face := await _face(ctx, case)) is not None]
    return answer(
        CasesView(
            "queue" if what == "queue" else "mine",
            tuple(faces),
            intent,
            show,
            wanted.words,
            page.number,
            page.pages,
            page.total,
        )
    )


async def _face(ctx: Context, case: Case) -> Face | None:
    """None for a case whose partner or plan is gone: it must not keep the others from view."""
    try:
        return await ctx.face(case)
    except NotInCatalog:
        return None


async def show(ctx: Context, intent: ShowCase) -> Answer:
    """One case, as it is now."""
    case = await ctx.case(intent.case_id, Verb.SEE)
    return answer(await ctx.view(case), case_id=case.id)


async def timeline(ctx: Context, intent: ShowTimeline) -> Answer:
    """Everything that happened and was said, as far as this person may know."""
    case = await ctx.case(intent.case_id, Verb.SEE)
    side = ctx.side(case)
    entries = tuple(await ctx.uow.timeline.of(case.id))
    messages = tuple(await ctx.uow.messages.of(case.id))
    if side is Side.PARTNER:
        entries = tuple(e for e in entries if not e.internal)
        messages = tuple(m for m in messages if m.public)
    ids = {e.event.by for e in entries} | {m.author_id for m in messages}
    ids |= {to for e in entries if isinstance(to := getattr(e.event, "to", None), str)}
    people = [await ctx.uow.people.person(i) for i in ids if i]
    names = {p.id: p.name for p in people if p is not None}
    view = TimelineView(await ctx.face(case), entries, messages, names, side)
    return answer(view, case_id=case.id)


async def why(ctx: Context, intent: AskWhy) -> Answer:
    """Every counted, closed and paused stretch of the clock in force."""
    case = await ctx.case(intent.case_id, Verb.SEE)
    calendar = ctx.catalog.calendar_named(case.program, case.cycle.calendar)
    explanation = clock.explain(case.cycle, calendar, ctx.now)
    return answer(WhyView(await ctx.face(case), explanation), case_id=case.id)
