"""How fast Slack is answered: a command and a whole case, committed first, beside bolt alone.

Every line is measured in turn, in several rounds of one run; what others do on the machine at the
same time so weighs on all of them, and the ratios hold where the milliseconds do not.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from bench._load import Timings, load, post
from bench._slack_servers import ASKING, OPENING, SECRET, TEAM
from bot.slack import signing
from bot.slack.deps import PATH
from desk.people import Coordination
from handlers.intent_codec import encode
from handlers.intents import OpenCase

ROUNDS = 7
# How many requests a round: enough for its median, few enough that rounds alternate quickly.
REQUESTS = {1: 150, 16: 480}
PROMISED = 0.004
DESCRIPTION = "Since 08:40 every payment answers 502. " * 12

_numbers = itertools.count(1)


def _signed(body: str) -> bytes:
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signing.sign(SECRET, at, body.encode()),
    }
    return post(PATH, body.encode(), headers)


def command() -> bytes:
    """`/quota`, as Slack sends it."""
    number = next(_numbers)
    return _signed(
        urlencode(
            {
                "token": "verification", "team_id": TEAM, "team_domain": "bench",
                "channel_id": "CBENCH", "channel_name": "bench", "user_id": ASKING,
                "user_name": "asking", "command": "/quota", "text": "", "api_app_id": "ABENCH",
                "is_enterprise_install": "false", "trigger_id": f"{number}.1.abc",
                "response_url": "http://127.0.0.1:9/respond",
            }
        )
    )  # fmt: skip


def submission() -> bytes:
    """The form of a new case, filled in and sent."""
    number = next(_numbers)
    begun = {"do": encode(OpenCase()), "at": ["CBENCH", "", ""]}
    view = {
        "id": f"V{number}", "team_id": TEAM, "type": "modal", "callback_id": "form",
        "app_installed_team_id": TEAM, "hash": f"{number}.abc", "blocks": [],
        "private_metadata": json.dumps(begun), "state": {"values": _typed(number)},
    }  # fmt: skip
    payload = {
        "type": "view_submission", "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": OPENING, "name": "opening", "team_id": TEAM}, "api_app_id": "ABENCH",
        "token": "verification", "trigger_id": f"{number}.1.abc", "view": view,
        "response_urls": [], "is_enterprise_install": False, "enterprise": None,
    }  # fmt: skip
    return _signed(urlencode({"payload": json.dumps(payload)}))


def _typed(number: int) -> dict[str, dict[str, dict[str, object]]]:
    chosen = {
        "category": "technical",
        "severity:technical": "production_down",
        "product": "Cloud servers",
        "coordination": Coordination.INDEPENDENT.value,
        "language": "en",
    }
    written = {"title": f"Orders cannot be paid, {number}", "description": DESCRIPTION}
    values: dict[str, dict[str, dict[str, object]]] = {}
    for name, value in chosen.items():
        option = {"value": value}
        values[name] = {"value": {"type": "radio_buttons", "selected_option": option}}
    for name, value in (written | {"customer": ""}).items():
        values[name] = {"value": {"type": "plain_text_input", "value": value}}
    return values


@dataclass
class Line:
    """What is measured, with the figures of every round: `p50` of each, in seconds."""

    what: str
    server: str
    request: Callable[[], bytes]
    expected: bytes = b""
    p50: dict[int, list[float]] = field(default_factory=dict)
    each: dict[int, list[float]] = field(default_factory=dict)
    rate: dict[int, list[float]] = field(default_factory=dict)
    cpu: dict[int, list[float]] = field(default_factory=dict)
    failed: int = 0

    def note(self, at_once: int, timings: Timings, cpu: float) -> None:
        number = len(timings.each)
        self.failed += timings.failed
        self.p50.setdefault(at_once, []).append(statistics.median(timings.each))
        self.each.setdefault(at_once, []).extend(timings.each)
        self.rate.setdefault(at_once, []).append(number / timings.together)
        self.cpu.setdefault(at_once, []).append(cpu / number)

    def forget(self) -> None:
        """What came before was to warm up."""
        self.p50, self.each, self.rate, self.cpu, self.failed = {}, {}, {}, {}, 0


def lines() -> list[Line]:
    """The desk's two answers, and what they are compared with: the first is the measure."""
    return [
        Line("bolt, acknowledgement alone", "bolt", command),
        Line("aiohttp, bare handler", "bare", command),
        Line("desk, /quota", "desk", command, b"18 of 30 left"),
        Line("desk, a case opened", "desk", submission, b"is open"),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Path(folder).resolve()))


