"""Forms in Slack: inputs with help, limits and what was typed; options that follow a choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.modal import short
from bot.slack.render import check, errors, modal, options, typed
from handlers.intents import OpenCase
from handlers.views.example_cases import CATALOG
from handlers.views.open_form import option
from handlers.views.vocabulary import Card, Field, Form, Option, Text
from tests.slack.drawing import LOOK, of_type, said

CATEGORY = Field(
    "category",
    "What kind of case is it?",
    "choice",
    "technical",
    options=(Option("technical", "Technical", "It fails."), Option("service", "Service")),
)
SEVERITY = Field(
    "severity",
    "How bad is it?",
    "cards",
    options=(
        Option(
            "down",
            "Production down",
            "Critical fault (service breakdown) in a common production system. "
            "First reply within 30 min, around the clock.",
            "technical",
        ),
        Option("ask", "Guidance", "No fault. First reply within 16 h.", "technical"),
        Option("account", "Service request", "Account. Accepted within 7 h.", "service"),
    ),
    depends_on="category",
)
FILES = Field("files", "Files", "files", help="Logs.", required=False)


def view(*fields: Field, **of_form: Any) -> dict[str, Any]:
    """A modal with these fields."""
    return modal(form(*fields, **of_form), LOOK, metadata='{"do":"x"}')


def form(*fields: Field, **of_form: Any) -> Card:
    given = {"intent": OpenCase(), "submit": "Open case", **of_form}
    return Card(
        ("Open a case",), "Open a case", elements=(Text(("Lead",)), Form(fields=fields, **given))
    )


def inputs(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    assert check(drawn, "modal") == []
    return [block for block in drawn["blocks"] if block["type"] == "input"]


def test_a_form_is_a_view_with_what_comes_back_and_what_its_button_does() -> None:
    drawn = view(CATEGORY, cost=("Takes 1 of 7.",), error="None is left.")

    assert drawn["callback_id"] == "form"
    assert drawn["private_metadata"] == '{"do":"x"}'
    assert (drawn["title"]["text"], drawn["submit"]["text"]) == ("Open a case", "Open case")
    assert drawn["notify_on_close"] is True
    assert [block["type"] for block in drawn["blocks"]] == [
        "alert",
        "rich_text",
        "input",
        "context",
    ]
    assert said(drawn["blocks"]).startswith("None is left.\nLead")
    assert said(drawn["blocks"]).endswith("Takes 1 of 7.")


def test_a_card_without_a_form_is_a_view_to_be_read() -> None:
    drawn = modal(Card(("A timeline that has a long title",), "T"), LOOK, metadata="")

    assert check(drawn, "modal") == []
    assert "submit" not in drawn
    assert drawn["title"]["text"] == "A timeline that has a…"
    assert "A timeline that has a long title" in said(drawn["blocks"])


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Open a case", "Open a case"),
        ("x" * 24, "x" * 24),
        ("Change the severity of it", "Change the severity of…"),
        ("Unterstützungsvereinbarung", "Unterstützungsvereinbar…"),
    ],
)
def test_a_long_title_is_broken_between_words(words: str, title: str) -> None:
    assert short(words) == title


def test_a_text_has_its_label_help_limit_and_what_was_typed() -> None:
    field = Field("title", "Title", "text", "Broken", "One line.", max_length=200, required=False)

    drawn = inputs(view(field))[0]

    assert drawn["block_id"] == "title"
    assert drawn["label"]["text"] == "Title"
    assert drawn["hint"]["text"] == "One line."
    assert drawn["optional"] is True
    assert drawn["element"] == {
        "type": "plain_text_input",
        "action_id": "value",
        "max_length": 200,
        "initial_value": "Broken",
    }


def test_what_is_wrong_stands_at_its_field() -> None:
    wrong = Field("title", "Title", "text", error="Say what is wrong.")
    other = Field("reason", "Reason", "long", error="Say what is wrong.")
    card = form(wrong, other, CATEGORY)

    assert errors(card) == {"title": "Say what is wrong.", "reason": "Say what is wrong."}
    assert said(modal(card, LOOK, metadata="")["blocks"]).count("⚠️ Say what is wrong.") == 2
    assert errors(Card(("T",), "T")) == {}


def test_a_text_longer_than_an_input_is_divided_and_comes_back_whole() -> None:
    text = "\n".join(f"Line {n}: the gateway answers 502." for n in range(250))
    field = Field("description", "What happens?", "long", text, "Steps.", max_length=10_000)

    drawn = inputs(view(field))

    assert drawn[0]["hint"]["text"] == "Steps. Up to 3,000 characters fit here."
    drawn = inputs(view(field, FILES))[:-1]
    assert [block["block_id"] for block in drawn] == [
        "description",
        "description:2",
        "description:3",
    ]
    assert [block["optional"] for block in drawn] == [False, True, True]
    assert drawn[0]["hint"]["text"] == (
        "Steps. Up to 3,000 characters fit here; attach more as a file."
    )
    assert drawn[1]["label"]["text"] == "What happens? (continued)"
    assert typed(state(drawn)) == {"description": text}


@given(st.text(st.sampled_from("ab \n😀ü"), max_size=400))
@settings(max_examples=100, deadline=None)
def test_no_word_of_a_divided_text_is_lost(text: str) -> None:
    long = text * 30
    field = Field("description", "What happens?", "long", long[:10_000], max_length=10_000)

    back = typed(state(inputs(view(field)))).get("description", "")

    assert "".join(back.split()) == "".join(long[:10_000].split())


def test_a_choice_shows_each_option_with_its_help() -> None:
    drawn = inputs(view(CATEGORY))[0]["element"]

    assert drawn["type"] == "radio_buttons"
    assert drawn["initial_option"] == drawn["options"][0]
    assert drawn["options"][0]["description"]["text"] == "It fails."
    assert "description" not in drawn["options"][1]


def test_the_promise_stands_beside_the_name_where_the_meaning_is_long() -> None:
    drawn = inputs(view(CATEGORY, SEVERITY))[1]["element"]

    assert [o["text"]["text"] for o in drawn["options"]] == [
        "Production down · First reply within 30 min, around the clock",
        "Guidance · First reply within 16 h",
    ]
    assert drawn["options"][0]["description"]["text"] == (
        "Critical fault (service breakdown) in a common production system."
    )


def test_a_meaning_that_does_not_fit_beside_its_option_stands_below() -> None:
    long = "Not covered: " + "; ".join(f"thing {n}" for n in range(20)) + "."
    field = Field("ground", "Why?", "cards", options=(Option("scope", "Out of scope", long),))

    drawn = view(field)

    assert "description" not in inputs(drawn)[0]["element"]["options"][0]
    assert long in said(of_type(drawn["blocks"], "rich_text_list"))


def test_options_follow_the_field_that_they_depend_on() -> None:
    service = replace(CATEGORY, value="service")
    nothing = replace(CATEGORY, value="")

    technical, changed = (inputs(view(c, SEVERITY)) for c in (CATEGORY, service))

    assert [o["value"] for o in technical[1]["element"]["options"]] == ["down", "ask"]
    assert [o["value"] for o in changed[1]["element"]["options"]] == ["account"]
    assert technical[0]["dispatch_action"] is True
    assert "dispatch_action" not in technical[1]
    # Under the same name Slack would keep what was chosen among the options of before.
    assert technical[1]["block_id"] == "severity:technical"
    assert changed[1]["block_id"] == "severity:service"
    assert typed(state(changed)) == {"category": "service", "severity": ""}
    assert "How bad is it? Answer “What kind of case is it?” first." in said(
        view(nothing, SEVERITY)["blocks"]
    )
    wrong = form(service, replace(SEVERITY, error="Choose."))
    assert errors(wrong) == {"severity:service": "Choose."}
    assert errors(form(nothing, replace(SEVERITY, error="Choose."))) == {}


@pytest.mark.parametrize(
    ("program", "plan"), [(p.key, plan) for p in CATALOG.programs.values() for plan in p.plans]
)
def test_no_severity_of_a_program_is_cut(program: str, plan: str) -> None:
    of_it, offered = CATALOG.program(program), CATALOG.plan(program, plan)
    severities = tuple(option(of_it, offered, "CN", one) for one in offered.severities_offered)
    field = Field("severity", "How bad is it?", "cards", options=severities)

    drawn = view(field)

    options_ = inputs(drawn)[0]["element"]["options"]
    for chosen, severity in zip(options_, offered.severities_offered, strict=True):
        assert chosen["description"]["text"].rstrip(".") == severity.meaning.rstrip(".")
        assert " within " in chosen["text"]["text"]
    assert of_type(drawn, "rich_text_list") == []


def test_many_options_are_a_list_and_none_are_said_to_be_none() -> None:
    many = tuple(Option(f"{n}", f"Engineer {n}") for n in range(120))
    field = Field("to", "Engineer", "choice", "7", options=many)

    drawn = inputs(view(field))[0]["element"]

    assert drawn["type"] == "static_select"
    assert len(drawn["options"]) == 100
    assert drawn["initial_option"]["value"] == "7"
    none = view(replace(field, options=()))
    assert "Engineer: There is nothing to choose from." in said(none["blocks"])
    assert "submit" not in none


def test_a_search_asks_for_its_options_and_remembers_what_was_chosen() -> None:
    products = tuple(Option(p, p) for p in ("Databases", "Cloud servers", "Cloud storage"))
    field = Field("product", "Product", "search", "Databases", options=products)

    drawn = inputs(view(field))[0]["element"]

    assert drawn["type"] == "external_select"
    assert drawn["action_id"] == "search:product"
    assert drawn["initial_option"]["value"] == "Databases"
    assert [o["value"] for o in options(field, " cloud S")] == ["Cloud servers", "Cloud storage"]
    assert [o["value"] for o in options(field, "s")] == [
        "Databases",
        "Cloud servers",
        "Cloud storage",
    ]
    assert options(field, "xyz") == []
    many = replace(field, options=tuple(Option(f"{n}", f"{n}") for n in range(500)))
    assert len(options(many, "")) == 100


def test_an_option_that_slack_cannot_carry_is_left_out() -> None:
    field = Field("a", "A", "search", options=(Option("x" * 151, "Long"), Option("y", "Short")))

    assert [o["value"] for o in options(field, "")] == ["y"]


def test_a_rating_is_chosen_and_files_are_added() -> None:
    rating = Field("rating", "How well?", "rating", options=(Option("5", "5", "Well"),))

    first, second = inputs(view(rating, FILES))

    assert first["element"]["type"] == "radio_buttons"
    assert second["element"] == {"type": "file_input", "action_id": "value", "max_files": 10}
    assert second["optional"] is True


def test_what_was_given_is_read_by_field() -> None:
    values: dict[str, dict[str, dict[str, Any]]] = {
        "title": {"value": {"type": "plain_text_input", "value": None}},
        "description:2": {"value": {"type": "plain_text_input", "value": "two"}},
        "description": {"value": {"type": "plain_text_input", "value": "one"}},
        "severity:service": {"value": {"type": "radio_buttons", "selected_option": {"value": "x"}}},
        "product": {"search:product": {"type": "external_select", "selected_option": None}},
        "files": {"value": {"type": "file_input", "files": [{"id": "F1"}]}},
    }

    assert typed(values) == {
        "title": "",
        "description": "one\ntwo",
        "severity": "x",
        "product": "",
    }


def state(blocks: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """What Slack would send back if the view were sent as it was opened."""
    return {
        block["block_id"]: {
            block["element"]["action_id"]: {
                "value": block["element"].get("initial_value"),
                "selected_option": block["element"].get("initial_option"),
            }
        }
        for block in blocks
    }
