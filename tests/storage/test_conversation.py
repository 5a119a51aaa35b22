"""The timeline, the messages, the posts and the inbox."""

import asyncio
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import pytest

from desk import events
from desk.events import Event
from desk.notices import Side
from desk.records import Attachment, Message, Post, Seen, SignInLink, ThreadRef
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW, a_case, a_line

EVENTS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
]
VALUES: dict[str, Any] = {"str": "为什么", "bool": True, "int": 3, "int | None": 7, "datetime": NOW}


async def case(desk: StoredDesk) -> int:
    return (await desk.run(lambda work: work.cases.add(a_case()))).id


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
async def test_every_event_comes_back_as_it_was(kind: type[Event]) -> None:
    async with await StoredDesk.open("sqlite://:memory:") as desk:
        case_id = await case(desk)
        values = {field.name: VALUES[str(field.type)] for field in fields(kind)}
        event = kind(**values | {"case_id": case_id})
        entry = await desk.run(lambda work: work.timeline.add(event, internal=True))
        assert await desk.run(lambda work: work.timeline.get(entry.id)) == entry
        assert (entry.event, type(entry.event), entry.internal) == (event, kind, True)


async def test_the_timeline_is_in_order(desk: StoredDesk) -> None:
    one, two = await case(desk), await case(desk)
    for event in (events.Claimed(one, "wu", NOW), events.Claimed(two, "xu", NOW)):
        await desk.run(lambda work, e=event: work.timeline.add(e))  # type: ignore[misc]
    await desk.run(lambda work: work.timeline.add(events.Resolved(one, "wu", NOW - HOUR)))
    entries = await desk.run(lambda work: work.timeline.of(one))
    assert [entry.event for entry in entries] == [
        events.Claimed(one, "wu", NOW),
        events.Resolved(one, "wu", NOW - HOUR),
    ]
    assert await desk.run(lambda work: work.timeline.get(0)) is None


async def test_an_event_of_no_case_is_a_bug(desk: StoredDesk) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await desk.run(lambda work: work.timeline.add(events.Claimed(5, "wu", NOW)))


def said(case_id: int, **values: Any) -> Message:
    return replace(Message(0, case_id, "li", Side.PARTNER, True, "Hello", NOW), **values)


LOG = Attachment("key-of-the-log", "log 日志.txt", "text/plain", 2**40)
PHOTO = Attachment("key-of-the-photo", "photo.png", "image/png", 0)


async def test_messages_come_back_with_their_files(desk: StoredDesk) -> None:
    case_id = await case(desk)
    message = said(case_id, source="slack:T1:C1:1.2", files=(PHOTO, LOG))
    stored = await desk.run(lambda work: work.messages.add(message))
    other = await desk.run(lambda work: work.messages.add(said(case_id, side=Side.ENGINEERS)))
    assert stored == replace(message, id=stored.id)
    assert await desk.run(lambda work: work.messages.of(case_id)) == [stored, other]
    assert await desk.run(lambda work: work.messages.of(0)) == []
    assert await desk.run(lambda work: work.messages.get(stored.id)) == stored
    assert await desk.run(lambda work: work.messages.get(0)) is None
    assert await desk.run(lambda work: work.messages.by_source("slack:T1:C1:1.2")) == stored
    assert await desk.run(lambda work: work.messages.by_source("")) is None
    assert await desk.run(lambda work: work.messages.file(LOG.key)) == (stored, LOG)
    assert await desk.run(lambda work: work.messages.file("none")) is None


async def test_a_message_is_edited_and_deleted(desk: StoredDesk) -> None:
    case_id = await case(desk)
    stored = await desk.run(lambda work: work.messages.add(said(case_id, files=(PHOTO, LOG))))
    edited = replace(stored, text="Hello!", edited_at=NOW + MINUTE, files=(LOG,))
    await desk.run(lambda work: work.messages.save(edited))
    assert await desk.run(lambda work: work.messages.get(stored.id)) == edited
    assert await desk.run(lambda work: work.messages.file(PHOTO.key)) is None
    deleted = replace(edited, text="", deleted_at=NOW + HOUR, files=())
    await desk.run(lambda work: work.messages.save(deleted))
    assert await desk.run(lambda work: work.messages.get(stored.id)) == deleted


async def test_a_platform_s_message_is_stored_once(desk: StoredDesk) -> None:
    case_id = await case(desk)
    await desk.run(lambda work: work.messages.add(said(case_id, source="s")))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await desk.run(lambda work: work.messages.add(said(case_id, source="s")))
    for _ in range(2):
        await desk.run(lambda work: work.messages.add(said(case_id)))


def a_post(case_id: int, message_id: str, **values: Any) -> Post:
    card = Post(case_id, Side.PARTNER, "card", "slack", "T1", "C1", message_id)
    return replace(card, **values)


