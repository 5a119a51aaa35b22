"""The live stream: at once, after a lost connection, and never somebody else's."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.platform import Address
from bot.web import live
from desk.people import Person
from handlers.intents import SetDuty
from handlers.views.kinds import DoneView
from tests.web.doubles import Flaky
from tests.web.world import NOON, OPEN, Browser, World, open_world

ACME = Address("web", "", channel="acme")


@dataclass
class Listening:
    """A page that listens to a conversation."""

    response: ClientResponse
    last: str = ""

    async def next(self, name: str) -> Any:
        """The data of the next event of this name."""
        async with asyncio.timeout(5):
            while True:
                event: dict[str, str] = {}
                async for line in self.response.content:
                    field, _, value = line.decode().rstrip("\n").partition(": ")
                    if not field:
                        break
                    event[field] = value
                else:
                    raise EOFError
                self.last = event.get("id", self.last)
                if event.get("event") == name:
                    return json.loads(event["data"])

    def close(self) -> None:
        self.response.close()


async def listen(browser: Browser, conversation: str, seq: int = 0, last: str = "") -> Listening:
    headers = {"Last-Event-ID": last} if last else {}
    path = f"/events?conversation={conversation}&thread=&seq={seq}"
    response = await browser.get(path, **headers)
    assert response.status == 200
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    return Listening(response)


def words(*said: str) -> DoneView:
    return DoneView(said)


async def test_a_message_arrives_with_its_commit(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")

    began = asyncio.get_running_loop().time()
    await ada.say("does anybody else see this?", where="channel:acme")
    message = await page.next("message")
    unread = await page.next("unread")
    took = asyncio.get_running_loop().time() - began

    assert "does anybody else see this?" in message["html"]
    assert (message["conversation"], message["thread"]) == ("channel:acme", "")
    assert unread["channel:acme"] == 1
    assert took < live._TICK / 2  # it was told, and did not find it on its own
    page.close()


async def test_a_page_that_lost_its_connection_catches_up(world: World) -> None:
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await world.platform.post(ACME, words("one"), "1")
    await page.next("message")
    await page.next("unread")
    page.close()

    for n in range(2, 5):
        await world.platform.post(ACME, words(f"number {n}"), str(n))
    again = await listen(ari, "channel:acme", seq=0, last=page.last)
    missed = [(await again.next("message"))["html"] for _ in range(3)]
    unread = await again.next("unread")

    assert [f"number {n}" in html for n, html in enumerate(missed, 2)] == [True] * 3
    assert unread["channel:acme"] == 4
    again.close()


async def test_hundreds_of_missed_messages_come_in_their_order(world: World) -> None:
    ari = await world.browser("ari")
    for n in range(live._LIMIT + 5):
        await world.platform.post(ACME, words(f"number {n}."), str(n))

    page = await listen(ari, "channel:acme")
    got = [(await page.next("message"))["seq"] for _ in range(live._LIMIT + 5)]

    assert got == sorted(got)
    assert len(set(got)) == live._LIMIT + 5
    page.close()


async def test_nothing_of_another_conversation_is_told(world: World) -> None:
    ben = await world.browser("ben")
    page = await listen(ben, "channel:rival")
    await page.next("unread")

    for n, to in enumerate((ACME, Address("web", "", user="ada"))):
        await world.platform.post(to, words("secret"), f"s{n}")
    await world.platform.post(Address("web", "", channel="support"), words("secret"), "s3")
    await world.platform.post(Address("web", "", user="ben"), words("for ben"), "s4")
    await world.platform.post(Address("web", "", channel="rival"), words("for all"), "s5")
    message = await page.next("message")
    unread = await page.next("unread")

    assert "for all" in message["html"]
    assert unread == {"dm:ben": 1, "channel:rival": 1}
    page.close()


async def test_who_loses_a_channel_hears_no_more_of_it(world: World) -> None:
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")

    async def leaves(uow: Any) -> None:
        person: Person = await uow.people.person("ari")
        fields = {f: getattr(person, f) for f in person.__slots__} | {"partner_id": "rival"}
        await uow.people.put_person(Person(**fields))

    await world.desk.run(leaves)
    await world.platform.post(ACME, words("after"), "1")
    await world.platform.post(Address("web", "", channel="rival"), words("other"), "2")
    unread = await page.next("unread")

    assert unread == {"dm:ari": 0, "channel:rival": 1}
    page.close()


async def test_a_change_replaces_what_was_said_and_tells_of_the_case(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")
    case = (await (await ada.act(OPEN)).json())["case"]
    sent = await world.platform.post(ACME, DoneView(("new",), case), "card")
    page = await listen(ari, "channel:acme", seq=10**6)
    await page.next("unread")

    await world.platform.update(ACME, sent.message_id, DoneView(("claimed",), case))
    changed = await page.next("message")
    focus = await page.next("focus")
    await world.platform.delete(ACME, sent.message_id)
    deleted = await page.next("message")

    assert changed["id"] == deleted["id"] == sent.message_id
    assert "claimed" in changed["html"]
    assert "claimed" not in deleted["html"]
    assert focus == {"case": case}
    page.close()


async def test_a_reply_brings_its_root_along(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")
    await ada.say("a question", where="channel:acme")
    (root,) = await world.desk.run(lambda uow: uow.chat.of("channel:acme"))
    page = await listen(ari, "channel:acme", seq=10**6)
    await page.next("unread")

    await ada.say("an answer", where="channel:acme", thread=root.id)
    got = [await page.next("message"), await page.next("message")]

    assert {message["thread"] for message in got} == {"", str(root.id)}
    assert len({message["id"] for message in got}) == 2
    page.close()


async def test_what_i_did_myself_refreshes_my_focus(world: World) -> None:
    ada = await world.browser("ada")
    page = await listen(ada, "dm:ada")
    await page.next("unread")

    case = (await (await ada.act(OPEN)).json())["case"]

    assert await page.next("focus") == {"case": case}
    page.close()


async def test_the_clock_is_told_at_once_and_when_it_moves(demo: World) -> None:
    ada = await demo.browser("ada")
    page = await listen(ada, "dm:ada")

    first = await page.next("clock")
    await ada.post("/demo/clock", {"_csrf": ada.csrf, "minutes": "15"})
    second = await page.next("clock")

    assert first["now"] == int(NOON.timestamp() * 1000)
    assert second["now"] - first["now"] == 15 * 60 * 1000
    page.close()


async def test_another_process_is_heard_without_being_told(world: World) -> None:
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")
    silent = live.Hub(world.desk)

    # As another process does it: the hub of this one is not woken.
    world.platform._hub = silent
    await world.platform.post(ACME, words("from elsewhere"), "1")

    assert "from elsewhere" in (await page.next("message"))["html"]
    page.close()


async def test_a_locked_database_delays_the_stream_and_ends_nothing(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_TICK", 0.01)
    flaky = Flaky()
    world = await open_world(str(tmp_path), watched=flaky)
    flaky.desk = world.desk
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")

    flaky.fails = 3
    await world.platform.post(ACME, words("at last"), "1")

    assert "at last" in (await page.next("message"))["html"]
    # Until it has been noticed: whoever feeds the other page looks as well.
    flaky.fails = 1_000_000
    early = await listen(ari, "channel:acme")
    assert await early.response.text() == "retry: 2000\n\n"
    flaky.fails = 0
    page.close()
    await world.close()


async def test_a_page_that_takes_nothing_is_let_go_and_holds_up_nobody(world: World) -> None:
    await world.browser("ari")
    stuck = await world.hub.open("ari", "channel:acme", 0)
    quick = await world.hub.open("ada", "channel:acme", 0)
    await world.platform.post(ACME, words("hello"), "1")
    while await world.hub.sweep():
        pass
    batch = quick.batches[-1]

    for _ in range(live._MOST_PENDING + 1):
        stuck.give(batch)

    assert stuck.closed
    assert not quick.closed
    assert "hello" in batch.told[0].message.body


async def test_of_one_person_the_oldest_of_too_many_pages_is_let_go(world: World) -> None:
    streams = [await world.hub.open("ari", "dm:ari", 0) for _ in range(live._MOST_STREAMS + 2)]

    assert [stream.closed for stream in streams] == [True] * 2 + [False] * live._MOST_STREAMS


async def test_a_stream_ends_with_its_session(world: World) -> None:
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")

    world.clock.at += timedelta(hours=12)
    await world.platform.post(ACME, words("late"), "1")
    await page.next("message")  # the look at the clock comes before the wait

    with pytest.raises(EOFError):
        await page.next("message")


async def test_the_server_stops_though_pages_listen(world: World) -> None:
    ari = await world.browser("ari")
    page = await listen(ari, "channel:acme")
    await page.next("unread")

    async with asyncio.timeout(5):
        await world.server.close()

    with pytest.raises(EOFError):
        await page.next("message")


async def test_the_desk_answers_without_a_page_that_listens(world: World) -> None:
    eve = await world.browser("eve")

    assert (await eve.act(SetDuty(False))).status == 200
