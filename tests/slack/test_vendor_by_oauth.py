"""A vendor's own workspace that was installed by its link, as partners' are: no token is set."""

from pathlib import Path

from tests.slack.world import VENDOR, World, installed, open_world


async def without_the_app(world: World, team: str) -> None:
    """The app was never installed in that workspace."""
    install = world.slack.of_team(team)
    assert install is not None
    del world.slack.installs[install.token]
    for channel in world.slack.channels.values():
        channel.members.discard(install.bot_user)
    await world.desk.run(lambda uow: uow.installations.remove("slack", team))
    world.link.installs.forget()


async def test_guests_are_heard_and_answered_through_it(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot_token="") as world:
        await installed(world, VENDOR)
        for channel in world.slack.channels.values():
            channel.members.add(f"UBOT{VENDOR}")
        await without_the_app(world, "TCONTO")
        carla = world.hand("carla")
        await carla.says(f"<@UBOT{VENDOR}> help", "CSHARED")
        await world.rest()

        assert len(world.texts("CSHARED", alone="UCARLA")) == 1
        # A press names the workspace of whoever presses, where the app is not.
        answer = world.slack.channels["CSHARED"].said_alone[-1]
        await carla.presses(answer, "Show the quota")
        await world.rest()
        assert "30 of 30 left" in world.texts("CSHARED", alone="UCARLA")[-1]


async def test_the_engineers_channel_is_reached(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot_token="") as world:
        await installed(world, VENDOR)
        own = await world.link.installs.own()
        assert own is not None
        assert own.workspace == VENDOR
        assert (await world.link.installs.to_reach("TELSEWHERE")).token == own.token
