"""The Connector over HTTP: messages and conversations, and every way in which it refuses."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.platform import Permanent, SignInBroken
from bot.teams.connector import Connector
from bot.teams.errors import Busy, Closed, Lost, Missing, waiting
from bot.teams.received import Conversation
from tests.fakes.teams.records import CARD, Json
from tests.fakes.teams.teams import NOON
from tests.teams.specimens import CLAIM, card, line, posted
from tests.teams.transport import Transport


def place(transport: Transport, key: str = "nora", root: str = "") -> Conversation:
    found = transport.teams.places[key]
    id_ = f"{found.id};messageid={root}" if root else found.id
    return Conversation(transport.teams.service_url, id_, found.tenant)


def said(text: str, **more: Any) -> Json:
    return {"type": "message", "text": text, **more}


def connector(transport: Transport) -> Connector:
    return transport.link.connector


# --- what works -----------------------------------------------------------------------------------


async def test_a_message_is_posted_changed_and_taken_away(transport: Transport) -> None:
    at = place(transport)
    message_id = await connector(transport).post(at, said("first"))
    assert transport.teams.texts("nora") == ["first"]

    await connector(transport).update(at, message_id, said("second"))
    assert transport.teams.texts("nora") == ["second"]

    await connector(transport).delete(at, message_id)
    assert transport.teams.texts("nora") == []
    await connector(transport).delete(at, message_id)


async def test_a_thread_is_begun_and_written_into(transport: Transport) -> None:
    channel = place(transport, "support")
    thread, root = await connector(transport).start_thread(channel, said("a new case"))
    await connector(transport).post(thread, said("in it"))
    await connector(transport).reply(channel, root, said("in it too"))
    await connector(transport).post(channel, said("beside it"))

    found = transport.teams.messages("support", thread=root)
    assert [one.text for one in found] == ["a new case", "in it", "in it too"]
    assert thread == place(transport, "support", root)


async def test_the_conversation_with_somebody_is_found(transport: Transport) -> None:
    nora = transport.teams.users["nora"]
    url = transport.teams.service_url
    for known_as in (nora.id, nora.aad):
        at = await connector(transport).talk_to(url, nora.tenant, known_as)
        assert at == place(transport)


async def test_members_are_read_page_after_page(transport: Transport) -> None:
    found = await connector(transport).members(place(transport, "support"))
    assert [one["name"] for one in found] == ["Nora Weiss", "Nils Berg", "Mei Lin"]

    nora = transport.teams.users["nora"]
    one = await connector(transport).member(place(transport, "support"), nora.id)
    assert one["email"] == "nora@northwind.example"
    assert one["aadObjectId"] == nora.aad


async def test_channels_of_a_team_are_listed(transport: Transport) -> None:
    transport.teams.channel("alerts", "alerts", "northwind", ["mei"], team="support")
    team = transport.teams.places["support"].team
    found = await connector(transport).channels(place(transport, "support"), team)
    assert [one["name"] for one in found] == [None, "alerts"]


async def test_that_somebody_writes_has_no_id(transport: Transport) -> None:
    assert await connector(transport).post(place(transport), {"type": "typing"}) == ""


async def test_one_token_serves_all_calls(transport: Transport) -> None:
    at = place(transport)
    await asyncio.gather(*(connector(transport).post(at, said(f"{n}")) for n in range(5)))
    assert transport.teams.asked == ["login"]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "kind", "words"),
    [
        ("MessageWritesBlocked", 403, Closed, "blocked or removed"),
        ("ConversationBlockedByUser", 403, Closed, "blocked the app"),
        ("BotDisabledByAdmin", 403, Closed, "administrators"),
        ("BotNotInConversationRoster", 403, Closed, "not in the conversation"),
        ("ForbiddenOperationException", 403, Closed, "not installed"),
        ("ConversationNotFound", 404, Closed, "gone"),
        ("Unheard", 404, Closed, '404 "Unheard"'),
        ("ActivityNotFoundInConversation", 404, Missing, "message is gone"),
        ("NotEnoughPermissions", 403, Permanent, "may not do that"),
        ("InvalidBotApiHost", 403, Permanent, "another cloud"),
        ("Unheard", 403, Permanent, '403 "Unheard"'),
        ("BadArgument", 400, Permanent, '400 "BadArgument"'),
        ("MessageSizeTooBig", 413, Permanent, "too large"),
        ("Moved", 302, Permanent, "302"),
        ("PreconditionFailed", 412, Busy, "others write"),
        ("Throttled", 429, Busy, "wait"),
        ("Slow", 408, Busy, "408"),
        ("ServiceError", 500, Lost, "500"),
        ("ServiceError", 502, Lost, "502"),
        ("ServiceError", 503, Lost, "503"),
        ("ServiceError", 504, Lost, "504"),
    ],
)
async def test_each_refusal_has_its_kind(
    transport: Transport, code: str, status: int, kind: type[Exception], words: str
) -> None:
    transport.teams.unkind.fails("post", status, code=code)
    with pytest.raises(kind, match=words) as caught:
        await connector(transport).post(place(transport), said("hello"))
    assert type(caught.value) is kind
    assert transport.teams.texts("nora") == []
    assert len(transport.teams.calls) == 1, "only the outbox tries again"


async def test_whoever_blocked_the_app_gets_nothing(transport: Transport) -> None:
    transport.teams.places["nora"].blocked = True
    with pytest.raises(Closed) as caught:
        await connector(transport).post(place(transport), said("hello"))
    assert "unblock" in caught.value.mend

    transport.teams.places["nils"].installed = False
    nils = transport.teams.users["nils"]
    with pytest.raises(Closed, match="not installed"):
        await connector(transport).talk_to(transport.teams.service_url, nils.tenant, nils.id)

    transport.teams.places["support"].gone = True
    with pytest.raises(Closed, match="gone"):
        await connector(transport).members(place(transport, "support"))


@pytest.mark.parametrize("how", [502, "reset", "garbage"])
async def test_a_message_that_may_have_arrived_is_lost(
    transport: Transport, how: int | str
) -> None:
    transport.teams.unkind.fails("post", how, done=True)
    with pytest.raises(Lost):
        await connector(transport).post(place(transport), said("hello"))
    assert transport.teams.texts("nora") == ["hello"]


async def test_an_answer_without_the_messages_id_is_lost(transport: Transport) -> None:
    for body in (b"", b"{}", b'{"id": 7}', b"[]"):
        transport.teams.unkind.fails("post", "body", body=body)
        with pytest.raises(Lost):
            await connector(transport).post(place(transport), said("hello"))


async def test_a_connector_that_hangs_is_lost(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = connector(transport)._session
    monkeypatch.setattr(session, "_timeout", session.timeout.__class__(total=0.05))
    transport.teams.unkind.fails("post", "hang", done=True)
    with pytest.raises(Lost, match="TimeoutError"):
        await connector(transport).post(place(transport), said("hello"))


async def test_a_connector_that_is_not_there_did_nothing(transport: Transport) -> None:
    at = Conversation("http://127.0.0.1:1/", "a:1", "")
    with pytest.raises(Busy, match="cannot be reached"):
        await connector(transport).post(at, said("hello"))


async def test_a_token_that_ended_early_is_replaced_at_once(transport: Transport) -> None:
    await connector(transport).post(place(transport), said("first"))
    transport.teams.tokens.clear()

    await connector(transport).post(place(transport), said("second"))

    assert transport.teams.texts("nora") == ["first", "second"]
    assert transport.teams.asked == ["login", "login"]


async def test_a_sign_in_that_does_not_work_is_tried_twice_and_no_more(
    transport: Transport,
) -> None:
    transport.teams.unkind.fails("post", 401, times=9, code="BotNotRegistered")
    with pytest.raises(SignInBroken, match="BotNotRegistered"):
        await connector(transport).post(place(transport), said("hello"))
    assert len(transport.teams.calls) == 2


async def test_nothing_goes_to_a_stranger_nor_where_one_sends_us(transport: Transport) -> None:
    stranger = Conversation("https://smba.trafficmanager.net.evil.example/", "a:1nora", "")
    with pytest.raises(Permanent, match="not Teams'"):
        await connector(transport).post(stranger, said("hello"))
    assert transport.teams.asked == []

    transport.teams.unkind.fails("post", 307, code="Moved")
    with pytest.raises(Permanent, match="307"):
        await connector(transport).post(place(transport), said("hello"))


async def test_the_token_is_never_logged(transport: Transport) -> None:
    transport.teams.unkind.fails("post", 500)
    with capture_logs() as logged, pytest.raises(Lost):
        await connector(transport).post(place(transport), said("hello"))
    assert not [one for one in logged if "token-" in str(one)]


# --- no more than Teams takes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("99999999999", 3600.0),
        ("Fri, 06 Mar 2026 04:00:30 GMT", 30.0),
        ("Fri, 06 Mar 2026 03:00:00 GMT", 0.0),
    ],
)
async def test_too_many_says_how_long_to_wait(
    transport: Transport, asked: str, waits: float
) -> None:
    transport.teams.unkind.fails("post", 429, wait=asked)
    with pytest.raises(Busy) as caught:
        await connector(transport).post(place(transport), said("hello"))
    assert caught.value.after == timedelta(seconds=waits)


@pytest.mark.parametrize("said", [None, "", "soon", "-3", "1.5", "７", "Fri, 32 Mar 2026"])
def test_a_time_to_wait_that_is_none_is_passed_over(said: str | None) -> None:
    assert waiting(said, NOON) is None


async def test_a_place_that_asked_to_wait_is_left_alone_and_no_other(
    transport: Transport,
) -> None:
    transport.teams.unkind.fails("post", 429, wait="30")
    with pytest.raises(Busy):
        await connector(transport).post(place(transport), said("one"))
    transport.later(seconds=20)
    with pytest.raises(Busy) as caught:
        await connector(transport).post(place(transport), said("two"))
    assert caught.value.after == timedelta(seconds=10)
    assert len(transport.teams.calls) == 1

    await connector(transport).post(place(transport, "nils"), said("somebody else"))
    transport.later(seconds=11)
    await connector(transport).post(place(transport), said("three"))


async def test_too_many_without_a_time_waits_longer_each_time(transport: Transport) -> None:
    connector(transport)._pace._chance = lambda: 0.5
    transport.teams.unkind.fails("post", 429, times=3)
    waits = []
    for _ in range(3):
        with pytest.raises(Busy) as caught:
            await connector(transport).post(place(transport), said("hello"))
        assert caught.value.after is not None
        waits.append(caught.value.after.total_seconds())
        transport.later(seconds=waits[-1] + 1)
    assert waits == [2.0, 4.0, 8.0]

    await connector(transport).post(place(transport), said("hello"))
    transport.teams.unkind.fails("post", 429)
    with pytest.raises(Busy) as caught:
        await connector(transport).post(place(transport), said("hello"))
    assert caught.value.after == timedelta(seconds=2)


async def test_the_service_never_has_to_complain(transport: Transport) -> None:
    """A hundred messages into one channel, as fast as the desk lets us; and its members read."""
    transport.teams.unkind.limited = True
    channel = place(transport, "support")
    left, waits = 100, []
    while left:
        try:
            # Threads count for their channel.
            await connector(transport).start_thread(channel, said("hello"))
            await connector(transport).member(channel, transport.teams.users["nora"].id)
            left -= 1
        except Busy as busy:
            waits.append(busy)
            transport.later(seconds=(busy.after or timedelta(hours=9)).total_seconds())

    assert {one.reason for one in waits} == {"Teams takes no more there at this moment"}
    assert 30 <= (transport.now - NOON).total_seconds() < 70
    assert len(transport.teams.messages("support")) == 100


async def test_the_threads_of_a_channel_count_together(transport: Transport) -> None:
    channel = place(transport, "support")
    threads = [(await connector(transport).start_thread(channel, said("hello")))[0]]
    for _ in range(3):
        transport.later(minutes=1)
        threads.append((await connector(transport).start_thread(channel, said("hello")))[0])
    transport.later(minutes=1)
    for n in range(7):
        await connector(transport).post(threads[n % 4], said("in it"))
    with pytest.raises(Busy):
        await connector(transport).post(threads[3], said("too many"))


async def test_a_conversation_may_be_called_anything(transport: Transport) -> None:
    transport.teams.group("odd/../x?y#z%2F ü", "odd", "northwind", ["nora"])
    await connector(transport).post(place(transport, "odd/../x?y#z%2F ü"), said("hello"))
    assert transport.teams.texts("odd/../x?y#z%2F ü") == ["hello"]


async def test_a_tenant_has_a_limit_of_its_own(transport: Transport) -> None:
    for n in range(40):
        transport.teams.user(f"user{n}", "northwind", f"User {n}")
    for n in range(30):
        await connector(transport).post(place(transport, f"user{n}"), said("hello"))
    with pytest.raises(Busy) as caught:
        await connector(transport).post(place(transport, "user39"), said("hello"))
    assert caught.value.after == timedelta(seconds=1)
    transport.later(seconds=1)
    await connector(transport).post(place(transport, "user39"), said("hello"))


def mention(user: str) -> Json:
    return {"type": "mention", "text": "<at>N</at>", "mentioned": {"id": user, "name": "N"}}


# --- the fake is strict ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        said(""),
        said("x" * 60_000),
        posted(card(line("x"), version="1.6")),
        posted(card(line("x"), version="1.4")),
        posted(card(line("x"), type="Card")),
        posted(card(line(""))),
        posted(card({**line("x"), "colour": "red"})),
        posted(card({**line("x"), "id": "a"}, {**line("y"), "id": "a"})),
        posted(card({"type": "Input.Text", "label": "without an id"})),
        posted(card(line("x" * 12_001))),
        posted(card(line("x"), refresh={"action": CLAIM, "userIds": ["29:1"] * 61})),
        posted({"type": "AdaptiveCard"}),
        posted(card()) | {"attachments": [{"contentType": CARD, "content": "a card"}]},
        said("hello", entities=[mention("29:1nora")]),
        said("<at>N</at>", entities=[mention("29:1nobody")]),
        {"type": "event", "text": "hello"},
    ],
)  # fmt: skip
async def test_what_teams_would_not_show_is_refused_here_too(
    transport: Transport, message: Json
) -> None:
    with pytest.raises(Permanent):
        await connector(transport).post(place(transport), message)
    assert transport.teams.texts("nora") == []


async def test_the_transcript_reads_like_a_conversation(transport: Transport) -> None:
    at = place(transport, "support")
    buttons = {"type": "ActionSet", "actions": [CLAIM]}
    shown = card(line("**C-1001** Production down"), buttons)
    message_id = await connector(transport).post(at, posted(shown))
    await connector(transport).reply(
        at, message_id, said("<3", channelData={"notification": {"alert": True}})
    )
    assert transport.teams.read_transcript() == (
        "04:00:00  Partnerdesk in #support: C-1001 Production down\n"
        "            [Claim]\n"
        "04:00:00  Partnerdesk in #support (thread): 🔔 <3"
    )
