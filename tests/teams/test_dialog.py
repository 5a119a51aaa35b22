"""Forms in Teams: inputs with help, limits and what was typed; and what comes back of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.teams import forms
from bot.teams.forms import BadForm
from bot.teams.render import Dialog, check, dialog, question
from handlers.intents import (
    Begin,
    ClaimCase,
    HandOver,
    OpenCase,
    ReplyToPartner,
    SendToPartner,
    SetDuty,
    WithdrawCase,
)
from handlers.views.cards import to_card
from handlers.views.examples import examples
from handlers.views.kinds import FormView
from handlers.views.vocabulary import (
    Actions,
    Button,
    Card,
    Confirm,
    Element,
    Field,
    Form,
    Option,
    Text,
)
from storage.desk import StoredDesk
from tests import world
from tests.talk import Talk
from tests.teams.drawing import OWN, of_type, said

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
    help="Be honest.",
    options=(
        Option("down", "Production down", "It stands. First reply within 30 min.", "technical"),
        Option("ask", "Guidance", "No fault. First reply within 16 h.", "technical"),
        Option("account", "Service request", "Accepted within 7 h.", "service"),
    ),
    depends_on="category",
)


def of(*fields: Field, above: tuple[Element, ...] = (), **of_form: Any) -> Card:
    """A card with a form of these fields."""
    given = {"intent": OpenCase(), "submit": "Open case", **of_form}
    return Card(("Open a case",), "Open a case", elements=(*above, Form(fields=fields, **given)))


def shown(*fields: Field, **of_form: Any) -> Dialog:
    made = dialog(of(*fields, **of_form), OWN)
    assert check(made.card, "dialog") == []
    return made


def inputs(made: Dialog) -> list[dict[str, Any]]:
    return [block for block in made.card["body"] if block["type"].startswith("Input.")]


def sent(made: Dialog, **typed: str) -> dict[str, Any]:
    """What Teams sends back: the button's data, and what stands in the inputs over it."""
    begun = {one["id"]: one.get("value", "") for one in inputs(made)}
    data: dict[str, Any] = made.card["actions"][0]["data"]
    return {**data, **begun, **typed}


def test_a_form_is_a_dialog_whose_button_says_what_it_does() -> None:
    made = shown(CATEGORY, above=(Text(("Lead",)),), cost=("Takes 1 of 7.",), error="None is left.")

    assert made.title == "Open a case"
    assert said(made.card).startswith("⚠️ None is left.\nLead\n")
    assert said(made.card).endswith("Takes 1 of 7.\nOpen case")
    assert made.card["actions"][0]["type"] == "Action.Submit"
    assert "refresh" not in made.card


def test_a_long_title_of_a_dialog_stands_in_it_too() -> None:
    card = Card(("A timeline " * 10,), "T", elements=(Text(("Words",)),))

    made = dialog(card, OWN)

    assert len(made.title) <= 64
    assert "A timeline " * 10 in said(made.card) + " "
    assert "actions" not in made.card


def test_a_text_has_its_label_help_limit_and_what_was_typed() -> None:
    field = Field("title", "Title", "text", "Broken", "One line.", max_length=200, required=False)

    made = shown(field)

    assert inputs(made)[0] == {
        "type": "Input.Text",
        "id": "title",
        "label": "Title",
        "maxLength": 200,
        "value": "Broken",
    }
    assert said(made.card) == "Title\nBroken\nOne line.\nOpen case"


def test_what_is_missing_is_said_by_teams_and_what_is_wrong_by_the_desk() -> None:
    wrong = Field("title", "Title", "text", "x", error="This is too short.")

    made = shown(wrong, CATEGORY)

    assert inputs(made)[0]["isRequired"] is True
    assert inputs(made)[0]["errorMessage"] == "Fill this in."
    assert inputs(made)[1]["errorMessage"] == "Choose one."
    assert "Title\nx\n⚠️ This is too short." in said(made.card)
    assert of_type(made.card, "TextRun")[0]["color"] == "Attention"


def test_nothing_typed_is_lost_however_long_it_is() -> None:
    text = "\n".join(f"Line {n}: the gateway answers 502 😀." for n in range(280))[:10_000]
    field = Field("description", "What happens?", "long", text, max_length=10_000)

    made = shown(field)

    assert inputs(made)[0]["isMultiline"] is True
    assert forms.wanted(sent(made)) == OpenCase(description=text)


