"""What the doctor finds, and how a desk is made ill for it."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.doctor import examine
from bot.findings import Finding
from bot.sample import ROSTER
from tests.bot.terminal import typed

# In March the holidays of the whole year are known; in November those of the next are not yet.
MARCH = datetime(2026, 3, 9, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"
MIGRATION = "0001_first.sql"


def free_port() -> str:
    """A port that nobody has: somebody on this machine may have the usual one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return str(server.getsockname()[1])


def with_sample() -> None:
    """A database with the sample roster."""
    assert typed("roster", "apply", ROSTER).exit_code == 0


def examined(now: datetime = MARCH) -> list[Finding]:
    """Everything that was looked at."""
    return asyncio.run(examine(now, None))


def wrong(now: datetime = MARCH) -> list[Finding]:
    """What is wrong."""
    return [one for one in examined(now) if one.wrong]


def only(now: datetime = MARCH) -> Finding:
    """The one thing that is wrong."""
    (one,) = wrong(now)
    return one


def edited(old: str, new: str) -> None:
    """The sample roster with something else in it, applied."""
    text = ROSTER.read_text("utf-8")
    assert old in text
    Path("mine.toml").write_text(text.replace(old, new), "utf-8")
    assert typed("roster", "apply", "mine.toml").exit_code == 0


def statement(words: str) -> None:
    """Meddle with the database."""
    with closing(sqlite3.connect("var/desk.db")) as database, database:
        database.execute(words)
