"""Example data for every view: what previews show and what every renderer is held to.

At least one of each class, and the fullest and longest that the desk can make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from desk import events
from desk.case import TRANSITIONS, Ground, State, Verb
from desk.errors import NotEntitled, Stale
from desk.notices import Side
from desk.people import Person
from desk.promise import MetBy
from desk.records import Attachment, Entry, LedgerLine, Message, Move
from handlers.intents import (
    AskQuota,
    AskTam,
    Begin,
    ConfirmCase,
    ListCases,
    OpenCase,
    RegradeCase,
    ShowCase,
    ShowQueue,
)
from handlers.views import example_cases as cast
from handlers.views.example_cases import CATALOG, NOW, a_face
from handlers.views.example_links import LINKS
from handlers.views.kinds import (
    AlertView,
    CasesView,
    CaseView,
    DigestView,
    DoneView,
    Face,
    FormView,
    HelpView,
    NewsView,
    OpenedView,
    PartnerRow,
    PartnersView,
    PingView,
    QuotaView,
    RefusalView,
    SaidView,
    SignInView,
    TamView,
    TimelineView,
    TroubleView,
    View,
    WhyView,
)
from handlers.views.vocabulary import Button, Field, Form, Moment, Option
from sla import clock
from sla.entitlements import Left, Period

_HOME = ("Asia/Shanghai", "Beijing")
_EVERY_VERB = frozenset(Verb)
_MONTH = Period(
    datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC), "2026-11"
)
_LONG = "The payment gateway answers 502 on every attempt. " * 199 + "Nothing works, 什么都不行 😀."
_FILE = Attachment("a1/gateway.log", "gateway-" + "long-" * 30 + "name.log", "text/plain", 24_000)


def _sayable(face: Face) -> frozenset[Verb]:
    """Every verb that the case's state allows, whoever may say it."""
    return frozenset(v for v in Verb if face.case.state in TRANSITIONS.get(v, frozenset(State)))


def _cards() -> Mapping[str, View]:
    """The case's card in every standing of its clock, as each side sees it."""
    return {
        f"case {name}, {side}": CaseView(face, side, _sayable(face))
        for name, face in cast.standings().items()
        for side in Side
    } | {
        "case with every button": CaseView(
            cast.longest(), Side.ENGINEERS, _EVERY_VERB, ("The engineers know that you are there.",)
        ),
        "case with every button of a contact": CaseView(
            cast.longest(), Side.PARTNER, _sayable(cast.longest())
        ),
    }


def _opened() -> Mapping[str, View]:
    closed = cast.standings()["outside working hours"]
    return {
        "opened": OpenedView(a_face(), Left(11, 0), _MONTH),
        "opened outside working hours": OpenedView(closed, None, None),
        "opened, provisional": OpenedView(
            replace(closed, standing=replace(closed.standing, provisional=True)), None, None
        ),
    }


def _lists() -> Mapping[str, View]:
    faces = (*cast.standings().values(), cast.longest())[:10]
    longest = "payment " * 25
    return {
        "my cases": CasesView("mine", faces, ListCases("all"), "all", "", 2, 3, 27),
        "my cases, none": CasesView("mine", (), ListCases(), "open", "", 1, 1, 0),
        "queue": CasesView("queue", faces, ShowQueue(words=longest), "all", longest, 1, 99, 990),
        "queue, none": CasesView("queue", (), ShowQueue("mine"), "mine", "", 1, 1, 0),
    }


