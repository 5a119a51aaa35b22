"""What people see in Slack while a case is opened, warned about and taken: drawn as they see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from tests.fakes.slack import page
from tests.fakes.slack.draw import Pencil, filled
from tests.fakes.slack.draw_text import Reader
from tests.slack.world import World, account, open_world

TOO_LONG = "Since 08:40 every payment answers 502. " * 70
_CLAIMED = ("Reply to partner", "Wait on partner", "Resolve", "Hand over", "Re-grade", "Reject")


async def scenes(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """Each scene's name with its HTML; `folder` is for the desk's files."""
    async with open_world(folder) as world:
        async for name, drawn in _forms(world):
            yield name, drawn
        await _opened(world)
        world.later(minutes=16)
        await world.rest()
        world.later(minutes=8)
        await world.rest()
        async for name, drawn in _homes(world):
            yield name, drawn
        async for name, drawn in _at_work(world):
            yield name, drawn
        for channel in world.slack.channels.values():
            if channel.messages or channel.said_alone:
                yield f"in {channel.name or channel.id}", page.place(world.slack, channel)


async def _forms(world: World) -> AsyncIterator[tuple[str, str]]:
    """The form that opens a case: empty, for a service, and full with something wrong in it."""
    nora = world.hand("nora")
    await nora.command("/case")
    yield "open a case", _form(world, "nora")
    await nora.fills("What kind", "Service")
    await world.rest()
    yield "open a case: service", _form(world, "nora")
    await nora.fills("What kind", "Technical")
    await world.rest()
    await nora.fills("How bad", "Production down")
    await nora.fills("Title", "   ")
    await nora.fills("What happens", TOO_LONG)
    await nora.fills("Product", "Cloud servers")
    (answer,) = await nora.submits()
    yield "open a case: something is wrong", _form(world, "nora", answer.body.get("errors", {}))
    await nora.closes()


async def _opened(world: World) -> None:
    nora = world.hand("nora")
    await nora.command("/case")
    await nora.fills("How bad", "Production down")
    await nora.fills("Title", "Orders cannot be paid")
    await nora.fills("What happens", "Since 08:40 every payment answers 502.")
    await nora.fills("Product", "Cloud servers")
    await nora.submits()
    await nora.closes()
    await world.rest()


async def _homes(world: World) -> AsyncIterator[tuple[str, str]]:
    """The Home tabs: a contact's, an engineer's, a TAM's."""
    for who in ("nora", "mei", "tara"):
        await world.hand(who).opens_app()
        await world.rest()
        home = world.slack.homes[account(who)]
        yield f"home of {who}", _pencil(world).home(home)


async def _at_work(world: World) -> AsyncIterator[tuple[str, str]]:
    """An engineer takes the case, and opens each of its forms."""
    mei, inside = world.hand("mei"), world.slack.messages("CCLOUD")[0]
    await mei.presses(inside, "Claim")
    await world.rest()
    for label in _CLAIMED:
        await mei.presses(inside, label)
        yield f"form: {label}", _form(world, "mei")
        await mei.closes()
    world.later(minutes=5)
    await world.rest()
    outside = next(one for one in world.direct("nora").messages if "C-1001" in one.text)
    await world.hand("nora").says("It is worse now: cash desks too.", thread=outside.ts)
    await world.rest()


def _form(world: World, who: str, errors: dict[str, str] | None = None) -> str:
    form = world.hand(who).form
    assert form is not None
    return _pencil(world).modal(filled(form.body, form.typed), errors)


def _pencil(world: World) -> Pencil:
    return Pencil(Reader(now=world.now, name_of=world.slack.name_of))
