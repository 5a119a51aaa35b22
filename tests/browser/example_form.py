"""An example form, with every kind of field."""

from handlers import intents
from handlers.views.vocabulary import (
    Card,
    Field,
    Form,
    Moment,
    Option,
)
from tests.browser.example_cards import ahead

FORM_FIELDS = (
    Field(
        "category",
        "What is it about?",
        "choice",
        "technical",
        options=(
            Option("technical", "Technical", "Something does not work."),
            Option("service", "Account or billing"),
        ),
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
