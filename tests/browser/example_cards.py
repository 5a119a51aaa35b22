"""Example cards, with every element on them."""

from datetime import UTC, datetime, timedelta

from bot.web.pages import Viewer
from desk.people import Person, Role
from desk.records import Attachment
from handlers import intents
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Confirm,
    Facts,
    Files,
    Happening,
    Image,
    Moment,
    Name,
    Progress,
    Row,
    Stretch,
    Stretches,
    Strong,
    Table,
    Text,
    Timeline,
    Tone,
)

NOW = datetime(2026, 3, 16, 8, 16, tzinfo=UTC)
BEIJING = ("Asia/Shanghai", "Beijing")

ANNA = Person("anna", "Anna Berger", frozenset({Role.CONTACT}), "Europe/Berlin", partner_id="nw")
LI = Person("li", "Li Wei", frozenset({Role.ENGINEER}), "Asia/Shanghai")
PARTNER_VIEW = Viewer(ANNA, "token-1", "Northwind")
ENGINEER_VIEW = Viewer(LI, "token-2")


def ahead(minutes: float) -> datetime:
    """An instant, minutes from now."""
    return NOW + timedelta(minutes=minutes)


def due(minutes: float) -> Moment:
    """A deadline as cases show it."""
    return Moment(ahead(minutes), *BEIJING, left=True)


LOG_FILE = Attachment("a1/gateway.log", "gateway-2026-03-16.log", "text/plain", 1_843_200)
SCREEN = Attachment("a2/screen.png", "screen.png", "image/png", 84_213)

CASE_BUTTONS = Actions(
    (
        Button("Reply", intents.Begin("reply_to_partner", 1042), "primary"),
        Button("Hand over", intents.Begin("hand_over", 1042)),
        Button("Wait on partner", intents.Begin("wait_on_partner", 1042)),
        Button("Why then?", intents.AskWhy(1042)),
        Button("Timeline", intents.ShowTimeline(1042)),
        Button("Re-grade", intents.Begin("regrade_case", 1042), menu=True),
        Button(
            "Reject",
            intents.Begin("reject_case", 1042),
            "danger",
            Confirm("Reject C-1042? Its unit goes back to Northwind.", "Reject it"),
            menu=True,
        ),
    )
)

CASE = Card(
    (
        CaseRef(1042),
        " production down, ",
        "Northwind (Premier)",
    ),
    "C-1042 production down, Northwind (Premier): first reply due in 14 min",
    Tone.WARNING,
    "triangle",
    (
        Text((Strong("Payments time out since this morning; gateway answers 504"),)),
        Progress(
            "First reply",
            16,
            30,
            ("due ", due(14)),
            Tone.WARNING,
            until=ahead(14),
            since=ahead(-16),
        ),
        Facts(
            (
                ("Owner", (Name("li", "Li Wei"),)),
                ("Product", ("Cloud network",)),
                ("Language", ("English",)),
                ("Coordination", ("Independent partner",)),
            )
        ),
        CASE_BUTTONS,
    ),
    1042,
)

WAITING = Card(
    (CaseRef(1037), " system exception, Contoso (Standard)"),
    "C-1037 waits on Contoso; its clock is paused",
    Tone.CALM,
    "square",
    (
        Text((Strong("Snapshots of the reporting database stay at 99 %"),)),
        Progress(
            "Next reply",
            2.4,
            8,
            ("5 h 36 min left; waits on the partner since ", Moment(ahead(-200), plain=True)),
            paused=True,
        ),
        Facts((("Owner", (Name("li", "Li Wei"),)), ("Product", ("Databases",)))),
        Actions((Button("Reply", intents.Begin("reply_to_partner", 1037), "primary"),)),
    ),
    1037,
)

BREACH = Card(
    (CaseRef(1040), " core production down, Fabrikam (Premier)"),
    "C-1040 core production down, Fabrikam (Premier): first reply overdue since 9 min",
    Tone.BREACH,
    "octagon",
    (
        Text((Name("li", "Li Wei", mention=True), " nobody has claimed it. Claim it, or say who.")),
        Progress("First reply", 24, 15, ("was due ", due(-9)), Tone.BREACH),
        Actions((Button("Claim", intents.ClaimCase(1040), "primary"),)),
    ),
    1040,
)

LIST = Card(
    ("Our cases",),
    "3 open cases",
    elements=(
        Table(
            ("Case", "Subject", "Due"),
            (
                Row(
                    (
                        (CaseRef(1042), " production down"),
                        ("Payments time out; gateway answers 504",),
                        (due(14),),
                    ),
                    intents.ShowCase(1042),
                    Tone.WARNING,
                ),
                Row(
                    (("C-1040",), ("Whole region unreachable",), (due(-9),)),
                    intents.ShowCase(1040),
                    Tone.BREACH,
                ),
                Row(
                    (("C-1031",), ("How to size a bastion host?",), ("answered",)),
                    intents.ShowCase(1031),
                    Tone.DONE,
                ),
            ),
        ),
        Table(("Case", "Subject"), (), "No case waits on you."),
    ),
)

QUOTA = Card(
    ("Your quota",),
    "12 of 30 left",
    Tone.NOTICE,
    elements=(
        Progress("March", 18, 30, ("12 of 30 left until ", Moment(ahead(22_000), *BEIJING))),
        Text(("A package of 10 more holds until the end of the month.",), small=True),
    ),
)


def _stretch(day: int, start: float, end: float, kind: str, seconds: int = 0) -> Stretch:
    first = datetime(2026, 3, 13, tzinfo=UTC) + timedelta(days=day)
    return Stretch(
        first + timedelta(hours=start),
        first + timedelta(hours=end),
        kind,  # type: ignore[arg-type]
        seconds,
    )


WHY = Card(
    ("Why ", CaseRef(1037), " is due ", Moment(ahead(120), left=True)),
    "Why C-1037 is due then",
    elements=(
        Text(("8 h of Beijing working time, from the moment you opened it.",)),
        Stretches(
            (
                _stretch(0, 5.5, 8.5, "counted", 10800),
                _stretch(0, 8.5, 9.5, "counted", 3600),
                _stretch(0, 9.5, 73, "closed"),
                _stretch(3, 1, 4, "counted", 10800),
                _stretch(3, 4, 5.5, "closed"),
                _stretch(3, 5.5, 7.5, "paused"),
                _stretch(3, 7.5, 8.5, "counted", 3600),
            ),
            28800,
            *BEIJING,
        ),
    ),
    case_id=1037,
)

HISTORY = Card(
    ("Timeline of ", CaseRef(1042)),
    "Timeline of C-1042, 4 lines",
    elements=(
        Timeline(
            (
                Happening(ahead(-16), (Name("anna", "Anna Berger"), " opened it")),
                Happening(ahead(-12), (Name("li", "Li Wei"), " claimed it")),
                Happening(
                    ahead(-9),
                    (Name("li", "Li Wei"), " noted"),
                    "Same pattern as last week: look at the NAT table first.",
                    internal=True,
                ),
                Happening(
                    ahead(-2),
                    (Name("anna", "Anna Berger"), " added"),
                    "upstream timed out (110: Connection timed out)\n" * 30,
                ),
            )
        ),
        Image("/static/icon.svg", "The desk's sign"),
        Image("https://elsewhere.example/x.png", "A picture from elsewhere"),
        Files((LOG_FILE,)),
    ),
    case_id=1042,
)
