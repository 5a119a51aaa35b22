"""`partnerdesk teams`: what Microsoft Teams is to be told of this desk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import typer

from bot import config
from bot.commands.refusing import Refused
from bot.teams.package import App, BadPackage
from bot.teams.package import package as made

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What Microsoft Teams is to be told of this desk.",
)

FILE = Path("partnerdesk-teams.zip")


@app.callback()
def _teams() -> None:
    """Without a verb there is only the help."""


@app.command()
def package(
    domain: str = typer.Option("", help="Where the desk is; DESK_PUBLIC_URL without it."),
    app_id: str = typer.Option("", "--id", help="The bot's app id; MicrosoftAppId without it."),
    name: str = typer.Option("Partnerdesk", help="What the app is called in Teams."),
    version: str = typer.Option("1.0.0", help="Higher than that of the package before."),
    out: Path = typer.Option(FILE, help="Where the zip is written."),
) -> None:
    """Write the app's package: upload it in Teams, and send it to partners' administrators."""
    if not (domain and app_id):
        given = config.read()
        domain = domain or urlsplit(given.public_url or "").hostname or ""
        app_id = app_id or given.teams_app_id or ""
    if not domain:
        raise Refused(
            "Teams must know where the desk is: --domain desk.example.com, or set DESK_PUBLIC_URL."
        )
    if not app_id:
        raise Refused("Teams must know the bot: --id with its app id, or set MicrosoftAppId.")
    try:
        content = made(App(app_id, domain, name, version))
    except BadPackage as error:
        raise Refused(str(error)) from error
    out.write_bytes(content)
    typer.echo(f"{out}: {name} {version} at {domain}. Upload it in Teams, under Manage your apps.")
