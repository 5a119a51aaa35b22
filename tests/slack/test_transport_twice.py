"""Whatever comes again does nothing again; whatever is not known is answered kindly.

Scenario 21 on Slack: the same event any number of times, at the same moment or with a retry.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.fakes.slack import Hand, reading
from tests.fakes.slack.delivery import Answered
from tests.slack.acts import Opened, fill, last, open_case
from tests.slack.world import World, account

Sent = list[tuple[bytes, str, dict[str, str]]]


@pytest.fixture
def sent(slack_world: World, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Every signed request, as it went to the desk."""
    requests: Sent = []
    post = slack_world.slack.delivery.post

    async def recording(body: bytes, kind: str, headers: dict[str, str]) -> Answered:
        requests.append((body, kind, headers))
        return await post(body, kind, headers)

    monkeypatch.setattr(slack_world.slack.delivery, "post", recording)
    return requests


async def everything(world: World) -> dict[str, int]:
    """How much there is of everything: in every table, and in every conversation."""

    async def count(uow: Any) -> dict[str, int]:
        sql = uow.cases and uow.people._sql
        tables = await sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {}
        for (name,) in [tuple(row.values()) for row in tables]:
            row = await sql.one(f'SELECT count(*) AS number FROM "{name}"')
            found[name] = row["number"]
        versions = await sql.one("SELECT sum(version) AS number FROM cases")
        return found | {"versions": versions["number"]}

    await world.rest()
    there = await world.desk.run(count)
    for channel in world.slack.channels.values():
        there[f"in {channel.id}"] = len(channel.messages) + len(channel.said_alone)
    return there


Act = Callable[[World, Opened], Coroutine[Any, Any, object]]


async def says(world: World, case: Opened) -> None:
    await world.hand("nora").says("It is worse now", case.outside.channel, case.outside.ts)


async def edits(world: World, case: Opened) -> None:
    nora = world.hand("nora")
    message = await nora.says("It is worse now", case.outside.channel, case.outside.ts)
    await world.rest()
    await nora.edits(message, "It is better now")


async def mentions(world: World, _case: Opened) -> None:
    await world.hand("mei").says("<@UBOTTVENDOR> queue", "CCLOUD")


async def claims_by_emoji(world: World, case: Opened) -> None:
    await world.hand("mei").reacts(case.inside, "eyes")


async def offers_by_emoji(world: World, case: Opened) -> None:
    await world.hand("mei").reacts(case.inside, "white_check_mark")


async def claims(world: World, case: Opened) -> None:
    await world.hand("mei").presses(case.inside, "Claim")


async def commands(world: World, case: Opened) -> None:
    await world.hand("mei").command("/desk", f"claim {case.number}", channel="CCLOUD")


async def opens(world: World, _case: Opened) -> None:
    await world.hand("nora").command("/case")


async def submits(world: World, _case: Opened) -> None:
    nora = world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)
    await nora.submits()


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(says, id="a message"),
        pytest.param(edits, id="an edit"),
        pytest.param(mentions, id="a mention, which comes as two events"),
        pytest.param(claims_by_emoji, id="a reaction"),
        pytest.param(offers_by_emoji, id="a reaction that offers something"),
        pytest.param(claims, id="a button"),
        pytest.param(commands, id="a command"),
        pytest.param(opens, id="a command that opens a form"),
        pytest.param(submits, id="a form"),
    ],
)
async def test_the_same_request_again_has_no_second_effect(
    slack_world: World, sent: Sent, act: Act
) -> None:
    world = slack_world
    case = await open_case(world)
    del sent[:]
    await act(world, case)
    before = await everything(world)
    # Without what the desk hears of its own messages.
    requests = [one for one in sent if b"BTVENDOR" not in one[0] and b"BTNORTH" not in one[0]]
    assert requests

    for request in requests:
        answers = await asyncio.gather(*(world.slack.delivery.post(*request) for _ in range(3)))
        assert [one.status for one in answers] == [200] * 3
    assert await everything(world) == before

    # What was only remembered is forgotten: the rows are not.
    await world.restart()
    for request in requests:
        assert (await world.slack.delivery.post(*request)).status == 200
    assert await everything(world) == before


async def test_three_deliveries_at_once_and_a_retry_are_one_case(slack_world: World) -> None:
    """Scenario 21, first part."""
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)

    answers = await nora.submits(delivered=3)

    assert [one.status for one in answers] == [200] * 3
    number = next(word for word in answers[0].text.split() if word.startswith("C-"))
    assert all(number.split('"')[0] in one.text for one in answers)
    await world.rest()
    assert len(world.slack.messages("CCLOUD")) == 1


