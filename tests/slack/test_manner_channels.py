"""Channels come and go, and so do people: the next is told, and operators learn what to mend."""

import pytest

from desk.people import Place
from desk.records import Delivery as Fate
from tests.fakes.slack.records import Json
from tests.slack.acts import fill, open_case, shown, thread
from tests.slack.test_manner_delivery import rows, saying
from tests.slack.test_manner_threads import claimed, copies, writes
from tests.slack.world import VENDOR, World, account


async def happens(world: World, kind: str, channel: str, **more: str) -> None:
    """Something becomes of a channel, as Slack tells it."""
    event: Json = {"type": kind, "channel": channel, "event_ts": world.slack.ts(), **more}
    await world.slack.delivery.happened(event, None, team=VENDOR)
    await world.rest()


async def place(world: World, key: str) -> Place:
    found = await world.desk.run(lambda uow: uow.people.place(key))
    assert found is not None
    return found


async def opens(world: World) -> None:
    """Nora opens a case, whatever becomes of its cards."""
    nora = world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)
    await nora.submits()
    await world.rest()


@pytest.mark.parametrize("kind", ["channel_archive", "group_archive", "channel_deleted"])
async def test_an_archived_channel_is_passed_over_until_it_is_back(
    slack_world: World, kind: str
) -> None:
    world = slack_world
    world.slack.channels["CCLOUD"].archived = True
    await happens(world, kind, "CCLOUD", user=account("dana"))
    (told,) = saying(world, "COPS", "#support-cloud was archived or deleted")
    assert "Name another channel in the roster" in shown(told)
    assert (await place(world, "support-cloud")).archived

    await opens(world)
    assert "C-1001" in "".join(shown(one) for one in world.direct("dana").messages)

    world.slack.channels["CCLOUD"].archived = False
    await happens(world, "channel_unarchive", "CCLOUD", user=account("dana"))
    assert not (await place(world, "support-cloud")).archived
    await opens(world)
    assert [one for one in world.slack.messages("CCLOUD") if "C-1002" in shown(one)]


async def test_a_channel_that_the_app_was_taken_out_of(slack_world: World) -> None:
    world = slack_world
    world.slack.channels["CCLOUD"].members -= {f"UBOT{VENDOR}"}

    await happens(world, "channel_left", "CCLOUD", actor_id=account("dana"))

    (told,) = saying(world, "COPS", "was taken out of the Slack channel #support-cloud")
    assert "/invite @Partnerdesk" in shown(told)
    await opens(world)
    assert "C-1001" in "".join(shown(one) for one in world.direct("dana").messages)
    (failed,) = saying(world, "COPS", "A notice about C-1001 could not be delivered")
    assert "the app is not in the channel" in shown(failed)


async def test_what_becomes_of_channels_that_are_not_the_desks_is_nobodys_news(
    slack_world: World,
) -> None:
    world = slack_world
    world.slack.channel("CRANDOM", "random", [VENDOR], [account("mei")])

    for kind in ("channel_archive", "channel_left", "channel_deleted", "channel_unarchive"):
        await happens(world, kind, "CRANDOM")

    assert not world.slack.messages("COPS")


async def test_a_channel_with_a_new_id_stays_the_cases_place(slack_world: World) -> None:
    """As happens when another organisation joins it, or leaves."""
    world, nora, mei = slack_world, slack_world.hand("nora"), slack_world.hand("mei")
    case = await claimed(world)
    before = await writes(world, "nora", case.outside, "It is wrose now")
    channel = world.slack.channels.pop("CNORTH")
    channel.id = "CNEW"
    world.slack.channels["CNEW"] = channel
    for message in channel.messages:
        message.channel = "CNEW"

    moved = {"old_channel_id": "CNORTH", "new_channel_id": "CNEW"}
    await happens(world, "channel_id_changed", "CNEW", **moved)

    assert (await place(world, "northwind")).channel == "CNEW"
    (told,) = saying(world, "COPS", "new id: CNEW instead of CNORTH")
    assert "Put CNEW into the roster" in shown(told)
    # The thread, its card and what was said in it are the case's as before.
    await writes(world, "nora", case.outside, "And now it hangs")
    assert copies(world, case.inside, "And now it hangs")
    await nora.edits(before, "It is worse now")
    await mei.presses(case.inside, "Resolve")
    await mei.fills("What solved it", "The gateway was restarted")
    await mei.submits()
    await world.rest()
    assert copies(world, case.inside, "It is worse now")
    assert "resolved" in shown(case.outside)
    assert "The gateway was restarted" in "".join(shown(o) for o in thread(world, case.outside))
    assert not await rows(world, state=Fate.FAILED)


