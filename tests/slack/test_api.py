"""Slack's Web API at its worst: whatever comes back is one of four things, and never a crash.

Refused for good, busy for a while, away before anything was done, or nobody knows.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.platform import Address, Permanent, Retryable, SignInBroken
from bot.slack.api import SlackApi
from bot.slack.errors import TABLE, Busy, Kind, Lost, Refused, translated
from handlers.views.kinds import DoneView
from storage.desk import within
from tests.slack.world import VENDOR, World, account

NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
VIEW = DoneView(("Something was done.",))
JSON, HTML, TEXT = "application/json", "text/html", "text/plain"


@dataclass
class Elsewhere:
    """Something that stands where Slack should be, and answers what it is told."""

    api: SlackApi
    answers: list[Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(
        default_factory=list
    )
    asked: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    now: datetime = NOW

    def says(self, status: int, kind: str = JSON, body: Any = b"", **headers: str) -> None:
        """The next call is answered so."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=raw, content_type=kind, headers=named)

        self.answers.append(answer)


@pytest_asyncio.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    holder: list[Elsewhere] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        there = holder[0]
        there.asked.append(request.match_info["method"])
        there.headers.append(request.headers.get("Authorization", ""))
        await request.read()
        return await there.answers.pop(0)(request)

    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    api = await SlackApi.open(url, lambda: holder[0].now)
    holder.append(Elsewhere(api))
    yield holder[0]
    await api.close()
    await runner.cleanup()


# --- what comes back ------------------------------------------------------------------------------


async def test_an_answer(elsewhere: Elsewhere) -> None:
    elsewhere.says(200, body={"ok": True, "ts": "1.1"})
    said = await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1", thread_ts=None)
    assert said == {"ok": True, "ts": "1.1"}
    assert elsewhere.headers == ["Bearer xoxb-1"]


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        pytest.param(200, JSON, [], id="a list"),
        pytest.param(200, JSON, "ok", id="a text in JSON"),
        pytest.param(200, JSON, 7, id="a number"),
        pytest.param(200, JSON, None, id="null"),
        pytest.param(200, JSON, {}, id="an empty object"),
        pytest.param(200, JSON, {"ok": False}, id="a refusal without a word"),
        pytest.param(200, JSON, b"", id="nothing"),
        pytest.param(200, JSON, b"{", id="broken JSON"),
        pytest.param(200, JSON, b"\xff\xfe", id="no UTF-8"),
        pytest.param(200, HTML, b"<html>Sign in</html>", id="a page of some proxy"),
        pytest.param(200, TEXT, b"ok", id="a text"),
        pytest.param(200, "application/gzip", b"\x1f\x8b", id="packed"),
        pytest.param(500, HTML, b"<html>Something went wrong</html>", id="500 with a page"),
        pytest.param(500, JSON, b"", id="500 with nothing"),
        pytest.param(502, TEXT, b"upstream connect error", id="502 with a text"),
        pytest.param(503, HTML, b"<html>", id="503 with a page"),
        pytest.param(200, JSON, {"ok": False, "error": "internal_error"}, id="an error of its own"),
        pytest.param(500, JSON, {"ok": False, "error": "fatal_error"}, id="500 with a fatal error"),
    ],
)
async def test_whether_that_was_done_nobody_knows(
    elsewhere: Elsewhere, status: int, kind: str, body: object
) -> None:
    elsewhere.says(status, kind, body)
    with pytest.raises(Lost):
        await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"ok": False, "error": "is_archived"}, "chat.postMessage: is_archived"),
        (403, {"ok": False, "error": "not_in_channel"}, "chat.postMessage: not_in_channel"),
        (200, {"ok": False, "error": "of_a_new_kind"}, "chat.postMessage: of_a_new_kind"),
        (
            200,
            {"ok": False, "error": "missing_scope", "needed": "chat:write"},
            "chat.postMessage: missing_scope (chat:write)",
        ),
    ],
)
async def test_a_refusal_has_slacks_word(
    elsewhere: Elsewhere, status: int, body: object, said: str
) -> None:
    elsewhere.says(status, JSON, body)
    with pytest.raises(Refused) as refused:
        await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1")
    assert str(refused.value) == said


