"""`partnerdesk run`: start the desk, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio

import typer

from bot import app as desk
from bot import config, logs

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def run() -> None:
    """Start the desk: migrate, load the roster, serve the web chat, until Ctrl-C or SIGTERM."""
    settings = config.read()
    logs.configure(settings.log_level)
    asyncio.run(desk.run(settings))
