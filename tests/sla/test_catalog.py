"""The two programs of the catalog hold every number that their documents promise."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal

import pytest

from desk.case import Category
from desk.people import Hours
from desk.promise import MetBy
from sla.catalog import Catalog
from sla.ladder import Ladder, Step, Tell
from sla.plans import Money, Plan, Target

SEVERITIES = {
    "psp": [
        ("core_production_down", "technical", "octagon"),
        ("production_down", "technical", "triangle"),
        ("production_exception", "technical", "diamond"),
        ("system_exception", "technical", "square"),
        ("guidance", "technical", "circle"),
        ("service_request", "service", "dot"),
    ],
    "spp": [
        ("critical", "technical", "octagon"),
        ("major", "technical", "triangle"),
        ("minor", "technical", "diamond"),
        ("inquiry", "technical", "circle"),
    ],
}
# Minutes of working time, the calendar, and what meets the clock; None: not offered.
FIRST, ACCEPTED = MetBy.FIRST_REPLY, MetBy.ACCEPTED
TARGETS = [
    ("psp", "basic", "core_production_down", None),
    ("psp", "basic", "production_down", None),
    ("psp", "basic", "production_exception", None),
    ("psp", "basic", "system_exception", None),
    ("psp", "basic", "guidance", None),
    ("psp", "basic", "service_request", (7 * 60, "home", ACCEPTED)),
    ("psp", "standard", "core_production_down", None),
    ("psp", "standard", "production_down", (30, "always", FIRST)),
    ("psp", "standard", "production_exception", (3 * 60, "always", FIRST)),
    ("psp", "standard", "system_exception", (8 * 60, "always", FIRST)),
    ("psp", "standard", "guidance", (16 * 60, "always", FIRST)),
    ("psp", "standard", "service_request", (7 * 60, "home", ACCEPTED)),
    ("psp", "premier", "core_production_down", (15, "always", FIRST)),
    ("psp", "premier", "production_down", (30, "always", FIRST)),
    ("psp", "premier", "production_exception", (3 * 60, "always", FIRST)),
    ("psp", "premier", "system_exception", (8 * 60, "always", FIRST)),
    ("psp", "premier", "guidance", (16 * 60, "always", FIRST)),
    ("psp", "premier", "service_request", (7 * 60, "home", ACCEPTED)),
    *(
        ("spp", plan, severity, (hours * 60, "home", FIRST))
        for plan in ("certified", "preferred", "advanced")
        for severity, hours in (("critical", 4), ("major", 24), ("minor", 36), ("inquiry", 48))
    ),
]
# Name, priority, its name, TAM, units, period, units a package.
PLANS = [
    ("psp", "basic", "Basic", 2, "none", False, None),
    ("psp", "standard", "Standard", 1, "normal", False, (30, "month", 10)),
    ("psp", "premier", "Premier", 0, "high", True, None),
    ("spp", "certified", "Certified", 1, "normal", False, (15, "year", 0)),
    ("spp", "preferred", "Preferred", 1, "normal", False, (60, "year", 0)),
    ("spp", "advanced", "Advanced", 0, "high", False, None),
]
# Access, amount, unit, period, working days of notice.
ALLOWANCES = [
    ("psp", "basic", "online_videos", ("included", None, "", None, 0)),
    ("psp", "standard", "online_videos", ("included", None, "", None, 0)),
    ("psp", "standard", "key_event_assurance", ("included", 4, "natural day", "year", 5)),
    ("psp", "standard", "architecture_consulting", ("included", 1, "working day", "month", 3)),
    ("psp", "standard", "online_training", ("included", 1, "training", "month", 0)),
    ("psp", "premier", "online_videos", ("included", None, "", None, 0)),
    ("psp", "premier", "key_event_assurance", ("included", 8, "natural day", "year", 5)),
    ("psp", "premier", "architecture_consulting", ("included", 1, "working day", "month", 3)),
    ("psp", "premier", "online_training", ("included", 1, "training", "month", 0)),
    ("psp", "premier", "onsite_training", ("included", 1, "training", "year", 0)),
    ("psp", "premier", "service_report", ("included", 1, "report", "month", 0)),
    ("spp", "certified", "remote_testing", ("included", 4, "test", "year", 0)),
    ("spp", "certified", "onsite_training", ("included", 4, "person", "year", 0)),
    ("spp", "certified", "developer_resources", ("included", None, "", None, 0)),
    ("spp", "certified", "open_lab", ("may_apply", None, "", None, 0)),
    ("spp", "preferred", "remote_testing", ("included", 8, "test", "year", 0)),
    ("spp", "preferred", "onsite_training", ("included", 16, "person", "year", 0)),
    ("spp", "preferred", "developer_resources", ("included", None, "", None, 0)),
    ("spp", "preferred", "open_lab", ("preferred", None, "", None, 0)),
    ("spp", "preferred", "solution_design", ("may_apply", None, "", None, 0)),
    ("spp", "advanced", "remote_testing", ("dedicated", None, "", None, 0)),
    ("spp", "advanced", "onsite_training", ("included", 32, "person", "year", 0)),
    ("spp", "advanced", "developer_resources", ("included", None, "", None, 0)),
    ("spp", "advanced", "open_lab", ("preferred", None, "", None, 0)),
    ("spp", "advanced", "solution_design", ("dedicated", None, "", None, 0)),
    ("spp", "advanced", "partnership_manager", ("dedicated", None, "", None, 0)),
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


def every_plan(catalog: Catalog) -> list[Plan]:
    return [plan for program in catalog.programs.values() for plan in program.plans.values()]


@pytest.mark.parametrize("program", ["psp", "spp"])
def test_severities_stand_from_the_highest_to_the_lowest_each_with_its_shape(
    catalog: Catalog, program: str
) -> None:
    found = catalog.program(program).severities
    assert [(s.key, s.category.value, s.mark) for s in found] == SEVERITIES[program]
    assert [s.rank for s in found] == list(range(len(found)))
    assert all(s.name and s.meaning for s in found)


@pytest.mark.parametrize(("program", "plan", "severity", "promise"), TARGETS)
def test_every_severity_of_every_plan_has_its_documented_target(
    catalog: Catalog,
    program: str,
    plan: str,
    severity: str,
    promise: tuple[int, str, MetBy] | None,
) -> None:
    found = catalog.plan(program, plan).target(severity)
    if promise is None:
        assert found is None
    else:
        minutes, calendar, met_by = promise
        assert found == Target(severity, timedelta(minutes=minutes), calendar, met_by)


def test_the_table_of_targets_is_whole(catalog: Catalog) -> None:
    pairs = [
        (p.program, p.key, key) for p in every_plan(catalog) for key, *_ in SEVERITIES[p.program]
    ]
    assert [row[:3] for row in TARGETS] == pairs


@pytest.mark.parametrize(("program", "key", "name", "priority", "word", "tam", "quota"), PLANS)
def test_priority_tam_and_quota_of_every_plan(
    catalog: Catalog,
    program: str,
    key: str,
    name: str,
    priority: int,
    word: str,
    tam: bool,
    quota: tuple[int, str, int] | None,
) -> None:
    plan = catalog.plan(program, key)
    assert (plan.key, plan.program, plan.name) == (key, program, name)
    assert (plan.priority, plan.priority_name, plan.tam) == (priority, word, tam)
    assert plan.remote_region_grace == timedelta(0)
    if quota is None:
        assert plan.quota is None
        return
    assert plan.quota is not None
    assert (plan.quota.units, plan.quota.period, plan.quota.package_units) == quota
    assert plan.quota.counts == {Category.TECHNICAL}
    assert plan.quota.when_exhausted == "refuse"
    assert plan.counts(Category.TECHNICAL)
    assert not plan.counts(Category.SERVICE)


@pytest.mark.parametrize(("program", "plan", "key", "row"), ALLOWANCES)
def test_allowances_of_every_plan(
    catalog: Catalog, program: str, plan: str, key: str, row: tuple[object, ...]
) -> None:
    one = catalog.plan(program, plan).allowances[key]
    assert (one.access, one.amount, one.unit, one.period, one.notice) == row


def test_the_table_of_allowances_is_whole(catalog: Catalog) -> None:
    found = {
        (plan.program, plan.key, key) for plan in every_plan(catalog) for key in plan.allowances
    }
    assert found == {row[:3] for row in ALLOWANCES}


def test_consulting_lasts_4_and_8_hours_and_assurance_is_for_yearly_subscriptions(
    catalog: Catalog,
) -> None:
    for key, hours in (("standard", 4), ("premier", 8)):
        allowances = catalog.plan("psp", key).allowances
        assert allowances["architecture_consulting"].longest == timedelta(hours=hours)
        assert allowances["key_event_assurance"].yearly_billing_only


def test_what_each_plan_offers(catalog: Catalog) -> None:
    offers = {
        (p.program, p.key): [c.value for c in Category if p.offers(c)] for p in every_plan(catalog)
    }
    assert offers == {
        ("psp", "basic"): ["service"],
        ("psp", "standard"): ["service", "technical"],
        ("psp", "premier"): ["service", "technical"],
        ("spp", "certified"): ["technical"],
        ("spp", "preferred"): ["technical"],
        ("spp", "advanced"): ["technical"],
    }
    standard = catalog.plan("psp", "standard").severities(Category.TECHNICAL)
    assert [s.key for s in standard] == [key for key, *_ in SEVERITIES["psp"][1:5]]


def test_fees_duties_and_the_hours_of_a_tam(catalog: Catalog) -> None:
    fees = {key: plan.fees["year"] for key, plan in catalog.program("spp").plans.items()}
    assert fees == {
        "certified": Money(Decimal(1000), "USD"),
        "preferred": Money(Decimal(2000), "USD"),
        "advanced": Money(Decimal(0), "USD"),
    }
    assert [bool(plan.must) for plan in catalog.program("spp").plans.values()] == [
        False,
        True,
        True,
    ]
    assert catalog.plan("psp", "premier").tam_hours == Hours((0, 1, 2, 3, 4), time(9), time(17))
    assert catalog.plan("psp", "standard").tam_hours is None


def test_home_scope_products_and_languages(catalog: Catalog) -> None:
    for program in catalog.programs.values():
        assert (program.home_zone, program.home_name) == ("Asia/Shanghai", "Beijing")
        assert program.products
        assert program.scope_out
        assert program.languages == ("en", "zh")
    assert len(catalog.program("spp").scope_out) == 7
    assert len(catalog.program("spp").products) == 11
    assert catalog.program("psp").severity("guidance") is catalog.program("psp").severities[4]
    assert catalog.program("psp").severity("critical") is None


def test_the_ladder_of_every_plan(catalog: Catalog) -> None:
    ladder = Ladder(
        steps=(
            Step(50, (Tell.OWNER_OR_CHANNEL,)),
            Step(75, (Tell.CHANNEL, Tell.ENGINEERS), mention=True),
            Step(90, (Tell.CHANNEL, Tell.ENGINEERS, Tell.TAM), mention=True),
        ),
        breach=(Tell.CHANNEL, Tell.TAM, Tell.DUTY_MANAGER),
        repeat_every=timedelta(minutes=30),
        repeat_times=12,
        repeat=(Tell.CHANNEL, Tell.TAM, Tell.DUTY_MANAGER),
    )
    assert all(plan.ladder == ladder for plan in every_plan(catalog))
    assert all(program.ladder == ladder for program in catalog.programs.values())