@pytest.mark.parametrize("code", ["service_unavailable", "ratelimited", "team_added_to_org"])
async def test_what_slack_certainly_did_not_do_is_not_in_doubt(
    elsewhere: Elsewhere, code: str
) -> None:
    elsewhere.says(200, JSON, {"ok": False, "error": code})
    with pytest.raises(Retryable) as later:
        await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1")
    assert not isinstance(later.value, Lost)


async def test_a_line_that_breaks_after_the_question(elsewhere: Elsewhere) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    elsewhere.answers.append(cut)
    with pytest.raises(Lost):
        await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1")


async def test_an_answer_that_does_not_come(elsewhere: Elsewhere) -> None:
    never = asyncio.Event()

    async def hang(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    elsewhere.answers += [hang, hang]
    api = await SlackApi.open(elsewhere.api.base_url, lambda: NOW, total=0.1)
    with pytest.raises(Lost):
        await api.call("xoxb-1", "chat.postMessage", channel="C1")
    await api.close()
    # Whoever is to be answered in time waits no longer than that.
    with within(0.05), pytest.raises(Lost):
        await elsewhere.api.call("xoxb-1", "views.open", trigger_id="1")
    never.set()


async def test_what_never_arrived_was_not_done(elsewhere: Elsewhere) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        api = await SlackApi.open(f"http://127.0.0.1:{port}/api/", lambda: NOW)
        with pytest.raises(Retryable, match="cannot be reached") as away:
            await api.call("xoxb-1", "chat.postMessage", channel="C1")
        assert not isinstance(away.value, Lost)
        await api.close()
    # Nor is anything done by who has stopped.
    with pytest.raises(Retryable, match="about to stop"):
        await api.call("xoxb-1", "chat.postMessage", channel="C1")


@pytest.mark.parametrize(
    ("base", "url", "asked"),
    [
        ("https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/a.txt", True),
        ("https://slack.com/api/", "https://slack.com/files/a.txt", True),
        ("https://slack.com/api/", "https://files.slack.com.example/a.txt", False),
        ("https://slack.com/api/", "https://notslack.com/a.txt", False),
        ("https://slack.com/api/", "http://files.slack.com/a.txt", False),
        ("https://slack.com/api/", "https://drive.example/a.txt", False),
        ("https://slack.com/api/", "", False),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/a.txt", True),
        ("http://127.0.0.1:9500/api/", "http://127.0.0.1:9500/files/a.txt", True),
        ("http://127.0.0.1:9500/api/", "http://127.0.0.1:9501/files/a.txt", False),
        ("https://proxy.example/api/", "https://files.slack.com/files-pri/T1-F1/a.txt", True),
        ("https://proxy.example/api/", "https://files.proxy.example/a.txt", False),
    ],
)
async def test_the_token_goes_to_slack_alone(
    elsewhere: Elsewhere, base: str, url: str, asked: bool
) -> None:
    api = SlackApi(elsewhere.api.session, base, lambda: NOW)
    assert api._is_slacks(url) is asked
    if not asked:
        with pytest.raises(Refused, match="address_elsewhere"):
            await anext(api.download("xoxb-1", url, 10))


# --- too many calls -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("999999", 3600),
        ("", None),
        ("abc", None),
        ("-3", None),
        ("1.5", None),
        ("٣", None),
    ],
)
@pytest.mark.parametrize("kind", [JSON, HTML])
async def test_slack_says_how_long_to_wait(
    elsewhere: Elsewhere, kind: str, after: str, seconds: int | None
) -> None:
    headers = {"Retry_After": after} if after.isascii() else {}
    elsewhere.says(429, kind, {"ok": False, "error": "ratelimited"}, **headers)
    with pytest.raises(Busy) as busy:
        await elsewhere.api.call("xoxb-1", "chat.postMessage", channel="C1")
    assert busy.value.after == (None if seconds is None else timedelta(seconds=seconds))