def _timelines() -> Mapping[str, View]:
    face, names = cast.longest(), cast.NAMES
    at = [NOW - timedelta(minutes=60 - minute) for minute in range(40)]
    every = (
        events.Opened(1042, "nora", at[0], "guidance"),
        events.Claimed(1042, "mei", at[1]),
        events.HandedOver(1042, "mei", at[2], "omar"),
        events.Replied(1042, "omar", at[3]),
        events.PartnerAdded(1042, "nora", at[4]),
        events.WaitingOnPartner(1042, "omar", at[5], asked=True),
        events.WaitingOnPartner(1042, "omar", at[6], asked=False),
        events.Resumed(1042, "nora", at[7]),
        events.Regraded(1042, "omar", at[8], "guidance", "production_down", cast.REASON),
        events.Rejected(1042, "omar", at[9], Ground.DUPLICATE.value, 1001),
        events.Rejected(1042, "omar", at[10], Ground.OUT_OF_SCOPE.value, None),
        events.Resolved(1042, "omar", at[11]),
        events.Withdrawn(1042, "nora", at[12], unclaimed=False),
        events.Confirmed(1042, "nora", at[13], 5, "Quick, thank you."),
        events.Reopened(1042, "nora", at[14], cast.REASON),
        events.Objected(1042, "nora", at[15], cast.REASON),
        events.TamCalled(1042, "nora", at[16], cast.REASON),
        events.Acknowledged(1042, "tara", at[17]),
        events.JoinedThread(1042, "tara", at[18]),
        events.HandedToCover(1042, "tara", at[19], "theo"),
        events.RungReached(1042, "", at[20], "75%"),
        events.RungReached(1042, "", at[21], "breach+3"),
        events.Breached(1042, "", at[22], at[21]),
        events.CalendarChanged(1042, "", at[23], at[22], at[39]),
        events.Replied(1042, "somebody.who.left", at[24]),
    )
    entries = tuple(Entry(n, event, internal=n % 3 == 0) for n, event in enumerate(every, 1))
    said = tuple(
        Message(n, 1042, "omar", Side.ENGINEERS, n % 2 == 0, _LONG, at[n], files=(_FILE,))
        for n in range(25, 39)
    )
    gone = Message(40, 1042, "nora", Side.PARTNER, True, "", at[39], deleted_at=NOW)
    return {
        f"timeline of 40 lines, {side}": TimelineView(face, entries, (*said, gone), names, side)
        for side in Side
    } | {
        f"news: {type(e.event).__name__} {e.id}, {side}": NewsView(
            face, e, names, side, _EVERY_VERB, alone=e.id % 4 == 0
        )
        for e in entries
        for side in Side
    }


def _reasons() -> Mapping[str, View]:
    shown: dict[str, View] = {}
    for name, face in cast.standings().items():
        case = face.case
        calendar = CATALOG.calendar_named(case.program, case.cycle.calendar)
        shown[f"why, {name}"] = WhyView(face, clock.explain(case.cycle, calendar, face.now))
    return shown


def _entitlements() -> Mapping[str, View]:
    psp = CATALOG.program("psp")
    standard, premier, basic = (psp.plans[key] for key in ("standard", "premier", "basic"))
    north, tara, theo = cast.NORTHWIND, cast.TARA, cast.THEO
    lines = tuple(
        LedgerLine(n, north.id, "2026-11", NOW, move, units, "plan", case, "nora", note, balance)
        for n, (move, units, case, note, balance) in enumerate(
            [
                (Move.TAKEN, -1, 1001, "", 29),
                (Move.GIVEN_BACK, 1, 1001, "rejected", 30),
                (Move.PACKAGE, 10, None, "order 17", 40),
                (Move.OWED, -1, 1002, "", None),
                (Move.SETTLED, -1, 1002, "", 39),
            ]
        )
    )
    no_plan, some = Left(unlimited=True), Left(7, 4)
    return {
        "quota": QuotaView(north, psp, standard, some, 23, 2, 10, _MONTH, lines),
        "quota used up": QuotaView(north, psp, standard, Left(), 30, 0, 0, _MONTH, ()),
        "quota without limit": QuotaView(north, psp, premier, no_plan, 0, 0, 0, None, ()),
        "quota of service cases": QuotaView(north, psp, basic, no_plan, 0, 0, 0, None, ()),
        "TAM on duty": TamView(north, premier, psp, tara, True, None, theo, NOW),
        "TAM off duty": TamView(north, premier, psp, tara, False, NOW, theo, NOW),
        "TAM not named": TamView(north, premier, psp, None, False, None, None, NOW),
        "no TAM in the plan": TamView(north, standard, psp, None, False, None, None, NOW),
        "my partners": PartnersView(
            (
                PartnerRow(north, premier, 12, 3, no_plan),
                PartnerRow(replace(north, id="c", name="Contoso"), standard, 0, 0, some),
            )
        ),
        "my partners, none": PartnersView(()),
    }


