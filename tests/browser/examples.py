"""Example pages with every element on them: for the eye, and for the tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.web.pages import Conversation, Demo, MessageItem, Page, Persona, PlaceItem, Viewer
from desk.people import Person, Role
from desk.records import Attachment
from handlers import intents
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    CaseRef,
    Confirm,
    Element,
    Facts,
    Field,
    Files,
    Form,
    Happening,
    Image,
    Moment,
    Name,
    Option,
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
                    (("C-1042",), ("Payments time out; gateway answers 504",), (due(14),)),
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

FORM_FIELDS = (
    Field(
        "category",
        "What is it about?",
        "choice",
        "technical",
        options=(Option("technical", "Technical"), Option("service", "Account or billing")),
    ),
    Field(
        "severity",
        "How bad is it?",
        "cards",
        error="Choose how bad it is.",
        depends_on="category",
        options=(
            Option(
                "production_down",
                "Production down",
                "Critical fault in a production system. First reply within 30 min, day and night.",
                "technical",
            ),
            Option(
                "production_exception",
                "Production exception",
                "Production works only in part. First reply within 3 h, day and night.",
                "technical",
            ),
            Option(
                "guidance",
                "Guidance",
                "No fault. First reply within 16 h, day and night.",
                "technical",
            ),
            Option(
                "service_request",
                "Service request",
                "Account, bill or resource quota. Accepted within 1 working day.",
                "service",
            ),
        ),
    ),
    Field("title", "Subject", "text", "Payments time out", "One line.", max_length=100),
    Field(
        "description",
        "What happens?",
        "long",
        "Since 09:00 the gateway answers 504.",
        "What you see, since when, what you tried.",
        max_length=60,
    ),
    Field(
        "to",
        "Who looks after it?",
        "search",
        options=(Option("li", "Li Wei", "on duty"), Option("sara", "Sara Lind", "off duty")),
        required=False,
    ),
    Field(
        "rating",
        "How was it?",
        "rating",
        options=tuple(Option(str(n), str(n)) for n in range(1, 6)),
        required=False,
    ),
    Field("files", "Files", "files", help="25 MB each at most.", required=False),
    Field("customer", "Customer", "text", required=False, max_length=100),
)

ASK = Card(
    ("Open a case",),
    "The form that opens a case",
    elements=(
        Form(
            intents.OpenCase(),
            FORM_FIELDS,
            "Open case",
            ("Takes 1 of the 12 left until ", Moment(ahead(22_000), plain=True), "."),
            "The case was not opened: one field is missing.",
        ),
    ),
)


def _said(number: int, author: str, minutes: float, text: str, **more: object) -> MessageItem:
    return replace(MessageItem(str(number), author, ahead(minutes), text), **more)  # type: ignore[arg-type]


MESSAGES = (
    _said(1, "Sara Lind", -1600, "The maintenance of Saturday is done; nothing to report."),
    _said(2, "Partnerdesk", -16, "", card=CASE, replies=3),
    _said(3, "Anna Berger", -12, "All shops in the north are affected, about 40 % of payments."),
    _said(
        4,
        "Anna Berger",
        -11,
        "Here is the log of the gateway.",
        files=(LOG_FILE, SCREEN),
        mine=True,
    ),
    _said(5, "Li Wei", -9, "I have it. Looking at the NAT table first.", edited=True),
    _said(6, "Li Wei", -8, "", deleted=True),
    _said(
        7,
        "Li Wei",
        -6,
        "Conntrack is full on two of the four gateways; a restart would lose sessions.",
        internal=True,
        actions=(Button("Send to partner", intents.SendToPartner(1042, source="web::c:7")),),
    ),
    _said(8, "Partnerdesk", -4, "", card=BREACH),
)
ANSWERS = (
    _said(9, "Partnerdesk", -3, "", card=LIST, only_you=True),
    _said(10, "Partnerdesk", -2, "", card=QUOTA, only_you=True),
    _said(11, "Partnerdesk", -2, "", card=WHY, only_you=True),
    _said(12, "Partnerdesk", -1, "", card=HISTORY, only_you=True),
    _said(13, "Partnerdesk", -1, "", card=WAITING, only_you=True),
)

PLACES = (
    PlaceItem("dm:anna", "Partnerdesk", "desk", unread=2),
    PlaceItem("channel:northwind", "northwind", "channel", current=True),
    PlaceItem("channel:network", "network-engineers", "channel", unread=12),
    PlaceItem("dm:li", "Li Wei", "direct"),
)

TALK = Conversation(
    "channel:northwind",
    "northwind",
    "Northwind and the desk: everybody of Northwind reads along",
    MESSAGES,
    note="Everybody of Northwind and the vendor reads this channel",
    older="0",
    unread_from="5",
    placeholder="Write to northwind",
)

DEMO = Demo(
    NOW,
    (
        Persona("anna", "Anna Berger", "contact of Northwind", current=True),
        Persona("li", "Li Wei", "network engineer"),
    ),
    ahead(9),
)

PAGE = Page(PARTNER_VIEW, PLACES, TALK, NOW, 100, (CASE,), DEMO)
EMPTY = replace(PAGE, conversation=replace(TALK, messages=(), older=""), focus=(), demo=None)
ANSWERED = replace(PAGE, conversation=replace(TALK, messages=MESSAGES + ANSWERS, unread_from=""))


def with_elements(*elements: Element) -> Card:
    """A card of nothing but these elements."""
    return Card(("A card",), "A card in words", elements=elements)
