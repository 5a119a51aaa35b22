"""What somebody wants of the desk, as imperative dataclasses; `handlers.intent_codec` carries them.

A button, a command, a sentence and a form all become one of these. An intent is a request, never
a right: the handler asks again whether the person may.
"""

from __future__ import annotations

from dataclasses import dataclass


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
class AskSignIn:
    """A personal link into the web chat."""


@dataclass(frozen=True, slots=True)
class LinkWorkspace:
    """Make this workspace a partner's own, with the partner's one-time code."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """A form was closed before it was sent: `draft` is its intent, as typed, by the codec."""

    draft: str


@dataclass(frozen=True, slots=True)
class ListPartners:
    """A TAM's partners: cases, quota, standing."""


Intent = (
    Help | Begin | OpenCase | ListCases | ShowCase | ShowTimeline | AskWhy | AskQuota | AskTam
    | CallTam | Say | EditMessage | DeleteMessage | WithdrawCase | ReopenCase | ConfirmCase
    | ObjectToRegrade | ClaimCase | HandOver | ReplyToPartner | SendToPartner | WaitOnPartner
    | RegradeCase | RejectCase | ResolveCase | ShowQueue | SetDuty | Acknowledge | JoinThread
    | HandToCover | ListPartners | AskSignIn | LinkWorkspace | KeepDraft
)  # fmt: skip
