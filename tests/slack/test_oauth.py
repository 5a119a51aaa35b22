"""Installing the app: a state that is good once and in one browser, and a token that is kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout
from structlog.testing import capture_logs

from bot.slack import manifest
from bot.slack.deps import INSTALL, REDIRECT
from bot.slack.oauth import COOKIE
from desk.linking import Installation
from tests.fakes.slack.installing import CLIENT_ID, CLIENT_SECRET, LASTS
from tests.slack.world import World, open_world

URL = "https://desk.example.com"
NORTH = "TNORTH"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that may be installed; nobody has done it but the partners of these tests."""
    async with open_world(
        tmp_path, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, public_url=URL
    ) as made:
        made.slack.team("TNEW", "A & <b>New</b> Team")
        made.slack.user("UNEW", "TNEW", "Nina New")
        yield made


@dataclass
class Page:
    status: int
    text: str
    location: str
    cookie: str
    set_cookie: str


@dataclass
class Browser:
    """Somebody who installs the app; goes to Slack's page and comes back from it."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, address: str, method: str = "GET") -> Page:
        at = address.removeprefix(URL)
        there = self.world.slack.delivery.app_url if at.startswith("/") else ""
        said = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        async with (
            ClientSession(timeout=ClientTimeout(total=30)) as session,
            session.request(method, f"{there}{at}", headers=said, allow_redirects=False) as answer,
        ):
            set_cookie = answer.headers.get("Set-Cookie", "")
            if set_cookie:
                name, _, value = set_cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Page(
                answer.status,
                await answer.text(),
                answer.headers.get("Location", ""),
                self.cookies.get(COOKIE, ""),
                set_cookie,
            )

    async def begins(self) -> Page:
        return await self.get(INSTALL)

    async def agrees(self, begun: Page, team: str = "TNEW") -> str:
        """Say yes on Slack's page; returns where it leads back to."""
        return (await self.get(f"{begun.location}&team={team}")).location

    async def installs(self, team: str = "TNEW") -> Page:
        return await self.get(await self.agrees(await self.begins(), team))


async def stored(world: World, workspace: str = "TNEW") -> Installation | None:
    return await world.desk.run(lambda uow: uow.installations.get("slack", workspace))


async def installations(world: World) -> list[str]:
    every = await world.desk.run(lambda uow: uow.installations.all("slack"))
    return [one.workspace for one in every]


def state_of(begun: Page) -> str:
    return parse_qs(urlsplit(begun.location).query)["state"][0]


def back(**query: str) -> str:
    return f"{REDIRECT}?{urlencode(query)}"


# --- the whole way --------------------------------------------------------------------------------


async def test_the_app_is_installed_and_answers_there(world: World) -> None:
    with capture_logs() as logs:
        page = await Browser(world).installs()

    assert page.status == 200
    assert "The desk is in A &amp; &lt;b&gt;New&lt;/b&gt; Team" in page.text
    assert "/desk link and the code" in page.text
    made = await stored(world)
    install = world.slack.of_team("TNEW")
    assert made is not None
    assert install is not None
    assert (made.token, made.bot_user, made.bot_id) == (install.token, "UBOTTNEW", "BTNEW")
    assert made.scopes == tuple(sorted(install.scopes))
    assert (made.installed_by, made.name) == ("UINSTALLER", "A & <b>New</b> Team")
    assert made.partner_id is None
    assert CLIENT_SECRET not in repr(logs)
    assert made.token not in repr(logs)

    answer = await world.hand("new").command("/quota")
    assert "not linked with a partner yet" in answer.text


async def test_slack_is_asked_for_what_the_manifest_says(world: World) -> None:
    begun = await Browser(world).begins()

    query = parse_qs(urlsplit(begun.location).query)
    assert begun.status == 302
    assert begun.location.startswith(f"{world.slack.url}/oauth/v2/authorize?")
    assert set(query) == {"client_id", "scope", "state", "redirect_uri"}
    assert query["client_id"] == [CLIENT_ID]
    assert set(query["scope"][0].split(",")) == set(manifest.SCOPES) == world.slack.scopes
    assert query["redirect_uri"] == [URL + REDIRECT]
    assert len(query["state"][0]) >= 43


