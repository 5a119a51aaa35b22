"""The desk's own chat: threads, what is unread, and catching up without a gap."""

import asyncio
from dataclasses import replace
from typing import Any

from desk.records import Attachment, ChatMessage
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW

ROOM = "channel:support"


def a_text(**values: Any) -> ChatMessage:
    return replace(ChatMessage(0, ROOM, None, "li", "text", "Hello", NOW), **values)


async def add(desk: StoredDesk, **values: Any) -> ChatMessage:
    return await desk.run(lambda work: work.chat.add(a_text(**values)))


async def of(desk: StoredDesk, *args: Any, **values: Any) -> list[int]:
    found = await desk.run(lambda work: work.chat.of(*args, **values))
    return [message.id for message in found]


async def unread(desk: StoredDesk, person: str, *rooms: str) -> dict[str, int]:
    return dict(await desk.run(lambda work: work.chat.unread(person, rooms)))


async def test_a_message_comes_back_as_it_was(desk: StoredDesk) -> None:
    file = Attachment("key", "a.txt", "text/plain", 3)
    message = await add(desk, kind="card", body='{"text": "你好\x00"}', key="k", files=(file,))
    assert message == a_text(
        id=message.id, kind="card", body='{"text": "你好␀"}', key="k", files=(file,), seq=1
    )
    assert await desk.run(lambda work: work.chat.get(message.id)) == message
    assert await desk.run(lambda work: work.chat.get(0)) is None


async def test_a_known_key_is_the_message_that_is_there(
    desk: StoredDesk, second: StoredDesk
) -> None:
    added = await asyncio.gather(*(add(d, key="case:1:card") for d in (desk, second) * 3))
    assert len(set(added)) == 1
    assert await of(desk, ROOM) == [added[0].id]
    assert (await add(desk)).id != (await add(desk)).id


async def test_the_newest_of_a_conversation_oldest_first(desk: StoredDesk) -> None:
    ids = [(await add(desk)).id for _ in range(5)]
    await add(desk, conversation="dm:li")
    assert await of(desk, ROOM, limit=3) == ids[2:]
    assert await of(desk, ROOM, before=ids[2], limit=3) == ids[:2]


async def test_a_thread_is_its_root_and_its_replies(desk: StoredDesk) -> None:
    root, other = await add(desk), await add(desk)
    replies = [await add(desk, thread=root.id, author_id="wu") for _ in range(2)]
    assert await of(desk, ROOM) == [root.id, other.id]
    assert await of(desk, ROOM, thread=root.id) == [root.id, *(reply.id for reply in replies)]
    counted = await desk.run(lambda work: work.chat.get(root.id))
    assert counted is not None
    assert counted.replies == 2
    await desk.run(lambda work: work.chat.change(replies[0].id, NOW, None, deleted=True))
    counted = await desk.run(lambda work: work.chat.get(root.id))
    assert counted is not None
    assert counted.replies == 1


async def test_changes_are_caught_up_with_in_their_order(desk: StoredDesk) -> None:
    one, two = await add(desk), await add(desk)
    await add(desk, conversation="dm:li")
    seen = await desk.run(lambda work: work.chat.last_seq())
    edited = await desk.run(lambda work: work.chat.change(one.id, NOW + MINUTE, "Hello!"))
    gone = await desk.run(lambda work: work.chat.change(two.id, NOW + HOUR, None, deleted=True))
    assert edited == replace(one, body="Hello!", edited_at=NOW + MINUTE, seq=seen + 1)
    assert gone == replace(two, deleted_at=NOW + HOUR, seq=seen + 2)
    reply = await add(desk, thread=one.id)
    changed = await desk.run(lambda work: work.chat.since(seen, [ROOM, "dm:li"]))
    assert [message.id for message in changed] == [two.id, reply.id, one.id]
    first = await desk.run(lambda work: work.chat.since(seen, [ROOM], limit=1))
    assert [message.id for message in first] == [two.id]
    assert await desk.run(lambda work: work.chat.since(seen, [])) == []
    assert await desk.run(lambda work: work.chat.since(seen, ["dm:li"])) == []


async def test_what_is_deleted_stays_as_it_is(desk: StoredDesk) -> None:
    message = await add(desk)
    gone = await desk.run(lambda work: work.chat.change(message.id, NOW, "", deleted=True))
    again = await desk.run(lambda work: work.chat.change(message.id, NOW + HOUR, "Back"))
    assert gone == again
    assert await desk.run(lambda work: work.chat.change(0, NOW, "Nothing")) is None


async def test_a_reader_never_misses_an_earlier_number(
    desk: StoredDesk, second: StoredDesk
) -> None:
    writing = [20]
    seen: list[int] = []

    async def write(desk: StoredDesk) -> None:
        async def work(work: Any) -> None:
            await work.chat.add(a_text())
            # A transaction that takes long must not be overtaken by a later number.
            for _ in range(int(seen[-1] if seen else 0) % 5):
                await work.notes.read("nothing")

        await desk.run(work)
        writing[0] -= 1

    async def catch_up(work: Any) -> list[ChatMessage]:
        found: list[ChatMessage] = await work.chat.since(seen[-1] if seen else 0, [ROOM])
        return found

    async def read() -> None:
        while writing[0] or len(seen) < 20:
            seen.extend(message.seq for message in await desk.run(catch_up))

    await asyncio.gather(read(), *(write(d) for d in (desk, second) * 10))
    assert seen == list(range(1, 21))


async def test_an_earlier_number_is_committed_first(desk: StoredDesk, second: StoredDesk) -> None:
    numbered, overtaken = asyncio.Event(), asyncio.Event()

    async def slow(work: Any) -> int:
        message = await work.chat.add(a_text())
        numbered.set()
        for _ in range(50):
            await asyncio.sleep(0)
        assert not overtaken.is_set()
        return int(message.seq)

    async def fast() -> int:
        await numbered.wait()
        message = await add(second)
        overtaken.set()
        return message.seq

    assert list(await asyncio.gather(desk.run(slow), fast())) == [1, 2]


async def test_unread_are_the_messages_of_others_since_the_last_one_read(
    desk: StoredDesk,
) -> None:
    root = await add(desk, author_id="wu")
    await add(desk, author_id="li")
    await add(desk, author_id="", conversation="dm:li")
    assert await unread(desk, "li", ROOM, "dm:li", "dm:wu") == {ROOM: 1, "dm:li": 1, "dm:wu": 0}
    seen = await desk.run(lambda work: work.chat.last_seq())
    await desk.run(lambda work: work.chat.mark_read("li", ROOM, seen))
    await desk.run(lambda work: work.chat.mark_read("li", ROOM, 0))
    assert await unread(desk, "li", ROOM, "dm:li") == {ROOM: 0, "dm:li": 1}
    await desk.run(lambda work: work.chat.change(root.id, NOW, "Edited: not new"))
    assert await unread(desk, "li", ROOM) == {ROOM: 0}
    reply = await add(desk, author_id="wu", thread=root.id)
    assert await unread(desk, "li", ROOM) == {ROOM: 1}
    await desk.run(lambda work: work.chat.change(reply.id, NOW, None, deleted=True))
    assert await unread(desk, "li", ROOM) == {ROOM: 0}
    assert await unread(desk, "xu", ROOM) == {ROOM: 2}
    assert await unread(desk, "li") == {}
