"""One inbound event: seen before? who? what? then one unit of work, and an answer in views."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desk.case import Verb
from desk.errors import Invalid, NotEntitled, Refusal, Stale
from desk.people import Person
from desk.ports import Desk, UnitOfWork
from desk.records import Seen
from handlers import announce, grammar, link
from handlers.context import Context, answer
from handlers.exchange import Answer, Inbound, Reply, Utterance
from handlers.intents import (
    AskQuota,
    Help,
    Intent,
    LinkWorkspace,
    ListCases,
    Say,
    ShowCase,
    ShowQueue,
)
from handlers.registry import dispatch, form_again, keep_typed
from handlers.views.kinds import RefusalView
from handlers.views.vocabulary import Button
from handlers.who import known
from sla.catalog import Catalog

# Two people may write the same case at once; whoever lost looks again at what it is now.
TRIES = 4

CALLED = re.compile(r"@(?:partner)?desk\b[\s,:]*", re.IGNORECASE)


class Router:
    """Answers inbound events. `catalog` is asked each time: it is replaced when holidays change.

    `public_url` is the web chat's address for people, "" where there is none.
    """

    def __init__(self, desk: Desk, catalog: Callable[[], Catalog], public_url: str = "") -> None:
        self._public_url = public_url
        self._desk = desk
        self._catalog = catalog

    async def handle(self, inbound: Inbound, now: datetime) -> Answer:
        """Do what the event asks, once, and answer; `now` is aware.

        A refusal is an answer, not an error: nothing was changed then. Raises `NotSaved` where
        the storage could not keep the change; nothing was changed then either, and the same
        event may be given again.
        """
        for left in reversed(range(TRIES)):
            try:
                return await self._desk.run(lambda uow: self._do(uow, inbound, now))
            except Stale as stale:
                if stale.code != "stale.version" or not left:
                    return await self._refused(inbound, now, stale)
            except Refusal as refusal:
                return await self._refused(inbound, now, refusal)
        raise AssertionError("the last try returns")

    async def _do(self, uow: UnitOfWork, inbound: Inbound, now: datetime) -> Answer:
        seen = await uow.inbox.enter(inbound.event_id, now)
        person = await known(uow, inbound.sender)
        if person is None:
            if seen is not None:
                return Answer(again=True)
            return await self._stranger(uow, inbound, now)
        ctx = self._context(uow, inbound, now, person)
        if seen is not None:
            return await self._again(ctx, seen)
        intent = await self._intent(uow, inbound, vendor=person.is_vendor)
        if intent is None:
            return Answer()
        done = await dispatch(ctx, intent)
        if done.case_id is not None:
            await uow.inbox.touched(inbound.event_id, done.case_id)
        return done

    async def _stranger(self, uow: UnitOfWork, inbound: Inbound, now: datetime) -> Answer:
        """Somebody whom the desk does not know: told how to come in, or let in by a code."""
        intent = await self._intent(uow, inbound, vendor=False)
        return Answer() if intent is None else await link.meet(uow, inbound, intent, now)

    def _context(self, uow: UnitOfWork, inbound: Inbound, now: datetime, person: Person) -> Context:
        source = inbound.said.source if isinstance(inbound.said, Utterance) else ""
        return Context(
            uow=uow,
            catalog=self._catalog(),
            person=person,
            where=inbound.where,
            now=now,
            event_id=inbound.event_id,
            source=source,
            public_url=self._public_url,
            sender=inbound.sender,
            typed=isinstance(inbound.said, Utterance),
            files=inbound.files,
        )

    async def _again(self, ctx: Context, seen: Seen) -> Answer:
        """A redelivery: nothing is done twice; whoever asks again is shown what came of it."""
        if seen.case_id is None:
            return Answer(again=True)
        try:
            case = await ctx.case(seen.case_id, Verb.SEE)
        except Refusal:
            return Answer(again=True)
        return replace(answer(await ctx.view(case), case_id=case.id), again=True)

    async def _intent(self, uow: UnitOfWork, inbound: Inbound, *, vendor: bool) -> Intent | None:
        """What is wanted; None where people talk among themselves."""
        if not isinstance(inbound.said, Utterance):
            return inbound.said
        where, text = inbound.where, inbound.said.text
        if where.thread:
            ref = await uow.posts.thread_of(
                where.platform, where.workspace, where.channel, where.thread
            )
            if ref is not None and _asked(text, vendor=vendor) is None:
                return Say(ref.case_id, ref.side.value, text, inbound.said.source)
        called, said = _called(text)
        intent = grammar.understand(said, vendor=vendor)
        # People greet each other, too.
        talk = isinstance(intent, LinkWorkspace | Help)
        return None if talk and not where.direct and not called else intent

    async def _refused(self, inbound: Inbound, now: datetime, refusal: Refusal) -> Answer:
        """A refusal in words, or the form once more; a stale button's card is drawn again."""

        async def work(uow: UnitOfWork) -> Answer:
            # A form may be sent again as it was, when there is more quota; a message that comes
            # again is the same message.
            words = isinstance(inbound.said, Utterance)
            if words and await uow.inbox.enter(inbound.event_id, now) is not None:
                return Answer(accepted=False, again=True)
            person = await known(uow, inbound.sender)
            if person is None:
                view = RefusalView(refusal, link.next_steps(refusal))
                return Answer((Reply(view),), accepted=False)
            ctx = self._context(uow, inbound, now, person)
            intent = await self._intent(uow, inbound, vendor=person.is_vendor)
            if intent is not None and isinstance(refusal, Invalid | NotEntitled):
                form = await self._form(ctx, intent, refusal)
                if form is not None:
                    return form
            if intent is not None and isinstance(refusal, Stale):
                # The form is gone with its case's state; what was typed into it is not.
                await keep_typed(ctx, intent)
            case_id = refusal.case_id if isinstance(refusal, Stale) else None
            case = await uow.cases.get(case_id) if case_id else None
            if case is not None:
                await announce.refresh_again(uow, case, inbound.event_id, now)
            view = await self._view(ctx, refusal, case_id)
            return Answer((Reply(view),), accepted=False, case_id=case_id)

        return await self._desk.run(work)

    async def _form(
        self, ctx: Context, intent: Intent, refusal: Invalid | NotEntitled
    ) -> Answer | None:
        faults = refusal.fields if isinstance(refusal, Invalid) else {}
        error = refusal.what if isinstance(refusal, Invalid) else str(refusal)
        try:
            form = await form_again(ctx, intent, faults, error)
        except Refusal:
            return None
        return Answer((Reply(form),), accepted=False) if form else None

    async def _view(self, ctx: Context, refusal: Refusal, case_id: int | None) -> RefusalView:
        buttons = next_steps(ctx.person, refusal, case_id)
        own = ctx.person.partner_id
        partner = await ctx.uow.people.partner(own) if own else None
        if partner is None:
            return RefusalView(refusal, buttons)
        home = ctx.catalog.program(partner.program)
        return RefusalView(refusal, buttons, home.home_zone, home.home_name)


def next_steps(person: Person, refusal: Refusal, case_id: int | None) -> tuple[Button, ...]:
    """The next possible step, as a button."""
    if case_id:
        return (Button(f"Show C-{case_id}", ShowCase(case_id)),)
    if person.is_vendor:
        return (Button("Show the queue", ShowQueue()),)
    if isinstance(refusal, NotEntitled):
        return (Button("Show the quota", AskQuota()), Button("My cases", ListCases("all")))
    return (Button("My cases", ListCases("all")),)


def _asked(text: str, *, vendor: bool) -> Intent | None:
    """What the desk itself is asked in a case's thread; None for what is said to the other side.

    Whoever calls it by name may still be talking to people: "@desk people, it is worse now".
    """
    called, said = _called(text)
    intent = grammar.understand(said, vendor=vendor) if called else None
    unknown = isinstance(intent, Help) and bool(intent.unknown) and not grammar.is_command(text)
    return None if unknown else intent


def _called(text: str) -> tuple[bool, str]:
    """Whether the desk was spoken to by name or by command, and what was said to it."""
    said = text.strip()
    name = CALLED.match(said)
    if name is not None:
        return True, said[name.end() :]
    return grammar.is_command(said), said
