"""What reaches people without their asking: alerts, pings to a TAM, news, trouble."""

from __future__ import annotations

from desk import events
from desk.case import State, Verb
from desk.notices import Side
from desk.people import Person
from handlers.intents import (
    Acknowledge,
    AskWhy,
    Begin,
    ClaimCase,
    HandToCover,
    JoinThread,
    ShowCase,
    ShowTimeline,
)
from handlers.views import history, words
from handlers.views.kinds import AlertView, DigestView, Face, NewsView, PingView, TroubleView
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Element,
    Facts,
    Moment,
    Name,
    Row,
    Span,
    Strong,
    Table,
    Text,
    Tone,
    Words,
)
from sla.clock import Mode


def line(face: Face, reader: Side = Side.ENGINEERS) -> str:
    """The one line that can be acted on from a lock screen.

    `C-1042 production down, Northwind (Premier): first reply due in 4 min, nobody has claimed it`
    """
    who = f"{face.case.number} {face.severity.name}, {face.partner.name} ({face.plan.name})"
    return f"{who}: {_clock_line(face, reader)}{_owner_line(face)}"


def _clock_line(face: Face, reader: Side) -> str:
    stands, owed = face.standing, words.what_is_owed(face)
    match stands.mode:
        case Mode.RUNNING | Mode.CLOSED:
            return f"{owed} due in {words.duration(stands.due_at - face.now)}"
        case Mode.PAUSED:
            return words.paused(face)
        case Mode.OVERDUE:
            return f"{owed} overdue{words.behind(stands.late_by)}"
        case Mode.MISSED:
            return f"{owed} missed{words.behind(stands.late_by)}, {words.state(face, reader)}"
        case Mode.MET:
            return f"{owed} in time, {words.state(face, reader)}"
        case _:
            return words.state(face, reader)


def _owner_line(face: Face) -> str:
    if not face.case.is_open or not face.case.cycle.running:
        return ""
    if face.owner is None:
        return ", nobody has claimed it"
    return f", {face.owner.name} has it"


def alert(view: AlertView) -> Card:
    """A warning or a breach: what to do for the engineer, what is at stake for the TAM."""
    face = view.face
    over = face.standing.mode in {Mode.OVERDUE, Mode.MISSED}
    parts: tuple[Element, ...] = (
        Text((face.case.title,), quote=True),
        Text((*_mentions(view.mention), _ask(view, over=over))),
        _standing(face),
        Actions(_buttons(view)),
    )
    return Card(
        title=(line(face),),
        summary=line(face),
        tone=Tone.BREACH if over else Tone.WARNING,
        mark=face.severity.mark,
        elements=parts,
        case_id=face.case.id,
        about="alert",
    )


def _mentions(people: tuple[Person, ...]) -> Words:
    names: list[Span] = []
    for person in people:
        names += [Name(person.id, person.name, mention=True), " "]
    return tuple(names)


def _standing(face: Face) -> Facts:
    rows: tuple[tuple[str, Words], ...] = (
        ("Standing", words.standing(face)),
        ("Engineer", (words.owner(face),)),
    )
    return Facts(rows, small=True)


def digest(view: DigestView) -> Card:
    """Alerts that had to wait, as one message: every case with its standing, the worst first."""
    late = f"These alerts are {words.duration(view.late)} late: the chat platform was busy."
    title = f"{words.count(len(view.faces), 'alert')} that had to wait"
    rows = tuple(
        Row(
            (
                (CaseRef(face.case.id),),
                (f"{face.severity.name}, {face.partner.name} ({face.plan.name})",),
                words.standing(face),
                (words.owner(face),),
            ),
            ShowCase(face.case.id),
            words.tone(face),
        )
        for face in view.faces
    )
    over = any(face.standing.mode in {Mode.OVERDUE, Mode.MISSED} for face in view.faces)
    lines = "; ".join(line(face) for face in view.faces)
    return Card(
        title=(title,),
        summary=f"{title}. {late} {lines}",
        tone=Tone.BREACH if over else Tone.WARNING,
        elements=(
            Text((*_mentions(view.mention), late)),
            Table(("Case", "About", "Standing", "Engineer"), rows),
        ),
        about="digest",
    )


def _ask(view: AlertView, *, over: bool) -> str:
    face = view.face
    owed = words.what_is_owed(face)
    if not face.case.is_open or not face.case.cycle.running:
        return f"Nothing more is owed: {words.state(face)}."
    if view.reader in {"tam", "duty_manager"}:
        stake = (
            f"The {owed} promised to {face.partner.name} is late."
            if over
            else f"The {owed} promised to {face.partner.name} is at risk."
        )
        return f"{stake} Acknowledge to take it: the alerts stop for everybody."
    if face.owner is None:
        return f"Claim it and answer {face.partner.name}."
    return f"{face.owner.name}, answer {face.partner.name}, or hand it over."