async def test_the_cookie_is_for_the_way_back_alone(world: World) -> None:
    begun = await Browser(world).begins()
    for part in ("HttpOnly", "Secure", "SameSite=Lax", f"Path={REDIRECT}", "Max-Age=600"):
        assert part in begun.set_cookie
    page = await Browser(world).installs()
    assert f'{COOKIE}="";' in page.set_cookie
    assert "Max-Age=0" in page.set_cookie


async def test_neither_state_nor_token_can_be_read_in_the_database(world: World) -> None:
    begun = await Browser(world).begins()
    await Browser(world).installs()
    made = await stored(world)
    assert made is not None

    async def raw(uow: Any) -> str:
        sql = uow.installations._sql
        tables = ("installations", "oauth_states")
        return repr([[dict(r) for r in await sql.rows(f"SELECT * FROM {t}")] for t in tables])

    rows = await world.desk.run(raw)
    assert "UBOTTNEW" in rows
    for secret in (made.token, state_of(begun), begun.cookie):
        assert secret
        assert secret not in rows


# --- somebody else's browser, another time --------------------------------------------------------


async def refused(world: World, browser: Browser, address: str) -> None:
    before = await installations(world)
    page = await browser.get(address)
    assert page.status == 400
    assert "This did not begin here" in page.text
    assert await installations(world) == before


async def test_a_state_is_good_once(world: World) -> None:
    browser = Browser(world)
    begun = await browser.begins()
    address = await browser.agrees(begun)
    assert (await browser.get(address)).status == 200

    browser.cookies[COOKIE] = begun.cookie
    await refused(world, browser, address)


async def test_a_state_is_good_in_the_browser_where_it_began(world: World) -> None:
    """A stranger's link must not install the app into a workspace of whoever follows it."""
    stranger, victim = Browser(world), Browser(world)
    address = await stranger.agrees(await stranger.begins())

    await refused(world, victim, address)
    # It is used up by that.
    await refused(world, stranger, address)


async def test_a_cookie_of_another_beginning(world: World) -> None:
    first, second = Browser(world), Browser(world)
    address = await first.agrees(await first.begins())
    await second.begins()
    await refused(world, second, address)


async def test_a_state_lasts_ten_minutes(world: World) -> None:
    good, late = Browser(world), Browser(world)
    begun, address = await good.begins(), await late.agrees(await late.begins())
    world.later(minutes=9, seconds=59)
    assert (await good.get(await good.agrees(begun))).status == 200
    world.later(seconds=1)
    await refused(world, late, address)


@pytest.mark.parametrize(
    "query", [{}, {"code": "x"}, {"code": "x", "state": ""}, {"code": "x", "state": "é" * 900}]
)
async def test_nothing_that_began_here(world: World, query: dict[str, str]) -> None:
    await refused(world, Browser(world, {COOKIE: "x"}), back(**query))


# --- it does not come to an end -------------------------------------------------------------------


async def test_who_does_not_agree_has_changed_nothing(world: World) -> None:
    browser = Browser(world)
    begun = await browser.begins()
    page = await browser.get(back(error="access_denied", state=state_of(begun)))
    assert page.status == 200
    assert "You did not agree, so nothing changed." in page.text
    assert await stored(world) is None
    # And begins again.
    assert (await browser.installs()).status == 200


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"code": "guess"}, "oauth.v2.access: invalid_code"),
        ({"error": "invalid_scope"}, "oauth.v2.authorize: invalid_scope"),
    ],
)
async def test_what_slack_refuses_is_begun_again(
    world: World, query: dict[str, str], reason: str
) -> None:
    browser = Browser(world)
    begun = await browser.begins()
    with capture_logs() as logs:
        page = await browser.get(back(state=state_of(begun), **query))
    assert page.status == 502
    assert "Begin again with the same link." in page.text
    assert [one["reason"] for one in logs] == [reason]
    assert await stored(world) is None