def test_one_choice_answers_two_questions_where_one_decides_about_the_other() -> None:
    made = shown(CATEGORY, SEVERITY)

    assert [one["id"] for one in inputs(made)] == ["severity"]
    choices = inputs(made)[0]["choices"]
    assert [choice["title"] for choice in choices] == [
        "Technical · Production down: It stands. First reply within 30 min.",
        "Technical · Guidance: No fault. First reply within 16 h.",
        "Service · Service request: Accepted within 7 h.",
    ]
    assert inputs(made)[0]["style"] == "expanded"
    assert "value" not in inputs(made)[0]
    filled = sent(made, severity=choices[2]["value"])
    assert forms.wanted(filled) == OpenCase(category="service", severity="account")
    assert forms.wanted(sent(made)) == OpenCase()


def test_what_was_chosen_is_kept_and_what_is_wrong_with_either_is_said() -> None:
    wrong = replace(SEVERITY, value="ask", error="Choose another.")

    made = shown(replace(CATEGORY, error="Not in your plan."), wrong)

    assert inputs(made)[0]["value"] == "technical:ask"
    assert "Be honest.\n⚠️ Not in your plan. Choose another." in said(made.card)
    assert forms.values(sent(made)) == {"category": "technical", "severity": "ask"}


def test_a_kind_of_case_that_is_the_only_one_is_not_said_before_each_severity() -> None:
    one = replace(CATEGORY, options=CATEGORY.options[1:], value="service")
    choices = inputs(shown(one, replace(SEVERITY, options=SEVERITY.options[2:])))[0]["choices"]

    assert [choice["title"] for choice in choices] == ["Service request: Accepted within 7 h."]


def test_two_questions_stay_two_where_one_line_could_not_answer_both() -> None:
    other = replace(CATEGORY, options=(*CATEGORY.options, Option("other", "Other")))

    made = shown(other, SEVERITY)

    assert [one["id"] for one in inputs(made)] == ["category", "severity"]
    filled = sent(made, category="service", severity="account")
    assert forms.wanted(filled) == OpenCase(category="service", severity="account")


def test_many_choices_are_a_list_and_a_search_is_one_to_type_in() -> None:
    many = tuple(Option(f"{n}", f"Engineer {n}") for n in range(120))
    field = Field("to", "Engineer", "choice", "7", options=many)

    listed = inputs(shown(field))[0]
    searched = inputs(shown(replace(field, kind="search", value="gone")))[0]

    assert (listed["style"], len(listed["choices"]), listed["value"]) == ("compact", 120, "7")
    assert (searched["style"], searched["placeholder"]) == ("filtered", "Type to search")
    assert "value" not in searched


def test_choices_that_some_clients_take_for_markdown_are_a_list() -> None:
    options = (Option("a", "[x](javascript:alert(1))"), Option("b", "Plain"))

    drawn = inputs(shown(Field("product", "Product", "choice", options=options)))[0]

    assert drawn["style"] == "compact"
    assert drawn["choices"][0]["title"] == "[x](javascript:alert(1))"


def test_a_choice_that_teams_cannot_carry_is_left_out() -> None:
    field = Field("a", "A", "choice", options=(Option("x" * 501, "Long"), Option("y", "Short")))

    assert [choice["value"] for choice in inputs(shown(field))[0]["choices"]] == ["y"]


def test_a_field_without_any_choice_says_so() -> None:
    made = shown(Field("to", "Engineer", "choice"))

    assert inputs(made) == []
    assert "Engineer\nThere is nothing to choose from." in said(made.card)


def test_a_form_says_where_files_go() -> None:
    files = Field("files", "Files", "files", help="Logs, up to 25 MB each.", required=False)

    made = shown(files)

    assert inputs(made) == []
    assert said(made.card).startswith(
        "Files\nTeams takes no files in a form. Answer the case's card with them in your own chat "
        "with the desk, or use the web chat. Logs, up to 25 MB each."
    )


def test_what_the_desk_remembers_comes_back_with_the_form() -> None:
    made = dialog(of(CATEGORY), OWN, {"at": "19:x", "files": ["a.log"]})

    assert forms.carried(sent(made)) == {"at": "19:x", "files": ["a.log"]}
    assert forms.carried({"carry": "x"}) == {}


def test_a_dialog_asks_before_something_is_done() -> None:
    ask = Confirm("Its unit comes back. Withdraw C-1?", "Withdraw the case")

    made = question(WithdrawCase(1), ask, OWN, {"at": "19:x"})

    assert check(made.card, "dialog") == []
    assert said(made.card) == "Its unit comes back. Withdraw C-1?\nWithdraw the case\nKeep it"
    yes, no = (action["data"] for action in made.card["actions"])
    assert forms.pressed(yes) == WithdrawCase(1)
    assert forms.carried(yes) == {"at": "19:x"}
    assert (forms.kept(yes), forms.kept(no)) == (False, True)
    assert made.card["actions"][0]["style"] == "destructive"


