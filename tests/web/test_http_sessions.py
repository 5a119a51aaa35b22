"""Links that work once, sessions that end, and cookies that nobody can make up."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import FormData

from bot.web.deps import Settings
from bot.web.session import COOKIE, Sessions
from handlers.intents import ListCases
from handlers.sign_in import hashed, new_link
from tests.web.world import NOON, Browser, World, csrf_of, open_world


async def a_link(world: World, person_id: str = "ada") -> str:
    token = await world.desk.run(lambda uow: new_link(uow, person_id, world.clock.at))
    return f"/signin/{token}"


async def use(browser: Browser, link: str) -> int:
    csrf = csrf_of(await (await browser.get(link)).text())
    return (await browser.post(link, {"_csrf": csrf})).status


@pytest.mark.parametrize("path", ["/", "/c/dm:ada", "/files/abc"])
async def test_a_stranger_is_told_how_to_get_in(world: World, path: str) -> None:
    stranger = await world.browser()

    answer = await stranger.get(path)

    assert answer.status == 401
    assert "15 minutes" in await answer.text()
    assert COOKIE not in answer.cookies


@pytest.mark.parametrize("path", ["/act", "/say", "/read", "/message/1/edit", "/signout"])
async def test_a_stranger_does_nothing(world: World, path: str) -> None:
    stranger = await world.browser()

    assert (await stranger.post(path, {"_csrf": "x"})).status == 401


async def test_a_link_works_once(world: World) -> None:
    first, second = await world.browser(), await world.browser()
    link = await a_link(world)

    looked = (await first.get(link)).status, (await first.get(link)).status
    used = await use(first, link), await use(second, link)

    assert looked == (200, 200)
    assert used == (303, 410)
    assert (await first.get("/c/dm:ada")).status == 200
    assert (await second.get("/c/dm:ada")).status == 401


async def test_two_who_use_a_link_at_once(world: World) -> None:
    browsers = [await world.browser() for _ in range(5)]
    link = await a_link(world)

    used = await asyncio.gather(*(use(browser, link) for browser in browsers))

    assert sorted(used) == [303, 410, 410, 410, 410]


async def test_a_link_lives_for_a_quarter_of_an_hour(world: World) -> None:
    browser, link, late = await world.browser(), await a_link(world), await a_link(world)

    world.clock.at += timedelta(minutes=15) - timedelta(seconds=1)
    in_time = await use(browser, link)
    world.clock.at += timedelta(seconds=1)
    too_late = await use(browser, late)

    assert (in_time, too_late) == (303, 410)


async def test_only_the_hash_of_a_link_is_kept(world: World) -> None:
    link = await a_link(world)
    token = link.removeprefix("/signin/")

    kept = await world.desk.run(lambda uow: uow.notes.use_link(hashed(token), NOON))

    assert len(token) == 43
    assert kept is not None
    assert token not in repr(kept)


async def test_a_link_of_somebody_who_has_left(world: World) -> None:
    browser, link = await world.browser(), await a_link(world)
    await world.desk.run(lambda uow: uow.people.remove_person("ada"))

    assert await use(browser, link) == 410


async def test_a_link_is_not_used_by_another_site(world: World) -> None:
    browser, link = await world.browser(), await a_link(world)
    csrf = csrf_of(await (await browser.get(link)).text())

    forged = await browser.post(link, {"_csrf": csrf}, Origin="https://evil.example")
    without = await browser.post(link, {})
    odd = await browser.post("/signin/%00%ff", {"_csrf": csrf})

    assert [forged.status, without.status, odd.status] == [403, 403, 403]
    assert await use(browser, link) == 303


async def test_who_guesses_links_has_to_wait(world: World) -> None:
    browser = await world.browser()

    guesses = [await use(browser, f"/signin/guess{n}") for n in range(12)]
    a_good_one = await use(browser, await a_link(world))
    world.clock.at += timedelta(minutes=10)
    later = await use(browser, "/signin/guess12")

    assert guesses == [410] * 10 + [429] * 2
    assert (a_good_one, later) == (303, 410)


async def test_a_stranger_leaves_no_files(world: World) -> None:
    browser = await world.browser()
    link = await a_link(world)
    form = FormData(default_to_multipart=True)
    form.add_field("_csrf", csrf_of(await (await browser.get(link)).text()))
    form.add_field("files", b"x" * 1000, filename="a.txt")

    answer = await browser.post(link, form)

    assert answer.status == 400
    assert await use(browser, link) == 303


async def test_a_session_ends_after_twelve_hours(world: World) -> None:
    ada = await world.browser("ada")

    world.clock.at += timedelta(hours=12) - timedelta(seconds=1)
    before = (await ada.get("/c/dm:ada")).status
    world.clock.at += timedelta(seconds=1)
    after = (await ada.get("/c/dm:ada")).status

    assert (before, after) == (200, 401)


async def test_signing_out(world: World) -> None:
    ada = await world.browser("ada")

    out = await ada.post("/signout", {"_csrf": ada.csrf})

    assert (out.status, out.headers["Location"]) == (303, "/")
    assert (await ada.get("/c/dm:ada")).status == 401


async def test_somebody_taken_off_the_roster_is_out_at_once(world: World) -> None:
    ada = await world.browser("ada")
    await world.desk.run(lambda uow: uow.people.remove_person("ada"))

    assert (await ada.act(ListCases())).status == 401


async def test_somebody_who_keeps_only_their_name_is_out_as_well(world: World) -> None:
    browser = await world.browser("ada")
    ada = await world.desk.run(lambda uow: uow.people.person("ada"))
    assert ada is not None

    left = replace(ada, roles=frozenset(), identities=())
    await world.desk.run(lambda uow: uow.people.put_person(left))

    assert (await browser.get("/c/dm:ada")).status == 401


async def test_forged_cookies(world: World) -> None:
    ada, forger = await world.browser("ada"), await world.browser()
    (cookie,) = [c for c in ada.client.session.cookie_jar if c.key == COOKIE]
    payload, _, signature = cookie.value.rpartition(".")
    other = Sessions(Settings("o" * 40, "http://desk.example"))
    theirs = other._signer.dumps(["ada", "sid", int(NOON.timestamp()) + 3600])
    demo = Sessions(Settings("s" * 40, "http://desk.example", demo=True))
    endless = demo._signer.dumps(["ada", "sid", None])

    for value in (
        "", "x", "x.y", payload, f"{payload}.", f"{payload}x.{signature}",
        f"{payload}.{signature[:-2]}", theirs, endless, "é" * 20,
    ):  # fmt: skip
        answer = await forger.get("/c/dm:ada", Cookie=f"{COOKIE}={value}")
        assert answer.status == 401, value
    good = await forger.get("/c/dm:ada", Cookie=f"{COOKIE}={cookie.value}")
    assert good.status == 200


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(world: World) -> None:
    browser, link = await world.browser(), await a_link(world)
    csrf = csrf_of(await (await browser.get(link)).text())

    cookie = (await browser.post(link, {"_csrf": csrf})).cookies[COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == "43200"
    assert not cookie["secure"]
    assert Settings("s", "https://desk.example").secure


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 401),
        ("localhost", 401),
        ("[::1]:8080", 401),
        ("desk.example", 401),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("[", 400),
    ],
)
async def test_on_loopback_it_answers_to_the_names_of_this_machine(
    tmp_path: object, host: str, status: int
) -> None:
    world = await open_world(str(tmp_path), settings={"loopback": True})
    stranger = await world.browser()

    assert (await stranger.get("/", Host=host)).status == status
    await world.close()