@pytest.mark.parametrize("method", ["oauth.v2.access", "auth.test"])
@pytest.mark.parametrize("how", ["html", "reset", "429", "500"])
async def test_while_slack_is_away_nothing_is_half_installed(
    world: World, method: str, how: Any
) -> None:
    browser = Browser(world)
    address = await browser.agrees(await browser.begins())
    world.slack.unkind.fails(method, how)
    page = await browser.get(address)
    assert page.status == 502
    assert await stored(world) is None
    world.later(seconds=1)
    assert (await browser.installs()).status == 200


async def test_a_secret_that_is_not_slacks(tmp_path: Path) -> None:
    async with open_world(
        tmp_path, client_id=CLIENT_ID, client_secret="of-yesterday", public_url=URL
    ) as world:
        with capture_logs() as logs:
            page = await Browser(world).installs("TFABRI")
        assert page.status == 502
        assert "of-yesterday" not in repr(logs) + page.text


async def test_a_desk_without_a_key_keeps_no_token_and_says_so_first(world: World) -> None:
    world.desk._cipher = None
    page = await Browser(world).begins()
    assert page.status == 503
    assert "set DESK_SECRET_KEY" in page.text
    assert page.set_cookie == ""


async def test_a_key_that_is_gone_meanwhile(world: World) -> None:
    browser = Browser(world)
    address = await browser.agrees(await browser.begins())
    cipher, world.desk._cipher = world.desk._cipher, None
    page = await browser.get(address)
    world.desk._cipher = cipher
    assert page.status == 503
    assert "set DESK_SECRET_KEY" in page.text
    assert await stored(world) is None


async def test_a_database_that_is_away(world: World) -> None:
    browser = Browser(world)
    world.watched.refuses = 1
    page = await browser.begins()
    assert (page.status, "Try again in a moment" in page.text) == (503, True)

    address = await browser.agrees(await browser.begins())
    world.watched.refuses = 1
    page = await browser.get(address)
    assert (page.status, "Begin again" in page.text) == (503, True)
    assert await stored(world) is None


async def test_only_a_person_who_looks_at_the_page_begins(world: World) -> None:
    for method in ("HEAD", "POST"):
        assert (await Browser(world).get(INSTALL, method)).status == 405


async def test_without_a_client_there_is_nothing_to_install(slack_world: World) -> None:
    for path in (INSTALL, REDIRECT):
        assert (await Browser(slack_world).get(path)).status == 404


# --- again, and whole organisations ---------------------------------------------------------------


async def test_installed_again_it_has_the_new_rights_and_the_same_partner(world: World) -> None:
    await world.desk.run(
        lambda uow: uow.people.link_workspace("slack", NORTH, "northwind", by_code=True)
    )
    install = world.slack.of_team(NORTH)
    assert install is not None
    install.scopes = frozenset({"commands"})
    assert "Premier" in (await world.hand("nora").command("/quota")).text

    page = await Browser(world).installs(NORTH)

    assert "write to the app in Slack as before" in page.text
    made = await stored(world, NORTH)
    assert made is not None
    assert set(made.scopes) == world.slack.scopes
    assert made.partner_id == "northwind"
    assert (await installations(world)).count(NORTH) == 1


async def test_installed_again_the_new_token_is_used_at_once(world: World) -> None:
    before = await world.link.installs.of(NORTH)
    world.slack.manifest["settings"]["token_rotation_enabled"] = True

    await Browser(world).installs(NORTH)

    made = await world.link.installs.of(NORTH)
    assert before is not None
    assert made is not None
    assert made.token != before.token
    assert made.refresh_token
    assert made.expires_at is not None
    assert (made.expires_at - world.now).total_seconds() == LASTS


async def test_a_whole_organisation_installs_it_at_once(world: World) -> None:
    world.slack.team("E0RG", "The Org")
    for team in ("TONE", "TTWO"):
        world.slack.team(team, team, enterprise="E0RG")
        world.slack.user(f"U{team}", team, f"Somebody of {team}")

    page = await Browser(world).installs("E0RG")

    assert "The desk is in The Org" in page.text
    made = await stored(world, "E0RG")
    assert made is not None
    assert (made.workspace, made.enterprise) == ("E0RG", "E0RG")
    for user in ("TONE", "TTWO"):
        hand = world.hand("nora")
        hand.user = world.slack.users[f"U{user}"]
        answer = await hand.command("/quota")
        assert "not linked with a partner yet" in answer.text