async def test_a_first_delivery_that_was_lost_is_made_good_by_its_retry(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario 21, second part."""
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world)
    world.watched.refuses = 1
    await nora.says("It is worse now", case.outside.channel, case.outside.ts)
    assert world.slack.delivery.delivered[-1] == ("message", 503)
    await world.rest()
    assert len(world.slack.messages("CCLOUD", thread=case.inside.ts)) == 1

    assert await world.slack.delivery.again() == 1
    await world.rest()

    copy = world.slack.messages("CCLOUD", thread=case.inside.ts)[-1]
    assert "It is worse now" in reading.shown(copy.blocks)


@pytest.mark.parametrize("channel", ["", "CNORTH"])
async def test_what_could_not_be_saved_four_times_is_said_to_whoever_wrote_it(
    slack_world: World, channel: str
) -> None:
    """Slack brings it no more: at once, and after a minute, and after five."""
    world, nora = slack_world, slack_world.hand("nora")
    # Who is who was known before the database went away.
    await nora.command("/quota", channel=channel)
    await world.link.installs.own()
    world.watched.refuses = 100
    await nora.says("open a case", channel)
    for _ in range(3):
        world.later(seconds=300)
        await world.slack.delivery.again()
    assert not world.slack.delivery.due
    await world.link.settled()

    if channel:
        assert world.texts(channel, alone=account("nora"))[-1].startswith("Not saved")
    else:
        assert last(world.direct("nora")).text.startswith("Not saved")


# --- what is not known ----------------------------------------------------------------------------


def press(hand: Hand, **more: object) -> dict[str, Any]:
    body = hand._payload("block_actions")
    body["channel"] = {"id": "CCLOUD", "name": "support-cloud"}
    body["container"] = {"type": "message", "channel_id": "CCLOUD", "message_ts": "1.1"}
    body["response_url"] = hand.response_url(
        hand.slack.channels["CCLOUD"], hand.slack.installs[next(iter(hand.slack.installs))]
    )
    return body | more


async def test_a_button_of_a_version_that_is_gone(slack_world: World) -> None:
    mei = slack_world.hand("mei")
    for value in ('{"do":"launch_rocket"}', "no json", "[]"):
        action = {"type": "button", "action_id": "do:9", "block_id": "b", "value": value}
        answer = await slack_world.slack.delivery.payload(press(mei, actions=[action]))
        assert (answer.status, answer.text) == (200, "")
        await slack_world.link.settled()
    said = slack_world.texts("CCLOUD", alone=account("mei"))
    assert len(said) == 3
    assert all("not know" in text or "no longer" in text for text in said)


async def test_a_form_of_a_version_that_is_gone(slack_world: World) -> None:
    nora = slack_world.hand("nora")
    await nora.command("/case")
    view = nora.form
    assert view is not None
    for carried in ("", "{}", "no json", '{"do":"{\\"do\\":\\"launch_rocket\\"}"}', "[" * 3000):
        view.body["private_metadata"] = carried
        payload = nora._in_view("view_submission", view)
        answer = await slack_world.slack.delivery.payload(payload)
        assert answer.status == 200
        assert answer.body["response_action"] in {"clear", "update"}


async def test_a_command_of_a_version_that_is_gone(slack_world: World) -> None:
    answer = await slack_world.hand("nora").command("/launch", "rocket")
    assert answer.status == 200
    assert "I did not understand that" in answer.text


async def test_a_shortcut_of_a_version_that_is_gone(slack_world: World) -> None:
    answer = await slack_world.hand("nora").shortcut("launch_rocket")
    assert (answer.status, answer.text) == (200, "")
    await slack_world.link.settled()
    assert "not know" in slack_world.texts(slack_world.direct("nora").id)[-1]


async def test_a_search_in_a_field_of_a_version_that_is_gone(slack_world: World) -> None:
    nora = slack_world.hand("nora")
    await nora.command("/case")
    assert nora.form is not None
    for field in ("search:rocket", "rocket"):
        payload = nora._in_view("block_suggestion", nora.form)
        payload |= {"action_id": field, "block_id": "rocket", "value": "x"}
        answer = await slack_world.slack.delivery.payload(payload)
        assert (answer.status, answer.body) == (200, {"options": []})


@pytest.mark.parametrize(
    "kind", ["event_callback", "app_rate_limited", "dialog_submission", "interactive_message", "x"]
)
async def test_what_slack_may_invent(slack_world: World, kind: str) -> None:
    body = {
        "type": kind,
        "team_id": "TNORTH",
        "event_id": "Ev1",
        "event": {"type": "rocket_launched", "user": account("nora"), "channel": "CNORTH"},
    }
    raw = json.dumps(body).encode()
    headers = slack_world.slack.delivery.signed(raw)
    with capture_logs() as logs:
        answer = await slack_world.slack.delivery.post(raw, "application/json", headers)
    assert (answer.status, answer.text) == (200, "")
    assert not [one for one in logs if one["log_level"] in {"error"}]


async def test_slack_asks_whether_the_address_is_ours(slack_world: World) -> None:
    body = b'{"type":"url_verification","challenge":"3eZbrw1aB","token":"x"}'
    headers = slack_world.slack.delivery.signed(body)
    answer = await slack_world.slack.delivery.post(body, "application/json", headers)
    assert (answer.status, answer.body) == (200, {"challenge": "3eZbrw1aB"})


async def test_slack_looks_at_our_certificate(slack_world: World) -> None:
    body = b"ssl_check=1&token=x"
    headers = slack_world.slack.delivery.signed(body)
    kind = "application/x-www-form-urlencoded"
    assert (await slack_world.slack.delivery.post(body, kind, headers)).status == 200
