"""What the Connector's refusals mean: who has to mend what, and whether trying again can help.

A platform fails in one of three ways (`bot.platform`); here are the finer kinds of each. `Busy` and
`Lost` are to be tried again: after the first nothing was done, after the second nobody knows.
`Closed` and `Missing` are refusals for good.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from bot.platform import Permanent, Retryable, SignInBroken

_LONGEST_WAIT = timedelta(hours=1)


class Busy(Retryable):
    """Not now, and nothing was done."""


class Lost(Retryable):
    """No proper answer came: whether Teams did it, nobody knows."""


class Closed(Permanent):
    """The conversation takes nothing from the desk any more, until somebody lets it in again."""


class Missing(Permanent):
    """The message is gone."""


_SMALLER = "Report it: the desk made a message that Teams does not take."
_REINSTALL = "Add the app to the team, the chat or the person again."
_UNBLOCK = "Let the person unblock the app, or name another account in the roster."
_POLICY = "Ask the tenant's administrators to allow the app."
_ADDRESS = "Say something to the app there, so that the desk learns the right address."

# The service's word for a refusal, as it stands in its error or somewhere within its message.
CODES: Mapping[str, tuple[type[Permanent], str, str]] = {
    "MessageWritesBlocked": (Closed, "the person has blocked or removed the app", _UNBLOCK),
    "ConversationBlockedByUser": (Closed, "the person has blocked the app", _UNBLOCK),
    "BotDisabledByAdmin": (Closed, "the tenant's administrators have turned the app off", _POLICY),
    "BotNotInConversationRoster": (Closed, "the app is not in the conversation", _REINSTALL),
    "ForbiddenOperationException": (Closed, "the app is not installed for the person", _REINSTALL),
    "ConversationNotFound": (Closed, "the conversation is gone", _REINSTALL),
    "ActivityNotFoundInConversation": (Missing, "the message is gone", ""),
    "InvalidBotApiHost": (Permanent, "the conversation belongs to another cloud", _ADDRESS),
    "NotEnoughPermissions": (Permanent, "the app may not do that there", _POLICY),
    "MessageSizeTooBig": (Permanent, "the message is too large", _SMALLER),
}


def failure(
    status: int, body: bytes, retry_after: str | None, now: datetime
) -> Retryable | Permanent | SignInBroken:
    """What an answer that is no success means; `now` is the machine's time, aware."""
    match status:
        case 401:
            return SignInBroken(f"Teams does not take the desk's token ({code_of(body) or 401})")
        case 429:
            return Busy("Teams asks to wait", waiting(retry_after, now))
        case 412:
            return Busy("others write there at this moment", waiting(retry_after, now))
        case 408 | 425:
            return Busy(f"Teams did not take it in time ({status})")
        case _ if status >= 500:
            return Lost(f"Teams answers {status}", waiting(retry_after, now))
    code = code_of(body)
    if code in CODES:
        kind, what, mend = CODES[code]
        return kind(what, mend)
    said = f'Teams answers {status} "{code}"' if code else f"Teams answers {status}"
    if status == 404:
        return Closed(said, _REINSTALL)
    return Permanent(said, _SMALLER if status in {400, 413} else "Look it up in Teams' reference.")


def code_of(body: bytes) -> str:
    """The service's word: a known one wherever it stands, for it is often within a message."""
    text = body[:4096].decode("utf-8", "replace")
    known = next((one for one in CODES if one in text), "")
    if known:
        return known
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code[:80] if isinstance(code, str) else ""


def waiting(said: str | None, now: datetime) -> timedelta | None:
    """A `Retry-After`, in seconds or as a date; None where it says nothing of use."""
    if said is None:
        return None
    plain = said.strip()
    if plain.isascii() and plain.isdigit():
        wait = timedelta(seconds=min(int(plain[:9]), 10**6))
    else:
        try:
            wait = parsedate_to_datetime(plain) - now
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
