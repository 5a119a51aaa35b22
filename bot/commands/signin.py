"""`partnerdesk signin`: a personal one-time link into the web chat."""

from __future__ import annotations

import asyncio
from datetime import datetime

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import now_in, stored
from bot.commands.refusing import Refused
from bot.config import Settings
from desk.people import Person
from desk.ports import UnitOfWork
from handlers.sign_in import LINK_LIVES, new_link

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def signin(person: str = typer.Argument(..., help="The person's key in the roster.")) -> None:
    """Print a link that lets this very person in, once, for 15 minutes."""
    settings = config.read()
    who, token, until = asyncio.run(_link(settings, person))
    typer.echo(f"{settings.url(settings.port)}/signin/{token}")
    printing.note(
        f"For {who.name}: it works once, until {printing.moment(until, who.time_zone, 'their')}."
    )


async def _link(settings: Settings, person_id: str) -> tuple[Person, str, datetime]:
    async def make(uow: UnitOfWork) -> tuple[Person, str, datetime]:
        person = await _somebody(uow, person_id)
        now = await now_in(uow)
        return person, await new_link(uow, person.id, now), now + LINK_LIVES

    async with stored(settings) as desk:
        return await desk.run(make)


async def _somebody(uow: UnitOfWork, person_id: str) -> Person:
    person = await uow.people.person(person_id)
    if person is None or not person.roles:
        raise Refused(f'There is nobody called "{person_id}" in the roster. Its keys are meant.')
    if all(identity.platform != "web" for identity in person.identities):
        raise Refused(
            f"{person.name} has no identity in the web chat. Add "
            '{ platform = "web" } to their identities and apply the roster.'
        )
    return person
