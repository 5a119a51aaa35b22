"""The desk's own messages: posted once, changed, taken away, and refused in words."""

from datetime import timedelta

import pytest

from bot.platform import Address, Permanent, Retryable
from handlers.views.kinds import DoneView
from tests.web.doubles import Flaky
from tests.web.world import World

ACME = Address("web", "", channel="acme")


def words(*said: str) -> DoneView:
    return DoneView(said)


@pytest.mark.parametrize(
    "to",
    [
        Address("web", "", channel="nothing"),
        Address("web", "", user="nobody"),
        Address("web", "", channel="dm:nobody"),
        Address("web", "", channel="acme", thread="99"),
        Address("web", "", channel="acme", thread="x"),
    ],
)
async def test_a_target_that_is_not_there(world: World, to: Address) -> None:
    with pytest.raises(Permanent):
        await world.platform.post(to, words("hello"), "1")


async def test_a_post_is_made_once_by_its_key(world: World) -> None:
    first = await world.platform.post(ACME, words("hello"), "1")
    second = await world.platform.post(ACME, words("hello"), "1")
    direct = await world.platform.post(Address("web", "", user="ada"), words("hello"), "2")
    again = await world.platform.post(
        Address("web", "", channel=direct.channel, thread=direct.message_id), words("more"), "3"
    )

    assert first == second
    assert (first.channel, direct.channel, again.channel) == ("acme", "dm:ada", "dm:ada")


async def test_what_is_gone_cannot_be_changed(world: World) -> None:
    sent = await world.platform.post(ACME, words("hello"), "1")
    await world.platform.delete(ACME, sent.message_id)

    with pytest.raises(Permanent):
        await world.platform.update(ACME, sent.message_id, words("x"))
    with pytest.raises(Permanent):
        await world.platform.delete(ACME, "999")


async def test_a_post_that_is_not_saved_is_tried_again(world: World) -> None:
    flaky = Flaky(world.desk)
    flaky.fails = 1
    world.platform._desk = flaky

    with pytest.raises(Retryable) as caught:
        await world.platform.post(ACME, words("hello"), "1")

    assert caught.value.after == timedelta(seconds=2)
