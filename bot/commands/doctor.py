"""`partnerdesk doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import typer

from bot import doctor as examination
from bot.clock import SystemClock
from bot.commands import printing

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def doctor(as_json: bool = typer.Option(False, "--json", help="For machines.")) -> None:
    """Check everything that the desk needs, and say how to mend it; exit 1 on a finding."""
    found = asyncio.run(examination.examine(SystemClock().now()))
    wrong = [one for one in found if one.wrong]
    if as_json:
        printing.as_json([asdict(one) for one in wrong])
    else:
        for one in found:
            typer.echo(f"wrong  {one.part}: {one.wrong}" if one.wrong else f"fine   {one.part}")
            if one.mend:
                typer.echo(f"       {one.mend}")
        typer.echo(_sum(len(wrong)))
    if wrong:
        raise typer.Exit(1)


def _sum(wrong: int) -> str:
    if not wrong:
        return "Everything is in order."
    return f"{wrong} thing{'' if wrong == 1 else 's'} to mend."
