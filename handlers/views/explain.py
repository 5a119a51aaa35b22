"""What happened to a case, and why it is due when it is: the two long answers."""

from __future__ import annotations

from datetime import timedelta

from desk.notices import Side
from handlers.intents import ShowCase
from handlers.views import history, words
from handlers.views.kinds import Face, TimelineView, WhyView
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Element,
    Facts,
    Happening,
    Moment,
    Stretch,
    Stretches,
    Strong,
    Text,
    Timeline,
    Words,
)
from sla.due import Rule
from sla.explain import Explanation


def timeline(view: TimelineView) -> Card:
    """Everything that happened and was said, oldest first, as far as the reader may know."""
    face = view.face
    items = [
        Happening(
            entry.event.at,
            history.sentence(entry.event, view.names, face, view.side),
            history.said_with(entry.event),
            entry.internal,
        )
        for entry in view.entries
        if view.side is Side.ENGINEERS or not entry.internal
    ]
    for message in view.messages:
        if view.side is Side.PARTNER and not message.public:
            continue
        text = "(deleted)" if message.deleted_at else message.text
        author = view.names.get(message.author_id, "Somebody who left")
        line = author if message.public else f"{author} noted"
        files = () if message.deleted_at else message.files
        items.append(Happening(message.at, (line,), text, not message.public, files))
    items.sort(key=lambda item: item.at)
    return Card(
        title=(Strong(face.case.number), f" timeline · {face.case.title}"),
        summary=f"{face.case.number}: {words.count(len(items), 'line')}",
        mark=face.severity.mark,
        elements=(
            Text((face.case.description,), quote=True),
            *_customer(face),
            Timeline(tuple(items)),
            Actions((Button(f"Show {face.case.number}", ShowCase(face.case.id)),)),
        ),
        case_id=face.case.id,
        about="timeline",
    )


def _customer(face: Face) -> tuple[Element, ...]:
    """Whom it affects, where the partner named somebody."""
    named = face.case.customer
    return (Facts((("Customer affected", (named,)),)),) if named else ()


RULES = {
    Rule.OPENED: "The time runs from the opening.",
    Rule.LOWERED: "The severity was lowered: the time runs from the opening, with the new target.",
    Rule.LOWERED_KEPT: "The severity was lowered: the due time in force was later and stays.",
    Rule.RAISED: "The severity was raised: the new target runs from the change.",
    Rule.RAISED_KEPT: "The severity was raised: the due time in force was sooner and stays.",
}


_SECOND = timedelta(seconds=1)


def _rows(told: Explanation) -> tuple[Stretch, ...]:
    """The stretches in whole seconds: what one loses of its last second, the next one gets."""
    rows, before = [], 0
    for span in told.stretches:
        total = span.total // _SECOND
        rows.append(Stretch(span.start, span.end, span.kind.value, total - before))
        before = total
    return tuple(rows)


def why(view: WhyView) -> Card:
    """Every counted, closed and paused stretch, to the second, and their sum."""
    face, told = view.face, view.explanation
    owed = words.what_is_owed(face)
    promise = f"{face.plan.name} promises the {owed} in less than {words.exactly(told.target)}"
    spec = face.program.calendars[face.case.cycle.calendar]
    counted = "around the clock" if spec.always else f"in {spec.name}"
    lead: Words = (
        f"{promise} for {history.severity(face, told.severity)}, counted {counted}. ",
        RULES[told.rule],
    )
    if told.due_at is None:
        # Both in whole seconds, so that they add up to the target.
        left = told.counted + told.left - told.counted // _SECOND * _SECOND
        end: Words = (
            f"{words.exactly(told.counted)} counted, {words.exactly(left)} left. "
            "The clock is paused: the due time is known when you answer.",
        )
    else:
        sum_ = f"{words.exactly(told.counted)} counted"
        running = face.case.cycle.running
        is_due = f"{sum_}, so it {'is' if running else 'was'} due "
        end = (is_due, words.home(face, Moment(told.due_at), left=running), ".")
        if told.met_at is not None:
            end = (*end, f" The {owed} was given ", words.home(face, Moment(told.met_at)), ".")
    home = (face.program.home_zone, face.program.home_name)
    return Card(
        title=(f"Why is {face.case.number} due then?",),
        summary=words.plain((*lead, " ", *end), face.program.home_zone),
        mark=face.severity.mark,
        elements=(
            Text(lead),
            Stretches(_rows(told), told.counted // _SECOND, *home),
            Text(end),
            Actions((Button(f"Show {face.case.number}", ShowCase(face.case.id)),)),
        ),
        case_id=face.case.id,
        about="why",
    )
