"""The demo's stage: look as somebody else, and move the clock."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot.web import read
from bot.web.deps import DEPS
from bot.web.faults import BadRequest, NotFound
from bot.web.pages import Demo, Persona
from bot.web.visit import SESSIONS, Visit, personas, posted
from desk.people import Partner, Person, Role
from desk.ports import UnitOfWork

_WHAT = {
    Role.CONTACT: "contact",
    Role.ENGINEER: "engineer",
    Role.TAM: "TAM",
    Role.DUTY_MANAGER: "duty manager",
    Role.OPERATOR: "operator",
}


async def stage(uow: UnitOfWork, here: Visit) -> Demo | None:
    """The bar above the page; None outside the demo."""
    if not here.deps.settings.demo:
        return None
    partners = {partner.id: partner for partner in await uow.people.partners()}
    found = personas(await uow.people.persons(), list(partners.values()))
    return Demo(
        now=here.now,
        personas=tuple(
            Persona(one.id, one.name, _what(one, partners), one.id == here.person.id)
            for one in found
        ),
        next_alert_at=await uow.cases.next_rung_at(),
    )


def _what(person: Person, partners: dict[str, Partner]) -> str:
    if person.partner_id is not None:
        partner = partners.get(person.partner_id)
        return f"{_WHAT[Role.CONTACT]} of {partner.name if partner else person.partner_id}"
    return " and ".join(name for role, name in _WHAT.items() if role in person.roles)


async def persona(request: web.Request) -> web.Response:
    """POST /demo/persona: look as somebody else."""
    here, person_id = await _on_stage(request, "person")

    async def find(uow: UnitOfWork) -> Person | None:
        return await uow.people.person(person_id)

    person = await here.deps.desk.run(find)
    if person is None:
        raise NotFound("There is nobody of that name in the demo.")
    response = web.Response(status=303, headers={"Location": "/"})
    sessions = request.app[SESSIONS]
    sessions.write(sessions.begin(person.id, here.now), response)
    return response


async def clock(request: web.Request) -> web.Response:
    """POST /demo/clock: move the clock on, by some minutes or to the next alert."""
    here, to = await _on_stage(request, "minutes", "to")
    movable = here.deps.movable
    if movable is None:
        raise NotFound
    if to == "next":
        await movable.advance_to_next_alert()
    elif to in {"15", "60"}:
        await movable.advance(timedelta(minutes=int(to)))
    else:
        raise BadRequest("The clock cannot be moved like that.")
    here.deps.hub.clock_moved()
    here.deps.wake()
    here.deps.hub.wake()
    now = here.deps.clock.now()
    return web.json_response({"now": int(now.timestamp() * 1000)})


async def _on_stage(request: web.Request, *names: str) -> tuple[Visit, str]:
    """Who moves the stage, and what they chose; outside the demo there is no stage."""
    if not request.app[DEPS].settings.demo:
        raise NotFound
    here, given = await posted(request)
    await given.forget(here.deps.files)
    read.known_fields(given, names)
    return here, next((given.fields[name] for name in names if name in given.fields), "")
