"""`partnerdesk ledger`: what became of every notice, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import stored
from bot.commands.case import number_of
from bot.config import Settings
from desk.notices import Recipient, ToChannel, ToPerson, ToThread
from desk.records import Delivery, OutboxRow

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def ledger(
    case: str = typer.Option("", "--case", "-c", help="Only this case, such as C-1042."),
    state: Delivery | None = typer.Option(None, "--state", "-s", help="Only this state."),
    limit: int = typer.Option(100, "--limit", min=1, max=10_000, help="At most so many."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Every notice: to whom, whether it was delivered, when, where, and what went wrong."""
    case_id = number_of(case) if case else None
    rows = asyncio.run(_rows(config.read(), case_id, state, limit))
    if as_json:
        printing.as_json([_facts(row) for row in rows])
        return
    if not rows:
        typer.echo("No notice fits.")
        return
    heading = ("id", "state", "planned (UTC)", "tries", "to", "notice", "what went wrong")
    printing.table([heading, *(_line(row) for row in rows)])


async def _rows(
    settings: Settings, case_id: int | None, state: Delivery | None, limit: int
) -> Sequence[OutboxRow]:
    async with stored(settings) as desk:
        return await desk.run(
            lambda uow: uow.outbox.rows(case_id=case_id, state=state, limit=limit)
        )


def _line(row: OutboxRow) -> tuple[str, ...]:
    return (
        str(row.id),
        row.state.value,
        printing.local(row.planned_at, "UTC"),
        str(row.attempts),
        row.address or _to(row.planned.recipient),
        row.planned.key,
        row.error,
    )


def _to(recipient: Recipient) -> str:
    match recipient:
        case ToChannel(place_id=place):
            return f"channel {place}"
        case ToPerson(person_id=person):
            return f"person {person}"
        case ToThread(case_id=case_id, side=side):
            return f"thread C-{case_id} {side.value}"


def _facts(row: OutboxRow) -> dict[str, object]:
    notice = row.planned.notice
    case_id = getattr(notice, "case_id", None)
    return {
        "id": row.id,
        "key": row.planned.key,
        "notice": notice.kind,
        "case": None if case_id is None else f"C-{case_id}",
        "to": asdict(row.planned.recipient),
        "state": row.state.value,
        "urgency": row.planned.urgency,
        "ladder": row.planned.ladder,
        "planned_at": printing.iso(row.planned_at),
        "not_before": printing.iso(row.planned.not_before),
        "attempts": row.attempts,
        "sent_at": printing.iso(row.sent_at),
        "address": row.address,
        "message_id": row.message_id,
        "error": row.error,
    }
