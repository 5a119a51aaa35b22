"""Every story is played on every platform that the desk has."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from tests.stories.stage import Stage
from tests.stories.web_stage import web_stage

# Nothing outlives a story, so nothing has to wait for a disk where the system has a faster place.
MEMORY = Path("/dev/shm")
STAGES = {"web": web_stage}


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as made:
        yield Path(made)


@pytest_asyncio.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Stage]:
    async with STAGES[request.param](folder) as running:
        yield running
