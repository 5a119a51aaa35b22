"""What this project takes for a signature of Slack, Slack's own SDK for JavaScript takes for one.

The bolt app in JavaScript stands where the desk would be; it is given the same requests.
"""

import random
from collections.abc import Iterator
from typing import cast

import pytest

from bot.slack import signing
from tests.fakes.slack import Hand
from tests.fakes.slack.delivery import Answered
from tests.services.bolt import Bolt, running_bolt
from tests.services.missing import Missing
from tests.slack.test_transport_requests import FORGERIES, FORM, Change, command
from tests.slack.world import FRIDAY, World

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = int(FRIDAY.timestamp())


@pytest.fixture(scope="module")
def bolt() -> Iterator[Bolt]:
    try:
        with running_bolt(SECRET, NOW * 1000) as running:
            yield running
    except Missing as missing:
        pytest.skip(str(missing))


def headers(stamp: int, signature: str) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": signature}


# --- our own way of signing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(command(), id="a command"),
        pytest.param('{"text":"您好 ✅ שלום"}'.encode(), id="other scripts"),
        pytest.param(b'{"text":"a\\u0000b\\ud83d"}', id="escapes"),
        pytest.param(b"x" * 2**20, id="a megabyte"),
        pytest.param(b"a=b:c:v0:1", id="colons"),
        pytest.param(b"\r\n\t ", id="blanks"),
    ],
)
def test_what_we_sign_is_taken_and_nothing_near_it(bolt: Bolt, body: bytes) -> None:
    good = signing.sign(SECRET, str(NOW), body)
    signing.check(SECRET, headers(NOW, good), body, FRIDAY)
    assert bolt.takes(headers(NOW, good), body)

    assert not bolt.takes(headers(NOW, good), body + b" ")
    assert not bolt.takes(headers(NOW + 1, good), body)
    assert not bolt.takes(headers(NOW, signing.sign(SECRET + "x", str(NOW), body)), body)
    assert not bolt.takes(headers(NOW - 301, signing.sign(SECRET, str(NOW - 301), body)), body)
    assert bolt.takes(headers(NOW - 299, signing.sign(SECRET, str(NOW - 299), body)), body)


def test_a_hundred_bodies_with_one_character_changed(bolt: Bolt) -> None:
    chance = random.Random(20260306)
    for _ in range(100):
        body = bytes(chance.choices(range(32, 127), k=chance.randint(1, 400)))
        good = headers(NOW, signing.sign(SECRET, str(NOW), body))
        at = chance.randrange(len(body))
        other = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        assert bolt.takes(good, body)
        assert not bolt.takes(good, other)
        with pytest.raises(signing.Forged):
            signing.check(SECRET, good, other, FRIDAY)


# --- whole requests -------------------------------------------------------------------------------


async def to_bolt(world: World, bolt: Bolt, body: bytes, sent: dict[str, str]) -> Answered:
    """The same request at the other door."""
    delivery = world.slack.delivery
    desk, delivery.app_url = delivery.app_url, bolt.url
    try:
        return await delivery.post(body, FORM, sent)
    finally:
        delivery.app_url = desk


async def test_whatever_the_sdk_refuses_is_refused(slack_world: World, bolt: Bolt) -> None:
    ours, theirs = {}, {}
    for forgery in FORGERIES:
        change = cast(Change, forgery.values[0])
        body = command()
        sent = change(slack_world, body)
        ours[forgery.id] = (await slack_world.slack.delivery.post(body, FORM, sent)).status
        theirs[forgery.id] = (await to_bolt(slack_world, bolt, body, sent)).status

    assert set(ours.values()) == {401}
    # A clock that runs ahead is no concern of the SDK's for JavaScript; the one for Python minds.
    assert {name: status for name, status in theirs.items() if status != 401} == {
        "from the future": 200
    }


async def test_what_our_slack_signs_the_sdk_takes(slack_world: World, bolt: Bolt) -> None:
    """Commands, presses, forms, searches and events, as the people of these tests do them."""
    world = slack_world
    nora: Hand = world.hand("nora")
    message = await nora.says("hello")
    await nora.command("/case")
    assert nora.form is not None
    world.slack.delivery.app_url = bolt.url
    world.slack.delivery.delivered.clear()

    answer = await nora.command("/quota")
    assert (answer.status, answer.text) == (200, "taken: /quota")
    button = {"type": "button", "action_id": "do:1", "block_id": "b", "value": "x"}
    assert [one.status for one in await nora.press(message, button)] == [200]
    view = nora._in_view("view_submission", nora.form)
    assert (await world.slack.delivery.payload(view)).status == 200
    search = nora._in_view("block_suggestion", nora.form) | {"action_id": "a", "value": "x"}
    assert (await world.slack.delivery.payload(search)).body == {"options": []}
    await nora.says("您好 <@UBOTTNORTH>")
    assert world.slack.delivery.delivered == [("message", 200), ("app_mention", 200)]
