"""The transport beside a Teams of our own, for every test that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.teams.transport import Transport, open_transport
from tests.teams.world import World, open_world


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[Transport]:
    """Our side of the wire, as it is set up for a tenant."""
    async with open_transport() as made:
        yield made


@pytest_asyncio.fixture
async def teams_world(tmp_path: Path) -> AsyncIterator[World]:
    """The desk beside a Teams of our own."""
    async with open_world(tmp_path) as world:
        yield world
