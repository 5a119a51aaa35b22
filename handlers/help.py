"""What can be done here, and whether one is on duty."""

from __future__ import annotations

from dataclasses import replace

from desk.errors import NotAllowed
from desk.people import Role
from handlers.context import Context, answer
from handlers.exchange import Answer
from handlers.grammar import likely
from handlers.intents import (
    AskQuota,
    AskTam,
    Begin,
    Help,
    ListCases,
    ListPartners,
    SetDuty,
    ShowQueue,
)
from handlers.views.kinds import DoneView, HelpView
from handlers.views.vocabulary import Button
from handlers.who import NAMELESS


async def handle(ctx: Context, intent: Help) -> Answer:
    """The likeliest things to do: three where the words were not understood."""
    if not intent.unknown:
        # The whole name: which part of it one is called by differs from country to country.
        called = "" if ctx.person.name == NAMELESS else ctx.person.name
        return answer(HelpView("", _offers(ctx), called))
    vendor = ctx.person.is_vendor
    guesses = likely(intent.unknown, vendor=vendor)[:3]
    buttons = [Button(phrase.label, phrase.intent) for phrase, _ in guesses]
    if not vendor and len(intent.unknown.split()) > 3:
        # A whole sentence is most likely the problem itself.
        about = Begin("open_case", text=intent.unknown)
        first = Button("Open a case about this", about, "primary")
        rest = [b for b in buttons if not isinstance(b.intent, Begin)]
        buttons = [first, *rest][:3]
    return answer(HelpView(intent.unknown, tuple(buttons), ctx.person.name))


def _offers(ctx: Context) -> tuple[Button, ...]:
    if not ctx.person.is_vendor:
        return (
            Button("Open a case", Begin("open_case"), "primary"),
            Button("My cases", ListCases()),
            Button("Show the quota", AskQuota()),
            Button("Who is my TAM?", AskTam()),
        )
    offers: list[Button] = []
    if ctx.person.roles & {Role.ENGINEER, Role.DUTY_MANAGER, Role.TAM}:
        offers += [
            Button("Show the queue", ShowQueue(), "primary"),
            Button("Mine", ShowQueue("mine")),
            Button("Unclaimed", ShowQueue("unclaimed")),
        ]
    if Role.TAM in ctx.person.roles:
        offers.append(Button("My partners", ListPartners()))
    label = "Go off duty" if ctx.person.on_duty else "Go on duty"
    offers.append(Button(label, SetDuty(on=not ctx.person.on_duty)))
    return tuple(offers)


async def set_duty(ctx: Context, intent: SetDuty) -> Answer:
    """On duty or off duty, for oneself: who is off duty is not named in alerts."""
    if not ctx.person.is_vendor:
        raise NotAllowed(
            code="not_allowed.duty",
            what="Nothing was changed.",
            why="Only the vendor's people are on duty.",
        )
    await ctx.uow.people.put_person(replace(ctx.person, on_duty=intent.on))
    said = (
        "You are on duty: alerts name you."
        if intent.on
        else "You are off duty: no alert names you."
    )
    back = Button("Go off duty" if intent.on else "Go on duty", SetDuty(on=not intent.on))
    return answer(DoneView((said,), buttons=(back,)))
