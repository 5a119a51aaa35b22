"""Who makes a request: the session, the person behind it, and what their forms must carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.web.deps import DEPS, Deps
from bot.web.faults import NotSignedIn
from bot.web.forms import Given, read_form
from bot.web.pages import Viewer
from bot.web.session import Session, Sessions, check_origin
from desk.people import Partner, Person, Role
from desk.ports import UnitOfWork

SESSIONS: web.AppKey[Sessions] = web.AppKey("web_sessions", Sessions)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request by somebody the desk knows. `fresh`: the session's cookie is still to be set."""

    deps: Deps
    session: Session
    viewer: Viewer
    now: datetime
    fresh: bool = False

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.viewer.person


async def visit(request: web.Request, *, begin: bool = False) -> Visit:
    """Who makes this request; raises `NotSignedIn` without a session.

    With `begin`, the demo gives a newcomer a session as its first persona.
    """
    deps, sessions = request.app[DEPS], request.app[SESSIONS]
    now = deps.clock.now()
    session = sessions.read(request, now)

    async def known(uow: UnitOfWork) -> tuple[Person, str] | None:
        person = await uow.people.person(session.person_id) if session else None
        if person is None and begin and deps.settings.demo:
            cast = personas(await uow.people.persons(), await uow.people.partners())
            person = next(iter(cast), None)
        # Whoever left the roster keeps their name for the history, and no way in.
        if person is None or not person.roles:
            return None
        partner = await uow.people.partner(person.partner_id) if person.partner_id else None
        return person, partner.name if partner else ""

    if session is None and not begin:
        raise NotSignedIn
    found = await deps.desk.run(known)
    if found is None:
        raise NotSignedIn
    person, partner_name = found
    fresh = session is None or session.person_id != person.id
    if session is None or fresh:
        session = sessions.begin(person.id, now)
    viewer = Viewer(person, sessions.csrf(session.sid), partner_name)
    return Visit(deps, session, viewer, now, fresh)


async def posted(request: web.Request) -> tuple[Visit, Given]:
    """Who posts, and the form they post; raises `Forged` where it is not from our own page."""
    deps = request.app[DEPS]
    check_origin(request, deps.settings)
    here = await visit(request)
    given = await read_form(request, deps.files)
    token = given.fields.pop("_csrf", "") or request.headers.get("X-CSRF-Token", "")
    try:
        request.app[SESSIONS].check_csrf(here.session.sid, token)
    except BaseException:
        await given.forget(deps.files)
        raise
    return here, given


def personas(persons: Sequence[Person], partners: Sequence[Partner]) -> list[Person]:
    """The people that the demo can be looked at as: contacts of the richest plans first."""
    with_tam = {partner.id for partner in partners if partner.tam_id is not None}

    def order(one: Person) -> tuple[int, bool, str, str]:
        return _rank(one), one.partner_id not in with_tam, one.partner_id or "", one.name

    return sorted(persons, key=order)


def _rank(person: Person) -> int:
    order = (Role.CONTACT, Role.ENGINEER, Role.TAM, Role.DUTY_MANAGER, Role.OPERATOR)
    return min((order.index(role) for role in person.roles), default=len(order))
