"""Tables that must not have holes: intents, forms, codec, plans and severities."""

from dataclasses import MISSING, fields, replace
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.case import Verb
from desk.rights import CONTACT_VERBS, ENGINEER_VERBS, VENDOR_VERBS
from handlers import intents
from handlers.intent_codec import INTENTS, BadIntent, build, decode, encode, fields_of, fill, tag
from handlers.intents import (
    Begin,
    ClaimCase,
    Intent,
    LinkWorkspace,
    OpenCase,
    RegradeCase,
    Say,
)
from handlers.registry import FORM_VERBS, FORMS, HANDLERS
from handlers.views.vocabulary import Form
from tests import world
from tests.talk import CATALOG, Talk, form, text

VALUES = {
    str: st.text(max_size=60),
    int: st.integers(-(2**63), 2**63),
    bool: st.booleans(),
}


def filled(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{f.name: VALUES[hints[f.name]] for f in fields(kind)})


def test_every_intent_has_a_conversation_and_a_tag() -> None:
    assert set(HANDLERS) == set(get_args(Intent)) == set(INTENTS.values())
    made = {
        value
        for value in vars(intents).values()
        if isinstance(value, type) and value.__module__ == intents.__name__
    }
    assert made == set(get_args(Intent))


@given(st.one_of(*(filled(kind) for kind in get_args(Intent))))
def test_every_intent_travels(intent: Intent) -> None:
    assert decode(encode(intent)) == intent
    assert build(tag(intent), fields_of(intent)) == intent


def test_what_has_its_default_is_left_out() -> None:
    assert encode(ClaimCase(7)) == '{"do":"claim_case","case_id":7}'
    assert encode(Begin("open_case")) == '{"do":"begin","form":"open_case"}'


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "claim",
        "7",
        "[]",
        "{}",
        '{"do":7}',
        '{"do":"fly"}',
        '{"do":"claim_case"}',
        '{"do":"claim_case","case_id":"seven"}',
        '{"do":"claim_case","case_id":null}',
        '{"do":"claim_case","case_id":7,"now":true}',
    ],
)
def test_what_is_no_intent_is_refused(broken: str) -> None:
    with pytest.raises(BadIntent):
        decode(broken)


def test_a_form_never_changes_what_it_is_about() -> None:
    given_ = {"case_id": "9", "severity": "guidance", "reason": "R", "files": "x", "side": "p"}
    assert fill(RegradeCase(7), given_) == RegradeCase(7, "guidance", "R")
    assert fill(Say(7, "engineers"), {"side": "partner", "source": "s", "text": "T"}) == Say(
        7, "engineers", "T"
    )


def test_every_form_about_a_case_asks_for_its_verb_first() -> None:
    assert set(FORMS) - set(FORM_VERBS) == {OpenCase, LinkWorkspace}
    assert set(FORM_VERBS) <= set(FORMS)
    assert set(FORM_VERBS.values()) < set(Verb)


def test_every_verb_belongs_to_somebody() -> None:
    assert CONTACT_VERBS | ENGINEER_VERBS | VENDOR_VERBS | {Verb.ACKNOWLEDGE} == set(Verb)


@pytest.mark.parametrize("kind", [kind for kind in get_args(Intent) if kind not in FORMS])
async def test_an_intent_without_a_form_is_simply_done(talk: Talk, kind: type[Any]) -> None:
    if kind is Begin:
        return
    await talk.opens("nora")
    needs = [f.name for f in fields(kind) if f.default is MISSING]
    answer = await talk.does("nora", Begin(tag(kind), 1001))
    if needs == ["case_id"]:
        assert "does not know that button" not in text(answer)
    else:
        # A whole intent is needed, or one that is about no case.
        assert "does not know that button" in text(answer) or not needs


@pytest.mark.parametrize("name", ["begin", "fly", "", "edit_message", "set_duty"])
async def test_a_button_of_another_time_says_what_to_do(talk: Talk, name: str) -> None:
    answer = await talk.does("carla", Begin(name))
    assert "The desk does not know that button any more." in text(answer)
    assert "use the buttons on its card" in text(answer)


PROMISED = [
    (partner, severity.key)
    for partner in world.PARTNERS
    for severity in CATALOG.plan(partner.program, partner.plan).severities_offered
]


@pytest.mark.parametrize(("partner", "severity"), PROMISED, ids=lambda p: getattr(p, "plan", p))
async def test_every_plan_and_severity_has_an_option_with_its_promise(
    talk: Talk, partner: Any, severity: str
) -> None:
    who = next(p.id for p in world.PEOPLE if p.partner_id == partner.id)
    drawn: Form = form(await talk.says(who, "open a case"))
    field = next(f for f in drawn.fields if f.name == "severity")
    option = next(o for o in field.options if o.value == severity)
    plan = CATALOG.plan(partner.program, partner.plan)
    minutes = int(plan.targets[severity].within.total_seconds()) // 60
    hours = f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
    known = CATALOG.program(partner.program).severity(severity)
    assert known is not None
    assert known.meaning in option.help
    assert f"within {hours}, " in option.help
    assert option.group == known.category
    case = await talk.opens(who, severity)
    assert case.cycle.target == plan.targets[severity].within


@pytest.mark.parametrize(("partner", "severity"), PROMISED, ids=lambda p: getattr(p, "plan", p))
async def test_what_the_plan_does_not_offer_is_no_option(
    talk: Talk, partner: Any, severity: str
) -> None:
    who = next(p.id for p in world.PEOPLE if p.partner_id == partner.id)
    drawn = form(await talk.says(who, "open a case"))
    options = {o.value for f in drawn.fields if f.name == "severity" for o in f.options}
    offered = CATALOG.plan(partner.program, partner.plan).severities_offered
    assert options == {s.key for s in offered}
    assert severity in options


async def test_the_form_speaks_the_contacts_language_where_the_program_does(talk: Talk) -> None:
    carla = next(p for p in world.PEOPLE if p.id == "carla")
    for spoken, shown in (("zh", "zh"), ("xx", "en")):
        person = replace(carla, language=spoken)
        await talk.desk.run(lambda uow, p=person: uow.people.put_person(p))  # type: ignore[misc]
        drawn = form(await talk.says("carla", "open a case"))
        assert {f.name: f.value for f in drawn.fields}["language"] == shown
