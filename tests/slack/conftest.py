"""A desk beside a Slack of our own, for every test that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.slack.world import World, open_world


@pytest_asyncio.fixture
async def slack_world(tmp_path: Path) -> AsyncIterator[World]:
    """The desk over HTTP."""
    async with open_world(tmp_path) as world:
        yield world
