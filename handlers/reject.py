"""Turn a case down, as a duplicate or as out of scope; or take it back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from desk import verbs
from desk.case import Case, Ground, Verb, check
from desk.notices import Side
from handlers import announce, simple_form
from handlers.context import Context
from handlers.exchange import Answer
from handlers.fields import TEXT, Checked
from handlers.intents import RejectCase, WithdrawCase
from handlers.reply import say_publicly
from handlers.views import words
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Option


async def form(
    ctx: Context, intent: RejectCase, faults: Mapping[str, str], error: str = ""
) -> FormView:
    """On which ground, of which other case, and what the partner is told."""
    case = await ctx.case(intent.case_id, Verb.REJECT)
    took = words.took_unit(await ctx.face(case))
    scope = "; ".join(ctx.catalog.program(case.program).scope_out)
    grounds = (
        Option(Ground.DUPLICATE.value, "Duplicate", "Another case of this partner is the same."),
        Option(Ground.OUT_OF_SCOPE.value, "Out of scope", f"Not covered: {scope}."),
    )
    other = simple_form.field(
        "duplicate_of", "Duplicate of", help_="Its number, such as C-1042.", long=False,
        required=False, limit=20,
    )  # fmt: skip
    return await simple_form.draw(
        ctx,
        intent,
        "Reject the case",
        "Reject the case",
        simple_form.choice("ground", "Why?", grounds, cards=True),
        other,
        simple_form.field("text", "What the partner is told"),
        faults=faults,
        error=error,
        effect=("The unit of the quota goes back to the partner.",) if took else (),
    )


async def handle(ctx: Context, intent: RejectCase) -> Answer:
    """Rejected: nothing is owed, and the unit goes back to the period in which it was taken."""
    case = await ctx.case(intent.case_id, Verb.REJECT)
    check(case, Verb.REJECT)
    checked = Checked()
    ground = checked.choice("ground", intent.ground, set(Ground), "Choose why it is rejected.")
    text = checked.text("text", intent.text, "Write what the partner is told.", TEXT)
    other: int | None = None
    if ground == Ground.DUPLICATE:
        other = await _other(ctx, case, intent.duplicate_of)
        if other is None:
            checked.faults["duplicate_of"] = "Name another case of this partner, such as C-1042."
    checked.done()
    moved, happened = verbs.reject(case, ctx.person.id, Ground(ground), ctx.now, duplicate_of=other)
    saved, entries = await ctx.keep(moved, happened)
    await say_publicly(ctx, saved, text)
    await announce.news(ctx.uow, saved, entries[0], Side.PARTNER, Side.ENGINEERS, now=ctx.now)
    return await ctx.done(saved, f"{saved.number} is rejected")


async def _other(ctx: Context, case: Case, typed: str) -> int | None:
    found = re.fullmatch(r"\s*(?:c\s*-?\s*|#)?(\d{1,18})\s*", typed, re.IGNORECASE)
    other = await ctx.uow.cases.get(int(found.group(1))) if found else None
    if other is None or other.id == case.id or other.partner_id != case.partner_id:
        return None
    return other.id


async def withdraw(ctx: Context, intent: WithdrawCase) -> Answer:
    """The partner takes it back; unclaimed, its unit comes back too."""
    case = await ctx.case(intent.case_id, Verb.WITHDRAW)
    moved, happened = verbs.withdraw(case, ctx.person.id, ctx.now)
    saved, entries = await ctx.keep(moved, happened)
    await announce.news(ctx.uow, saved, entries[0], Side.ENGINEERS, now=ctx.now)
    took = words.took_unit(await ctx.face(saved))
    back = " Its unit of the quota is back." if took and not case.claimed_once else ""
    return await ctx.done(saved, f"{saved.number} is withdrawn.{back}")
