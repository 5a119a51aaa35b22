"""Which requests are let in: signed ones of these five minutes, in a shape that Slack sends."""

import copy
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession
from structlog.testing import capture_logs

from bot.slack import arrival, signing
from bot.slack.signing import Forged
from tests.fakes.slack.delivery import Answered
from tests.slack.world import FRIDAY, World, account, open_world

FORM, JSON = "application/x-www-form-urlencoded", "application/json"

Logs = list[Any]


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[Logs]:
    """What is logged; nothing may be logged as a failure of ours, and nothing with a traceback."""
    with capture_logs() as logs, caplog.at_level(logging.WARNING):
        yield logs
    failures = [one for one in logs if one["log_level"] == "error" or "exc_info" in one]
    assert not failures
    assert not caplog.records


@pytest_asyncio.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One desk for every request that is refused: none of them leaves anything behind."""
    async with open_world(tmp_path_factory.mktemp("shared")) as world:
        yield world


def command(name: str = "/quota", **more: str) -> bytes:
    """A slash command of Nora's, as it travels."""
    fields = {
        "team_id": "TNORTH", "channel_id": "CNORTH", "user_id": account("nora"), "command": name,
        "text": "", "trigger_id": "1.2.abc", "response_url": "http://127.0.0.1:9/nowhere",
    }  # fmt: skip
    return urlencode(fields | more).encode()


def interaction(payload: object) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


async def signed(world: World, body: bytes, kind: str = FORM, **more: str) -> Answered:
    """A request that Slack itself sends."""
    headers = world.slack.delivery.signed(body) | {
        name.replace("_", "-"): value for name, value in more.items()
    }
    return await world.slack.delivery.post(body, kind, headers)


def warned(logs: Logs, event: str) -> list[Any]:
    return [one for one in logs if one["event"] == event and one["log_level"] == "warning"]


# --- the signature --------------------------------------------------------------------------------

Change = Callable[[World, bytes], dict[str, str]]


def at(seconds: int) -> Change:
    return lambda world, body: world.slack.delivery.signed(body, world.slack.seconds() + seconds)


def changed(**headers: str | None) -> Change:
    """The right headers but for these; None takes one away."""

    def made(world: World, body: bytes) -> dict[str, str]:
        names = {"time": "X-Slack-Request-Timestamp", "sign": "X-Slack-Signature"}
        right = world.slack.delivery.signed(body)
        for name, value in headers.items():
            if value is None:
                del right[names[name]]
            else:
                right[names[name]] = value
        return right

    return made


def upper(world: World, body: bytes) -> dict[str, str]:
    right = world.slack.delivery.signed(body)
    return right | {"X-Slack-Signature": right["X-Slack-Signature"].upper()}


FORGERIES = [
    pytest.param(lambda _w, _b: {}, id="without headers"),
    pytest.param(changed(sign=None), id="without a signature"),
    pytest.param(changed(time=None), id="without a time"),
    pytest.param(lambda w, b: w.slack.delivery.signed(b, secret="guess"), id="another secret"),
    pytest.param(lambda w, b: w.slack.delivery.signed(b + b" "), id="another body"),
    pytest.param(changed(sign="v0="), id="an empty signature"),
    pytest.param(changed(sign="v0=" + "0" * 64), id="a made-up signature"),
    pytest.param(changed(sign="v1=" + "0" * 64), id="another version"),
    pytest.param(changed(sign="v0=" + "é" * 64), id="a signature that is not ASCII"),
    pytest.param(changed(sign="v0=" + "0" * 100_0), id="a long signature"),
    pytest.param(upper, id="a signature in capitals"),
    pytest.param(changed(time="abc"), id="a time in letters"),
    pytest.param(changed(time="-1772784000"), id="a time with a sign"),
    pytest.param(changed(time="1_772_784_000"), id="a time as Python writes it"),
    pytest.param(changed(time="١٧٧٢٧٨٤٠٠٠"), id="a time in other digits"),
    pytest.param(changed(time="9" * 400), id="a time beyond every calendar"),
    pytest.param(changed(time=""), id="an empty time"),
    pytest.param(at(-301), id="stale"),
    pytest.param(at(+301), id="from the future"),
    pytest.param(at(-86_400), id="of yesterday"),
]


