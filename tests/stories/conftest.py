"""Every story is played on every platform that the desk has."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.folder import fleeting_folder
from tests.stories.stage import Stage
from tests.stories.web_stage import web_stage

STAGES = {"web": web_stage}


@pytest_asyncio.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    with fleeting_folder() as folder:
        async with STAGES[request.param](folder) as running:
            yield running
