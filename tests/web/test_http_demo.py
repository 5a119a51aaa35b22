"""The demo: anybody in, as anybody; and nothing of it outside the demo."""

from handlers.intents import ListCases
from tests.web.world import NOON, World, csrf_of


async def test_a_newcomer_is_the_first_persona(demo: World) -> None:
    newcomer = await demo.browser()

    door = await newcomer.get("/")
    page = await (await newcomer.get(door.headers["Location"])).text()

    assert door.headers["Location"] == "/c/dm:ada"
    assert "data-persona" in page
    assert "contact of Acme" in page


async def test_a_page_without_a_session_gives_one(demo: World) -> None:
    newcomer = await demo.browser()

    page = await newcomer.get("/c/dm:ada")
    again = await newcomer.get("/c/dm:ada")

    assert csrf_of(await page.text()) == csrf_of(await again.text())
    assert "Set-Cookie" not in again.headers


async def test_one_looks_as_somebody_else(demo: World) -> None:
    ada = await demo.browser("ada")

    switched = await ada.post("/demo/persona", {"_csrf": ada.csrf, "person": "eve"})
    home = await ada.get("/")
    old = await ada.act(ListCases(), where="dm:eve")
    nobody = await ada.post("/demo/persona", {"_csrf": ada.csrf, "person": "nobody"})
    page = await ada.get("/c/channel:support")

    assert (switched.status, switched.headers["Location"]) == (303, "/")
    assert home.headers["Location"] == "/c/dm:eve"
    assert old.status == 403
    assert nobody.status == 403
    ada.csrf = csrf_of(await page.text())
    gone = await ada.post("/demo/persona", {"_csrf": ada.csrf, "person": "nobody"})
    assert gone.status == 404


async def test_the_clock_is_moved(demo: World) -> None:
    ada = await demo.browser("ada")

    hour = await ada.post("/demo/clock", {"_csrf": ada.csrf, "minutes": "60"})
    alert = await ada.post("/demo/clock", {"_csrf": ada.csrf, "to": "next"})
    odd = await ada.post("/demo/clock", {"_csrf": ada.csrf, "minutes": "-60"})

    assert (await hour.json())["now"] == int(NOON.timestamp() * 1000) + 3_600_000
    assert (await alert.json())["now"] == int(NOON.timestamp() * 1000) + 7_200_000
    assert odd.status == 400
    assert demo.wakes


async def test_outside_the_demo_there_is_no_stage(world: World) -> None:
    ada = await world.browser("ada")

    persona = await ada.post("/demo/persona", {"_csrf": ada.csrf, "person": "eve"})
    clock = await ada.post("/demo/clock", {"_csrf": ada.csrf, "minutes": "15"})
    page = await (await ada.get("/c/dm:ada")).text()

    assert [persona.status, clock.status] == [404, 404]
    assert "data-persona" not in page