@pytest.mark.parametrize("change", FORGERIES)
async def test_a_forged_request_is_refused_before_anything_of_it_is_read(
    shared: World, logs: Logs, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    def read(*_: object) -> None:
        raise AssertionError("something was read")

    monkeypatch.setattr(arrival, "read", read)
    body = command()

    answer = await shared.slack.delivery.post(body, FORM, change(shared, body))

    assert (answer.status, answer.text) == (401, "")
    assert len(warned(logs, "slack.forged")) == len(logs) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"\xff\xfe\x00", FORM, id="not UTF-8"),
        pytest.param(b"{", JSON, id="broken JSON"),
        pytest.param(b"payload=%7B", FORM, id="a broken payload"),
        pytest.param(command(), f"{FORM}; charset=nope", id="an unknown charset"),
        pytest.param(b"[1]", JSON, id="an array"),
        pytest.param(b"ssl_check=1&token=x", FORM, id="a check of the certificate"),
        pytest.param(b'{"type":"url_verification","challenge":"x"}', JSON, id="a challenge"),
        pytest.param(b"x" * 2**21, FORM, id="2 MB"),
        pytest.param(b"", FORM, id="nothing"),
    ],
)
async def test_what_is_not_signed_is_refused_whatever_it_holds(
    shared: World, logs: Logs, body: bytes, kind: str
) -> None:
    fresh = {"X-Slack-Request-Timestamp": str(int(shared.slack.seconds()))}
    guess = fresh | {"X-Slack-Signature": "v0=" + "a" * 64}

    answers = [await shared.slack.delivery.post(body, kind, one) for one in ({}, fresh, guess)]

    assert [one.status for one in answers] == [401, 401, 401]
    assert len(warned(logs, "slack.forged")) == len(logs) == 3


@pytest.mark.parametrize("seconds", [-299, 0, 299])
async def test_a_clock_may_be_five_minutes_off(slack_world: World, seconds: int) -> None:
    body = command(trigger_id=f"1.2.{seconds}")
    headers = at(seconds)(slack_world, body)

    answer = await slack_world.slack.delivery.post(body, FORM, headers)

    assert answer.status == 200
    assert "Premier" in answer.text


@pytest.mark.parametrize(
    ("seconds", "good"), [(-301, False), (-300, True), (-299, True), (299, True), (301, False)]
)
def test_the_window_to_the_second(seconds: int, good: bool) -> None:
    stamp = str(int(FRIDAY.timestamp()) + seconds)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signing.sign("secret", stamp, b"body"),
    }
    if good:
        signing.check("secret", headers, b"body", FRIDAY)
        return
    with pytest.raises(Forged, match="five minutes"):
        signing.check("secret", headers, b"body", FRIDAY)