def _buttons(view: AlertView) -> tuple[Button, ...]:
    number = view.face.case.id
    if view.reader in {"tam", "duty_manager"}:
        return escalation_buttons(view.face)
    offered: list[Button] = []
    if Verb.CLAIM in view.verbs and view.face.owner is None:
        offered.append(Button("Claim", ClaimCase(number), "primary"))
    if Verb.REPLY in view.verbs:
        offered.append(Button("Reply to partner", Begin("reply_to_partner", number)))
    offered.append(Button(f"Show {view.face.case.number}", ShowCase(number)))
    offered.append(Button("Why is it due then?", AskWhy(number)))
    return tuple(offered)


def escalation_buttons(face: Face) -> tuple[Button, ...]:
    """What a TAM can do about a case."""
    number = face.case.id
    offered: list[Button] = []
    if face.case.is_open and face.case.cycle.running and face.case.cycle.acknowledged is None:
        offered.append(
            Button("Acknowledge", Acknowledge(number, face.case.cycle.number), "primary")
        )
    offered.append(Button("Join the thread", JoinThread(number)))
    if face.case.is_open:
        offered.append(Button("Hand to cover", HandToCover(number)))
    offered.append(Button("Timeline", ShowTimeline(number)))
    return tuple(offered)


def ping(view: PingView) -> Card:
    """A TAM is told of a case, and why they are."""
    face = view.face
    partner = face.partner.name
    asks = {
        "opened": f"{partner} opened a case of the highest severity.",
        "called": f"{view.by} at {partner} calls you to it.",
        "objected": f"{view.by} at {partner} objects to the re-grade.",
        "cover": f"{view.by} hands this escalation to you.",
    }
    parts: list[Element] = [Text((face.case.title,), quote=True), Text((asks[view.why],))]
    if view.reason:
        parts.append(Text((view.reason,), quote=True))
    if view.instead_of:
        parts.append(Text((f"You are asked because {view.instead_of} is off duty.",), small=True))
    parts.append(_standing(face))
    parts.append(Actions(escalation_buttons(face)))
    return Card(
        title=(line(face),),
        summary=f"{asks[view.why]} {line(face)}",
        tone=words.tone(face) if words.tone(face) is not Tone.CALM else Tone.NOTICE,
        mark=face.severity.mark,
        elements=tuple(parts),
        case_id=face.case.id,
        about="ping",
    )


def news(view: NewsView) -> Card:
    """Something happened to a case, said for whoever reads this side."""
    face, event = view.face, view.entry.event
    said = history.sentence(event, view.names, face, view.side)
    title: Words = (CaseRef(face.case.id), ": ", *said) if view.alone else said
    parts: list[Element] = []
    if view.alone:
        parts.append(Text((_about(view),), small=True))
    reason = history.said_with(event)
    if reason:
        parts.append(Text((reason,), quote=True))
    parts += _expect(view)
    if view.alone:
        show = Button(f"Show {face.case.number}", ShowCase(face.case.id))
        parts.append(Actions((show,)))
    tone = Tone.DONE if face.case.state is State.RESOLVED else Tone.CALM
    return Card(
        title=title,
        summary=f"{face.case.number}: {words.plain(said, face.program.home_zone)}",
        tone=tone,
        elements=tuple(parts),
        case_id=face.case.id,
        about="news",
    )


def _about(view: NewsView) -> str:
    """Which case it is: a partner knows who they are themselves."""
    face = view.face
    whose = f", {face.partner.name} ({face.plan.name})" if view.side is Side.ENGINEERS else ""
    return f"{face.severity.name}{whose}: {face.case.title}"


def _expect(view: NewsView) -> list[Element]:
    """What the partner has to expect, or can do, after this."""
    if view.side is not Side.PARTNER:
        return []
    number = view.face.case.id
    match view.entry.event:
        case events.Resolved():
            return [
                Text(("Tell us whether it is solved. It can be reopened for 7 days.",)),
                Actions(
                    (
                        Button("Confirm and rate", Begin("confirm_case", number), "primary"),
                        Button("Reopen", Begin("reopen_case", number)),
                    )
                ),
            ]
        case events.Regraded():
            due: Words = words.standing(view.face)
            return [
                Text(due),
                Actions(
                    (
                        Button("Why is it due then?", AskWhy(number)),
                        Button("Object", Begin("object_to_regrade", number)),
                    )
                ),
            ]
        case events.Rejected() if words.took_unit(view.face):
            return [Text(("Its unit of the quota was given back.",), small=True)]
        case events.CalendarChanged(after=after):
            return [Text(("It is due ", Moment(after, left=True), " now."))]
        case _:
            return []


def trouble(view: TroubleView) -> Card:
    """What could not be delivered, and how to mend it; or what else operators should know."""
    title = view.title or "A notice could not be delivered"
    ledger = () if view.title else (Text((f"Ledger key: {view.key}",), small=True),)
    return Card(
        title=(title,),
        summary=f"{title}: {view.what} {view.mend}",
        tone=Tone.NOTICE if view.title else Tone.BREACH,
        elements=(
            Text((view.what,)),
            Text((Strong("How to mend it: "), view.mend)),
            *ledger,
        ),
        about="trouble",
    )
