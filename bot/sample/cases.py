"""A few cases for the first look: opened, answered and resolved by the sample's people.

They go through the same router as everything else, at earlier instants, so that what the demo
shows is what the desk does. Every step has its own event id: begun twice, it is done once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from desk.ports import Desk, UnitOfWork
from handlers.exchange import Inbound, Sender, Where
from handlers.intents import (
    ClaimCase,
    ConfirmCase,
    Intent,
    OpenCase,
    ReplyToPartner,
    ResolveCase,
    WaitOnPartner,
)
from handlers.router import Router
from sla.catalog import Catalog

_log = structlog.get_logger(__name__)

DONE = "sample.cases"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that `person` did, so long `ago`, to the case called `name`."""

    ago: timedelta
    person: str
    name: str
    intent: Callable[[int], Intent]


def _ago(days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def _open(severity: str, title: str, description: str, **more: str) -> Callable[[int], Intent]:
    more = {"category": "technical", "language": "en"} | more
    case = OpenCase(severity=severity, title=title, description=description, **more)
    return lambda _: case


def _reply(text: str) -> Callable[[int], Intent]:
    return lambda number: ReplyToPartner(number, text)


STEPS = (
    Step(
        _ago(days=3, hours=2),
        "sam-carter",
        "sdk",
        _open(
            "inquiry",
            "Which SDK version supports token refresh?",
            "We move to short-lived tokens. From which SDK version on is refresh built in?",
            product="Cloud",
            customer="Own product",
        ),
    ),
    Step(_ago(days=3, hours=1, minutes=40), "maria-lopez", "sdk", ClaimCase),
    Step(
        _ago(days=3, hours=1, minutes=30),
        "maria-lopez",
        "sdk",
        lambda number: ResolveCase(
            number, "From 4.2 on. Set refresh to automatic and remove your own timer."
        ),
    ),
    Step(
        _ago(days=2, hours=20),
        "sam-carter",
        "sdk",
        lambda number: ConfirmCase(number, "5", "Clear and quick."),
    ),
    Step(
        _ago(days=1, hours=5),
        "grace-whitfield",
        "backup",
        _open(
            "guidance",
            "How long are database snapshots kept after an instance is deleted?",
            "A customer asks for the retention of manual and automatic snapshots.",
            product="Databases",
            customer="Calder & Sons",
        ),
    ),
    Step(_ago(days=1, hours=4), "david-okafor", "backup", ClaimCase),
    Step(
        _ago(days=1, hours=3, minutes=30),
        "david-okafor",
        "backup",
        lambda number: ResolveCase(
            number,
            "Manual snapshots are kept until you delete them; automatic ones go with the instance.",
        ),
    ),
    Step(
        _ago(hours=20),
        "grace-whitfield",
        "vpn",
        _open(
            "system_exception",
            "Site-to-site VPN drops every few hours",
            "The tunnel of our customer's second site drops for about two minutes, four times "
            "since yesterday. The first site is not affected.",
            product="Cloud network",
            customer="Alderbrook Clinics",
        ),
    ),
    Step(_ago(hours=19, minutes=30), "chen-jie", "vpn", ClaimCase),
    Step(
        _ago(hours=19),
        "chen-jie",
        "vpn",
        lambda number: WaitOnPartner(
            number, "Which address does the customer's router use? Please attach its log of today."
        ),
    ),
    Step(
        _ago(hours=5),
        "tan-wei-ling",
        "queue",
        _open(
            "production_exception",
            "Messages of one queue arrive with a delay of minutes",
            "Since 06:00 UTC consumers of the queue orders-eu see delays of up to nine minutes. "
            "Other queues are fine.",
            product="Console and API",
            customer="Tideline's own platform",
        ),
    ),
    Step(_ago(hours=4, minutes=50), "chen-jie", "queue", ClaimCase),
    Step(
        _ago(hours=4, minutes=20),
        "chen-jie",
        "queue",
        _reply(
            "We see the delay on our side: one broker of that queue was slow and has been taken "
            "out. Please watch the delay for the next hour."
        ),
    ),
    Step(
        _ago(hours=2),
        "priya-nair",
        "stream",
        _open(
            "minor",
            "Video stream API answers 404 for archived cameras",
            "Cameras that were archived and restored answer 404 until they are renamed.",
            product="Video surveillance",
            customer="Metro pilot",
        ),
    ),
    Step(_ago(hours=1, minutes=45), "maria-lopez", "stream", ClaimCase),
    Step(
        _ago(hours=1, minutes=10),
        "rafael-souza",
        "invoice",
        _open(
            "service_request",
            "Invoice of October counts one instance twice",
            "Instance i-58213 stands on the invoice twice, with the same hours.",
            category="service",
            product="Account and billing",
            customer="",
        ),
    ),
    Step(
        _ago(minutes=6),
        "anna-berg",
        "shop",
        _open(
            "production_down",
            "Checkout of a customer's web shop is down",
            "All instances of the checkout service in region EU-2 do not answer. "
            "The console shows them as running.",
            product="Cloud servers",
            customer="Lindqvist Retail",
        ),
    ),
)


async def seed(
    desk: Desk,
    catalog: Callable[[], Catalog],
    now: datetime,
    deliver: Callable[[], Awaitable[object]],
) -> int:
    """Do every step once, at its own time before `now`; returns how many cases there are then.

    `deliver` sends what is planned: after each step, so that the channels read in its order.
    """
    if await desk.run(lambda uow: uow.notes.read(DONE)) is not None:
        return 0
    router = Router(desk, catalog)
    numbers: dict[str, int] = {}
    for count, step in enumerate(sorted(STEPS, key=lambda step: -step.ago)):
        answer = await router.handle(
            Inbound(
                f"sample:{count}",
                Sender("web", "", step.person),
                Where("web", "", f"dm:{step.person}"),
                step.intent(numbers.get(step.name, 0)),
            ),
            now - step.ago,
        )
        if not answer.accepted or answer.case_id is None:
            # The demo is worth having with a case less: an operator's own programs may refuse one.
            _log.warning("sample.step_refused", person=step.person, case=step.name)
            continue
        await deliver()
        numbers.setdefault(step.name, answer.case_id)

    async def done(uow: UnitOfWork) -> None:
        await uow.notes.write(DONE, now.isoformat())

    await desk.run(done)
    return len(numbers)
