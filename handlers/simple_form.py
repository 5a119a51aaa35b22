"""The small forms: one or two fields that complete a verb about a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers.context import Context
from handlers.fields import REASON, TEXT
from handlers.intent_codec import fields_of
from handlers.intents import Intent
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Field, Form, Option, Words


def field(
    name: str,
    label: str,
    *,
    help_: str = "",
    long: bool = True,
    required: bool = True,
    limit: int = TEXT,
) -> Field:
    """A text to be typed."""
    return Field(
        name, label, "long" if long else "text", help=help_, required=required, max_length=limit
    )


def reason(label: str, help_: str = "") -> Field:
    """Why somebody wants it."""
    return field("reason", label, help_=help_, limit=REASON)


def choice(
    name: str, label: str, options: tuple[Option, ...], *, help_: str = "", cards: bool = False
) -> Field:
    """One of several; `cards` gives each option room for its help."""
    return Field(name, label, "cards" if cards else "choice", help=help_, options=options)


async def draw(
    ctx: Context,
    intent: Intent,
    title: str,
    submit: str,
    *fields: Field,
    faults: Mapping[str, str],
    error: str,
    effect: Words = (),
) -> FormView:
    """The form about a case, with what was typed and what is wrong with it.

    `effect`: what sending it brings about besides, to be read before the button is pressed.
    """
    typed = fields_of(intent)
    filled = tuple(
        replace(f, value=str(typed.get(f.name, "")), error=faults.get(f.name, "")) for f in fields
    )
    case_id = typed.get("case_id")
    case = await ctx.uow.cases.get(case_id) if isinstance(case_id, int) else None
    above: Words = (f"{case.number}: {case.title}",) if case else ()
    return FormView(title, Form(intent, filled, submit, effect, error), above, case_id)
