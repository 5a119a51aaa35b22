"""What a command works with: the settings, the catalog and the database, opened and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.clock import SystemClock, offset_of
from bot.commands.refusing import Refused
from bot.config import Settings
from desk.people import Partner
from desk.ports import UnitOfWork
from sla.catalog import PROGRAMS, Catalog
from storage import migrate
from storage.address import parse
from storage.desk import StoredDesk

# A command may wait for the running desk, and write more at once than a conversation does.
PATIENCE = 60.0


def catalog_of(settings: Settings) -> Catalog:
    """The catalog that the settings name; raises `BadFile` with every fault."""
    return Catalog.load(settings.programs or PROGRAMS, overrides=settings.holidays)


@asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[StoredDesk]:
    """The database, as this program needs it; one that is absent or behind is refused."""
    url = settings.database_url.get_secret_value()
    if not parse(url).in_memory and await migrate.pending(url):
        raise Refused(
            "The database is not ready for this program. Run `partnerdesk migrate`, or start the "
            "desk, which does the same."
        )
    async with await StoredDesk.open(url, cipher=settings.cipher, patience=PATIENCE) as desk:
        yield desk


async def now_in(uow: UnitOfWork) -> datetime:
    """The desk's time: the machine's, or the demo's where it was moved ahead."""
    return SystemClock().now() + await offset_of(uow)


async def partner_called(uow: UnitOfWork, partner_id: str) -> Partner:
    """The partner with this key."""
    partner = await uow.people.partner(partner_id)
    if partner is None:
        known = ", ".join(p.id for p in (await uow.people.partners())[:20])
        raise Refused(f'There is no partner "{partner_id}". Known are: {known or "none yet"}.')
    return partner


def instant(text: str, zone: str, option: str) -> tuple[datetime, bool]:
    """A time as typed, in UTC, and whether it had no zone and was taken in `zone`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f'{option}: "{text}" is no time. Write one such as 2026-03-06T16:00+08:00.'
        ) from None
    if at.tzinfo is not None:
        return at.astimezone(UTC), False
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), True
