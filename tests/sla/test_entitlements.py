"""Who may open what, what it takes, and when the quota is whole again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.case import Category, Ground
from desk.events import Claimed, Event, Rejected, Resolved, Withdrawn
from desk.records import QuotaUse
from sla.entitlements import (
    Allowed,
    Left,
    Refused,
    Usage,
    gives_back,
    left,
    may_open,
    next_usage,
    span,
)
from sla.plans import Plan, Program
from tests.sla.programs import (
    ADVANCED,
    BASIC,
    CERTIFIED,
    NOW,
    PREFERRED,
    PREMIER,
    PSP,
    SERVICE,
    SPP,
    STANDARD,
    TECHNICAL,
    period,
    quota_of,
    utc,
)

# --- may a case be opened -------------------------------------------------------------------------

NOTHING = Usage(used=30)


@pytest.mark.parametrize(
    ("program", "plan", "category", "severity", "usage", "takes"),
    [
        (PSP, BASIC, SERVICE, "service_request", Usage(), "none"),
        (PSP, STANDARD, SERVICE, "service_request", Usage(), "none"),
        (PSP, STANDARD, SERVICE, "service_request", NOTHING, "none"),
        (PSP, PREMIER, SERVICE, "service_request", Usage(), "none"),
        (PSP, STANDARD, TECHNICAL, "production_down", Usage(), "plan"),
        (PSP, STANDARD, TECHNICAL, "guidance", Usage(used=29), "plan"),
        # Units of the plan are used before those of a package.
        (PSP, STANDARD, TECHNICAL, "guidance", Usage(used=29, packages_left=10), "plan"),
        (PSP, STANDARD, TECHNICAL, "guidance", Usage(used=30, packages_left=1), "package"),
        (PSP, STANDARD, TECHNICAL, "guidance", Usage(used=31, packages_left=1), "package"),
        (PSP, PREMIER, TECHNICAL, "core_production_down", Usage(used=9999), "none"),
        (SPP, CERTIFIED, TECHNICAL, "critical", Usage(used=14), "plan"),
        (SPP, PREFERRED, TECHNICAL, "inquiry", Usage(used=59), "plan"),
        (SPP, ADVANCED, TECHNICAL, "critical", Usage(used=9999), "none"),
    ],
)
def test_a_case_that_may_be_opened(
    program: Program, plan: Plan, category: Category, severity: str, usage: Usage, takes: str
) -> None:
    answer = may_open(program, plan, category, severity, usage, period(plan, program))
    assert answer == Allowed(takes)  # type: ignore[arg-type]


def refused(
    program: Program,
    plan: Plan,
    category: Category,
    severity: str,
    usage: Usage = NOTHING,
) -> tuple[str, str, str, str, datetime | None]:
    answer = may_open(program, plan, category, severity, usage, period(plan, program))
    assert isinstance(answer, Refused)
    said = answer.refusal
    return said.code, said.what, said.why, said.next_step, said.until


ASK = (
    "Ask your partner manager to change your plan; "
    "the price for the rest of the term is quoted first."
)
APPLY = "Ask your partner manager how to apply for a higher level."


def test_basic_has_no_technical_cases() -> None:
    assert refused(PSP, BASIC, TECHNICAL, "guidance") == (
        "entitlement.category",
        "Basic does not cover technical cases, so this one was not opened.",
        "Standard and Premier do: each plan pays for the work that it includes.",
        f"Open a service case. {ASK}",
        None,
    )


def test_the_hotline_has_no_service_cases() -> None:
    assert refused(SPP, ADVANCED, SERVICE, "critical") == (
        "entitlement.category",
        "Advanced does not cover service cases, so this one was not opened.",
        "No plan of Solution Partner Program does: each plan pays for the work that it includes.",
        f"Open a technical case. {APPLY}",
        None,
    )


def test_a_plan_that_offers_nothing_still_says_what_to_do() -> None:
    empty = replace(BASIC, severities_offered=(), targets={})
    assert refused(PSP, empty, TECHNICAL, "guidance")[3] == ASK


def test_standard_has_no_core_production_down() -> None:
    assert refused(PSP, STANDARD, TECHNICAL, "core_production_down", Usage()) == (
        "entitlement.severity",
        'Standard does not offer "core production down", so this case was not opened.',
        "Premier does: experts are kept free for each promise that is made.",
        f'Choose "production down" (first reply in under 30 min). {ASK}',
        None,
    )


def test_a_severity_of_the_other_category_is_explained() -> None:
    code, what, why, step, _ = refused(PSP, STANDARD, SERVICE, "guidance")
    assert code == "entitlement.severity"
    assert what == 'Standard does not offer "guidance", so this case was not opened.'
    assert why == "It is a severity of technical cases, and this is a service case."
    assert step == f'Choose "service request" (accepted in under 7 h). {ASK}'


def test_a_severity_that_nobody_knows_is_refused() -> None:
    _, what, why, step, _ = refused(PSP, STANDARD, TECHNICAL, "meltdown")
    assert what == 'Standard does not offer "meltdown", so this case was not opened.'
    assert why.startswith("No plan of Partner Support Plans does")
    assert step.startswith('Choose "production down"')


def test_the_nearest_severity_is_not_above_the_one_asked_for() -> None:
    few = {key: PREMIER.targets[key] for key in ("core_production_down", "system_exception")}
    offered = tuple(s for s in PREMIER.severities_offered if s.key in few)
    plan = replace(PREMIER, targets=few, severities_offered=offered)
    for asked, nearest in (
        ("production_down", "system exception"),
        ("guidance", "system exception"),
    ):
        assert refused(PSP, plan, TECHNICAL, asked)[3].startswith(f'Choose "{nearest}"')


def test_with_nothing_left_the_reset_and_the_way_to_buy_are_told() -> None:
    assert refused(PSP, STANDARD, TECHNICAL, "production_down") == (
        "entitlement.quota",
        "0 of 30 technical cases are left this month, so this one was not opened.",
        "Standard includes 30 a month, so that every partner is answered in the promised time. "
        "All 30 are back on Tuesday 1 December 2026 00:00, Beijing time.",
        "Ask your partner manager for a package of 10 cases: it holds from the moment it is paid "
        "until the end of this month.",
        utc("2026-11-30T16:00"),
    )
    code, what, why, step, until = refused(SPP, CERTIFIED, TECHNICAL, "inquiry", Usage(used=15))
    assert what == "0 of 15 technical cases are left this year, so this one was not opened."
    assert why.endswith("All 15 are back on Monday 15 March 2027 00:00, Beijing time.")
    assert "Preferred level" in step
    assert (code, until) == ("entitlement.quota", utc("2027-03-14T16:00"))


def test_named_severities_can_be_accepted_and_owed() -> None:
    quota = replace(
        quota_of(STANDARD),
        when_exhausted="accept_and_owe",
        owed_severities=("production_down",),
    )
    plan = replace(STANDARD, quota=quota)
    month = period(plan)
    assert may_open(PSP, plan, TECHNICAL, "production_down", NOTHING, month) == Allowed("owed")
    assert refused(PSP, plan, TECHNICAL, "guidance")[3].startswith(
        'A case of "production down" is accepted all the same and owed. Ask your '
    )
    # The switch alone decides: named severities are refused while it says "refuse".
    off = replace(plan, quota=replace(quota, when_exhausted="refuse"))
    step = refused(PSP, off, TECHNICAL, "production_down")[3]
    assert step.startswith("Ask your partner manager for a package")


def test_a_quota_that_is_used_up_needs_its_period() -> None:
    with pytest.raises(ValueError, match="needs its period"):
        may_open(PSP, STANDARD, TECHNICAL, "guidance", NOTHING, None)


@given(used=st.integers(0, 40), bought=st.integers(0, 3), asked=st.integers(0, 60))
def test_however_many_are_opened_the_rest_is_never_negative(
    used: int, bought: int, asked: int
) -> None:
    usage, opened = Usage(used, bought * 10), 0
    before = left(STANDARD.quota, usage).total
    for _ in range(asked):
        match may_open(PSP, STANDARD, TECHNICAL, "guidance", usage, period(STANDARD)):
            case Allowed("plan"):
                usage = replace(usage, used=usage.used + 1)
            case Allowed("package"):
                usage = replace(usage, packages_left=usage.packages_left - 1)
            case _:
                assert left(STANDARD.quota, usage).total == 0
                continue
        opened += 1
    assert opened == min(asked, before)
    assert left(STANDARD.quota, usage).total == before - opened


# --- what is left ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "rest"),
    [
        (Usage(), Left(30, 0)),
        (Usage(used=18), Left(12, 0)),
        (Usage(used=30, packages_left=7), Left(0, 7)),
        (Usage(used=31), Left(0, 0)),
        (Usage(used=5, packages_left=-1), Left(25, 0)),
    ],
)
def test_what_is_left(usage: Usage, rest: Left) -> None:
    assert left(STANDARD.quota, usage) == rest
    assert rest.total == rest.plan_left + rest.package_left


def test_a_plan_without_a_quota_has_no_limit() -> None:
    assert left(None, Usage(used=500)) == Left(unlimited=True)


def test_the_counters_of_the_ledger_become_usage() -> None:
    assert Usage.of(QuotaUse(30, 20, 4, 2)) == Usage(used=30, packages_left=16, owed=2)
    assert Usage.of(QuotaUse(0, 0, 1, 0)) == Usage()


def test_the_next_period_discards_packages_and_pays_what_is_owed() -> None:
    quota = quota_of(STANDARD)
    assert next_usage(quota, Usage(used=30, packages_left=9)) == Usage()
    assert next_usage(quota, Usage(used=30, owed=3)) == Usage(used=3)
    assert next_usage(quota, Usage(used=30, owed=33)) == Usage(used=30, owed=3)


AT = NOW


@pytest.mark.parametrize(
    ("events", "back"),
    [
        ([], False),
        ([Rejected(1, "e", AT, Ground.DUPLICATE.value, 2)], True),
        ([Rejected(1, "e", AT, Ground.OUT_OF_SCOPE.value, None)], True),
        ([Rejected(1, "e", AT, "rude", None)], False),
        ([Withdrawn(1, "c", AT, unclaimed=True)], True),
        ([Withdrawn(1, "c", AT, unclaimed=False)], False),
        ([Claimed(1, "e", AT), Resolved(1, "e", AT)], False),
        ([Claimed(1, "e", AT), Rejected(1, "e", AT, "duplicate", 2)], True),
    ],
)
def test_what_gives_a_unit_back(events: list[Event], back: bool) -> None:
    assert gives_back(events) is back


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(900, "15 min"), (10800, "3 h"), (5400, "1 h 30 min"), (90, "1 min 30 s"), (0, "0 min")],
)
def test_a_length_in_words(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words
