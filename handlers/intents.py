"""What somebody wants of the desk, as imperative dataclasses, and the one codec for all of them.

A button, a command, a sentence and a form all become one of these. An intent is a request, never
a right: the handler asks again whether the person may.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, cast, get_args

from pydantic import TypeAdapter, ValidationError


@dataclass(frozen=True, slots=True)
class Help:
    """What can I do here? `unknown` is the sentence that was not understood."""

    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """Show the form that completes another intent: `form` is that intent's tag."""

    form: str
    case_id: int = 0
    message_id: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case; every field is what the form holds."""

    category: str = ""
    severity: str = ""
    title: str = ""
    description: str = ""
    product: str = ""
    customer: str = ""
    coordination: str = "independent"
    language: str = ""


@dataclass(frozen=True, slots=True)
class ListCases:
    """My cases: `show` is all, open, waiting, resolved; `words` searches."""

    show: str = "open"
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowCase:
    """One case, as it is now."""

    case_id: int


@dataclass(frozen=True, slots=True)
class ShowTimeline:
    """Everything that happened to a case."""

    case_id: int


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Why is it due then?"""

    case_id: int


@dataclass(frozen=True, slots=True)
class AskQuota:
    """What is left of the quota; `partner_id` is for the vendor's people."""

    partner_id: str = ""


@dataclass(frozen=True, slots=True)
class AskTam:
    """Who is the TAM, on duty when, covered by whom?"""

    partner_id: str = ""


@dataclass(frozen=True, slots=True)
class CallTam:
    """Call the TAM to a case."""

    case_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """A message in a case's thread, by whichever side wrote it there."""

    case_id: int
    side: str
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class EditMessage:
    """A message was edited where it was written; `source` names it."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """A message was deleted where it was written."""

    source: str


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """The partner takes it back."""

    case_id: int


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """The partner opens it again."""

    case_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmCase:
    """The partner confirms the solution."""

    case_id: int
    rating: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ObjectToRegrade:
    """The partner objects to a re-grade, once."""

    case_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """An engineer takes it."""

    case_id: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give it to another engineer."""

    case_id: int
    to: str = ""


@dataclass(frozen=True, slots=True)
class ReplyToPartner:
    """Answer the partner."""

    case_id: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class SendToPartner:
    """Pass a message of the internal thread on to the partner, once."""

    case_id: int
    message_id: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class WaitOnPartner:
    """Wait on the partner; with a question the clock follows."""

    case_id: int
    question: str = ""


@dataclass(frozen=True, slots=True)
class RegradeCase:
    """Change the severity, with a reason that the partner sees."""

    case_id: int
    severity: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RejectCase:
    """Turn it down: a duplicate of another, or out of scope."""

    case_id: int
    ground: str = ""
    duplicate_of: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ResolveCase:
    """Solved, with the answer."""

    case_id: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """The engineers' queue: `show` is all, mine, unclaimed."""

    show: str = "all"
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class SetDuty:
    """On duty, or off duty, for oneself."""

    on: bool


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Take an escalation: its ladder stops for everybody. `cycle` guards against a stale ping."""

    case_id: int
    cycle: int = 0


@dataclass(frozen=True, slots=True)
class JoinThread:
    """Show me the case's internal thread, and tell it that I am here."""

    case_id: int


@dataclass(frozen=True, slots=True)
class HandToCover:
    """My cover is to take this escalation."""

    case_id: int


@dataclass(frozen=True, slots=True)
class ListPartners:
    """A TAM's partners: cases, quota, standing."""


Intent = (
    Help | Begin | OpenCase | ListCases | ShowCase | ShowTimeline | AskWhy | AskQuota | AskTam
    | CallTam | Say | EditMessage | DeleteMessage | WithdrawCase | ReopenCase | ConfirmCase
    | ObjectToRegrade | ClaimCase | HandOver | ReplyToPartner | SendToPartner | WaitOnPartner
    | RegradeCase | RejectCase | ResolveCase | ShowQueue | SetDuty | Acknowledge | JoinThread
    | HandToCover | ListPartners
)  # fmt: skip


class BadIntent(ValueError):
    """The encoded intent is not one of ours: broken, unknown, or with the wrong fields."""


def tag(intent: type[Any] | Any) -> str:
    """The stable name of an intent: `ClaimCase` is "claim_case"."""
    name = intent.__name__ if isinstance(intent, type) else type(intent).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


INTENTS: Mapping[str, type[Any]] = {tag(kind): kind for kind in get_args(Intent)}


_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(kind) for name, kind in INTENTS.items()
}


def encode(intent: Intent) -> str:
    """The intent as compact JSON: what a button carries on any platform."""
    given = {
        f.name: getattr(intent, f.name)
        for f in fields(intent)
        if getattr(intent, f.name) != f.default
    }
    return json.dumps({"do": tag(intent), **given}, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Intent:
    """The intent that `encode` wrote; raises `BadIntent` for anything else."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BadIntent("not JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("do"), str):
        raise BadIntent("no intent in it")
    return build(data.pop("do"), data)


def build(name: str, data: Mapping[str, Any]) -> Intent:
    """The intent called `name` with these fields; raises `BadIntent` where they do not fit."""
    kind = INTENTS.get(name)
    if kind is None:
        raise BadIntent(f"unknown intent {name!r}")
    if set(data) - {f.name for f in fields(kind)}:
        raise BadIntent(f"unknown fields for {name!r}")
    try:
        made: Intent = _ADAPTERS[name].validate_python(dict(data))
    except ValidationError as error:
        raise BadIntent(f"wrong fields for {name!r}") from error
    return made


def fill(intent: Intent, given: Mapping[str, str]) -> Intent:
    """The intent with what a form's fields hold; fields that it does not have are ignored.

    What identifies the intent (`case_id`, `message_id`) is never taken from the fields.
    """
    names = {f.name for f in fields(intent)} - {"case_id", "message_id", "cycle", "source", "side"}
    filled: Intent = replace(cast(Any, intent), **{k: v for k, v in given.items() if k in names})
    return filled


def fields_of(intent: Intent) -> dict[str, Any]:
    """The intent's fields by name."""
    return asdict(intent)
