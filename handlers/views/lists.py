"""Lists and explanations: cases, a timeline, why, the quota, the TAM, a TAM's partners."""

from __future__ import annotations

from dataclasses import replace

from desk.case import Category
from desk.notices import Side
from desk.records import LedgerLine, Move
from handlers.intents import (
    AskQuota,
    Begin,
    ShowCase,
)
from handlers.views import words
from handlers.views.kinds import (
    CasesView,
    Face,
    PartnersView,
    QuotaView,
    TamView,
)
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Element,
    Facts,
    Moment,
    Name,
    Progress,
    Row,
    Strong,
    Table,
    Text,
    Tone,
    Words,
)


def cases(view: CasesView) -> Card:
    """A page of cases, with its filters and the way to the next page."""
    queue = view.what == "queue"
    shows = ("all", "mine", "unclaimed") if queue else ("open", "waiting", "resolved", "all")
    labels = {
        "all": "All",
        "mine": "Mine",
        "unclaimed": "Unclaimed",
        "open": "Open",
        "waiting": "Waiting on us",
        "resolved": "Resolved",
    }
    filters = tuple(
        Button(
            labels[s],
            replace(view.intent, show=s, page=1),
            "primary" if s == view.show else "plain",
        )
        for s in shows
    )
    pager: list[Button] = []
    if view.page > 1:
        pager.append(Button("Previous page", replace(view.intent, page=view.page - 1)))
    if view.page < view.pages:
        pager.append(Button("Next page", replace(view.intent, page=view.page + 1)))
    part = f", {labels[view.show].lower()}" if view.show in {"mine", "unclaimed"} else ""
    title = f"Queue{part}" if queue else "My cases"
    total = _counted(view)
    found = f' with "{view.words}" in it' if view.words else ""
    empty = (
        "Nothing is waiting here. New cases appear in the engineers' channel."
        if queue
        else "No case here yet. Cases that you and your colleagues open are listed here."
    )
    parts: list[Element] = [
        Actions(filters),
        Table(_columns(queue), tuple(_row(f, queue) for f in view.faces), empty),
    ]
    if pager:
        parts.append(Actions(tuple(pager)))
    if not view.faces and not queue:
        parts.append(Actions((Button("Open a case", Begin("open_case"), "primary"),)))
    where = f", page {view.page} of {view.pages}" if view.pages > 1 else ""
    return Card(
        title=(Strong(title), f" · {total}{found}{where}"),
        summary=f"{title}: {total}{found}",
        elements=tuple(parts),
        about="cases",
    )


def _counted(view: CasesView) -> str:
    """How many there are, and of which: the filter shows by its colour alone what it shows."""
    cases = words.count(view.total, "case")
    match view.what, view.show:
        case "mine", "waiting":
            return f"{cases} waiting on us"
        case "mine", "all":
            return f"{cases} in all"
        case "mine", show:
            return words.count(view.total, f"{show} case")
        case _:
            return cases


def _columns(queue: bool) -> tuple[str, ...]:
    return ("Case", "Subject", "Clock", "Partner" if queue else "Engineer")


def _row(face: Face, queue: bool) -> Row:
    reader = Side.ENGINEERS if queue else Side.PARTNER
    last: Words = (face.partner.name,) if queue else (words.owner(face),)
    return Row(
        (
            (Strong(face.case.number), f" {face.severity.name}"),
            (face.case.title,),
            words.standing(face, reader) if face.case.is_open else (words.state(face, reader),),
            last,
        ),
        ShowCase(face.case.id),
        words.tone(face),
    )


