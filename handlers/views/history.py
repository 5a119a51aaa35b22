"""The timeline's sentences: every event in words, as each side may read it."""

from __future__ import annotations

from collections.abc import Mapping

from desk import events
from desk.events import Event
from desk.notices import Side
from handlers.views import words
from handlers.views.kinds import Face
from handlers.views.vocabulary import CaseRef, Moment, Words


def sentence(event: Event, names: Mapping[str, str], face: Face, side: Side) -> Words:
    """What happened, in one sentence that names who did it."""
    who = names.get(event.by, "Somebody who left") if event.by else "The desk"
    inside = side is Side.ENGINEERS
    match event:
        case events.Opened(severity=key):
            return (f"{who} opened the case as {severity(face, key)}",)
        case events.Claimed():
            return (f"{who} claimed it" if inside else f"{who} has taken your case",)
        case events.HandedOver(to=to):
            return (f"{who} handed it over to {names.get(to, 'somebody who left')}",)
        case events.Replied():
            return (f"{who} replied",)
        case events.PartnerAdded():
            return (f"{who} wrote",)
        case events.WaitingOnPartner(asked=asked):
            if asked:
                return (f"{who} asked the partner and waits" if inside else f"{who} asked you",)
            # The partner was asked nothing, and has nothing to answer.
            return (f"{who} waits on the partner" if inside else f"{who} marked it as waiting",)
        case events.Resumed():
            return ("Work goes on",)
        case events.Regraded(before=before, after=after):
            moved = f"from {severity(face, before)} to {severity(face, after)}"
            return (f"{who} changed the severity {moved}",)
        case _:
            return _ending(event, who, names, face)


def _ending(event: Event, who: str, names: Mapping[str, str], face: Face) -> Words:
    match event:
        case events.Rejected(ground=ground, duplicate_of=other):
            if other is not None:
                return (f"{who} rejected it as a duplicate of ", CaseRef(other))
            return (f"{who} rejected it as {ground.replace('_', ' ')}",)
        case events.Resolved():
            return (f"{who} resolved it",)
        case events.Withdrawn():
            return (f"{who} withdrew it",)
        case events.Confirmed(rating=rating):
            return (f"{who} confirmed the solution and rated it {rating} of 5",)
        case events.Reopened():
            return (f"{who} reopened it: a new clock runs",)
        case _:
            return _escalation(event, who, names, face)


def _escalation(event: Event, who: str, names: Mapping[str, str], face: Face) -> Words:
    match event:
        case events.Objected():
            return (f"{who} objected to the re-grade",)
        case events.TamCalled():
            return (f"{who} called the TAM",)
        case events.Acknowledged():
            return (f"{who} took the escalation: the alerts have stopped",)
        case events.JoinedThread():
            return (f"{who} joined the thread",)
        case events.HandedToCover(to=to):
            return (f"{who} handed the escalation to {names.get(to, 'somebody who left')}",)
        case events.RungReached(rung=rung) if rung.startswith("breach"):
            return (f"Still no {words.what_is_owed(face)}: the alert was said again",)
        case events.RungReached(rung=rung):
            return (f"The {words.what_is_owed(face)} clock reached {rung}",)
        case events.Breached(due_at=due_at):
            return (
                f"The {words.what_is_owed(face)} was not given in time; it was due ",
                Moment(due_at),
            )
        case events.CalendarChanged(before=before, after=after):
            return (
                "A change of the calendar moved the due time from ",
                Moment(before),
                " to ",
                Moment(after),
            )
        case _:
            return (f"{who}: {type(event).__name__}",)


def said_with(event: Event) -> str:
    """What somebody said with it: a reason or a comment, in their words."""
    match event:
        case events.Regraded(reason=reason) | events.Reopened(reason=reason):
            return reason
        case events.Objected(reason=reason) | events.TamCalled(reason=reason):
            return reason
        case events.Confirmed(comment=comment):
            return comment
        case _:
            return ""


def severity(face: Face, key: str) -> str:
    """A severity's name; the key where the catalog no longer has it."""
    known = face.program.severity(key)
    return known.name if known else key
