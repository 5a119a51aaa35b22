"""A fresh desk in memory for every test, with everybody in it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from storage.desk import StoredDesk
from tests import world
from tests.talk import Talk


@pytest_asyncio.fixture
async def talk() -> AsyncIterator[Talk]:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        yield Talk(desk)