def quota(view: QuotaView) -> Card:
    """Used, left, when it resets, and the lines of the ledger."""
    rule = view.plan.quota
    if rule is None or view.period is None:
        covered = "Technical cases have no limit."
        if not view.plan.offers(Category.TECHNICAL):
            covered = "It covers service cases only, without a limit."
        return Card(
            title=(Strong("Quota"), f" · {view.partner.name}, {view.plan.name}"),
            summary=f"{view.plan.name}: {covered}",
            elements=(Text((covered,)),),
            about="quota",
        )
    whole = rule.units + view.package_units
    until = Moment(view.period.end, view.program.home_zone, view.program.home_name, left=True)
    left: Words = (f"{view.left.total} of {whole} left until ", until)
    tone = Tone.BREACH if not view.left.total else Tone.CALM
    rows: list[tuple[str, Words]] = [("Used", (f"{view.used} of {rule.units} of the plan",))]
    if view.package_units:
        rows.append(("Packages", (f"{view.left.package_left} of {view.package_units} left",)))
    if view.owed:
        rows.append(("Owed", (f"{view.owed}, taken from the next package or {rule.period}",)))
    rows.append(("More", (rule.buy,)))
    return Card(
        title=(Strong("Quota"), f" · {view.partner.name}, {view.plan.name}"),
        summary=words.plain(left, view.program.home_zone),
        tone=tone,
        elements=(
            Progress("Left", view.left.total, whole, left, tone),
            Facts(tuple(rows)),
            Table(
                ("When", "What", "Case", "Left"),
                tuple(_line(line) for line in view.lines),
                f"Nothing was used yet this {rule.period}.",
            ),
        ),
        about="quota",
    )


MOVES = {
    Move.TAKEN: "taken",
    Move.GIVEN_BACK: "given back",
    Move.OWED: "owed",
    Move.SETTLED: "owed unit settled",
    Move.PACKAGE: "package added",
}


def _line(line: LedgerLine) -> Row:
    case: Words = (CaseRef(line.case_id),) if line.case_id else ("–",)
    note = f" ({line.note})" if line.note else ""
    left = "–" if line.balance is None else str(line.balance)
    what = f"{line.units:+d} {MOVES[line.move]}{note}".replace("-", "−", 1)
    intent = ShowCase(line.case_id) if line.case_id else None
    return Row(((Moment(line.at, plain=True),), (what,), case, (left,)), intent)


def tam(view: TamView) -> Card:
    """Who the TAM is, on duty now or when, their local time, and who covers."""
    if view.tam is None:
        reason = (
            f"{view.plan.name} includes a designated TAM, but none is named yet."
            if view.plan.tam
            else f"{view.plan.name} has no designated TAM. {view.program.change_plan}"
        )
        return Card(
            title=("No designated TAM",),
            summary=reason,
            elements=(Text((reason,)), Actions((Button("Open a case", Begin("open_case")),))),
            about="tam",
        )
    person = view.tam
    duty: Words = ("on duty now",) if view.on_duty else ("off duty",)
    if not view.on_duty and view.on_duty_at is not None:
        home = (view.program.home_zone, view.program.home_name)
        duty = (*duty, ", back ", Moment(view.on_duty_at, *home))
    rows: list[tuple[str, Words]] = [
        ("Duty", duty),
        ("Their time", (words.local(view.now, person.time_zone),)),
    ]
    if view.cover is not None:
        rows.append(("Cover", (Name(view.cover.id, view.cover.name),)))
    note = "To call your TAM, open a case's card and press Call my TAM."
    return Card(
        title=(Strong(person.name), f" is the TAM of {view.partner.name}"),
        summary=f"{person.name} is the TAM of {view.partner.name}, {words.plain(duty, 'UTC')}",
        elements=(Facts(tuple(rows)), Text((note,), small=True)),
        about="tam",
    )


def partners(view: PartnersView) -> Card:
    """A TAM's partners: cases, quota, standing."""
    rows = tuple(
        Row(
            (
                (Strong(row.partner.name), f" ({row.plan.name})"),
                (str(row.open_cases),),
                (f"{row.overdue} overdue" if row.overdue else "all in time",),
                ("no limit" if row.left.unlimited else f"{row.left.total} left",),
            ),
            AskQuota(row.partner.id),
            Tone.BREACH if row.overdue else Tone.CALM,
        )
        for row in view.rows
    )
    return Card(
        title=(Strong("My partners"), f" · {len(rows)}"),
        summary=f"My partners: {len(rows)}",
        elements=(
            Table(
                ("Partner", "Open cases", "Standing", "Quota"),
                rows,
                "No partner names you as their TAM.",
            ),
        ),
        about="partners",
    )
