"""Every intent, said by everybody, about a case in every state: one table, written out by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from desk.case import State
from desk.errors import NotAllowed, NotKnown, Refusal, Stale
from desk.people import Role
from desk.ports import Desk, UnitOfWork
from handlers.exchange import Answer
from handlers.intent_codec import INTENTS, build, encode, tag
from handlers.router import Router
from handlers.views.kinds import RefusalView
from storage.desk import StoredDesk
from tests import world
from tests.talk import Talk, an_opening, text

T = TypeVar("T")

# Who speaks: by the letter that stands for them in the table.
PEOPLE = {
    "c": "nora",  # a contact of the partner
    "k": "carla",  # a contact of another partner
    "e": "omar",  # an engineer
    "t": "tara",  # the partner's TAM
    "v": "theo",  # who covers for the TAM
    "o": "tess",  # a TAM of others
    "m": "dana",  # a duty manager
    "x": "opal",  # an operator
    "?": "stranger",
}
STATES = dict(zip("NWPRCTX", State, strict=True))
ALL, OPEN = "NWPRCTX", "NWP"
STAFF = "etvomx"

# The intent; who may say it; in which states it is not stale; to whom the case is not known
# (to everybody else who may not, it is known and not allowed).
Rule = tuple[dict[str, Any], str, str, str]
ABOUT: dict[str, Rule] = {
    "show_case": ({}, "c" + STAFF, ALL, "k"),
    "show_timeline": ({}, "c" + STAFF, ALL, "k"),
    "ask_why": ({}, "c" + STAFF, ALL, "k"),
    "join_thread": ({}, STAFF, ALL, "k"),
    "say/inside": ({"side": "engineers", "text": "Hm."}, STAFF, ALL, "k"),
    "say/outside": ({"side": "partner", "text": "Hm."}, "em", OPEN, "k"),
    # The working one has an owner already; the one that waits was asked before anybody claimed it.
    "claim_case": ({}, "em", "NP", "k"),
    "hand_over": ({"to": "omar"}, "em", OPEN, "k"),
    "reply_to_partner": ({"text": "Hm."}, "em", OPEN, "k"),
    "send_to_partner": ({}, "em", OPEN, "k"),
    "wait_on_partner": ({"question": "When?"}, "em", "NW", "k"),
    "regrade_case": ({"severity": "guidance", "reason": "Calm."}, "em", OPEN, "k"),
    "reject_case": ({"ground": "out_of_scope", "text": "No."}, "em", OPEN, "k"),
    "resolve_case": ({"text": "Done."}, "em", OPEN, "k"),
    "withdraw_case": ({}, "c", OPEN, "k"),
    "confirm_case": ({"rating": "5"}, "c", "R", "k"),
    "reopen_case": ({"reason": "Again."}, "c", "RC", "k"),
    "object_to_regrade": ({"reason": "No."}, "c", OPEN + "R", "k"),
    "call_tam": ({"reason": "Please."}, "c", OPEN, "k"),
    "acknowledge": ({"cycle": 1}, "tvm", "NW", "k"),
    "hand_to_cover": ({}, "tvm", OPEN, "k"),
}
# A form is begun by whom, and when, what it completes can be said.
FORMS = (
    "hand_over",
    "reply_to_partner",
    "wait_on_partner",
    "regrade_case",
    "reject_case",
    "resolve_case",
    "confirm_case",
    "reopen_case",
    "object_to_regrade",
    "call_tam",
)
# What is about no case: who may, and to whom it is not known.
OTHERS: dict[str, tuple[dict[str, Any], str, str]] = {
    "help": ({}, "ck" + STAFF, ""),
    "begin": ({"form": "open_case"}, "ck", ""),
    "open_case": ({}, "ck", ""),
    "list_cases": ({}, "cketvom", ""),
    "show_queue": ({}, "etvom", ""),
    "ask_quota": ({}, "cketvom", ""),
    "ask_quota/named": ({"partner_id": "northwind"}, "c" + STAFF, "k"),
    "ask_tam": ({"partner_id": "northwind"}, "c" + STAFF, "k"),
    "list_partners": ({}, "etvom", ""),
    "ask_sign_in": ({}, "ck" + STAFF, ""),
    # The web chat has no workspaces: test_link.py says what comes of codes where there are some.
    "link_workspace": ({"code": "7KQ2-M9XD-4TPW"}, "", ""),
    "begin/link": ({"form": "link_workspace"}, "", ""),
    "keep_draft": ({"draft": encode(an_opening())}, "ck", ""),
    "set_duty": ({"on": True}, STAFF, ""),
    # Who may not even read it is answered as for a message that does not exist: nothing happens.
    "edit_message": ({"source": "web::1", "text": "Down!"}, "ck", ""),
    "delete_message": ({"source": "web::1"}, "ck", ""),
}


class Undone(Exception):
    """Carries what came of a rehearsal out of its transaction, which is rolled back by it."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result


