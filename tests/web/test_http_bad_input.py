"""Broken, forged and oversized requests: refused in words, and nothing is changed."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import FormData

from bot.web.forms import TEXT_LIMIT
from desk.errors import NotSaved
from handlers.intent_codec import encode
from handlers.intents import AskQuota, ShowCase
from tests.web.doubles import Broken
from tests.web.world import Browser, World, open_world

FORM = "application/x-www-form-urlencoded"
INTENT = encode(AskQuota())
GOOD = {"_intent": INTENT}


def multipart(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


def part(name: str, value: bytes, more: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"\r\n{more}\r\n'
    return head.encode() + value


def parts(browser: Browser) -> list[bytes]:
    return [part(name, text.encode()) for name, text in browser.form(GOOD).items()]


async def status(browser: Browser, body: bytes, kind: str) -> tuple[int, str]:
    answer = await browser.post("/act", body, **{"Content-Type": kind})
    return answer.status, (await answer.json())["error"] or ""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="no boundary in it"),
        pytest.param(b"--b\r\n\r\n", id="a part without a name, broken off"),
        pytest.param(b"--b\r\nContent-Dispo", id="broken off in a header"),
        pytest.param(multipart(part("_csrf", b"x"), end=b""), id="no closing boundary"),
        pytest.param(multipart(part("_csrf", b"x"))[:-12], id="cut in a value"),
        pytest.param(multipart(part("text", b"\xff\xfe")), id="not UTF-8"),
        pytest.param(multipart(part("A b;", b"x")), id="an improper name"),
        pytest.param(multipart(part("text", b"a"), part("text", b"b")), id="twice"),
        pytest.param(
            multipart(part("text", b"a", "Content-Type: text/plain; charset=latin-1\r\n")),
            id="another charset",
        ),
        pytest.param(
            multipart(part("text", b"YQ==", "Content-Transfer-Encoding: base64\r\n")),
            id="another encoding",
        ),
        pytest.param(
            multipart(part("text", b"--c--", "Content-Type: multipart/mixed; boundary=c\r\n")),
            id="parts in a part",
        ),
        pytest.param(multipart(*[part(f"f{n}", b"x") for n in range(101)]), id="101 fields"),
        pytest.param(
            multipart(part('text"; filename="a.txt', b"x")), id="a file where none belongs"
        ),
    ],
)
async def test_a_broken_multipart_form(world: World, body: bytes) -> None:
    ada = await world.browser("ada")

    code, words = await status(ada, body, "multipart/form-data; boundary=b")

    assert code == 400
    assert words.startswith("What was sent cannot be read.")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        pytest.param(FORM, b"_intent=%ff%fe", id="not UTF-8 under percent signs"),
        pytest.param(FORM, b"_intent=\xff", id="not UTF-8"),
        pytest.param(FORM, b"a&b", id="no values"),
        pytest.param(FORM, b"a=1&a=2", id="twice"),
        pytest.param(FORM, b"&".join(b"f%d=" % n for n in range(200)), id="200 fields"),
        pytest.param(FORM + "; charset=utf-16", b"a=1", id="another charset"),
        pytest.param(FORM + "; charset=utf-7", b"a=1", id="yet another charset"),
        pytest.param("application/json", b"{}", id="JSON"),
        pytest.param("text/plain", b"a=1", id="text"),
        pytest.param("multipart/form-data", b"a=1", id="no boundary"),
        pytest.param("multipart/form-data; boundary=" + "b" * 80, b"", id="long boundary"),
        pytest.param("multipart/mixed; boundary=b", b"", id="another multipart"),
        pytest.param("nonsense", b"a=1", id="nonsense"),
    ],
)
async def test_a_broken_form(world: World, kind: str, body: bytes) -> None:
    ada = await world.browser("ada")

    code, words = await status(ada, body, kind)

    assert code == 400
    assert words.startswith("What was sent cannot be read.")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"_intent": ""}, id="no intent"),
        pytest.param({"_intent": "{"}, id="broken intent"),
        pytest.param({"_intent": '{"do":"drop_table"}'}, id="unknown intent"),
        pytest.param({"_intent": '{"do":"show_case"}'}, id="intent without its field"),
        pytest.param({"_intent": '{"do":"show_case","case_id":[]}'}, id="wrong type"),
        pytest.param({"_intent": '{"do":"show_case","case_id":-1}'}, id="negative"),
        pytest.param({"_intent": '{"do":"show_case","case_id":1e300}'}, id="huge"),
        pytest.param({"_intent": "9" * 5000}, id="a long number"),
        pytest.param({"_intent": encode(ShowCase(10**16))}, id="past every number"),
        pytest.param({"_intent": "[" * 100_000}, id="deep"),
        pytest.param({"_event": ""}, id="no event"),
        pytest.param({"_event": "a:b:c:d:e"}, id="somebody else's event"),
        pytest.param({"_event": "a\x00bcdefgh"}, id="NUL in the event"),
        pytest.param({"_event": "a" * 65}, id="a long event"),
        pytest.param({"_thread": "x"}, id="no thread's id"),
        pytest.param({"_thread": "9" * 30}, id="past every id"),
        pytest.param({"surprise": "1"}, id="unknown field"),
        pytest.param({"_surprise": "1"}, id="unknown field of the page"),
    ],
)
async def test_a_form_that_no_page_sends(world: World, change: dict[str, str]) -> None:
    ada = await world.browser("ada")

    answer = await ada.post("/act", {**ada.form(GOOD), **change})

    assert answer.status == 400
    assert (await answer.json())["accepted"] is False


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_request_from_another_site(world: World, headers: dict[str, str]) -> None:
    ada = await world.browser("ada")

    answer = await ada.post("/act", ada.form(GOOD), **headers)

    assert answer.status == 403


async def test_a_request_from_the_public_address(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.post("/act", ada.form(GOOD), Origin="http://desk.example")

    assert answer.status == 200


@pytest.mark.parametrize(
    "path", ["/act", "/say", "/read", "/message/1/edit", "/message/1/delete", "/signout"]
)
async def test_a_form_without_its_token(world: World, path: str) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")

    without = await ada.post(path, {})
    foreign = await ada.post(path, {"_csrf": ari.csrf})
    odd = await ada.post(path, {"_csrf": "ü\x00"})

    assert [r.status for r in (without, foreign, odd)] == [403, 403, 403]


async def test_the_token_may_come_in_a_header(world: World) -> None:
    ada = await world.browser("ada")
    form = ada.form(GOOD)
    token = form.pop("_csrf")

    answer = await ada.post("/act", form, **{"X-CSRF-Token": token})

    assert answer.status == 200


async def test_text_beyond_every_limit(world: World) -> None:
    ada = await world.browser("ada")
    long = "x" * (TEXT_LIMIT + 1)

    body = BytesIO(urlencode(ada.form({"text": long})).encode())
    plain = await ada.post("/say", body, **{"Content-Type": FORM})
    split = [("f" + str(n), "x" * 2**15) for n in range(33)]
    parts = await ada.post("/act", ada.sent({**GOOD, **dict(split)}))
    many = await ada.post("/say", _chunks(), **{"Content-Type": FORM})

    assert [r.status for r in (plain, parts, many)] == [413, 413, 413]
    assert "Attach it as a file" in (await parts.json())["error"]


async def _chunks() -> Any:
    for _ in range(33):
        yield b"text=" + b"x" * 2**15


async def test_a_message_longer_than_fits_is_an_error_at_its_field(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.say("ü" * 40_000)
    said = await answer.json()
    stored = await world.desk.run(lambda uow: uow.chat.of("dm:ada"))

    assert answer.status == 422
    assert said["error"].startswith("This message has 40,000 characters; up to 10,000 fit")
    assert stored == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<!channel> <@U123> [x](javascript:alert(1))",
        "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
        "\N{FAMILY} \U0001f468\u200d\U0001f469",
        "a\r\nb\rc",
        "a\x00b",
    ],
)
async def test_markup_and_odd_characters_are_kept_as_they_are(world: World, text: str) -> None:
    ada = await world.browser("ada")

    answer = await ada.say(text)
    (stored, *_) = await world.desk.run(lambda uow: uow.chat.of("dm:ada"))
    page = await (await ada.get("/c/dm:ada")).text()

    assert answer.status == 200
    assert stored.body == text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\u2400")
    assert "<script>alert" not in page
    assert 'javascript:alert(1)"' not in page


async def test_a_field_that_should_hold_a_number(world: World) -> None:
    ada = await world.browser("ada")

    good = await ada.post("/act", ada.form({"_intent": '{"do":"list_cases"}', "page": "2"}))
    bad = await ada.post("/act", ada.form({"_intent": '{"do":"list_cases"}', "page": "two"}))

    assert [good.status, bad.status] == [200, 400]


async def test_an_empty_message(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.say(" \n ")

    assert answer.status == 422
    assert (await answer.json())["error"] == "There is nothing in this message yet."


@pytest.mark.parametrize("path", ["/c/dm:ada?thread=x", "/c/dm:ada?case=%00", "/older?before=-1"])
async def test_a_broken_address(world: World, path: str) -> None:
    ada = await world.browser("ada")

    assert (await ada.get(path)).status == 400


async def test_an_address_used_otherwise(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.get("/act")

    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("seq", ["-1", "x", "1" * 16, "%00"])
async def test_a_stream_from_nowhere(world: World, seq: str) -> None:
    ada = await world.browser("ada")

    assert (await ada.get(f"/events?conversation=dm:ada&seq={seq}")).status == 400


async def test_what_could_not_be_saved_can_be_tried_again(tmp_path: Any) -> None:
    router = Broken(NotSaved("the disk is full"))
    world = await open_world(str(tmp_path), router=router)
    ada = await world.browser("ada")

    answer = await ada.act(AskQuota())

    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert (await answer.json())["error"] == "Not saved. Nothing was changed; try again."
    await world.close()


async def test_a_fault_of_ours_says_so_and_nothing_of_itself(tmp_path: Any) -> None:
    world = await open_world(str(tmp_path), router=Broken(RuntimeError("secret detail")))
    ada = await world.browser("ada")

    scripted = await ada.act(AskQuota())
    page = await ada.get("/c/dm:ada?case=1")

    assert [scripted.status, page.status] == [500, 500]
    for answer in (scripted, page):
        words = await answer.text()
        assert "The fault is ours" in words
        assert "secret detail" not in words
    await world.close()


async def test_an_empty_file_input_is_no_file(world: World) -> None:
    ada = await world.browser("ada")
    form = FormData(default_to_multipart=True)
    for name, text in ada.form(GOOD).items():
        form.add_field(name, text)
    form.add_field("files", b"", filename="", content_type="application/octet-stream")

    assert (await ada.post("/act", form)).status == 200
