"""What a command says when it will not do something: a sentence, and what to do."""

from __future__ import annotations

from bot.config import BadSettings
from bot.listening import CannotListen
from desk.errors import NotSaved, Refusal
from sla.catalog import NotInCatalog
from sla.holidays import BadHolidays
from sla.toml_source import BadFile
from storage.lost import is_lost
from storage.migrate import SchemaRefused


class Refused(Exception):
    """Wrong input, or a desk that cannot do it now; the text is for whoever typed the command."""


_WORDED = (
    Refused,
    BadSettings,
    CannotListen,
    BadFile,
    BadHolidays,
    NotInCatalog,
    SchemaRefused,
    Refusal,
)


def reason(error: Exception) -> str | None:
    """The words of a refusal; None where the error is a mistake of the program."""
    if isinstance(error, _WORDED):
        return str(error)
    if isinstance(error, NotSaved):
        return f"{error}\nNothing was changed; try again."
    if isinstance(error, BrokenPipeError):
        return None  # whoever read the output has seen enough: the command ends without a word
    if isinstance(error, OSError) or is_lost(error):
        return f"The database or a file cannot be reached: {error}"
    return None
