"""`partnerdesk slack`: what Slack is to be told of this desk."""

from __future__ import annotations

from urllib.parse import urlsplit

import typer

from bot import config
from bot.commands import printing
from bot.commands.refusing import Refused
from bot.slack.manifest import manifest as made

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What Slack is to be told of this desk.",
)


@app.callback()
def _slack() -> None:
    """Without a verb there is only the help."""


@app.command()
def manifest(
    url: str = typer.Option("", help="How Slack reaches the desk; DESK_PUBLIC_URL without it."),
    socket: bool = typer.Option(False, "--socket", help="For Socket Mode: the desk calls Slack."),
) -> None:
    """Print the app's manifest for this desk: paste it where Slack asks for one."""
    where = url or config.read().public_url or ""
    if socket and not url and not where.startswith("https://"):
        # Nobody installs the app from outside then, and nothing else needs an address.
        where = ""
    if where:
        _check(where)
    elif not socket:
        raise Refused(
            "Slack must know where to reach the desk: --url https://desk.example.com, or set "
            "DESK_PUBLIC_URL. Where nothing can reach it, take --socket: then the desk calls Slack."
        )
    printing.as_json(made(where, socket=socket))


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise Refused(
            f"{url}: Slack calls addresses only that begin with https://. Put TLS in front of the "
            "desk, or take --socket without a public address: then the desk calls Slack."
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Refused(f"{url}: must end after the host name: the desk lives at the root.")
