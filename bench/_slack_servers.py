"""What the Slack bench measures, each as a process of its own: `python -m bench._slack_servers`.

`desk FOLDER` is the desk's own routes, router and storage; `bolt` acknowledges a verified command
and does nothing else; `bare` is an aiohttp handler that reads the body.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, date, datetime
from pathlib import Path

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import logs
from bot.slack import signing
from bot.slack.deps import PATH, Settings
from bot.slack.link import Link
from bot.slack.wire import routes
from desk.linking import Installation
from desk.people import Billing, Identity, Partner, Person, Place, PlaceKind, Role
from desk.ports import UnitOfWork
from desk.records import LedgerLine, Move
from handlers.promises import entitlement_of
from handlers.router import Router
from sla.catalog import Catalog
from storage.cipher import Cipher
from storage.desk import StoredDesk
from storage.files import FileStore
from storage.migrate import migrate

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM = "TBENCH"
# One asks for a quota of which some was used; the other opens cases and must never run out.
ASKING, OPENING = "UASKING", "UOPENING"
USED, PLENTY = 12, 10**6
CATALOG = Catalog.load()


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _desk(app: web.Application, folder: Path) -> AsyncIterator[Callable[[], int]]:
    """The desk's routes in `app`, and how many cases are on disk. Nothing is delivered."""
    logs.configure("info")
    path = folder / "desk.db"
    url = f"sqlite:///{path}"
    await migrate(url)
    async with await StoredDesk.open(url, cipher=Cipher("k" * 48)) as desk:
        await desk.run(_people)
        settings = Settings(signing_secret=SECRET, api_url="http://127.0.0.1:9/api/")
        link = await Link.open(desk, FileStore(str(folder / "files")), settings, _now)
        async with link:
            routes(app, link, Router(desk, lambda: CATALOG), _now, lambda: None)
            yield lambda: _cases_in(path)


def _cases_in(path: Path) -> int:
    # Over a connection of its own: what that sees is committed.
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM cases").fetchone()[0])


async def _people(uow: UnitOfWork) -> None:
    for key, user in (("asking", ASKING), ("opening", OPENING)):
        await uow.people.put_partner(
            Partner(
                key, key.title(), "psp", "standard", date(2025, 1, 1), Billing.YEARLY, "solution",
                "CN", "Asia/Shanghai",
            )
        )  # fmt: skip
        accounts = (Identity("slack", TEAM, user),)
        await uow.people.put_person(
            Person(
                key, key, frozenset({Role.CONTACT}), "Asia/Shanghai", partner_id=key,
                identities=accounts,
            )
        )  # fmt: skip
    await uow.people.put_place(
        Place("e", PlaceKind.ENGINEERS, "slack", TEAM, "CENG", "#engineers", ("psp",))
    )
    bot = Installation("slack", TEAM, "xoxb-bench", bot_user="UBOT", bot_id="BBOT")
    await uow.installations.put(bot)
    asking = await uow.people.partner("asking")
    assert asking is not None
    held = await entitlement_of(uow, CATALOG, asking, _now())
    assert held.period is not None
    package = _line("opening", held.period.key, Move.PACKAGE, PLENTY)
    await uow.ledger.add_package(package, PLENTY)
    for _ in range(USED):
        assert await uow.ledger.take(_line("asking", held.period.key, Move.TAKEN, -1), 30)


def _line(partner: str, period: str, move: Move, units: int) -> LedgerLine:
    return LedgerLine(0, partner, period, _now(), move, units, "plan", None, partner, "", None)


@asynccontextmanager
async def _bolt(app: web.Application, _folder: Path) -> AsyncIterator[Callable[[], int]]:
    """Bolt as the desk sets it up, with a listener that acknowledges."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-bench")

    bolt = AsyncApp(
        authorize=authorize, process_before_response=True, request_verification_enabled=False
    )

    async def acknowledge() -> BoltResponse:
        return BoltResponse(status=200, body="")

    bolt.command(re.compile(".*"))(acknowledge)

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        signing.check(SECRET, request.headers, body, _now())
        form = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers))
        answer = await bolt.async_dispatch(form)
        return web.Response(status=answer.status, text=answer.body)

    app.router.add_post(PATH, take)
    yield lambda: 0


@asynccontextmanager
async def _bare(app: web.Application, _folder: Path) -> AsyncIterator[Callable[[], int]]:
    """A handler that reads the request, and answers."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app.router.add_post(PATH, take)
    yield lambda: 0


KINDS = {"desk": _desk, "bolt": _bolt, "bare": _bare}


async def _serve(kind: str, folder: Path) -> None:
    app = web.Application()
    async with KINDS[kind](app, folder) as stored:

        async def spent(_request: web.Request) -> web.Response:
            return web.json_response({"cpu": time.process_time(), "stored": stored()})

        app.router.add_get("/spent", spent)
        runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        # Until whoever started it is gone, or says so.
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
