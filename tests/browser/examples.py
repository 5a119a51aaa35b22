"""Example pages with every element on them: for the eye, and for the tests."""

from dataclasses import replace

from bot.web.pages import Conversation, Demo, MessageItem, Page, Persona, PlaceItem
from handlers import intents
from handlers.views.vocabulary import (
    Button,
)
from tests.browser.example_cards import (
    BREACH,
    CASE,
    ENGINEER_VIEW,
    HISTORY,
    LIST,
    LOG_FILE,
    NOW,
    PARTNER_VIEW,
    QUOTA,
    SCREEN,
    WAITING,
    WHY,
    ahead,
)
from tests.browser.example_form import ASK

__all__ = ["ASK", "CASE", "ENGINEER_VIEW", "NOW", "PARTNER_VIEW", "WHY", "ahead"]


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
