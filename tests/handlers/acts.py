"""What tests do and look at over and over: sweeps, notices by kind, threads, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.events import Event
from desk.notices import Notice, Recipient, RefreshCard, Side
from desk.records import Delivery, LedgerLine, Message, Move, OutboxRow, Post
from handlers.exchange import Answer
from handlers.views import cards, words
from sla import watch
from sla.clock import Standing, standing
from tests.talk import Talk


def beijing(text: str) -> datetime:
    """A time in Beijing: "2026-03-06 16:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


async def sweep(talk: Talk) -> None:
    """What the scheduler does every few seconds."""
    await talk.desk.run(lambda uow: watch.sweep(uow, talk.catalog, talk.now))


async def stands(talk: Talk, case_id: int) -> Standing:
    """Where the clock in force stands."""
    case = await talk.case(case_id)
    calendar = talk.catalog.calendar_named(case.program, case.cycle.calendar)
    return standing(case.cycle, calendar, talk.now)


async def shown(talk: Talk, who: str, case_id: int) -> str:
    """The case's card as somebody sees it."""
    return said(await talk.says(who, f"C-{case_id}"))


def said(answer: Answer) -> str:
    """The plain summaries of an answer."""
    return "\n".join(cards.to_card(reply.view).summary for reply in answer.replies)


def in_words(answer: Answer) -> str:
    """The title lines of an answer."""
    cards_ = [cards.to_card(reply.view) for reply in answer.replies]
    return "\n".join(words.plain(card.title, "Asia/Shanghai") for card in cards_)


async def planned(
    talk: Talk, kind: type[Notice], case_id: int | None = None
) -> list[tuple[Notice, Recipient]]:
    """The notices of a kind that wait to be sent, with whom they are for."""
    rows = await talk.outbox(case_id)
    waiting = [r.planned for r in rows if r.state is Delivery.PLANNED]
    return [(p.notice, p.recipient) for p in waiting if isinstance(p.notice, kind)]


async def states(talk: Talk, prefix: str) -> dict[str, str]:
    """What became of the notices whose keys begin so."""
    rows = await talk.outbox()
    return {r.planned.key: r.state.value for r in rows if r.planned.key.startswith(prefix)}


async def deliver(talk: Talk) -> list[OutboxRow]:
    """Everything planned goes out now, as a platform would have taken it."""

    async def work(uow):  # type: ignore[no-untyped-def]  # a unit of work
        rows = await uow.outbox.claim(talk.now, talk.now, 10_000)
        for row in rows:
            await uow.outbox.sent(row.id, talk.now, "web", f"m{row.id}")
        return rows

    sent: list[OutboxRow] = []
    while rows := await talk.desk.run(work):
        sent += rows
    return sent


async def history(talk: Talk, case_id: int, kind: type[Event] | None = None) -> list[Event]:
    """What happened to a case, in order."""
    entries = await talk.desk.run(lambda uow: uow.timeline.of(case_id))
    return [e.event for e in entries if kind is None or isinstance(e.event, kind)]


async def messages(talk: Talk, case_id: int) -> Sequence[Message]:
    """What was said in a case."""
    return await talk.desk.run(lambda uow: uow.messages.of(case_id))


async def thread(talk: Talk, case_id: int, side: Side, channel: str) -> dict[str, str]:
    """The case's card stands in a channel: where somebody writes to be in its thread."""
    root = f"{side}-{case_id}"
    post = Post(case_id, side, "card", "web", "", channel, root)
    await talk.desk.run(lambda uow: uow.posts.remember(post))
    return {"channel": channel, "thread": root}


async def refreshed(talk: Talk, case_id: int) -> set[Side]:
    """The sides whose card is to be drawn again."""
    return {
        notice.side
        for notice, _ in await planned(talk, RefreshCard, case_id)
        if isinstance(notice, RefreshCard)
    }


def a_package(partner: str, period: str, at: datetime) -> LedgerLine:
    """A package of cases that was paid."""
    return LedgerLine(0, partner, period, at, Move.PACKAGE, 10, "package", None, "opal", "", None)


async def leaves(talk: Talk, key: str) -> None:
    """Somebody is taken off the roster."""
    await talk.desk.run(lambda uow: uow.people.remove_person(key))
