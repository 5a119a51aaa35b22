"""Files: in with a case, out only to those who may see it; and one press is one event."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.attached import name_of
from bot.platform import Address
from bot.web import forms
from desk.notices import Side
from handlers.intents import OpenCase, ReplyToPartner
from tests.web.doubles import FullStore
from tests.web.world import OPEN, Browser, World, open_world

LOG = ("log.txt", b"line one\nline two\n")


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def opened(browser: Browser, **given: Any) -> int:
    case = (await (await browser.act(OPEN, **given)).json())["case"]
    assert isinstance(case, int)
    return case


async def keys(world: World, case: int) -> list[str]:
    messages = await world.desk.run(lambda uow: uow.messages.of(case))
    return [file.key for message in messages for file in message.files]


async def test_a_file_goes_in_with_a_case_and_out_to_those_who_may_see_it(world: World) -> None:
    names = ("ada", "ari", "ben", "eve", "tom", "oda")
    browsers = {name: await world.browser(name) for name in names}
    case = await opened(browsers["ada"], files=[LOG])
    (key,) = await keys(world, case)

    answers = {name: await browsers[name].get(f"/files/{key}") for name in names}
    missing = await browsers["ben"].get("/files/none-of-that-name-there")

    assert {n: a.status for n, a in answers.items()} == dict.fromkeys(names, 200) | {"ben": 404}
    assert await answers["ben"].text() == await missing.text()
    assert await answers["eve"].read() == LOG[1]
    head = answers["ari"].headers
    assert head["Content-Disposition"] == "attachment; filename*=UTF-8''log.txt"
    assert head["X-Content-Type-Options"] == "nosniff"
    assert head["Content-Type"] == "application/octet-stream"


async def test_a_file_of_the_internal_thread_stays_inside(world: World) -> None:
    ada, eve = await world.browser("ada"), await world.browser("eve")
    case = await opened(ada)
    inside = await world.thread(case, Side.ENGINEERS, Address("web", "", channel="support"))

    await eve.say("see this", where="channel:support", thread=inside, files=[LOG])
    (key,) = await keys(world, case)

    assert (await ada.get(f"/files/{key}")).status == 404
    assert (await eve.get(f"/files/{key}")).status == 200


async def test_a_file_of_a_deleted_message_is_gone(world: World) -> None:
    ada = await world.browser("ada")
    case = await opened(ada)
    root = await world.thread(case, Side.PARTNER, Address("web", "", user="ada"))
    await ada.say("see this", thread=root, files=[LOG])
    (key,) = await keys(world, case)
    mine = [m for m in await world.desk.run(lambda uow: uow.chat.of("dm:ada", root)) if m.files]

    before = await ada.get(f"/files/{key}")
    await ada.post(f"/message/{mine[0].id}/delete", ada.form({}))
    after = await ada.get(f"/files/{key}")

    assert (before.status, after.status) == (200, 404)


async def test_files_that_no_case_has_are_not_kept(world: World, tmp_path: Path) -> None:
    ada = await world.browser("ada")

    said = await ada.say("look", files=[LOG])
    refused = await (await ada.act(OpenCase(), files=[LOG])).json()
    forged = await ada.post("/act", ada.sent({"_csrf": "x", "_intent": "{}"}, files=[LOG]))
    broken = await ada.post("/act", ada.sent({"_intent": "{"}, files=[LOG]))
    nowhere = await ada.act(OPEN, where="dm:ben", files=[LOG])

    assert said.status == 422
    assert (await said.json())["error"].startswith("Files belong to a case")
    assert not refused["accepted"]
    assert [forged.status, broken.status, nowhere.status] == [403, 400, 404]
    assert on_disk(tmp_path) == []


async def test_too_large_a_file_and_too_many(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LIMIT", 2**18)
    ada = await world.browser("ada")

    large = await ada.act(OPEN, files=[LOG, ("big.bin", b"x" * (2**18 + 1))])
    fitting = await ada.act(OPEN, files=[("fits.bin", b"x" * 2**18)])
    many = await ada.act(OPEN, files=[(f"{n}.txt", b"x") for n in range(11)])

    assert [large.status, fitting.status, many.status] == [413, 200, 413]
    assert "\u201cbig.bin\u201d is larger than 25 MB." in (await large.json())["error"]
    assert "At most 10 files" in (await many.json())["error"]
    assert [path.stat().st_size for path in on_disk(tmp_path)] == [2**18]


async def test_a_form_that_breaks_off_in_a_file(world: World, tmp_path: Path) -> None:
    ada = await world.browser("ada")
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'

    answer = await ada.post(
        "/act", head + b"x" * 300_000, **{"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert answer.status == 400
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\log.txt", "log.txt"),
        ("a\u202etxt.exe", "atxt.exe"),
        (" .. ", "file"),
        ("日志 \N{GRINNING FACE}.txt", "日志 \N{GRINNING FACE}.txt"),
        ("x" * 300 + ".tar", "x" * 116 + ".tar"),
        ('quo"te.txt', 'quo"te.txt'),
    ],
)
async def test_a_file_name_is_only_a_name(world: World, said: str, kept: str) -> None:
    assert name_of(said) == kept


async def test_a_full_disk_says_not_saved(tmp_path: Path) -> None:
    world = await open_world(str(tmp_path), files=FullStore())
    ada = await world.browser("ada")

    answer = await ada.act(OPEN, files=[LOG])

    assert answer.status == 503
    assert (await answer.json())["error"] == "Not saved. Nothing was changed; try again."
    await world.close()


async def test_a_double_press_is_one_event(world: World, tmp_path: Path) -> None:
    ada = await world.browser("ada")

    presses = [ada.act(OPEN, event="one-press-only", files=[LOG]) for _ in range(3)]
    answers = [await answer.json() for answer in await asyncio.gather(*presses)]
    cases = await world.desk.run(lambda uow: uow.cases.count_open("acme"))

    assert cases == 1
    assert len({answer["case"] for answer in answers}) == 1
    assert len(on_disk(tmp_path)) == 1


async def test_a_message_sent_twice_is_said_once(world: World, tmp_path: Path) -> None:
    ada = await world.browser("ada")
    case = await opened(ada)
    root = await world.thread(case, Side.PARTNER, Address("web", "", user="ada"))

    for _ in range(2):
        await ada.say("see this", thread=root, event="one-message-only", files=[LOG])
    chat = await world.desk.run(lambda uow: uow.chat.of("dm:ada", root))
    said = await world.desk.run(lambda uow: uow.messages.of(case))

    assert [m.body for m in chat if m.author_id] == ["see this"]
    assert [m.text for m in said if m.source] == ["see this"]
    assert len(on_disk(tmp_path)) == 1


async def test_the_same_event_name_of_two_people_is_two_events(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")

    first = await opened(ada, event="same-name-by-chance")
    second = await opened(ari, event="same-name-by-chance")

    assert first != second


async def test_a_reply_with_nothing_but_a_file(world: World) -> None:
    ada, eve = await world.browser("ada"), await world.browser("eve")
    case = await opened(ada)

    answer = await eve.act(
        ReplyToPartner(case), where="channel:support", fields={"text": ""}, files=[LOG]
    )

    assert (await answer.json())["accepted"]
    assert len(await keys(world, case)) == 1