def _forms() -> Mapping[str, View]:
    options = tuple(
        Option(s.key, s.name, f"{s.meaning} First reply within 30 min.", "technical")
        for s in CATALOG.program("psp").severities
    )
    kinds: tuple[Field, ...] = (
        Field("category", "What kind of case is it?", "choice", options=(Option("a", "A"),)),
        Field("severity", "How bad is it?", "cards", options=options, depends_on="category"),
        Field("title", "Title", "text", "x" * 200, max_length=200, error="1 too many."),
        Field("description", "What happens?", "long", _LONG[:9_000], max_length=10_000),
        Field("product", "Product", "search", options=(Option("Databases", "Databases"),)),
        Field("rating", "How well?", "rating", options=(Option("5", "5", "Well"),)),
        Field("files", "Files", "files", required=False),
    )
    until = Moment(_MONTH.end, *_HOME)
    cost = ("A technical case takes 1 of the 7 left.",)
    opening = Form(OpenCase(), kinds, "Open case", cost, "0 of 30 cases are left this month.")
    reason = Field("reason", "Reason", "long", max_length=2_000, error="Say why.")
    return {
        "form with every kind of field": FormView(
            "Open a case", opening, ("7 of 30 technical cases left until ", until, ".")
        ),
        "form about a case": FormView(
            "Re-grade", Form(RegradeCase(1042), (reason,), "Change the severity"), (), 1042
        ),
        "form with a rating": FormView(
            "Confirm the solution", Form(ConfirmCase(1042), (kinds[5],), "Confirm"), (), 1042
        ),
    }


def _answers() -> Mapping[str, View]:
    offers = (Button("Open a case", Begin("open_case"), "primary"), Button("Quota", AskQuota()))
    used_up = NotEntitled(
        code="entitlement.quota",
        what="0 of 30 technical cases are left this month, so this one was not opened.",
        why="Standard includes 30 a month.",
        next_step="Ask your partner manager for a package of 10 cases.",
        until=_MONTH.end,
    )
    stale = Stale("stale.claimed", "Omar Haddad has C-1042 already, so nothing was changed.")
    show = (Button("Show C-1042", ShowCase(1042)),)
    return {
        "help": HelpView("", (*offers, Button("Who is my TAM?", AskTam())), "Nora"),
        "not understood": HelpView(_LONG[:1_000], (*offers, Button("My cases", ListCases())), "N"),
        "refused: quota": RefusalView(used_up, offers[1:], *_HOME),
        "refused: stale": RefusalView(stale, show),
        "done": DoneView(("C-1042 is yours",), 1042),
        "done, with a notice": DoneView(("C-1042 is resolved.",), 1042, show, "notice"),
        "trouble": TroubleView("case:1042:card", "The channel is archived.", "Name another one."),
        "sign in": SignInView("https://desk.example/signin/" + "s3cr3t" * 7, NOW),
        "said by the partner": SaidView(
            "C-1042", 1042, "Nora Weiss", True, _LONG, (_FILE,) * 10, edited=True, author_id="nora"
        ),
        "said by the vendor": SaidView("C-1042", 1042, "Mei Lin", False, "We see it too."),
        "said outside the thread": SaidView(
            "C-1042", 1042, "Mei Lin", False, "Here it is.", alone=True
        ),
        "said and deleted": SaidView("C-1042", 1042, "Mei Lin", False, "", deleted=True),
        "said with a file alone": SaidView("C-1042", 1042, "Mei Lin", False, "", (_FILE,)),
    }


def _alerts() -> Mapping[str, View]:
    faces = cast.standings()
    everybody: tuple[Person, ...] = (cast.MEI, cast.OMAR)
    shown: dict[str, View] = {
        f"alert for {reader}, {name}": AlertView(face, "90%", everybody, reader, _EVERY_VERB)
        for name, face in faces.items()
        for reader in ("channel", "tam", "duty_manager", "owner")
    }
    for why in ("opened", "called", "objected", "cover"):
        instead = "Tara Singh" if why == "called" else None
        shown[f"ping: {why}"] = PingView(
            cast.longest(), why, "Nora Weiss", cast.REASON, instead, _EVERY_VERB
        )
    shown["digest"] = DigestView(tuple(faces.values()) * 5, everybody, timedelta(minutes=3))
    shown["digest of one"] = DigestView((a_face(met_by=MetBy.ACCEPTED),), (), timedelta(seconds=40))
    return shown


examples: Mapping[str, View] = {
    **_cards(),
    **_opened(),
    **_lists(),
    **_timelines(),
    **_reasons(),
    **_entitlements(),
    **_forms(),
    **_answers(),
    **_alerts(),
    **LINKS,
}
