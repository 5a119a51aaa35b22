"""Socket Mode: always one line, made anew in time, and nothing is lost while lines change."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.slack import socket, wire
from bot.slack.socket import GAPS, HELD, OLDEST, SILENT, Socket
from desk.ports import UnitOfWork
from tests.fakes.slack import reading
from tests.slack.acts import fill, open_case
from tests.slack.world import World, open_world

T = TypeVar("T")
OPEN = "apps.connections.open"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A desk on the line, which has held for a while."""
    async with open_world(tmp_path, socket=True) as made:
        assert await works(made)
        made.go_on = asyncio.Semaphore(0)
        made.later(seconds=HELD.total_seconds())
        yield made


def line(world: World) -> Socket:
    assert world.socket is not None
    return world.socket


def lines(world: World) -> int:
    """How many lines were asked for."""
    return sum(method == OPEN for method, _ in world.slack.calls)


async def one_line_after(world: World, asked: int) -> None:
    """Until so many lines were asked for, and the newest is the only one, and it works."""
    delivery = world.slack.delivery
    await world.slack.until(lambda: lines(world) == asked and len(delivery.sockets) == 1)
    assert await works(world)


async def paused(world: World, times: int) -> None:
    """Until it was waited so many times, and then no longer."""
    await world.slack.until(lambda: len(world.pauses) == times)
    assert world.go_on is not None
    world.go_on.release()


async def works(world: World) -> bool:
    return "30 of 30 left" in (await world.hand("carla").command("/quota")).text


