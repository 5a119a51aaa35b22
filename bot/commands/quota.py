"""`partnerdesk quota`: what is left of a partner's quota and why, and packages that were paid."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import catalog_of, instant, now_in, partner_called, stored
from bot.commands.refusing import Refused
from bot.config import Settings
from desk.ports import UnitOfWork
from desk.records import LedgerLine, Move
from handlers.promises import Entitlement, entitlement_of
from sla.catalog import Catalog
from sla.entitlements import Period

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="What is left of a partner's quota."
)


@dataclass(frozen=True, slots=True)
class _Account:
    """A partner's entitlement at a moment, and every movement of its period."""

    held: Entitlement
    lines: Sequence[LedgerLine]


@app.callback(invoke_without_command=True)
def quota(
    ctx: typer.Context,
    partner: str = typer.Option("", "--partner", "-p", help="The partner's key."),
    at: str = typer.Option("", "--at", help="Another moment than now (ISO 8601)."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """What is used and left of a partner's quota, until when, and every movement."""
    if ctx.invoked_subcommand is not None:
        return
    if not partner:
        raise Refused("Which partner? Name one with --partner KEY.")
    settings = config.read()
    account = asyncio.run(_account(settings, catalog_of(settings), partner, at))
    if as_json:
        printing.as_json(_facts(account))
    else:
        _print(account)


@app.command()
def package(
    partner: str = typer.Option(..., "--partner", "-p", help="The partner's key."),
    paid_at: str = typer.Option("", "--paid-at", help="When it was paid, if not now (ISO 8601)."),
    by: str = typer.Option("operator", "--by", help="Who records it."),
    note: str = typer.Option("", "--note", help="An order or invoice number."),
) -> None:
    """Record a paid package: it holds from its payment to the end of that period."""
    settings = config.read()
    asyncio.run(_add_package(settings, catalog_of(settings), partner, (paid_at, by, note)))


async def _account(settings: Settings, catalog: Catalog, partner_id: str, at: str) -> _Account:
    async def read(uow: UnitOfWork) -> _Account:
        partner = await partner_called(uow, partner_id)
        zone = catalog.program(partner.program).home_zone
        when = _moment(at, zone, "--at") if at else await now_in(uow)
        held = await entitlement_of(uow, catalog, partner, when)
        period = held.period
        return _Account(held, await uow.ledger.lines(partner.id, period.key) if period else ())

    async with stored(settings) as desk:
        return await desk.run(read)


def _moment(text: str, zone: str, option: str) -> datetime:
    at, assumed = instant(text, zone, option)
    if assumed:
        printing.note(f"{option} {text} has no zone: taken as the program's home time.")
    return at


async def _add_package(
    settings: Settings, catalog: Catalog, partner_id: str, said: tuple[str, str, str]
) -> None:
    paid_at, by, note = said

    async def add(uow: UnitOfWork) -> tuple[Entitlement, Entitlement, bool]:
        partner = await partner_called(uow, partner_id)
        now = await now_in(uow)
        zone = catalog.program(partner.program).home_zone
        paid = _moment(paid_at, zone, "--paid-at") if paid_at else now
        before = await entitlement_of(uow, catalog, partner, paid)
        quota, period = before.plan.quota, before.period
        if quota is None or period is None or not quota.package_units:
            raise Refused(f"{before.plan.name} sells no packages, so nothing was recorded.")
        if paid > now:
            raise Refused("It was not paid yet: --paid-at is in the future. Nothing was recorded.")
        line = LedgerLine(
            id=0, partner_id=partner.id, period=period.key, at=paid, move=Move.PACKAGE,
            units=quota.package_units, pool="package", case_id=None, by=by, note=note, balance=None,
        )  # fmt: skip
        await uow.ledger.add_package(line, quota.package_units)
        return before, await entitlement_of(uow, catalog, partner, paid), period.end <= now

    async with stored(settings) as desk:
        before, after, over = await desk.run(add)
    added = after.use.package_units - before.use.package_units
    typer.echo(f"Recorded: {added} more cases for {after.partner.name}. {_left(after)}")
    if over:
        printing.note("That period has ended already, so what is left of the package is void.")


def _left(held: Entitlement) -> str:
    program, period = held.program, held.period
    if period is None or held.plan.quota is None:
        return "There is no limit."
    until = printing.moment(period.end, program.home_zone, program.home_name)
    packages = f" and {held.left.package_left} of packages" if held.use.package_units else ""
    return f"{held.left.plan_left} of {held.plan.quota.units}{packages} left until {until}."


def _facts(account: _Account) -> dict[str, object]:
    held, quota, period = account.held, account.held.plan.quota, account.held.period
    return {
        "partner": held.partner.id,
        "program": held.program.key,
        "plan": held.plan.key,
        "unlimited": held.left.unlimited,
        "units": quota.units if quota else None,
        "used": held.use.used,
        "left": None if held.left.unlimited else held.left.total,
        "plan_left": None if held.left.unlimited else held.left.plan_left,
        "packages": {
            "units": held.use.package_units,
            "used": held.use.package_used,
            "left": held.left.package_left,
        },
        "owed": held.use.owed,
        "period": period
        and {
            "key": period.key,
            "start": printing.iso(period.start),
            "end": printing.iso(period.end),
        },
        "resets_at": printing.iso(period.end) if period else None,
        "ledger": [
            {
                "at": printing.iso(line.at),
                "move": line.move.value,
                "units": line.units,
                "pool": line.pool,
                "case": None if line.case_id is None else f"C-{line.case_id}",
                "by": line.by,
                "note": line.note,
                "balance": line.balance,
            }
            for line in account.lines
        ],
    }


def _stretch(period: Period | None) -> dict[str, object] | None:
    if period is None:
        return None
    start, end = printing.iso(period.start), printing.iso(period.end)
    return {"key": period.key, "start": start, "end": end}


def _print(account: _Account) -> None:
    held = account.held
    typer.echo(f"{held.partner.name}, {held.plan.name} of {held.program.name}")
    typer.echo(_left(held))
    if held.use.owed:
        typer.echo(f"{held.use.owed} owed: taken from the next package or period.")
    if not account.lines:
        return
    zone, name = held.program.home_zone, held.program.home_name
    typer.echo("")
    heading = (f"when ({name})", "what", "units", "from", "case", "left", "by")
    rows = [
        (
            printing.local(line.at, zone),
            line.move.value.replace("_", " "),
            f"{line.units:+d}",
            line.pool,
            "" if line.case_id is None else f"C-{line.case_id}",
            "" if line.balance is None else str(line.balance),
            line.by,
        )
        for line in account.lines
    ]
    printing.table([heading, *rows])
