"""A channel is archived, the app is taken out: operators learn what it is, and how to mend it."""

import pytest

from tests.fakes.slack import installing
from tests.slack.world import World


def said(world: World) -> str:
    """The last thing that the operators read."""
    return world.texts("COPS")[-1]


def title(world: World) -> str:
    return said(world).splitlines()[0].partition(" ")[2]


@pytest.mark.parametrize(
    ("event", "what", "mend"),
    [
        ("channel_archive", "#support-cloud was archived or deleted", "Name another channel"),
        ("channel_deleted", "#support-cloud was archived or deleted", "Name another channel"),
        ("channel_left", "taken out of the Slack channel #support-cloud", "/invite @Partnerdesk"),
    ],
)
async def test_a_channel_that_is_closed(
    slack_world: World, event: str, what: str, mend: str
) -> None:
    channel = slack_world.slack.channels["CCLOUD"]
    channel.archived = event != "channel_left"
    channel.members.discard("UBOTTVENDOR")
    told = {"type": event, "channel": "CCLOUD", "user": "UMEI"}
    await slack_world.slack.delivery.happened(told, team="TVENDOR")
    await slack_world.rest()

    assert title(slack_world) == "A channel is closed to the desk"
    assert what in said(slack_world)
    assert mend in said(slack_world)


async def test_an_app_that_is_removed(slack_world: World) -> None:
    await installing.uninstalled(slack_world.slack, "TNORTH")
    await slack_world.rest()

    assert title(slack_world) == "The app was removed from a workspace"
    assert "the Slack workspace Northwind" in said(slack_world)
    assert len(slack_world.texts("COPS")) == 1
