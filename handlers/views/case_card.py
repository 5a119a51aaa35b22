"""The case's card and the answer to an opened case, drawn."""

from __future__ import annotations

from dataclasses import replace

from desk.case import State, Verb
from desk.notices import Side
from handlers.intents import (
    AskWhy,
    Begin,
    ClaimCase,
    ShowCase,
    ShowTimeline,
    WithdrawCase,
)
from handlers.views import alerts, words
from handlers.views.kinds import CaseView, Face, OpenedView
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Confirm,
    Element,
    Facts,
    Moment,
    Progress,
    Text,
    Tone,
    Words,
)
from sla.clock import Mode


def headline(face: Face) -> Words:
    """Number, severity in words, partner and plan: the first line of everything about a case."""
    return (
        CaseRef(face.case.id),
        f" {face.severity.name} · {face.partner.name} ({face.plan.name})",
    )


def clock(face: Face, reader: Side) -> Progress:
    """The standing of the clock, as a bar."""
    stands = face.standing
    cycle = face.case.cycle
    tone = words.tone(face)
    if not cycle.running:
        tone = Tone.BREACH if stands.mode is Mode.MISSED else Tone.DONE
    return Progress(
        label="Clock",
        value=min(stands.used, cycle.target).total_seconds(),
        of=cycle.target.total_seconds(),
        words=words.begun(words.standing(face, reader)),
        tone=tone,
        until=stands.due_at if cycle.running else None,
        since=cycle.started_at,
        paused=cycle.paused,
    )


def case(view: CaseView) -> Card:
    """The case's card: the same number of lines in every state, so that a channel does not jump."""
    face = view.face
    lead: tuple[Element, ...] = (Text(view.lead),) if view.lead else ()
    buttons = (
        engineer_buttons(face, view.verbs)
        if view.side is Side.ENGINEERS
        else partner_buttons(face, view.verbs)
    )
    return Card(
        title=headline(face),
        summary=alerts.line(face, view.side),
        tone=words.tone(face),
        mark=face.severity.mark,
        elements=(
            *lead,
            Text((face.case.title,), quote=True),
            clock(face, view.side),
            Facts(_facts(view), small=True),
            Actions(buttons),
        ),
        case_id=face.case.id,
        about="case",
    )


def _facts(view: CaseView) -> tuple[tuple[str, Words], ...]:
    face = view.face
    # Who has it stands beside it.
    state = replace(face, owner=None) if face.case.state is State.WORKING else face
    rows: tuple[tuple[str, Words], ...] = (
        ("State", (words.state(state, view.side),)),
        ("Engineer", (words.owner(face),)),
        ("Product", (face.case.product,)),
        ("Language", (words.language(face.case.language),)),
        ("Coordination", (words.COORDINATION[face.case.coordination],)),
    )
    if view.side is Side.ENGINEERS:
        return (*rows, ("Priority", (face.plan.priority_name,)))
    return rows


def engineer_buttons(face: Face, verbs: frozenset[Verb]) -> tuple[Button, ...]:
    """What an engineer is likely to press next, the likeliest first."""
    number = face.case.id
    offered: list[Button] = []
    if Verb.CLAIM in verbs and face.owner is None:
        offered.append(Button("Claim", ClaimCase(number), "primary"))
    if Verb.REPLY in verbs:
        reply = Button("Reply to partner", Begin("reply_to_partner", number))
        offered.append(reply if face.owner is None else replace(reply, style="primary"))
    if Verb.WAIT in verbs:
        offered.append(Button("Wait on partner", Begin("wait_on_partner", number)))
    if Verb.RESOLVE in verbs:
        # Nobody resolves at once what nobody has: it makes room for what is likely.
        resolve = Button("Resolve", Begin("resolve_case", number), menu=face.owner is None)
        offered.append(resolve)
    offered.append(Button("Timeline", ShowTimeline(number)))
    offered.append(Button("Why is it due then?", AskWhy(number), menu=True))
    if Verb.HAND_OVER in verbs:
        offered.append(Button("Hand over", Begin("hand_over", number), menu=True))
    if Verb.REGRADE in verbs:
        offered.append(Button("Re-grade", Begin("regrade_case", number), menu=True))
    if Verb.REJECT in verbs:
        offered.append(Button("Reject", Begin("reject_case", number), "danger", menu=True))
    return tuple(offered)


def partner_buttons(face: Face, verbs: frozenset[Verb]) -> tuple[Button, ...]:
    """What a contact is likely to press next."""
    number = face.case.id
    offered: list[Button] = []
    if Verb.CONFIRM in verbs:
        offered.append(Button("Confirm and rate", Begin("confirm_case", number), "primary"))
    if Verb.REOPEN in verbs:
        offered.append(Button("Reopen", Begin("reopen_case", number)))
    if face.case.cycle.running:
        offered.append(Button("Why is it due then?", AskWhy(number)))
    offered.append(Button("Timeline", ShowTimeline(number)))
    if Verb.CALL_TAM in verbs and face.plan.tam:
        offered.append(Button("Call my TAM", Begin("call_tam", number)))
    if Verb.OBJECT in verbs:
        offered.append(Button("Object to the re-grade", Begin("object_to_regrade", number)))
    if Verb.WITHDRAW in verbs:
        free = words.took_unit(face) and not face.case.claimed_once
        back = " Its unit of the quota comes back." if free else ""
        ask = Confirm(f"Withdraw {face.case.number}?{back}", "Withdraw the case")
        offered.append(Button("Withdraw", WithdrawCase(number), "danger", ask, menu=True))
    return tuple(offered)


def opened(view: OpenedView) -> Card:
    """The answer to an opened case: number, due time, quota left, and what comes next."""
    face = view.face
    owed = words.what_is_owed(face)
    due: Words = (f"{owed.capitalize()} is due ", words.home(face, left=True), ".")
    starts = face.standing.resumes_at
    if starts is not None:
        due = ("It is outside working hours now: work starts ", Moment(starts), ". ", *due)
    if face.standing.provisional:
        due = (*due, " That year's holidays are not published yet, so the time may still move.")
    rows: list[tuple[str, Words]] = [("Severity", (face.severity.name,))]
    if view.left is not None and view.period is not None and not view.left.unlimited:
        until = Moment(view.period.end, face.program.home_zone, face.program.home_name)
        rows.append(("Quota", (f"{view.left.total} left until ", until)))
    return Card(
        title=(CaseRef(face.case.id), " is open"),
        summary=f"{face.case.number} is open. {alerts.line(face)}",
        mark=face.severity.mark,
        elements=(
            Text((face.case.title,), quote=True),
            Text(due),
            Facts(tuple(rows)),
            Text(("Write in the case's thread to add to it; files are welcome.",), small=True),
            Actions(
                (
                    Button(f"Show {face.case.number}", ShowCase(face.case.id), "primary"),
                    Button("Why is it due then?", AskWhy(face.case.id)),
                )
            ),
        ),
        case_id=face.case.id,
        about="opened",
    )
