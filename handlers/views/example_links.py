"""Examples of what is said around a workspace's code, and of a form that holds a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from desk.errors import NotKnown
from handlers.intents import Begin, LinkWorkspace, ListCases, ResolveCase
from handlers.views.example_cases import NOW
from handlers.views.kinds import DoneView, FormView, RefusalView, TroubleView, View
from handlers.views.vocabulary import Button, Field, Form, Moment

_TYPED = "We rolled the gateway back at 14:20. " * 50
_ENTER = Button("Enter the code", Begin("link_workspace"), "primary")
_CODE = Field("code", "Code", "text", "7KQ2-M9XD-4TPX", error="This code does not work.")
_TEXT = Field("text", "What solved it?", "long", _TYPED, max_length=10_000)

LINKS: Mapping[str, View] = {
    "form with a wrong code": FormView(
        "Link this workspace", Form(LinkWorkspace(), (_CODE,), "Link it"), ("The code links it.",)
    ),
    "form with a draft": FormView(
        "Resolve",
        Form(ResolveCase(1042), (_TEXT,), "Resolve"),
        ("C-1042: Orders cannot be paid",),
        1042,
        ("What you wrote ", Moment(NOW - timedelta(hours=3)), " is still here: it was not sent."),
    ),
    "refused: workspace": RefusalView(
        NotKnown(
            "unknown.workspace",
            "This workspace is not linked with a partner yet, so nothing was done.",
            next_step="Ask your partner manager for a code and enter it here.",
        ),
        (_ENTER,),
    ),
    "linked": DoneView(
        ("This workspace is linked with Northwind.", " Welcome, Nora."),
        buttons=(Button("My cases", ListCases()),),
    ),
    "for operators: linked": TroubleView(
        "link:0f3a", "A workspace is linked with Northwind now.", "Unlink it.", "A workspace"
    ),
}
