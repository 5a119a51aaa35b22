"""A desk beside a Slack of our own, for every test that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.slack import answers, wire
from tests.slack.world import World, open_world


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason for an answer in a hurry: tests of hurry make their own."""
    monkeypatch.setattr(wire, "ANSWER_WITHIN", 60.0)
    monkeypatch.setattr(answers, "OPENING", 60.0)


@pytest_asyncio.fixture
async def slack_world(tmp_path: Path) -> AsyncIterator[World]:
    """The desk over HTTP."""
    async with open_world(tmp_path) as world:
        yield world