async def test_posts_are_found_by_case_and_by_thread(desk: StoredDesk) -> None:
    one, two = await case(desk), await case(desk)
    card = a_post(one, "1")
    reply = a_post(one, "2", what="message:17", thread="1")
    inside = a_post(one, "1", side=Side.ENGINEERS, channel="C2")
    loose = a_post(two, "9", what="message:18", thread="8")
    for post in (card, reply, inside, loose):
        await desk.run(lambda work, p=post: work.posts.remember(p))  # type: ignore[misc]
    assert await desk.run(lambda work: work.posts.of(one)) == [card, reply, inside]
    assert await desk.run(lambda work: work.posts.of(one, Side.PARTNER)) == [card, reply]
    assert await desk.run(lambda work: work.posts.of(one, what="card")) == [card, inside]

    async def thread_of(channel: str, thread: str) -> ThreadRef | None:
        return await desk.run(lambda work: work.posts.thread_of("slack", "T1", channel, thread))

    assert await thread_of("C1", "1") == ThreadRef(one, Side.PARTNER)
    assert await thread_of("C2", "1") == ThreadRef(one, Side.ENGINEERS)
    assert await thread_of("C1", "8") == ThreadRef(two, Side.PARTNER)
    assert await thread_of("C1", "7") is None
    assert await thread_of("C1", "") is None
    await desk.run(lambda work: work.posts.forget(reply))
    assert await desk.run(lambda work: work.posts.of(one)) == [card, inside]


async def test_a_post_remembered_again_is_one(desk: StoredDesk) -> None:
    one, two = await case(desk), await case(desk)
    for case_id in (one, two):
        await desk.run(lambda work, c=case_id: work.posts.remember(a_post(c, "1")))  # type: ignore[misc]
    assert await desk.run(lambda work: work.posts.of(one)) == []
    assert await desk.run(lambda work: work.posts.of(two)) == [a_post(two, "1")]


async def test_the_same_event_three_times_at_once_opens_one_case(
    desk: StoredDesk, second: StoredDesk
) -> None:
    async def deliver(work: Any) -> Seen | int:
        seen: Seen | None = await work.inbox.enter("Ev1", NOW)
        if seen is not None:
            return seen
        case = await work.cases.add(a_case())
        await work.ledger.take(a_line(case.id), 30)
        await work.inbox.touched("Ev1", case.id)
        return int(case.id)

    results = await asyncio.gather(*(d.run(deliver) for d in (desk, second, desk)))
    (opened,) = [r for r in results if isinstance(r, int)]
    assert [r for r in results if r != opened] == [Seen("Ev1", opened)] * 2
    assert (await desk.run(lambda work: work.ledger.use("acme", "2026-03-01"))).used == 1


async def test_a_first_delivery_that_was_lost_leaves_the_next_one_free(desk: StoredDesk) -> None:
    async def lost(work: Any) -> None:
        assert await work.inbox.enter("Ev1", NOW) is None
        raise KeyError("lost")

    with pytest.raises(KeyError):
        await desk.run(lost)
    assert await desk.run(lambda work: work.inbox.enter("Ev1", NOW)) is None
    assert await desk.run(lambda work: work.inbox.enter("Ev1", NOW)) == Seen("Ev1", None)


async def test_notes_are_read_as_they_were_written_last(desk: StoredDesk) -> None:
    assert await desk.run(lambda work: work.notes.read("clock")) is None
    for value in ("1", "2"):
        await desk.run(lambda work, v=value: work.notes.write("clock", v))  # type: ignore[misc]
    assert await desk.run(lambda work: work.notes.read("clock")) == "2"


async def test_a_link_is_good_once_and_until_it_ends(desk: StoredDesk, second: StoredDesk) -> None:
    for name in ("one", "two"):
        link = SignInLink(name, "li", NOW + MINUTE)
        await desk.run(lambda work, x=link: work.notes.add_link(x))  # type: ignore[misc]

    async def use(desk: StoredDesk, name: str, now: datetime) -> SignInLink | None:
        return await desk.run(lambda work: work.notes.use_link(name, now))

    both = await asyncio.gather(use(desk, "one", NOW), use(second, "one", NOW))
    assert sorted(both, key=bool) == [None, SignInLink("one", "li", NOW + MINUTE, NOW)]
    assert await use(desk, "two", NOW + MINUTE) is None
    assert await use(desk, "none", NOW) is None


async def test_a_job_runs_once_a_period(desk: StoredDesk, second: StoredDesk) -> None:
    async def run(desk: StoredDesk, period: str) -> bool:
        return await desk.run(lambda work: work.notes.job_ran("report", period))

    ran = await asyncio.gather(*(run(d, "2026-03") for d in (desk, second) * 3))
    assert sum(ran) == 1
    assert await run(desk, "2026-04")


async def test_what_is_in_a_channel_is_found_under_its_new_id(desk: StoredDesk) -> None:
    one = await case(desk)
    moved, stays = a_post(one, "1"), replace(a_post(one, "2"), channel="C9")
    there, other, small = "slack:T1:C1:1", "slack:T1:C11:1", "slack:T1:c1:1"
    for post in (moved, stays):
        await desk.run(lambda work, p=post: work.posts.remember(p))  # type: ignore[misc]
    for source in (there, other, small):
        message = said(one, source=source)
        await desk.run(lambda work, m=message: work.messages.add(m))  # type: ignore[misc]

    await desk.run(lambda work: work.posts.move("slack", "T1", "C1", "C2"))
    await desk.run(lambda work: work.messages.renamed("slack:T1:C1:", "slack:T1:C2:"))

    assert await desk.run(lambda work: work.posts.of(one)) == [replace(moved, channel="C2"), stays]
    kept = await desk.run(lambda work: work.messages.of(one))
    sources = [message.source for message in kept]
    assert sources == ["slack:T1:C2:1", other, small]
