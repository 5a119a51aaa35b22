"""What the doctor asks Slack: whether its tokens are good, what they lack, which channels are shut.

Slack is only asked, never told; and asking ends in time, whatever the network does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.findings import Finding
from bot.nearby import is_loopback
from bot.platform import Retryable
from bot.slack.api import SlackApi
from bot.slack.deps import PATH, PLATFORM, Settings
from bot.slack.rostered import Rostered
from bot.slack.vetting import PART, Vetting
from desk.errors import NoKey
from desk.linking import Installation
from desk.people import Person, Place
from desk.ports import UnitOfWork

# How long one question may take, and all of them, in seconds.
ONE, ALL = 5.0, 30.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database knows of Slack; installations come with their tokens."""

    places: Sequence[Place] = ()
    persons: Sequence[Person] = ()
    installations: Sequence[Installation] = ()


async def kept(uow: UnitOfWork, now: datetime) -> Kept:
    """Read it. A token that has ended, or cannot be read, is another part's to complain of."""
    found = []
    for one in await uow.installations.all(PLATFORM):
        try:
            whole = await uow.installations.get(PLATFORM, one.workspace)
        except NoKey:
            continue
        if whole is not None and (whole.expires_at is None or whole.expires_at > now):
            found.append(whole)
    places = [one for one in await uow.people.places() if one.platform == PLATFORM]
    return Kept(places, await uow.people.persons(), found)


async def examine(settings: Settings, known: Kept, now: Callable[[], datetime]) -> list[Finding]:
    """Everything that is wrong with Slack; one finding without a fault where nothing is.

    `now` is the machine's time, aware.
    """
    if not (settings.over_http or settings.app_token):
        mend = "Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET."
        about = (f"channel {place.id} is in Slack, and Slack is off" for place in known.places)
        return [Finding(PART, wrong, mend) for wrong in about]
    found = list(_addresses(settings))
    api = await SlackApi.open(settings.api_url, now, total=ONE)
    try:
        async with asyncio.timeout(ALL):
            async for one in _asked(api, settings, known):
                found.append(one)  # what was found before a timeout is kept
    except (Retryable, TimeoutError) as error:
        why = str(error) or "it takes too long to answer"
        wrong = f"Slack cannot be asked at {settings.api_url}: {why}"
        mend = "Look at the network, at HTTPS_PROXY, and at DESK_SLACK_API_URL."
        found.append(Finding(PART, wrong, mend))
    finally:
        await api.close()
    return found or [Finding(PART)]


async def _asked(api: SlackApi, settings: Settings, known: Kept) -> AsyncIterator[Finding]:
    vetting = Vetting(api, settings)
    async for one in vetting.findings(known.installations):
        yield one
    if not vetting.there:
        return
    rostered = Rostered(api, vetting.there, vetting.own)
    for one in rostered.people(known.persons):
        yield one
    async for one in rostered.channels(known.places):
        yield one


def _addresses(settings: Settings) -> Iterator[Finding]:
    api, public = urlsplit(settings.api_url), settings.public_url
    if api.scheme == "http" and not is_loopback(api.hostname or ""):
        wrong = "DESK_SLACK_API_URL is http: tokens travel in the clear"
        yield Finding(PART, wrong, "Make it https.")
    called = settings.over_http and not settings.app_token
    if called and not public:
        yield Finding(
            PART,
            "Slack is to call the desk, and DESK_PUBLIC_URL is not set",
            f"Set it to the https address whose {PATH} reaches this desk; or set SLACK_APP_TOKEN, "
            "and the desk calls Slack.",
        )
    elif (called or settings.installable) and not public.startswith("https://"):
        wrong = "DESK_PUBLIC_URL is not https, and Slack calls nothing else"
        yield Finding(PART, wrong, "Put TLS in front of the desk, and make it https.")
