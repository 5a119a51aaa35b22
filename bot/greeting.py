"""What the program says on its terminal at the start and at the end, a line a thing."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

OFF = {
    "slack": "SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN) turn it on.",
    "teams": "MicrosoftAppId, MicrosoftAppPassword and MicrosoftAppTenantId turn it on.",
}


def say(line: str) -> None:
    """Print a line at once; nobody may be left to read it."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def greet(url: str, reached: Mapping[str, str], *, demo: bool) -> None:
    """Say where the desk is, and of each platform whether it is on, or what turns it on.

    `reached` says how each platform that is on is reached.
    """
    say(f"Partnerdesk is ready: {url}" + (" (demo)" if demo else ""))
    say(f"  Web    on, {url}")
    for name, variables in OFF.items():
        if name in reached:
            say(f"  {name.title():6} on, {reached[name]}")
        else:
            say(f"  {name.title():6} off. {variables}")
