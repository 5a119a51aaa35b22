"""One suite over both databases: SQLite in a file, and a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.desk import StoredDesk
from storage.migrate import migrate

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRES = pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=[SQLITE, POSTGRES])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_database")
        return url
    return f"sqlite:///{tmp_path}/desk.db"


@pytest_asyncio.fixture
async def url(empty_url: str) -> str:
    """The URL of a database with its tables, and nothing in them."""
    await migrate(empty_url)
    return empty_url


@pytest_asyncio.fixture
async def desk(url: str) -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open(url) as desk:
        yield desk


@pytest_asyncio.fixture
async def second(url: str, desk: StoredDesk) -> AsyncIterator[StoredDesk]:
    """Another process's view of the same database."""
    async with await StoredDesk.open(url) as second:
        yield second


@pytest_asyncio.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """For what only a file can go through."""
    url = f"sqlite:///{tmp_path}/desk.db"
    await migrate(url)
    return url
