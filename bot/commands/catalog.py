"""`partnerdesk catalog`: check program files before they are used, and show what they promise."""

from __future__ import annotations

from pathlib import Path

import typer

from bot import config
from bot.commands import printing
from bot.commands.at_hand import catalog_of
from desk.case import Category
from handlers.views.words import exactly
from sla import holidays
from sla.catalog import Catalog
from sla.catalog_build import build_program
from sla.plans import Plan, Program
from sla.toml_source import BadFile, Fault, read

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="The programs as data."
)


@app.command()
def check(
    files: list[Path] = typer.Argument(..., help="Program files, or directories of them."),
) -> None:
    """Check files without using them: every fault with its file, line, key and reason."""
    overrides = config.read().holidays
    faults: list[Fault] = []
    keys: dict[str, Path] = {}
    for path in _files(files):
        try:
            source = read(path)
            program, _ = build_program(source, lambda region: holidays.load(region, overrides))
        except BadFile as error:
            faults.extend(error.faults)
            continue
        other = keys.setdefault(program.key, path)
        if other != path:
            reason = f'"{program.key}" is the key of {other.name} already'
            faults.append(source.fault(("key",), reason))
            continue
        typer.echo(f"{path.name}: fine ({program.name}, {len(program.plans)} plans)")
    if faults:
        raise BadFile(faults)


@app.command()
def show(as_json: bool = typer.Option(False, "--json", help="For machines.")) -> None:
    """What the programs in use promise."""
    catalog = catalog_of(config.read())
    if as_json:
        printing.as_json(_facts(catalog))
        return
    for program in catalog.programs.values():
        typer.echo(f"{program.name} ({program.key}), home time {program.home_name}")
        for plan in program.plans.values():
            typer.echo(f"  {plan.name} ({plan.key}), priority {plan.priority_name}")
            printing.table([("    severity", "key", "answer", "counted in"), *_rows(program, plan)])
            typer.echo(f"    {_quota(plan)}")
        typer.echo("")


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.glob("*.toml") if not p.name.startswith("."))
            if not inside:
                raise BadFile([Fault(path.name, 1, "", "has no program in it: no *.toml file")])
            found.extend(inside)
        else:
            found.append(path)
    return found


def _rows(program: Program, plan: Plan) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for severity in plan.severities_offered:
        target = plan.targets[severity.key]
        calendar = program.calendars[target.calendar].name
        within = f"under {exactly(target.within)}"
        rows.append((f"    {severity.name}", severity.key, within, calendar))
    return rows


def _quota(plan: Plan) -> str:
    if plan.quota is None:
        return "No limit of cases." if plan.offers(Category.TECHNICAL) else "Service cases only."
    package = f", packages of {plan.quota.package_units}" if plan.quota.package_units else ""
    return f"{plan.quota.units} technical cases a {plan.quota.period}{package}."


def _facts(catalog: Catalog) -> list[dict[str, object]]:
    return [
        {
            "program": program.key,
            "name": program.name,
            "home_zone": program.home_zone,
            "products": list(program.products),
            "plans": [
                {
                    "plan": plan.key,
                    "name": plan.name,
                    "priority": plan.priority,
                    "tam": plan.tam,
                    "quota": plan.quota
                    and {"units": plan.quota.units, "period": plan.quota.period},
                    "targets": [
                        {
                            "severity": key,
                            "seconds": int(target.within.total_seconds()),
                            "calendar": target.calendar,
                            "met_by": target.met_by.value,
                        }
                        for key, target in plan.targets.items()
                    ],
                }
                for plan in program.plans.values()
            ],
        }
        for program in catalog.programs.values()
    ]