class Rehearsal:
    """A desk on which everything happens, and nothing is kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        async def undone(uow: UnitOfWork) -> None:
            raise Undone(await work(uow))

        try:
            await self._desk.run(undone)
        except Undone as undo:
            result: T = undo.result  # type: ignore[assignment]  # what `work` returned
            return result
        raise AssertionError("a rehearsal is always undone")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage() -> AsyncIterator[Talk]:
    """Seven cases of Northwind's, one in each state, every one re-graded and remarked upon."""
    async with await StoredDesk.open("sqlite://:memory:", patience=30) as desk:
        await desk.run(world.settle)
        talk = Talk(desk)
        tess = world.vendor("tess", "Tess Moor", Role.TAM)
        duke = world.vendor("duke", "Duke Hall", Role.DUTY_MANAGER)
        for person in (tess, duke):
            await desk.run(lambda uow, p=person: uow.people.put_person(p))  # type: ignore[misc]
        for number, state in enumerate(State, 1001):
            await talk.opens("nora", "production_down")
            await prepared(talk, number, state)
        talk.router = Router(Rehearsal(desk), lambda: talk.catalog, "https://desk.example")
        yield talk


async def prepared(talk: Talk, number: int, state: State) -> None:
    """A case, brought into a state."""
    grade = {"severity": "production_exception", "reason": "In part."}
    steps: list[tuple[str, str, dict[str, str]]] = [
        ("mei", "regrade_case", grade),
        ("mei", "say", {"side": "engineers", "text": "Remark"}),
        ("nora", "say", {"side": "partner", "text": "Down", "source": f"web::{number - 1000}"}),
    ]
    resolve: tuple[str, str, dict[str, str]] = ("mei", "resolve_case", {"text": "Fixed."})
    ways: dict[State, list[tuple[str, str, dict[str, str]]]] = {
        State.NEW: [],
        State.WORKING: [("mei", "claim_case", {})],
        State.WAITING: [("mei", "wait_on_partner", {"question": "When?"})],
        State.RESOLVED: [resolve],
        State.CONFIRMED: [resolve, ("nora", "confirm_case", {"rating": "5"})],
        State.WITHDRAWN: [("nora", "withdraw_case", {})],
        State.REJECTED: [("mei", "reject_case", {"ground": "out_of_scope", "text": "No."})],
    }
    for who, name, fields in steps + ways[state]:
        answer = await talk.does(who, build(name, {"case_id": number, **fields}))
        assert answer.accepted, text(answer)
    assert (await talk.case(number)).state is state


def outcome(answer: Answer) -> str:
    """What came of it, in one word."""
    if answer.accepted:
        return "allowed"
    view = answer.replies[0].view
    assert isinstance(view, RefusalView), text(answer)
    refusal: Refusal = view.refusal
    kinds = {NotKnown: "not known", NotAllowed: "not allowed", Stale: "stale"}
    return kinds[type(refusal)]


def expected(letter: str, state: str, may: str, fresh: str, unknown: str) -> str:
    if letter == "?" or letter in unknown:
        return "not known"
    if letter not in may:
        return "not allowed"
    return "allowed" if state in fresh else "stale"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [*ABOUT, *(f"begin/{form}" for form in FORMS)])
async def test_rights_about_a_case(stage: Talk, name: str, state: str) -> None:
    kind, _, detail = name.partition("/")
    fields, may, fresh, unknown = ABOUT[detail if kind == "begin" else name]
    case_id = 1001 + ALL.index(state)
    given: dict[str, Any] = {"form": detail} if kind == "begin" else dict(fields)
    if kind == "send_to_partner":
        notes = await stage.desk.run(lambda uow: uow.messages.of(case_id))
        given = {"message_id": notes[0].id}
    intent = build(kind, {"case_id": case_id, **given})
    before = await stage.case(case_id)
    for letter, who in PEOPLE.items():
        if (name, letter) == ("say/outside", "c"):
            # The partner's own people write there too, and for longer.
            hoped = "allowed" if state in OPEN + "R" else "stale"
        else:
            hoped = expected(letter, state, may, fresh, unknown)
        answer = await stage.does(who, intent)
        assert outcome(answer) == hoped, (who, text(answer))
    assert await stage.case(case_id) == before


@pytest.mark.parametrize("name", OTHERS)
async def test_rights_about_no_case(stage: Talk, name: str) -> None:
    fields, may, unknown = OTHERS[name]
    kind = name.partition("/")[0]
    for letter, who in PEOPLE.items():
        intent = an_opening("guidance") if kind == "open_case" else build(kind, fields)
        answer = await stage.does(who, intent)
        assert outcome(answer) == expected(letter, "N", may, "N", unknown), (who, text(answer))


def test_the_table_leaves_no_intent_out() -> None:
    assert {name.partition("/")[0] for name in {*ABOUT, *OTHERS}} == set(INTENTS)


async def test_a_case_that_does_not_exist_is_known_to_nobody(stage: Talk) -> None:
    for name, (fields, *_) in ABOUT.items():
        intent = build(name.partition("/")[0], {**fields, "case_id": 4711})
        for who in PEOPLE.values():
            assert outcome(await stage.does(who, intent)) == "not known", (name, who)


async def test_a_contact_whose_partner_is_another_one_now_sees_nothing_of_the_old(
    stage: Talk,
) -> None:
    nora = next(p for p in world.PEOPLE if p.id == "nora")
    moved = replace(nora, partner_id="contoso")
    await stage.desk.run(lambda uow: uow.people.put_person(moved))
    try:
        answer = await stage.does("nora", build("show_case", {"case_id": 1001}))
        assert outcome(answer) == "not known"
    finally:
        await stage.desk.run(lambda uow: uow.people.put_person(nora))


def test_tags_are_the_names_of_the_classes() -> None:
    assert {tag(kind): kind for kind in INTENTS.values()} == INTENTS
