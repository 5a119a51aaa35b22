"""What was typed into a form and not sent is kept, and is there when the form is opened again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from desk.records import Draft
from handlers.context import Context
from handlers.intent_codec import fields_of, fill, tag
from handlers.intents import Intent
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Field, Moment

KEPT = timedelta(days=7)

# More than any field takes: a draft must not become a store of anything else.
_LONGEST = 40_000


async def keep(ctx: Context, typed: Intent, empty: Mapping[str, str]) -> bool:
    """Keep what somebody typed; False, and nothing kept, where the form is as it was begun.

    `empty` is what the fields of the form hold before anybody has typed anything.
    """
    given = {
        name: value[:_LONGEST]
        for name, value in fields_of(typed).items()
        if isinstance(value, str) and value.strip()
    }
    if all(value == empty.get(name) for name, value in given.items()):
        await drop(ctx, typed)
        return False
    await ctx.uow.drafts.keep(Draft(ctx.person.id, tag(typed), _case_id(typed), given, ctx.now))
    return True


async def drop(ctx: Context, sent: Intent) -> None:
    """Forget the draft of a form that was sent, or emptied."""
    await ctx.uow.drafts.drop(ctx.person.id, tag(sent), _case_id(sent))


async def find(ctx: Context, wanted: Intent, text: str) -> Draft | None:
    """The draft of this form and case, if it is young enough and about `text`.

    A form that begins with words of its own (`text`) must not show those of another problem.
    """
    draft = await ctx.uow.drafts.get(ctx.person.id, tag(wanted), _case_id(wanted))
    if draft is None or draft.kept_at <= ctx.now - KEPT:
        return None
    about = any(text.strip() in value for value in draft.values.values())
    return draft if about else None


def fill_in(wanted: Intent, draft: Draft) -> Intent:
    """The intent with what was typed."""
    return fill(wanted, draft.values)


def shown(view: FormView, draft: Draft) -> FormView:
    """The form filled from a draft, which says so; what is not offered any more is left open."""
    fields = tuple(_offered(field) for field in view.form.fields)
    kept = ("What you wrote ", Moment(draft.kept_at), " is still here: it was not sent.")
    return replace(view, form=replace(view.form, fields=fields), kept=kept)


def _offered(field: Field) -> Field:
    gone = field.options and field.value not in {option.value for option in field.options}
    return replace(field, value="") if gone else field


def _case_id(intent: Intent) -> int:
    case_id = fields_of(intent).get("case_id")
    return case_id if isinstance(case_id, int) else 0
