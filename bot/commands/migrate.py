"""`partnerdesk migrate`: bring the database to the schema of this program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot import config
from storage import migrate as migrations
from storage.address import parse

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def migrate(
    check: bool = typer.Option(False, "--check", help="Only say what would be applied; exit 1."),
) -> None:
    """Apply what is missing, only forwards; starting the desk does the same."""
    url = config.read().database_url.get_secret_value()
    if check:
        missing = asyncio.run(migrations.pending(url))
        for name in missing:
            typer.echo(f"{name} has not been applied")
        if missing:
            raise typer.Exit(1)
        typer.echo("The database is up to date.")
        return
    make_room(url)
    applied = asyncio.run(migrations.migrate(url))
    for name in applied:
        typer.echo(f"Applied {name}")
    if not applied:
        typer.echo("The database is up to date.")


def make_room(database_url: str) -> None:
    """Make the directory of an embedded database, which the database itself would not."""
    where = parse(database_url)
    if where.dialect == "sqlite" and not where.in_memory:
        Path(where.path).parent.mkdir(parents=True, exist_ok=True)