def test_buttons_in_a_dialog_are_sent_and_none_is_in_a_menu() -> None:
    buttons = tuple(Button(f"Claim {n}", ClaimCase(n), menu=n > 2) for n in range(1, 8))
    ask = Button("Ask", Begin("call_tam", 1), menu=True)
    card = Card(("T",), "T", elements=(Actions((*buttons, ask)),))

    made = dialog(card, OWN)

    assert check(made.card, "dialog") == []
    actions = of_type(made.card, "Action.Submit")
    assert [forms.pressed(a["data"]) for a in actions[:7]] == [ClaimCase(n) for n in range(1, 8)]
    assert all("msteams" not in a["data"] for a in actions)


@pytest.mark.parametrize(
    "name", [n for n in examples if "form" in n and not n.startswith("refused")]
)
def test_every_form_comes_back_as_the_intent_that_it_completes(name: str) -> None:
    card = to_card(examples[name])
    form = next(e for e in card.elements if isinstance(e, Form))
    made = dialog(card, OWN)

    assert isinstance(forms.wanted(sent(made)), type(form.intent))
    for field in form.fields:
        if field.kind in {"text", "long"}:
            assert forms.values(sent(made))[field.name] == field.value


@pytest.mark.parametrize(
    ("intent", "typed", "expected"),
    [
        (HandOver(7), {"to": "mei"}, HandOver(7, "mei")),
        (ReplyToPartner(7), {"text": "a\r\nb\x00"}, ReplyToPartner(7, "a\nb\u2400")),
        # Whose case it is, no field can say.
        (ReplyToPartner(7), {"case_id": "8", "text": "x"}, ReplyToPartner(7, "x")),
        (SendToPartner(7, 3), {"message_id": "4", "source": "z"}, SendToPartner(7, 3)),
    ],
)
def test_a_field_fills_what_is_its_own(intent: Any, typed: dict[str, str], expected: Any) -> None:
    data = dialog(of(intent=intent), OWN).card["actions"][0]["data"]

    assert forms.wanted({**data, **typed}) == expected


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"desk": None},
        {"desk": "help"},
        {"desk": {"do": "rm"}},
        {"desk": {"do": "claim_case"}},
        {"desk": {"do": "claim_case", "case_id": "x"}},
        {"desk": {"do": "claim_case", "case_id": 1, "more": 1}},
        {"desk": {"do": ["claim_case"]}},
        {"desk": [{"do": "help"}]},
    ],
)
def test_what_is_not_of_the_desk_s_making_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadForm):
        forms.pressed(data)
    with pytest.raises(BadForm):
        forms.wanted(data)


@pytest.mark.parametrize(
    "data",
    [
        {"desk": {"do": "open_case"}, "folds": "x", "title": "T"},
        {"desk": {"do": "open_case"}, "folds": {"severity": 1, "x": "desk"}, "title": "T"},
        {"desk": {"do": "open_case"}, "title": "T", "severity": ["a"], "language": None},
        {"desk": {"do": "open_case"}, "title": "T", "description": "x" * 100_001},
    ],
)
def test_broken_fields_are_left_out(data: dict[str, Any]) -> None:
    assert forms.wanted(data) == OpenCase(title="T")


def test_a_message_s_value_need_not_be_of_the_desk_s_making() -> None:
    ours: list[object] = [{"desk": {}}, {"keep": True}]
    others: list[object] = [{"x": 1}, None, "text", []]

    assert all(map(forms.is_ours, ours))
    assert not any(map(forms.is_ours, others))
    assert forms.pressed({"desk": {"do": "set_duty", "on": True}}) == SetDuty(on=True)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=30), max_size=6))
@settings(max_examples=100, deadline=None)
def test_whatever_is_typed_never_changes_what_is_done(typed: dict[str, str]) -> None:
    data = dialog(of(CATEGORY, SEVERITY), OWN).card["actions"][0]["data"]

    assert isinstance(forms.wanted({**typed, **data}), OpenCase)


async def test_the_desk_s_own_form_asks_for_kind_and_severity_at_once() -> None:
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        answer = await Talk(desk).says("carla", "open a case")
    card = next(to_card(r.view) for r in answer.replies if isinstance(r.view, FormView))

    made = dialog(card, OWN)

    assert check(made.card, "dialog") == []
    assert [one["id"] for one in inputs(made)] == [
        "severity",
        "title",
        "description",
        "product",
        "customer",
        "coordination",
        "language",
    ]
    assert "First reply within 30 min, around the clock" in said(made.card)
    service = forms.values(sent(made, severity="service:service_request"))
    assert (service["category"], service["severity"]) == ("service", "service_request")
