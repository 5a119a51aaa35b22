"""A served web chat for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.web.world import World, open_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(str(tmp_path))
    yield world
    await world.close()


@pytest_asyncio.fixture
async def demo(tmp_path: Path) -> AsyncIterator[World]:
    world = await open_world(str(tmp_path), demo=True)
    yield world
    await world.close()
