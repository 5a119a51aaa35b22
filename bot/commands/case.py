"""`partnerdesk case`: find cases, and look at one whole."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from datetime import datetime

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import catalog_of, now_in, stored
from bot.commands.refusing import Refused
from bot.config import Settings
from desk.case import STATE_WORDS, Case, State
from desk.ports import UnitOfWork
from desk.records import CaseFilter, Entry, Message, Page
from sla.catalog import Catalog, NotInCatalog
from sla.clock import Standing, standing

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The cases."
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class _Whole:
    """A case with all that happened to it and was said in it."""

    case: Case
    stands: Standing | None
    entries: tuple[Entry, ...]
    messages: tuple[Message, ...]


@app.command("list")
def list_cases(
    partner: list[str] = typer.Option([], "--partner", "-p", help="Only these partners."),
    state: list[State] = typer.Option([], "--state", "-s", help="Only these states."),
    owner: str = typer.Option("", "--owner", help="Only what this engineer has."),
    unclaimed: bool = typer.Option(False, "--unclaimed", help="Only what nobody has."),
    words: str = typer.Option("", "--words", "-w", help="Only what these words are in."),
    queue: bool = typer.Option(False, "--queue", help="In the order of the engineers' queue."),
    page: int = typer.Option(1, "--page", min=1, help="Which page of 50."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """Cases, the newest first; every option narrows."""
    settings = config.read()
    wanted = CaseFilter(
        partner_ids=tuple(partner) or None,
        states=frozenset(state) or None,
        owner_id=owner or None,
        unclaimed=unclaimed,
        words=words,
        order="queue" if queue else "newest",
    )
    catalog = catalog_of(settings)
    found, now = asyncio.run(_find(settings, wanted, page))
    if as_json:
        printing.as_json([_facts(case, _standing(catalog, case, now)) for case in found.cases])
        return
    if not found.total:
        typer.echo("No case fits.")
        return
    heading = ("case", "state", "severity", "partner", "due (UTC)", "clock", "title")
    printing.table([heading, *(_line(c, _standing(catalog, c, now)) for c in found.cases)])
    typer.echo(f"Page {found.number} of {found.pages}, {found.total} in all.")


@app.command()
def show(
    number: str = typer.Argument(..., help="The case's number, such as C-1042."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """One case: what it is, where its clock stands, what happened and what was said."""
    settings = config.read()
    whole = asyncio.run(_show(settings, catalog_of(settings), number_of(number)))
    if as_json:
        printing.as_json(_whole_facts(whole))
    else:
        _print(whole)


def number_of(text: str) -> int:
    """A case's number as people write it: C-1042, c1042, 1042."""
    found = re.fullmatch(r"\s*(?:[cC]-?)?(\d{1,15})\s*", text)
    if found is None:
        raise Refused(f'"{text}" is no case number. Write one such as C-1042.')
    return int(found[1])


async def _find(settings: Settings, wanted: CaseFilter, page: int) -> tuple[Page, datetime]:
    async def find(uow: UnitOfWork) -> tuple[Page, datetime]:
        return await uow.cases.find(wanted, page, PAGE), await now_in(uow)

    async with stored(settings) as desk:
        return await desk.run(find)


async def _show(settings: Settings, catalog: Catalog, case_id: int) -> _Whole:
    async def read(uow: UnitOfWork) -> _Whole:
        case = await uow.cases.get(case_id)
        if case is None:
            raise Refused(f"There is no case C-{case_id}.")
        return _Whole(
            case,
            _standing(catalog, case, await now_in(uow)),
            tuple(await uow.timeline.of(case_id)),
            tuple(await uow.messages.of(case_id)),
        )

    async with stored(settings) as desk:
        return await desk.run(read)


def _standing(catalog: Catalog, case: Case, now: datetime) -> Standing | None:
    """Where its clock stands; unknown where the catalog has lost its calendar."""
    try:
        calendar = catalog.calendar_named(case.program, case.cycle.calendar)
    except NotInCatalog:
        return None
    return standing(case.cycle, calendar, now)


def _line(case: Case, stands: Standing | None) -> tuple[str, ...]:
    mode = stands.mode.value if stands else "unknown"
    due = printing.local(case.cycle.due_at, "UTC") if case.cycle.running else ""
    title = " ".join(case.title.split())
    return (case.number, case.state.value, case.severity, case.partner_id, due, mode, title)


def _facts(case: Case, stands: Standing | None) -> dict[str, object]:
    return {
        "number": case.number,
        "id": case.id,
        "title": case.title,
        "partner": case.partner_id,
        "opener": case.opener_id,
        "program": case.program,
        "plan": case.plan,
        "category": case.category.value,
        "severity": case.severity,
        "product": case.product,
        "customer": case.customer,
        "coordination": case.coordination.value,
        "language": case.language,
        "state": case.state.value,
        "owner": case.owner_id,
        "opened_at": printing.iso(case.opened_at),
        "resolved_at": printing.iso(case.resolved_at),
        "ended_at": printing.iso(case.ended_at),
        "due_at": printing.iso(case.cycle.due_at),
        "met_at": printing.iso(case.cycle.met_at),
        "clock": stands.mode.value if stands else None,
        "left_seconds": stands.left.total_seconds() if stands else None,
        "late_by_seconds": stands.late_by.total_seconds() if stands else None,
    }


def _whole_facts(whole: _Whole) -> dict[str, object]:
    return {
        **_facts(whole.case, whole.stands),
        "description": whole.case.description,
        "cycles": [asdict(cycle) for cycle in whole.case.cycles],
        "timeline": [
            {
                "what": type(entry.event).__name__,
                "internal": entry.internal,
                **asdict(entry.event),
            }
            for entry in whole.entries
        ],
        "messages": [asdict(message) for message in whole.messages],
    }


def _print(whole: _Whole) -> None:
    case = whole.case
    typer.echo(f"{case.number} {' '.join(case.title.split())}")
    rows = [
        ("partner", f"{case.partner_id}, {case.plan} of {case.program}"),
        ("severity", f"{case.severity} ({case.category.value})"),
        ("state", STATE_WORDS[case.state]),
        ("owner", case.owner_id or "nobody yet"),
        ("opened", f"{printing.local(case.opened_at, 'UTC')} UTC by {case.opener_id}"),
        ("due", f"{printing.local(case.cycle.due_at, 'UTC')} UTC"),
        ("clock", whole.stands.mode.value if whole.stands else "unknown: not in the catalog"),
        ("product", case.product),
    ]
    printing.table([row for row in rows if row[1]])
    typer.echo("\nWhat happened (UTC):")
    for entry in whole.entries:
        inside = " (internal)" if entry.internal else ""
        by = f" by {entry.event.by}" if entry.event.by else ""
        what = type(entry.event).__name__
        typer.echo(f"  {printing.local(entry.event.at, 'UTC')}  {what}{by}{inside}")
    if whole.messages:
        typer.echo("\nWhat was said (UTC):")
    for message in whole.messages:
        inside = "" if message.public else " (internal)"
        head = f"  {printing.local(message.at, 'UTC')}  {message.author_id}{inside}: "
        typer.echo(head + ("(deleted)" if message.deleted_at else " ".join(message.text.split())))
