"""The form that opens a case: each severity with its meaning and the time that is promised."""

from __future__ import annotations

from collections.abc import Mapping

from desk.case import Category
from desk.people import Coordination
from desk.promise import MetBy
from handlers.fields import LINE, TEXT, TITLE
from handlers.intents import OpenCase
from handlers.promises import Entitlement
from handlers.views import words
from handlers.views.kinds import FormView
from handlers.views.vocabulary import Field, Form, Moment, Option, Words
from sla.plans import Plan, Program, Severity

CATEGORIES = {
    Category.TECHNICAL: ("Technical", "Something does not work, or you need guidance."),
    Category.SERVICE: ("Service", "Account, billing dispute or resource quota. Takes no quota."),
}

COORDINATION = {
    Coordination.INDEPENDENT: (
        "We coordinate it ourselves",
        "Each side supports its own product; the vendor joins when asked.",
    ),
    Coordination.VENDOR: (
        "The vendor coordinates it",
        "The vendor sold the whole solution and answers for it.",
    ),
    Coordination.PARTNER: (
        "We sold the solution and coordinate it",
        "You take the customer's first call and bring cases to the vendor.",
    ),
}


def promise(program: Program, plan: Plan, country: str, severity: Severity) -> str:
    """What the plan promises for a severity: "First reply within 30 min, around the clock"."""
    target = plan.targets[severity.key]
    within = words.hours(program.within(target, plan, country))
    owed = "First reply" if target.met_by is MetBy.FIRST_REPLY else "Accepted"
    calendar = program.calendars[target.calendar]
    when = "around the clock" if calendar.always else f"in {calendar.name}"
    return f"{owed} within {within}, {when}"


def option(
    program: Program, plan: Plan, country: str, severity: Severity, group: str = ""
) -> Option:
    """A severity to be chosen, with its meaning and what is promised for it."""
    name = severity.name[:1].upper() + severity.name[1:]
    help_ = f"{severity.meaning} {promise(program, plan, country, severity)}."
    return Option(severity.key, name, help_, group)


def draw(
    entitlement: Entitlement, intent: OpenCase, faults: Mapping[str, str], error: str
) -> FormView:
    """The form, with what was typed and what is wrong with it."""
    offered = [c for c in CATEGORIES if entitlement.plan.offers(c)]
    category = intent.category or offered[0].value
    fields = (
        Field(
            "category",
            "What kind of case is it?",
            "choice",
            category,
            options=tuple(Option(c.value, *CATEGORIES[c]) for c in offered),
            error=faults.get("category", ""),
        ),
        Field(
            "severity",
            "How bad is it?",
            "cards",
            intent.severity,
            help="Be honest: a case that is re-graded loses the promise first asked for.",
            options=_severities(entitlement, offered),
            error=faults.get("severity", ""),
            depends_on="category",
        ),
        Field(
            "title",
            "Title",
            "text",
            intent.title,
            help="One line that an engineer understands at night.",
            max_length=TITLE,
            error=faults.get("title", ""),
        ),
        Field(
            "description",
            "What happens, and since when?",
            "long",
            intent.description,
            help="Steps, error messages, what you have tried.",
            max_length=TEXT,
            error=faults.get("description", ""),
        ),
        *_about(entitlement, intent, faults),
    )
    return FormView(
        title="Open a case",
        form=Form(intent, fields, "Open case", cost(entitlement), error),
        lead=_lead(entitlement),
    )


def _about(
    entitlement: Entitlement, intent: OpenCase, faults: Mapping[str, str]
) -> tuple[Field, ...]:
    program = entitlement.program
    return (
        Field(
            "product",
            "Product",
            "search",
            intent.product,
            options=tuple(Option(p, p) for p in program.products),
            error=faults.get("product", ""),
        ),
        Field(
            "customer",
            "Customer affected",
            "text",
            intent.customer,
            help="Leave it empty if no customer is affected.",
            required=False,
            max_length=LINE,
            error=faults.get("customer", ""),
        ),
        Field(
            "coordination",
            "Who coordinates?",
            "choice",
            intent.coordination,
            options=tuple(Option(c.value, *COORDINATION[c]) for c in Coordination),
            error=faults.get("coordination", ""),
        ),
        Field(
            "language",
            "Language",
            "choice",
            intent.language,
            options=tuple(Option(code, words.language(code)) for code in program.languages),
            error=faults.get("language", ""),
        ),
        Field(
            "files",
            "Files",
            "files",
            help="Logs or screenshots, up to 25 MB each.",
            required=False,
        ),
    )


def _severities(entitlement: Entitlement, offered: list[Category]) -> tuple[Option, ...]:
    program, plan = entitlement.program, entitlement.plan
    country = entitlement.partner.country
    return tuple(
        option(program, plan, country, severity, category.value)
        for category in offered
        for severity in plan.severities(category)
    )


def _lead(entitlement: Entitlement) -> Words:
    """What is left of the quota, before anything is typed."""
    quota, period = entitlement.plan.quota, entitlement.period
    if quota is None or period is None:
        only = "" if entitlement.plan.offers(Category.TECHNICAL) else "service cases only, "
        return (f"{entitlement.plan.name}: {only}no limit on cases.",)
    until = Moment(period.end, entitlement.program.home_zone, entitlement.program.home_name)
    whole = quota.units + entitlement.use.package_units
    counted = " and ".join(sorted(quota.counts))
    return (f"{entitlement.left.total} of {whole} {counted} cases left until ", until, ".")


def cost(entitlement: Entitlement) -> Words:
    """What sending costs, shown before the button."""
    quota = entitlement.plan.quota
    if quota is None:
        return ()
    counted = " or ".join(sorted(quota.counts))
    others = [c for c in CATEGORIES if entitlement.plan.offers(c) and c not in quota.counts]
    free = f" A {others[0].value} case takes none." if others else ""
    if not entitlement.left.total:
        return (f"No {counted} case is left this {quota.period}. {quota.buy}{free}",)
    return (f"A {counted} case takes 1 of the {entitlement.left.total} left.{free}",)
