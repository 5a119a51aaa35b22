"""Where a database is: the one reading of a database URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

Dialect = Literal["sqlite", "postgres"]

MEMORY = ":memory:"


@dataclass(frozen=True, slots=True)
class Address:
    """A database: `path` of its file (or ":memory:") for SQLite, `url` for PostgreSQL."""

    dialect: Dialect
    path: str = ""
    url: str = ""

    @property
    def in_memory(self) -> bool:
        """Whether it lives in this process alone and is gone when it is closed."""
        return self.path == MEMORY


def parse(database_url: str) -> Address:
    """Read `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://:memory:`, `postgres://…`.

    Raises:
        ValueError: if it is none of these; the text never repeats the URL, which holds a password.
    """
    scheme, _, rest = database_url.partition("://")
    if scheme == "sqlite":
        path = MEMORY if rest in {MEMORY, "/" + MEMORY} else unquote(rest.removeprefix("/"))
        if not path:
            raise ValueError(
                "A SQLite URL names a file: sqlite:///desk.db or sqlite:////var/desk.db"
            )
        return Address("sqlite", path=path)
    if scheme in {"postgres", "postgresql"} and urlsplit(database_url).path.strip("/"):
        return Address("postgres", url="postgres://" + rest)
    raise ValueError("A database URL is sqlite:///FILE or postgres://USER:PASSWORD@HOST:PORT/NAME")