def test_the_signature_is_slacks_own() -> None:
    """The example of Slack's documentation on verifying requests."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    made = signing.sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)
    assert made == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


# --- the shape ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"", FORM, id="nothing"),
        pytest.param(b"", JSON, id="no JSON"),
        pytest.param(b"\xff\xfe", FORM, id="not UTF-8"),
        pytest.param(b'{"type":"event_callback","x":"\xff"}', JSON, id="JSON that is not UTF-8"),
        pytest.param(b'{"type":', JSON, id="broken JSON"),
        pytest.param(b'[{"type":"event_callback"}]', JSON, id="an array"),
        pytest.param(b'"event_callback"', JSON, id="a text"),
        pytest.param(b"null", JSON, id="null"),
        pytest.param(b"NaN", JSON, id="no number"),
        pytest.param(b'{"type":"shortcut","x":' + b"9" * 5000 + b"}", JSON, id="a long number"),
        pytest.param(b"[" * 200_000, JSON, id="deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, JSON, id="deep and closed"),
        pytest.param(b"payload=%7B", FORM, id="a broken payload"),
        pytest.param(b"payload=", FORM, id="an empty payload"),
        pytest.param(b"payload=%5B%5D", FORM, id="a payload that is an array"),
        pytest.param(b"payload=%22x%22", FORM, id="a payload that is a text"),
        pytest.param(b"a&b", FORM, id="no values"),
        pytest.param(b'{"type":7}', JSON, id="a kind that is a number"),
        pytest.param(b'{"type":["event_callback"]}', JSON, id="a kind that is a list"),
        pytest.param(b'{"type":null}', JSON, id="a kind that is nothing"),
        pytest.param(b'{"type":"event_callback"}', JSON, id="no event"),
        pytest.param(b'{"type":"event_callback","event":"x"}', JSON, id="an event that is a text"),
        pytest.param(b'{"type":"event_callback","event":{}}', JSON, id="an event of no kind"),
        pytest.param(
            b'{"type":"event_callback","event":{"type":"message","text":"x"}}',
            JSON,
            id="an event without its id",
        ),
        pytest.param(b'{"type":"url_verification"}', JSON, id="no challenge"),
        pytest.param(interaction({"type": "block_actions"}), FORM, id="no actions"),
        pytest.param(interaction({"type": "block_actions", "actions": {}}), FORM, id="odd actions"),
        pytest.param(interaction({"type": "view_submission"}), FORM, id="no view"),
        pytest.param(interaction({"type": "view_closed", "view": []}), FORM, id="an odd view"),
        pytest.param(interaction({"type": "shortcut"}), FORM, id="a shortcut without a name"),
        pytest.param(interaction({"type": "block_suggestion"}), FORM, id="a search in no field"),
        pytest.param(command(user_id=""), FORM, id="a command of nobody"),
        pytest.param(command(trigger_id=""), FORM, id="a command without a trigger"),
        pytest.param(command(name=""), FORM, id="a command without a name"),
        pytest.param(command(), "text/plain", id="another type"),
        pytest.param(command(), "multipart/form-data; boundary=b", id="a form with files"),
        pytest.param(command(), "nonsense", id="a type that is none"),
        pytest.param(command(), f"{FORM}; charset=nope", id="an unknown charset"),
        pytest.param(command(), f"{FORM}; charset=utf-16", id="another charset"),
    ],
)
async def test_a_signed_request_that_cannot_be_read(
    shared: World, logs: Logs, body: bytes, kind: str
) -> None:
    answer = await signed(shared, body, kind)

    assert answer.status == 400
    assert len(warned(logs, "slack.malformed")) == len(logs) == 1
    if kind == JSON:
        # It does not become readable by being sent again.
        assert answer.headers["X-Slack-No-Retry"] == "1"


async def test_a_body_in_pieces_is_not_read_beyond_a_megabyte(
    slack_world: World, logs: Logs
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2**5):
            yield b"x" * 2**16

    url = f"{slack_world.slack.delivery.app_url}/slack/events"
    # What is too long is not waited for, so that the line may break before the answer is through.
    with suppress(ClientError):
        async with ClientSession() as session, session.post(url, data=pieces()) as answer:
            assert answer.status == 401

    assert [one["reason"] for one in warned(logs, "slack.forged")] == ["too large"]


async def test_the_signature_is_of_the_bytes_that_came(slack_world: World, logs: Logs) -> None:
    """Nothing is unpacked for somebody of whom nobody knows who they are."""
    packed = gzip.compress(command())
    headers = slack_world.slack.delivery.signed(command()) | {"Content-Encoding": "gzip"}

    answer = await slack_world.slack.delivery.post(packed, FORM, headers)

    assert answer.status == 401
    assert len(warned(logs, "slack.forged")) == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"type":"x","a":"b\\u0000c"}', "b\u2400c"),
        ('{"type":"x","a":"b\\ud83dc"}', "b?c"),
        ('{"type":"x","a":"b\\ud83d\\ude00c"}', "b\U0001f600c"),
        ('{"type":"x","a":"b\\\\u0000c"}', "b\\u0000c"),
        ('{"type":"x","a":"b\u2028c"}', "b\u2028c"),
    ],
)
def test_what_no_database_keeps_is_shown_as_a_sign(text: str, wanted: str) -> None:
    assert arrival.read(text.encode(), JSON, None)["a"] == wanted
    inside = arrival.read(urlencode({"payload": text}).encode(), FORM, "UTF-8")
    assert inside["a"] == wanted
    assert arrival.read(b"command=%00%ed%a0%80", FORM, None) == {
        "command": "\u2400\ufffd\ufffd\ufffd"
    }


# --- junk inside ----------------------------------------------------------------------------------

JUNK: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5,
    "",
    "x\x00y\ud800",
    "E1",
    [],
    [[]],
    [{}],
    {},
    {"id": 7},
    {"id": None},
)

EVENT = {
    "type": "event_callback",
    "team_id": "TVENDOR",
    "event_id": "Ev1",
    "is_ext_shared_channel": True,
    "authorizations": [{"team_id": "TVENDOR", "enterprise_id": None, "is_bot": True}],
    "event": {
        "type": "message",
        "channel": "CNORTH",
        "channel_type": "channel",
        "user": "UNORA",
        "user_team": "TNORTH",
        "team": "TNORTH",
        "text": "<@UBOTTVENDOR> quota",
        "ts": "1772784000.000100",
        "thread_ts": "1772784000.000050",
        "files": [{"id": "F1", "name": "a.txt", "size": 3, "file_access": "check_file_info"}],
    },
}
EDIT = copy.deepcopy(EVENT) | {
    "event": {
        "type": "message",
        "subtype": "message_changed",
        "channel": "CNORTH",
        "message": {"user": "UNORA", "ts": "1.1", "text": "b", "user_team": "TNORTH"},
        "previous_message": {"user": "UNORA", "ts": "1.1", "text": "a"},
    }
}
REACTION = copy.deepcopy(EVENT) | {
    "event": {
        "type": "reaction_added",
        "user": "UMEI",
        "reaction": "eyes",
        "item": {"type": "message", "channel": "CCLOUD", "ts": "1.1"},
    }
}
MOVED = copy.deepcopy(EVENT) | {
    "event": {"type": "channel_id_changed", "old_channel_id": "CX", "new_channel_id": "CY"}
}
WHO = {
    "user": {"id": "UNORA", "team_id": "TNORTH"},
    "team": {"id": "TNORTH", "enterprise_id": None},
    "enterprise": None,
    "trigger_id": "1.2.3",
    "response_url": "",
    "container": {"type": "message", "channel_id": "CNORTH", "message_ts": "1.1"},
    "channel": {"id": "CNORTH", "name": "northwind"},
}
PRESS = WHO | {
    "type": "block_actions",
    "message": {"ts": "1.1", "thread_ts": "1.0", "text": "x"},
    "actions": [{"type": "button", "action_id": "do:1", "block_id": "b", "value": '{"do":"help"}'}],
}
SHEET = {
    "id": "V1", "type": "modal", "hash": "1.1", "callback_id": "form",
    "app_installed_team_id": "TNORTH",
    "private_metadata": '{"do":"{\\"do\\":\\"open_case\\"}","at":["CNORTH","",""]}',
    "state": {"values": {"title": {"title": {"type": "plain_text_input", "value": "x"}}}},
    "blocks": [{"type": "input", "block_id": "title", "element": {"action_id": "title"}}],
}  # fmt: skip
SUBMISSION = WHO | {
    "type": "view_submission",
    "view": SHEET,
    "response_urls": [{"response_url": "", "block_id": "b"}],
    "function_data": {"execution_id": "Fx1", "inputs": {}},
}
CLOSED = WHO | {"type": "view_closed", "view": SHEET}
SEARCH = WHO | {"type": "block_suggestion", "action_id": "search:product", "view": SHEET}
SHORTCUT = WHO | {"type": "shortcut", "callback_id": "open_case"}
FROM_MESSAGE = PRESS | {"type": "message_action", "callback_id": "open_case_from_message"}

Path = tuple[str | int, ...]


def paths(value: object, at: Path = ()) -> Iterator[Path]:
    """Where in a payload something may be put."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield (*at, name)
            yield from paths(one, (*at, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield (*at, number)
            yield from paths(one, (*at, number))


def with_junk(payload: dict[str, Any], where: Path, junk: object) -> dict[str, Any]:
    made: Any = copy.deepcopy(payload)
    inner = made
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = junk
    return dict(made)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(EVENT, id="a message"),
        pytest.param(EDIT, id="an edit"),
        pytest.param(REACTION, id="a reaction"),
        pytest.param(MOVED, id="a channel that moved"),
        pytest.param(PRESS, id="a press"),
        pytest.param(SUBMISSION, id="a form"),
        pytest.param(CLOSED, id="a form that is closed"),
        pytest.param(SEARCH, id="a search"),
        pytest.param(SHORTCUT, id="a shortcut"),
        pytest.param(FROM_MESSAGE, id="a shortcut of a message"),
    ],
)
async def test_junk_anywhere_in_a_payload(
    slack_world: World, logs: Logs, payload: dict[str, Any]
) -> None:
    """Whatever stands wherever: it is dealt with in words, or refused as malformed."""
    found: dict[str, int] = {}
    for turn, where in enumerate(paths(payload)):
        # A third of it everywhere, and all of it somewhere near.
        for number, junk in list(enumerate(JUNK))[turn % 3 :: 3]:
            body = with_junk(payload, where, junk)
            if "event" in payload and where != ("event_id",):
                body["event_id"] = f"Ev{where}{number}"
            if "trigger_id" in payload and where != ("trigger_id",):
                body["trigger_id"] = f"{where}{number}"
            raw = json.dumps(body).encode()
            answer = await (
                signed(slack_world, raw, JSON)
                if "event" in payload
                else signed(slack_world, interaction(body))
            )
            found[f"{where} = {junk!r}"] = answer.status
    await slack_world.link.settled()
    assert {where: status for where, status in found.items() if status not in {200, 400}} == {}
    assert set(found.values()) == {200, 400}
