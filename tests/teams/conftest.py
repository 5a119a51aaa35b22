"""The transport beside a Teams of our own, for every test that asks."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.teams.transport import Transport, open_transport


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[Transport]:
    """Our side of the wire, as it is set up for a tenant."""
    async with open_transport() as made:
        yield made
