"""The composition root: every part is made and joined here, in the order of `run`.

Settings, catalog and roster are read and the port is taken before any data is touched, so that a
mistake in one of them is refused and changes nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from aiohttp import web

from bot import health, listening, people, upkeep
from bot.clock import MovableClock
from bot.config import Settings
from bot.delivery import Delivery
from bot.greeting import greet, say
from bot.platform import Chat, Platform
from bot.roster.read import read_roster
from bot.sample import cases
from bot.upkeep import Programs
from bot.web import deps, wire
from bot.web.live import Hub
from bot.web.send import WebPlatform
from desk.ports import UnitOfWork
from handlers.router import Router
from sla import watch
from sla.scheduler import Scheduler
from storage import migrate
from storage.address import parse
from storage.desk import StoredDesk
from storage.files import FileStore

T = TypeVar("T")

_log = structlog.get_logger(__name__)

# How long each part may take to stop, in seconds; together they stay under the five promised.
STOP_HEARING = 0.6
STOP_SERVING = 0.9
STOP_SENDING = 1.0
STOP_SWEEPING = 0.6
STOP_SPEAKING = 1.3
STOP_STORING = 0.5

# The key that signs sessions where none was set, which only a desk on loopback may do.
OWN_SECRET = "web.secret"  # noqa: S105


async def run(settings: Settings) -> None:
    """Run the desk until a signal; raises what `bot.commands.refusing` has words for."""
    stop = _stop_on_signals()
    programs = Programs.load(settings.programs, settings.holidays)
    roster = read_roster(settings.roster, programs()) if settings.roster else None
    async with AsyncExitStack() as stack:
        sockets = listening.take(settings.host, settings.port)
        for one in sockets:
            stack.callback(one.close)
        for name in await prepare(settings):
            say(f"Database: applied {name}")
        desk = await stack.enter_async_context(_storage(settings))
        demo = await people.settle(desk, settings, programs(), roster)
        url = settings.url(sockets[0].getsockname()[1])
        clock = await MovableClock.start(desk)
        files = FileStore(settings.files_url.get_secret_value())
        ground = Ground(desk, settings, programs, clock, files, url, demo)
        chats = await stack.enter_async_context(_together(_chats(ground), STOP_SPEAKING))
        parts = await _join(ground, chats)
        if demo:
            await _seed(ground, parts)
        await stack.enter_async_context(_sweeping(parts.scheduler))
        await stack.enter_async_context(_sending(parts.delivery))
        runner = web.AppRunner(
            parts.app,
            access_log=None,
            shutdown_timeout=STOP_SERVING,
            # What is signed is the bytes that came, and nothing is unpacked for a stranger.
            auto_decompress=False,
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        for one in sockets:
            await web.SockSite(runner, one).start()
        heard = {chat.platform.name: chat.listening() for chat in chats}
        await stack.enter_async_context(_together(heard, STOP_HEARING))
        reached = {chat.platform.name: chat.reached(url) for chat in chats}
        greet(url, reached, demo=demo)
        await stop.wait()
        say("Stopping …")
    say("Stopped.")


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else stands on."""

    desk: StoredDesk
    settings: Settings
    programs: Programs
    clock: MovableClock
    files: FileStore
    # How people reach the web chat, and whether they may be anybody there.
    url: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs beside each other once it is joined."""

    delivery: Delivery
    scheduler: Scheduler
    app: web.Application


def _chats(on: Ground) -> dict[str, AbstractAsyncContextManager[Chat]]:
    """The chat platforms that are configured, each opened and closed as a whole.

    Their SDKs take a fifth of a start each to import: only a desk that speaks one waits for it.
    """
    found: dict[str, AbstractAsyncContextManager[Chat]] = {}
    given, desk, files, now = on.settings, on.desk, on.files, on.clock.now
    if "slack" in given.platforms:
        from bot.slack.join import SlackChat

        found["slack"] = SlackChat.opened(given, desk, files, now)
    if "teams" in given.platforms:
        from bot.teams.deps import settings_of
        from bot.teams.join import TeamsChat

        found["teams"] = TeamsChat.opened(settings_of(given), desk, files, now)
    return found


async def _join(on: Ground, chats: Sequence[Chat]) -> Parts:
    """Make the parts and give each what it needs; nothing runs yet."""
    desk, programs, clock = on.desk, on.programs, on.clock
    hub = Hub(desk)
    platforms: dict[str, Platform] = {chat.platform.name: chat.platform for chat in chats}
    platforms["web"] = WebPlatform(desk, hub, clock)
    delivery = Delivery(desk, programs, platforms, clock.now)
    scheduler = Scheduler(
        sweep=lambda now: desk.run(lambda uow: watch.sweep(uow, programs(), now)),
        next_due=lambda: desk.run(lambda uow: uow.cases.next_rung_at()),
        clock=clock.now,
        jobs=[*upkeep.jobs(desk, programs), *(job for chat in chats for job in chat.jobs())],
        planned=delivery.wake,
    )

    def wake() -> None:
        """Something was committed, or the clock moved: notices may wait, and clocks may be due."""
        delivery.wake()
        scheduler.wake()

    clock.moved = wake
    app, router = web.Application(), Router(desk, programs, on.url)
    health.routes(app, desk)
    for chat in chats:
        chat.routes(app, router, clock.now, wake)
    wire.routes(
        app,
        deps.Deps(
            desk=desk,
            router=router,
            clock=clock,
            hub=hub,
            files=on.files,
            settings=deps.Settings(
                secret=await _secret(desk, on.settings),
                public_url=on.url,
                demo=on.demo,
                loopback=on.settings.loopback,
            ),
            movable=clock if on.demo else None,
            wake=wake,
        ),
    )
    return Parts(delivery, scheduler, app)


# --- data -----------------------------------------------------------------------------------------


async def prepare(settings: Settings) -> list[str]:
    """Bring the database to this program's schema, and name what was applied."""
    url = settings.database_url.get_secret_value()
    where = parse(url)
    if where.in_memory:
        return []
    if where.dialect == "sqlite":
        Path(where.path).parent.mkdir(parents=True, exist_ok=True)
    return await migrate.migrate(url)


@asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[StoredDesk]:
    url = settings.database_url.get_secret_value()
    desk = await StoredDesk.open(url, cipher=settings.cipher)
    try:
        yield desk
    finally:
        await _within(STOP_STORING, desk.close(), "storage")


async def _seed(on: Ground, parts: Parts) -> None:
    made = await cases.seed(on.desk, on.programs, on.clock.now(), parts.delivery.run_once)
    if made:
        say(f"Demo: {made} cases are on the desk")


async def _secret(desk: StoredDesk, settings: Settings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()

    async def own(uow: UnitOfWork) -> str:
        kept = await uow.notes.read(OWN_SECRET)
        if kept is None:
            kept = secrets.token_urlsafe(48)
            await uow.notes.write(OWN_SECRET, kept)
        return kept

    return await desk.run(own)


# --- running and stopping -------------------------------------------------------------------------


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _sweeping(scheduler: Scheduler) -> AsyncIterator[None]:
    scheduler.start()
    try:
        yield
    finally:
        await _within(STOP_SWEEPING, scheduler.stop(), "scheduler")


@asynccontextmanager
async def _sending(delivery: Delivery) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(delivery.run(stop))
    try:
        yield
    finally:
        stop.set()
        delivery.wake()
        await _within(STOP_SENDING, task, "delivery")


@asynccontextmanager
async def _together(
    wholes: Mapping[str, AbstractAsyncContextManager[T]], seconds: float
) -> AsyncIterator[list[T]]:
    """Enter them one after the other; all end at once, so that one's time is everybody's."""
    entered: dict[str, T] = {}
    try:
        for name, whole in wholes.items():
            entered[name] = await whole.__aenter__()
        yield [*entered.values()]
    finally:
        ends = {name: wholes[name].__aexit__(None, None, None) for name in entered}
        await asyncio.gather(*(_within(seconds, end, name) for name, end in ends.items()))


async def _within(seconds: float, ending: Awaitable[object], part: str) -> None:
    """Wait for a part to end; one that takes too long is left: what it had is in the database."""
    try:
        async with asyncio.timeout(seconds):
            await ending
    except TimeoutError:
        _log.warning("stop.not_waited_for", part=part, seconds=seconds)
