"""What the demo is made of: a roster, and a few cases on the desk."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from desk.ports import UnitOfWork

ROSTER = Path(str(files("bot.sample") / "roster.toml"))

# Set while the roster of the database is the sample one, where nobody is a real person.
LOADED = "sample.loaded"


async def is_loaded(uow: UnitOfWork) -> bool:
    """Whether the people in the database are the sample's, so that anybody may be anybody."""
    return await uow.notes.read(LOADED) == "yes"


async def mark(uow: UnitOfWork, *, loaded: bool) -> None:
    """Remember it; a roster of one's own ends the demo for good."""
    await uow.notes.write(LOADED, "yes" if loaded else "no")
