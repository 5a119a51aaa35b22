"""What a platform's credentials look like, and which of them are of no use without the others.

What is wrong is said in words, and never repeats a value: a value may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

SLACK = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)

_OAUTH = "OAuth & Permissions"
_BASIC = "Basic Information"
# How each begins and goes on, and where the app's settings in Slack show it.
_SHAPES = {
    "SLACK_BOT_TOKEN": (r"xoxb-[\w-]+", f"begins with xoxb-; {_OAUTH} of the app shows it"),
    "SLACK_APP_TOKEN": (r"xapp-[\w-]+", f"begins with xapp-; {_BASIC} of the app makes one"),
    "SLACK_SIGNING_SECRET": (
        r"(?!xox|xapp)[0-9A-Za-z]{16,}",
        f"is letters and digits alone; {_BASIC} of the app shows it",
    ),
    "SLACK_CLIENT_ID": (r"\d+\.\d+", f"is two numbers with a point between; {_BASIC} shows it"),
    "SLACK_CLIENT_SECRET": (
        r"(?!xox|xapp)[0-9A-Za-z]{16,}",
        f"is letters and digits alone; {_BASIC} of the app shows it",
    ),
}


def shape_fault(variable: str, value: str) -> str:
    """What is wrong with a value by its look, in words; "" where nothing is."""
    if variable == "SLACK_BOT_TOKEN" and value.startswith("xoxe."):
        return (
            "is a token that ends after 12 hours. Turn off token rotation in the app's settings, "
            "or let the workspace install the app (SLACK_CLIENT_ID), so that it is renewed"
        )
    pattern, looks = _SHAPES[variable]
    return "" if re.fullmatch(pattern, value, re.ASCII) else f"does not look like one: it {looks}"


def halves(given: Collection[str]) -> Iterator[str]:
    """What is missing beside the variables that are `given`, a line each."""
    client = [name for name in SLACK if name.startswith("SLACK_CLIENT") and name in given]
    heard = "SLACK_SIGNING_SECRET" in given or "SLACK_APP_TOKEN" in given
    if len(client) == 1:
        (missing,) = {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"} - set(client)
        yield f"{missing}: is missing, and {client[0]} is of no use without it"
    if ("SLACK_BOT_TOKEN" in given or client) and not heard:
        yield (
            "SLACK_SIGNING_SECRET: is missing, so nothing can be heard from Slack. Set it, or "
            "SLACK_APP_TOKEN for Socket Mode, which needs no address that Slack can reach"
        )
    if heard and "SLACK_BOT_TOKEN" not in given and not client:
        yield (
            "SLACK_BOT_TOKEN: is missing, so nobody can be answered in Slack. Set it, or let "
            "workspaces install the app: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
        )
    if len(client) == 2:
        if "DESK_SECRET_KEY" not in given:
            yield (
                "DESK_SECRET_KEY: is missing. With SLACK_CLIENT_ID workspaces install the app, and "
                "their tokens are kept encrypted with this key"
            )
        if "DESK_PUBLIC_URL" not in given:
            yield (
                "DESK_PUBLIC_URL: is missing. With SLACK_CLIENT_ID workspaces install the app, and "
                "Slack sends whoever does it back to this address"
            )


# --- Microsoft Teams ------------------------------------------------------------------------------

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def guid_fault(value: str) -> str:
    """What is wrong with an id of Azure's by its look, in words; "" where nothing is."""
    if re.fullmatch(_GUID, value, re.ASCII):
        return ""
    return (
        "does not look like one: it is 32 digits and letters a to f in five groups, like "
        "0f3a4b5c-1111-4222-8333-9abcdef01234; the bot's page in Azure shows it"
    )


def password_fault(value: str) -> str:
    """What is wrong with a client secret by its look, in words; "" where nothing is."""
    if re.fullmatch(_GUID, value, re.ASCII):
        return "is the secret's id. Its Value is wanted, which Azure shows once, when it is made"
    if not re.fullmatch(r"[\x21-\x7e]{8,}", value, re.ASCII):
        return "does not look like one: it has 8 characters or more, and no spaces"
    return ""