async def test_a_contact_whose_account_is_closed_is_not_silence(slack_world: World) -> None:
    """The card that nobody can read goes nowhere else, and the operators learn of it."""
    world = slack_world
    world.slack.users[account("carla")].deleted = True
    carla = world.hand("carla")
    await carla.command("/case")
    await fill(carla, world)
    await carla.submits()
    await world.rest()

    (told,) = saying(world, "COPS", "A notice about C-1001 could not be delivered to Carla Rossi")
    assert "the person's account is closed" in shown(told)
    assert "Take it out of the roster" in shown(told)
    assert saying(world, "CCLOUD", "C-1001"), "the engineers have it all the same"


async def test_a_tam_whose_account_is_closed_does_not_keep_an_alert(
    slack_world: World,
) -> None:
    world = slack_world
    await open_case(world)
    world.slack.users[account("tara")].deleted = True
    world.later(minutes=28)
    await world.rest()

    assert "C-1001" in "".join(shown(one) for one in world.direct("dana").messages)
    assert saying(world, "COPS", "could not be delivered to Tara Singh")


async def test_an_uninstalled_app_is_told_of_once(slack_world: World) -> None:
    world = slack_world
    install = world.slack.of_team("TNORTH")
    assert install is not None
    install.revoked = True
    for _ in range(2):
        event = {"type": "app_uninstalled", "event_ts": world.slack.ts()}
        envelope = {
            "type": "event_callback", "team_id": "TNORTH", "api_app_id": "A0DESK", "event": event,
            "event_id": "EvGONE", "event_time": int(world.slack.seconds()), "authorizations": [],
        }  # fmt: skip
        await world.slack.delivery.event(envelope)
        await world.rest()

    assert len(saying(world, "COPS", "The app was removed from the Slack workspace")) == 1


async def test_events_that_come_late_do_not_close_a_channel_that_is_open_again(
    slack_world: World,
) -> None:
    """They were not taken when they came, and Slack brings them after those that came later."""
    world = slack_world
    world.slack.channels["CCLOUD"].archived = True
    await happens(world, "channel_archive", "CCLOUD")
    world.slack.channels["CCLOUD"].archived = False
    await happens(world, "channel_unarchive", "CCLOUD")
    before = len(world.slack.messages("COPS"))

    await happens(world, "channel_archive", "CCLOUD")
    await happens(world, "channel_left", "CCLOUD")
    assert not (await place(world, "support-cloud")).archived
    world.slack.channels["CCLOUD"].archived = True
    await happens(world, "channel_archive", "CCLOUD")
    await happens(world, "channel_unarchive", "CCLOUD")
    assert (await place(world, "support-cloud")).archived
    assert len(world.slack.messages("COPS")) == before + 1


async def test_while_slack_does_not_say_how_a_channel_is_the_event_comes_again(
    slack_world: World,
) -> None:
    world = slack_world
    world.slack.channels["CCLOUD"].archived = True
    world.slack.unkind.fails("conversations.info", "500")
    await happens(world, "channel_archive", "CCLOUD")
    assert world.slack.delivery.delivered[-1] == ("channel_archive", 503)
    await world.slack.delivery.again()
    assert (await place(world, "support-cloud")).archived