class Held:
    """The program's transactions wait while this is so."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.gate = asyncio.Event(), asyncio.Event()
        run = world.watched.run

        async def held(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
            self.entered.set()
            await self.gate.wait()
            return await run(work)

        monkeypatch.setattr(world.watched, "run", held)


# --- what comes by the line -----------------------------------------------------------------------


async def test_answers_travel_in_the_acknowledgement(world: World) -> None:
    assert await works(world)

    nora = world.hand("nora")
    await nora.command("/case")
    await fill(nora, world, Title="")
    view = nora.form
    assert view is not None
    # Options of a search, and what is wrong with a form.
    key, element, block = nora._field(view, "Product")
    assert key
    options = await nora.searches(view, element, block, "cloud")
    assert any("Cloud" in one["text"]["text"] for one in options)
    view.typed[next(one for one in view.typed if one[0].startswith("title"))] = " "
    answer = await world.slack.delivery.payload(nora._in_view("view_submission", view))
    assert answer.body["response_action"] == "errors"


async def test_a_whole_case_by_the_line(world: World) -> None:
    case = await open_case(world)
    await world.hand("mei").presses(case.inside, "Claim")
    await world.hand("nora").says("It is worse", case.outside.channel, case.outside.ts)
    await world.rest()
    assert "Mei Lin" in reading.shown(case.inside.blocks)
    said = world.slack.messages("CCLOUD", thread=case.inside.ts)[-1]
    assert "It is worse" in reading.shown(said.blocks)
    assert {status for _, status in world.slack.delivery.delivered} == {200}


async def test_by_the_line_alone_nobody_may_come_by_the_door(world: World) -> None:
    delivery = world.slack.delivery
    body = b'{"type":"url_verification","challenge":"x"}'
    answer = await delivery.post(body, "application/json", delivery.signed(body))
    assert answer.status == 404


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {"type": "event_callback", "event": {"type": "rocket_launched"}}),
        ("events_api", {"type": "event_callback", "event_id": "Ev1"}),
        ("events_api", {"type": "app_rate_limited", "team_id": "TNORTH"}),
        ("interactive", {"type": "block_actions", "actions": []}),
        ("interactive", {"type": "view_submission", "view": "x"}),
        ("interactive", {"type": "launched"}),
        ("interactive", {}),
        ("slash_commands", {"command": "/quota"}),
        ("slash_commands", None),
    ],
)
async def test_what_nobody_can_deal_with_is_acknowledged_all_the_same(
    world: World, kind: str, payload: object
) -> None:
    """Slack would bring it again and again."""
    envelope = {"type": kind, "envelope_id": "e1", "payload": payload, "retry_attempt": 0}
    await world.slack.delivery.brings(json.dumps(envelope))
    await world.slack.until(lambda: {"envelope_id": "e1"} in world.slack.delivery.acknowledged)
    assert await works(world)


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "7", '{"type":7}', '{"type":"launched"}', "[" * 100_000, '{"type":null}'],
)
async def test_what_is_no_envelope_does_not_end_the_line(world: World, text: str) -> None:
    await world.slack.delivery.brings(text)
    assert await works(world)
    assert lines(world) == 1


async def test_an_event_that_was_not_saved_is_brought_again(world: World) -> None:
    delivery, nora = world.slack.delivery, world.hand("nora")
    case = await open_case(world)
    world.watched.refuses = 1
    delivery.patience = 0.2
    await nora.says("It is worse", case.outside.channel, case.outside.ts)
    assert delivery.delivered[-1] == ("message", 0)
    delivery.patience = 60.0

    assert await delivery.again() == 1
    await world.rest()
    assert len(world.slack.messages("CCLOUD", thread=case.inside.ts)) == 2


async def test_a_command_that_was_not_saved_is_answered_in_words(world: World) -> None:
    await works(world)
    world.watched.refuses = 1
    answer = await world.hand("carla").command("/quota")
    assert answer.body["text"] == "Not saved, and nothing was changed. Try again in a moment."


# --- lines that end -------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "of_a_new_kind"])
async def test_slack_asks_for_a_new_line(world: World, reason: str) -> None:
    await world.slack.delivery.disconnect(reason)
    await one_line_after(world, 2)
    assert await works(world)
    assert world.pauses == [0.0]


async def test_asked_twice_it_is_made_anew_once(world: World) -> None:
    gate = world.slack.unkind.hangs(OPEN)
    await world.slack.delivery.disconnect("warning")
    await world.slack.until(lambda: lines(world) == 2)
    await world.slack.delivery.disconnect("refresh_requested")
    gate.set()
    await one_line_after(world, 2)
    assert await works(world)


async def test_the_old_line_is_used_while_a_new_one_is_made(world: World) -> None:
    gate = world.slack.unkind.hangs(OPEN)
    await world.slack.delivery.disconnect()
    await world.slack.until(lambda: lines(world) == 2)
    assert await works(world)
    gate.set()
    await one_line_after(world, 2)


async def test_what_was_asked_by_the_old_line_is_answered_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await works(world)
    with monkeypatch.context() as patch:
        held = Held(world, patch)
        asking = asyncio.ensure_future(world.hand("carla").command("/quota"))
        await held.entered.wait()
        await world.slack.delivery.disconnect()
        # The new one is there, and the old one stays until it has nothing more to say.
        await world.slack.until(lambda: len(world.slack.delivery.sockets) == 2)
        held.gate.set()
        assert "30 of 30 left" in (await asking).text
    await one_line_after(world, 2)


async def test_a_line_that_is_cut_is_made_anew_at_once(world: World) -> None:
    await world.slack.delivery.cut()
    await one_line_after(world, 2)
    assert await works(world)
    assert world.pauses == [0.0]


async def test_what_was_under_way_when_the_line_was_cut_is_done_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is saved, its acknowledgement is lost, and Slack brings it again by the new line."""
    delivery, nora = world.slack.delivery, world.hand("nora")
    case = await open_case(world)
    with monkeypatch.context() as patch:
        held = Held(world, patch)
        delivery.patience = 0.2
        said = nora.says("It is worse", case.outside.channel, case.outside.ts)
        saying = asyncio.ensure_future(said)
        await held.entered.wait()
        await delivery.cut()
        await saying
        held.gate.set()
    delivery.patience = 60.0
    await one_line_after(world, 2)

    assert await delivery.again() == 1
    await world.rest()
    thread = world.slack.messages("CCLOUD", thread=case.inside.ts)
    assert sum("It is worse" in reading.shown(one.blocks) for one in thread) == 1


