"""Every story is played on every platform that the desk has."""

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from tests.folder import fleeting_folder
from tests.stories.slack_stage import slack_stage
from tests.stories.stage import Stage
from tests.stories.teams_stage import teams_stage
from tests.stories.web_stage import web_stage

STAGES: dict[str, Callable[[Path], AbstractAsyncContextManager[Stage]]] = {
    "web": web_stage,
    "slack": slack_stage,
    "slack-socket": partial(slack_stage, by_line=True),
    "teams": teams_stage,
}


@pytest_asyncio.fixture(params=sorted(STAGES))
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    with fleeting_folder() as folder:
        async with STAGES[request.param](folder) as running:
            yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A story that fails shows everything that was said in it."""
    report = yield
    stage = getattr(item, "funcargs", {}).get("stage")
    if report.when == "call" and report.failed and stage is not None:
        report.sections.append(("Transcript", stage.transcript()))
    return report
