"""The command line `partnerdesk`: one file a noun, imported when it is asked for.

Exit codes: 0 fine, 1 the doctor or a check found something, 2 refused, and nothing was changed.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# What is typed, and the order in which `--help` shows it.
NOUNS = (
    "run",
    "doctor",
    "roster",
    "case",
    "quota",
    "due",
    "ledger",
    "catalog",
    "signin",
    "partner",
    "slack",
    "teams",
    "migrate",
)


class Nouns(TyperGroup):
    """The nouns as commands; what is refused is a sentence and exit code 2, never a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in NOUNS:
            return None
        noun = _imported(f"bot.commands.{cmd_name}")
        command: Any = typer.main.get_command(noun.app)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from bot.commands.refusing import reason

            words = reason(error)
            if words is None:
                raise
            typer.echo(words, err=True)
            raise typer.Exit(2) from None


def _imported(module: str) -> Any:
    # Nothing that an import makes is garbage, and looking for some takes a sixth of the start.
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()


app = typer.Typer(
    name="partnerdesk",
    cls=Nouns,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The support desk for partners: run it, look into it, and keep it in order.",
)


@app.callback()
def _partnerdesk() -> None:
    """Without a noun there is only the help."""