async def test_one_place_that_asks_to_wait_keeps_no_other_waiting(elsewhere: Elsewhere) -> None:
    api = elsewhere.api
    elsewhere.says(429, Retry_After="30")
    with pytest.raises(Busy):
        await api.call("xoxb-1", "chat.postMessage", channel="C1")

    # Within its time it is not even asked.
    elsewhere.now += timedelta(seconds=29)
    with pytest.raises(Busy) as busy:
        await api.call("xoxb-1", "chat.postMessage", channel="C1")
    assert busy.value.after == timedelta(seconds=1)
    assert len(elsewhere.asked) == 1

    # Another channel, another method, another workspace are.
    for token, method, channel in (
        ("xoxb-1", "chat.postMessage", "C2"),
        ("xoxb-1", "chat.update", "C1"),
        ("xoxb-2", "chat.postMessage", "C1"),
    ):
        elsewhere.says(200, body={"ok": True})
        assert await api.call(token, method, channel=channel) == {"ok": True}

    elsewhere.now += timedelta(seconds=1)
    elsewhere.says(200, body={"ok": True})
    assert await api.call("xoxb-1", "chat.postMessage", channel="C1") == {"ok": True}


# --- what it means for a message ------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(TABLE))
def test_whoever_has_to_mend_it_is_told_how(code: str) -> None:
    kind, what, mend = TABLE[code]
    assert what[0].islower() or what.startswith("Slack")
    assert not what.endswith(".")
    gone = {"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed",
            "file_not_found"}  # fmt: skip
    assert bool(mend) is (kind is not Kind.LATER and code not in gone)
    assert mend == "" or mend.endswith(".")


@pytest.mark.parametrize(
    ("code", "own", "wanted"),
    [
        ("token_revoked", True, SignInBroken),
        ("account_inactive", True, SignInBroken),
        ("invalid_auth", True, SignInBroken),
        ("token_expired", True, SignInBroken),
        # Another workspace that throws the app out silences nobody else.
        ("token_revoked", False, Permanent),
        ("account_inactive", False, Permanent),
        # One scope that is missing is missed by one method.
        ("missing_scope", True, Permanent),
        ("is_archived", True, Permanent),
        ("not_in_channel", True, Permanent),
        ("channel_not_found", False, Permanent),
        ("user_disabled", True, Permanent),
        ("restricted_action", True, Permanent),
        ("msg_blocks_too_long", True, Permanent),
        ("of_a_new_kind", True, Permanent),
    ],
)
def test_what_slacks_word_means(code: str, own: bool, wanted: type[Exception]) -> None:
    failure = translated(Refused("chat.postMessage", code), own=own)
    assert type(failure) is wanted
    if isinstance(failure, Permanent):
        assert failure.mend


@pytest.mark.parametrize("method", ["conversations.open", "chat.postMessage"])
@pytest.mark.parametrize(
    ("code", "own", "partner"),
    [
        ("token_revoked", SignInBroken, Permanent),
        ("user_disabled", Permanent, Permanent),
        ("is_archived", Permanent, Permanent),
        ("ratelimited", Retryable, Retryable),
        ("internal_error", Retryable, Retryable),
        ("of_a_new_kind", Permanent, Permanent),
    ],
)
async def test_a_message_fails_in_one_of_three_ways(
    slack_world: World, method: str, code: str, own: type[Exception], partner: type[Exception]
) -> None:
    world = slack_world
    for workspace, who, wanted in ((VENDOR, "mei", own), ("TNORTH", "nora", partner)):
        world.slack.unkind.refuses(method, code)
        to = Address("slack", workspace, user=account(who))
        with pytest.raises(wanted):
            await world.platform.post(to, VIEW, f"key:{who}")
        await world.platform.post(to, VIEW, f"key:{who}")
        assert len(world.direct(who).messages) == 1


@pytest.mark.parametrize("how", ["500", "html", "429", "reset", "after"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "chat.delete"])
async def test_what_went_wrong_on_the_way_is_tried_again_and_done_once(
    slack_world: World, method: str, how: Any
) -> None:
    world = slack_world
    to = Address("slack", VENDOR, channel="CCLOUD")

    async def again(work: Callable[[], Awaitable[object]]) -> None:
        world.slack.unkind.fails(method, how)
        with pytest.raises(Retryable):
            await work()
        world.later(seconds=1)
        await work()

    if method == "chat.postMessage":
        await again(lambda: world.platform.post(to, VIEW, "key:1"))
        assert len(world.slack.messages("CCLOUD")) == 1
        return
    sent = await world.platform.post(to, VIEW, "key:1")
    if method == "chat.update":
        other = DoneView(("Something else was done.",))
        await again(lambda: world.platform.update(to, sent.message_id, other))
        assert world.texts("CCLOUD") == ["✅ Something else was done."]
    else:
        await again(lambda: world.platform.delete(to, sent.message_id))
        assert world.texts("CCLOUD") == []
