"""Talk to the desk as a person would, and read what it answers as plain text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from desk.case import Case
from desk.ports import Desk
from desk.records import Attachment, LedgerLine, OutboxRow, QuotaUse
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.intents import Intent, OpenCase
from handlers.router import Router
from handlers.views import cards
from handlers.views.vocabulary import Actions, Button, CaseRef, Form, Link, Moment, Name, Strong
from sla.catalog import PROGRAMS, Catalog

SPANS = (str, Moment, Name, Strong, CaseRef, Link)

CATALOG = Catalog.load(PROGRAMS)

# A Friday, 16:00 in Beijing.
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)


class Talk:
    """A desk to talk to. Time stands still until a test moves it."""

    def __init__(self, desk: Desk, now: datetime = FRIDAY, catalog: Catalog = CATALOG) -> None:
        self.desk = desk
        self.now = now
        self.catalog = catalog
        self.router = Router(desk, lambda: self.catalog)
        self._events = count(1)

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.now += timedelta(**delta)

    async def says(self, who: str, text: str, *, event: str = "", **where: Any) -> Answer:
        """Somebody types words: in their direct chat, or where `channel` and `thread` say."""
        return await self.gives(who, Utterance(text, where.pop("source", "")), event, **where)

    async def does(self, who: str, intent: Intent, *, event: str = "", **where: Any) -> Answer:
        """Somebody presses a button or sends a form."""
        return await self.gives(who, intent, event, **where)

    async def gives(
        self,
        who: str,
        said: Intent | Utterance,
        event: str = "",
        *,
        channel: str = "",
        thread: str = "",
        files: tuple[Attachment, ...] = (),
    ) -> Answer:
        direct = not channel or channel.startswith("dm:")
        place = Where("web", "", channel or f"dm:{who}", thread, direct)
        event_id = event or f"test:{next(self._events)}"
        inbound = Inbound(event_id, Sender("web", "", who), place, said, files)
        return await self.router.handle(inbound, self.now)

    async def opens(self, who: str, severity: str = "production_down", **fields: str) -> Case:
        """Somebody opens a case and it is accepted."""
        answer = await self.does(who, an_opening(severity, **fields))
        assert answer.accepted, text(answer)
        assert answer.case_id is not None
        return await self.case(answer.case_id)

    async def case(self, case_id: int) -> Case:
        """The case as it is stored."""
        case = await self.desk.run(lambda uow: uow.cases.get(case_id))
        assert case is not None
        return case

    async def outbox(self, case_id: int | None = None) -> list[OutboxRow]:
        """What is planned or was sent, oldest first."""
        rows = await self.desk.run(lambda uow: uow.outbox.rows(case_id=case_id, limit=10_000))
        return sorted(rows, key=lambda row: row.id)

    async def quota(self, partner: str, period: str) -> tuple[QuotaUse, list[LedgerLine]]:
        """The counters of a period, and its lines."""
        use = await self.desk.run(lambda uow: uow.ledger.use(partner, period))
        lines = await self.desk.run(lambda uow: uow.ledger.lines(partner, period))
        return use, list(lines)


def an_opening(severity: str = "production_down", **fields: str) -> OpenCase:
    """A form as a person would fill it in."""
    sdk = severity in {"critical", "major", "minor", "inquiry"}
    filled = OpenCase(
        category="service" if severity == "service_request" else "technical",
        severity=severity,
        title="Orders cannot be paid",
        description="Since 08:40 every payment answers 502.",
        product=CATALOG.program("spp" if sdk else "psp").products[0],
        coordination="independent",
        language="en",
    )
    return dataclasses.replace(filled, **fields)


def text(answer: Answer) -> str:
    """Everything that an answer shows, as plain text with times in UTC."""
    return "\n".join(" ".join(words(cards.to_card(reply.view))) for reply in answer.replies)


def words(shown: object) -> Iterator[str]:
    """Every word of a card, in order."""
    match shown:
        case str():
            yield shown
        case Moment():
            yield shown.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case Name() | Strong():
            yield shown.name if isinstance(shown, Name) else shown.text
        case Link():
            yield f"{shown.text} {shown.url}"
        case CaseRef():
            yield shown.number
        case Button():
            yield f"[{shown.label}]"
        case tuple() if shown and all(isinstance(part, SPANS) for part in shown):
            yield "".join(next(words(part)) for part in shown)
        case tuple():
            for part in shown:
                yield from words(part)
        case _ if dataclasses.is_dataclass(shown) and not isinstance(shown, type):
            for field in dataclasses.fields(shown):
                if field.name not in {"intent", "summary", "case_id", "about", "style"}:
                    yield from words(getattr(shown, field.name))
        case _:
            return


def buttons(answer: Answer) -> dict[str, Intent]:
    """The buttons of an answer by their labels."""
    found: dict[str, Intent] = {}
    for reply in answer.replies:
        for element in cards.to_card(reply.view).elements:
            if isinstance(element, Actions):
                found |= {button.label: button.intent for button in element.buttons}
    return found


def form(answer: Answer) -> Form:
    """The form of an answer."""
    for reply in answer.replies:
        for element in cards.to_card(reply.view).elements:
            if isinstance(element, Form):
                return element
    raise AssertionError(f"no form in: {text(answer)}")


def faults(answer: Answer) -> dict[str, str]:
    """What stands beside the fields of a form that came back."""
    return {field.name: field.error for field in form(answer).fields if field.error}