@pytest.mark.parametrize(
    ("after", "why"), [(OLDEST, "old"), (SILENT, "silent")], ids=["old", "silent"]
)
async def test_a_line_that_is_old_or_silent_is_made_anew(
    world: World, after: Any, why: str
) -> None:
    world.later(seconds=after.total_seconds() - HELD.total_seconds())
    if why == "old":
        # One that speaks, and is old all the same.
        assert await works(world)
    assert line(world).look() == ""
    world.later(seconds=1)
    assert line(world).look() == why

    await one_line_after(world, 2)
    assert line(world).look() == ""
    assert await works(world)


async def test_a_line_without_a_hello_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "HELLO_WITHIN", 0.05)
    async with open_world(tmp_path, socket=True, says_hello=False) as world:
        world.go_on = asyncio.Semaphore(0)
        await world.slack.until(lambda: world.pauses)
        world.slack.delivery.says_hello = True
        monkeypatch.undo()
        await paused(world, 1)
        await one_line_after(world, 2)
        assert world.pauses == [GAPS[1]]


# --- lines that cannot be had ---------------------------------------------------------------------


async def test_a_token_that_is_refused_is_said_to_the_operators_once(world: World) -> None:
    world.slack.unkind.refuses(OPEN, "invalid_auth", times=3)
    await world.slack.delivery.cut()
    for tries in (1, 2, 3):
        await paused(world, 1 + tries)
    await one_line_after(world, 5)
    await world.rest()

    assert world.pauses == [0.0, 60.0, 60.0, 60.0]
    (told,) = world.texts("COPS")
    assert 'Slack refuses the desk\'s line: "invalid_auth".' in told
    assert "SLACK_APP_TOKEN" in told
    assert await works(world)


async def test_socket_mode_that_was_switched_off_is_said_to_the_operators(world: World) -> None:
    await world.slack.delivery.disconnect("link_disabled")
    await works(world)
    await world.slack.delivery.cut()
    await world.slack.until(lambda: world.pauses)
    await world.rest()
    assert world.pauses == [60.0]
    (told,) = world.texts("COPS")
    assert "Socket Mode was switched off" in told


async def test_slack_says_how_long_to_wait_for_a_line(world: World) -> None:
    world.slack.unkind.fails(OPEN, "429", after=45)
    await world.slack.delivery.cut()
    await world.slack.until(lambda: len(world.pauses) == 2)
    assert world.pauses == [0.0, 45.0]
    world.later(seconds=45)
    await paused(world, 2)
    await one_line_after(world, 3)


@pytest.mark.parametrize("how", ["500", "html", "reset"])
async def test_while_slack_is_away_it_is_tried_with_growing_gaps(world: World, how: Any) -> None:
    world.slack.unkind.fails(OPEN, how, times=5)
    await world.slack.delivery.cut()
    for number in range(5):
        await paused(world, 2 + number)
    await one_line_after(world, 7)
    assert world.pauses == [0.0, 1.0, 5.0, 15.0, 60.0, 60.0]
    assert await works(world)
    # It has held again: the next one is had at once.
    world.later(seconds=HELD.total_seconds())
    await world.slack.delivery.cut()
    await one_line_after(world, 8)
    assert world.pauses[-1] == 0.0


async def test_a_line_that_ends_as_soon_as_it_began_is_not_had_at_once_again(world: World) -> None:
    await world.slack.delivery.cut()
    await one_line_after(world, 2)
    for number, gap in enumerate(GAPS[1:], start=2):
        await world.slack.delivery.cut()
        await paused(world, number)
        assert world.pauses[-1] == gap
        await one_line_after(world, number + 1)


async def test_too_many_lines_are_not_made_more(world: World) -> None:
    await world.slack.delivery.disconnect("too_many_websockets")
    assert await works(world)
    assert lines(world) == 1


async def test_one_mistake_of_ours_does_not_end_the_line(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(wire, "dispatch", broken)
        answer = await world.hand("nora").command("/quota")
        assert (answer.status, answer.text) == (200, "")
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["slack.failed"]
    assert await works(world)
