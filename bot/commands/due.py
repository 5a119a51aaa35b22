"""`partnerdesk due`: when would an answer be due, when would whom be told, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import catalog_of, instant
from bot.commands.refusing import Refused
from desk.promise import MetBy, Pause
from handlers.views.words import exactly
from sla import clock
from sla.calendar import Stretch
from sla.explain import Explanation, Span, explain
from sla.ladder import Rung, rungs
from sla.plans import Plan, Program, Target

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_MET_BY = {MetBy.ACCEPTED: "acceptance", MetBy.FIRST_REPLY: "first reply"}


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A promise, worked out: its due time, its rungs, and every stretch on the way."""

    program: Program
    plan: Plan
    target: Target
    opened: datetime
    due: datetime
    provisional: bool
    rungs: tuple[Rung, ...]
    why: Explanation


@app.command()
def due(
    program: str = typer.Option(..., "--program", "-p", help="The program's key."),
    plan: str = typer.Option(..., "--plan", "-l", help="The plan's key."),
    severity: str = typer.Option(..., "--severity", "-s", help="The severity's key."),
    opened: str = typer.Option(..., "--opened", "-o", help="When it is opened (ISO 8601)."),
    paused: list[str] = typer.Option([], "--paused", help="A pause, FROM/TO (ISO 8601)."),
    country: str = typer.Option("", "--country", help="The partner's, if not the home country."),
    as_json: bool = typer.Option(False, "--json", help="For machines."),
) -> None:
    """When is an answer due, when is who told before that, and why.

    A time without a zone is taken as the program's home time.
    """
    reckoned = _reckon(program, plan, severity, opened, paused, country)
    if as_json:
        printing.as_json(_facts(reckoned))
    else:
        _print(reckoned)


def _reckon(
    program_key: str, plan_key: str, severity: str, opened: str, paused: list[str], country: str
) -> _Reckoned:
    catalog = catalog_of(config.read())
    program = catalog.program(program_key)
    plan = catalog.plan(program_key, plan_key)
    target = catalog.target(program_key, plan_key, severity)
    calendar = catalog.calendar_named(program_key, target.calendar)
    at = _at(opened, program, "--opened")
    within = program.within(target, plan, country or program.home_country)
    cycle = clock.start(1, at, severity, within, calendar, target.met_by, plan.ladder)
    cycle = replace(cycle, pauses=_pauses(paused, program, at))
    cycle = clock.wind(cycle, calendar, plan.ladder, at)
    return _Reckoned(
        program=program,
        plan=plan,
        target=replace(target, within=within),
        opened=at,
        due=cycle.due_at,
        provisional=cycle.provisional,
        rungs=rungs(cycle, calendar, plan.ladder),
        why=explain(cycle, calendar, cycle.due_at),
    )


def _at(text: str, program: Program, option: str) -> datetime:
    at, assumed = instant(text, program.home_zone, option)
    if assumed:
        printing.note(f"{option} {text} has no zone: taken as {program.home_name} time.")
    return at


def _pauses(texts: list[str], program: Program, opened: datetime) -> tuple[Pause, ...]:
    pauses = []
    for text in texts:
        start, slash, end = text.partition("/")
        if not slash:
            raise Refused(f'--paused: "{text}" is no pause. Write its two ends as FROM/TO.')
        first, last = (_at(one, program, "--paused") for one in (start, end))
        if last <= first:
            raise Refused(f'--paused: "{text}" ends before it begins.')
        if first < opened:
            raise Refused(f'--paused: "{text}" begins before the case is opened.')
        pauses.append(Pause(first, last))
    pauses.sort(key=lambda pause: pause.start)
    for one, other in pairwise(pauses):
        if one.end is not None and other.start < one.end:
            raise Refused("--paused: two pauses overlap. Write one that covers both.")
    return tuple(pauses)


def _facts(reckoned: _Reckoned) -> dict[str, object]:
    return {
        "program": reckoned.program.key,
        "plan": reckoned.plan.key,
        "severity": reckoned.target.severity,
        "opened": printing.iso(reckoned.opened),
        "target_seconds": int(reckoned.target.within.total_seconds()),
        "calendar": reckoned.target.calendar,
        "met_by": reckoned.target.met_by.value,
        "due": printing.iso(reckoned.due),
        "provisional": reckoned.provisional,
        "rungs": [{"rung": r.key, "at": printing.iso(r.at)} for r in reckoned.rungs],
        "stretches": [
            {
                "start": printing.iso(span.start),
                "end": printing.iso(span.end),
                "kind": span.kind.value,
                "seconds": _seconds(span.end, span.start),
            }
            for span in reckoned.why.stretches
        ],
    }


def _length(span: Span) -> str:
    """Working time in hours, however long; what does not count in days as well."""
    length = span.end - span.start
    return exactly(length) if span.kind is Stretch.COUNTED else printing.exactly(length)


def _seconds(end: datetime, start: datetime) -> int | float:
    seconds = (end - start).total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _print(reckoned: _Reckoned) -> None:
    program, plan, target = reckoned.program, reckoned.plan, reckoned.target
    zone, name = program.home_zone, program.home_name
    severity = program.severity(target.severity)
    calendar = program.calendars[target.calendar].name
    words = severity.name if severity else target.severity
    typer.echo(
        f"{plan.name} promises the {_MET_BY[target.met_by]} for {words} in less than "
        f"{exactly(target.within)}, in {calendar}."
    )
    typer.echo(f"Opened {printing.moment(reckoned.opened, zone, name)}")
    typer.echo(f"Due    {printing.moment(reckoned.due, zone, name)}")
    if reckoned.provisional:
        typer.echo("       provisional: the holidays of that year are not published yet")
    typer.echo(f"\nWho is told, and when ({name} time):")
    printing.table(
        [(f"  {r.key}", printing.local(r.at, zone), ", ".join(r.tell)) for r in reckoned.rungs]
    )
    typer.echo(f"\nWhy it is due then ({name} time):")
    printing.table(
        [
            (
                f"  {printing.local(span.start, zone)}",
                printing.local(span.end, zone),
                span.kind.value,
                _length(span),
            )
            for span in reckoned.why.stretches
        ]
    )
    typer.echo(f"  Counted: {exactly(reckoned.why.counted)}")