async def _measure(folder: Path) -> None:
    measured = lines()
    async with AsyncExitStack() as stack:
        ports = {
            kind: await stack.enter_async_context(_server(kind, folder))
            for kind in dict.fromkeys(one.server for one in measured)
        }
        commits = _Commits(folder / "commits.db")
        stack.callback(commits.close)
        await _round(measured, ports)  # warms up: imports, statements, caches
        opened = _spent(ports["desk"])["stored"]
        for one in measured:
            one.forget()
        for _ in range(ROUNDS):
            commits.round()
            await _round(measured, ports)
        stored = _spent(ports["desk"])["stored"] - opened
    _report(measured, commits.p50)
    acknowledged = sum(map(len, measured[-1].each.values())) - measured[-1].failed
    kept = "all of them" if stored == acknowledged else f"{stored:,.0f}, WHICH IS ANOTHER NUMBER"
    print(f"cases acknowledged: {acknowledged:,}; on disk: {kept}")
    for one in measured:
        if one.failed:
            print(f"{one.what}: {one.failed} were answered with something else (not saved in time)")


async def _round(measured: list[Line], ports: dict[str, int]) -> None:
    for at_once, number in REQUESTS.items():
        for one in measured:
            port = ports[one.server]
            requests = [one.request() for _ in range(number)]
            before = _spent(port)["cpu"]
            timings = await load(port, requests, at_once, one.expected)
            one.note(at_once, timings, _spent(port)["cpu"] - before)


class _Commits:
    """What the disk itself takes: a row a transaction, in a file, as durable as the desk's."""

    def __init__(self, path: Path) -> None:
        self.p50: list[float] = []
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("CREATE TABLE rows (said TEXT)")

    def round(self) -> None:
        took = []
        for _ in range(REQUESTS[1]):
            begun = time.perf_counter()
            self._database.execute("INSERT INTO rows VALUES (?)", (DESCRIPTION,))
            took.append(time.perf_counter() - begun)
        self.p50.append(statistics.median(took))

    def close(self) -> None:
        self._database.close()


@asynccontextmanager
async def _server(kind: str, folder: Path) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench._slack_servers", kind, str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


def _spent(port: int) -> dict[str, float]:
    with closing(urlopen(f"http://127.0.0.1:{port}/spent", timeout=10)) as answer:
        found: dict[str, float] = json.load(answer)
        return found


def _report(measured: list[Line], commits: list[float]) -> None:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {system}")
    print(f"{ROUNDS} rounds in turn; p50: the median and the best of the rounds, p99: of them all")
    print("signed requests over HTTP; SQLite in a file, synchronous=FULL; nothing is delivered")
    base = measured[0]
    for at_once in REQUESTS:
        print(f"\nconnections: {at_once}")
        print(f"{'':30}{'x bolt':>8}{'p50 ms':>9}{'best':>7}{'p99':>8}{'req/s':>8}{'CPU ms':>8}")
        for one in measured:
            ratios = [a / b for a, b in zip(one.p50[at_once], base.p50[at_once], strict=True)]
            p99 = statistics.quantiles(one.each[at_once], n=100)[98]
            print(
                f"{one.what:30}{statistics.median(ratios):8.1f}"
                f"{statistics.median(one.p50[at_once]) * 1e3:9.2f}"
                f"{min(one.p50[at_once]) * 1e3:7.2f}{p99 * 1e3:8.1f}"
                f"{statistics.median(one.rate[at_once]):8.0f}"
                f"{statistics.median(one.cpu[at_once]) * 1e3:8.2f}"
            )
    print(f"\na commit by itself: {_median_and_best(commits)}")
    for one in measured[-2:]:
        best = min(one.p50[1])
        verdict = "holds" if best < PROMISED else "DOES NOT HOLD"
        print(f"{one.what}: p50 under {PROMISED * 1e3:.0f} ms, one at a time: {verdict}")


def _median_and_best(p50: list[float]) -> str:
    return f"p50 {statistics.median(p50) * 1e3:.2f} ms, best {min(p50) * 1e3:.2f} ms"
