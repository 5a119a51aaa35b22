"""A bad program file is refused when it is loaded, with file, line, key and reason.

In the tables below an edit puts `#!` on the line that must be named.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sla.catalog import Catalog
from sla.ladder import Tell
from sla.toml_source import BadFile
from tests.sla.program_file import GOOD, edited, faults, load


def test_the_file_that_the_edits_start_from_is_good(tmp_path: Path) -> None:
    plan = load(tmp_path, GOOD).plan("demo", "one")
    assert {key: target.within for key, target in plan.targets.items()} == {
        "down": timedelta(minutes=30),
        "slow": timedelta(hours=7),
        "request": timedelta(hours=14),
    }
    assert plan.ladder.repeat_times == 0


DURATION = 'such as "30 min", "3 h" or "1 working day"'


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        # Durations.
        (
            'down = "30 min"',
            "down = 30 #!",
            "plans.one.targets.down",
            f"must be a duration in quotes, {DURATION}",
        ),
        *(
            (
                'within = "1 working day" }',
                f'within = "{words}" }} #!',
                "plans.one.targets.slow.within",
                f'"{words}" is not a duration: write whole numbers with a unit, {DURATION}',
            )
            for words in ("", "soon", "30", "min", "1.5 h", "-3 h", "30 min,", "1 day", "3 hh")
        ),
        ('"30 min"', '"0 min" #!', "plans.one.targets.down", "must be longer than nothing"),
        *(
            (
                '"30 min"',
                f'"{words}" #!',
                "plans.one.targets.down",
                f'"{words}" is longer than a year',
            )
            for words in ("8785 h", "367 working days", "1000000000 s")
        ),
        (
            'name = "One"',
            'name = "One"\nremote_region_grace = "1 working day" #!',
            "plans.one.remote_region_grace",
            "cannot be given in working days here: write hours or minutes",
        ),
        (
            'down = "30 min"',
            'down = { within = "1 working day", calendar = "always" } #!',
            "plans.one.targets.down.within",
            '"24/7" has no working days: write hours',
        ),
        (
            'down = "30 min"',
            'down = "800 h" #!',
            "plans.one.targets.down",
            'takes more than 52 weeks of the working time of "office"',
        ),
        # Keys that point at something.
        (
            'calendar = "office"',
            'calendar = "offce" #!',
            "plans.one.calendar",
            'there is no calendar "offce"; known are always, office',
        ),
        (
            'slow = { within = "1 working day" }',
            'slow = { within = "1 h", calendar = "x" } #!',
            "plans.one.targets.slow.calendar",
            'there is no calendar "x"; known are always, office',
        ),
        (
            'down = "30 min"',
            'down = "30 min"\nloud = "1 h" #!',
            "plans.one.targets.loud",
            'there is no severity "loud"; known are down, slow, request',
        ),
        (
            '[plans.one.targets]\ndown = "30 min"',
            "[plans.one.targets] #!",
            "plans.one.targets.down",
            "is missing: give it a target, or name it in not_offered",
        ),
        (
            'name = "One"',
            'name = "One"\nnot_offered = ["slow"] #!',
            "plans.one.not_offered[1]",
            '"slow" has a target as well: it is offered, or it is not',
        ),
        (
            'name = "One"',
            'name = "One"\nnot_offered = [\n"x", #!\n]',
            "plans.one.not_offered[1]",
            'there is no severity "x"; known are down, slow, request',
        ),
        # Severities.
        (
            'mark = "dot"',
            'mark = "circle" #!',
            "severities.request.mark",
            '"circle" is the mark of slow already: every severity has its own',
        ),
        (
            'mark = "circle"',
            'mark = "star" #!',
            "severities.slow.mark",
            'must be one of "octagon", "triangle", "diamond", "circle", "square" or "dot"',
        ),
        (
            'meaning = "It is slow."',
            'meaning = " " #!',
            "severities.slow.meaning",
            "must not be empty",
        ),
        (
            "[severities.slow]",
            "[severities.Slow] #!",
            "severities.Slow",
            "must be a key: lower-case letters, digits and _, a letter first",
        ),
        # Home.
        (
            'zone = "Asia/Shanghai"',
            'zone = "Asia/Peking" #!',
            "home.zone",
            'there is no time zone "Asia/Peking"',
        ),
        (
            'country = "CN"',
            'country = "China" #!',
            "home.country",
            'must be a country of two capital letters, such as "CN"',
        ),
        # The ladder.
        (
            "percent = 90",
            "percent = 50 #!",
            "ladder.steps[2].percent",
            "the steps must rise, from 1 to 99 percent",
        ),
        *(
            ("percent = 90", f"percent = {n} #!", "ladder.steps[2].percent", reason)
            for n, reason in (("0", "must be 1 or more"), ("100", "must be 99 or less"))
        ),
        (
            'tell = ["tam"]',
            'tell = ["boss"] #!',
            "ladder.steps[2].tell[1]",
            'must be one of "owner_or_channel", "channel", "engineers", "tam" or "duty_manager"',
        ),
        ('tell = ["tam"]', "tell = [] #!", "ladder.steps[2].tell", "must have 1 or more in it"),
        (
            "[ladder.breach]",
            '[ladder.breach] #!\nrepeat_every = "30 min"',
            "ladder.breach.repeat_times",
            "is missing: repeats need both keys, or neither",
        ),
        (
            "[ladder.breach]",
            "[ladder.breach] #!\nrepeat_times = 3",
            "ladder.breach.repeat_every",
            "is missing: repeats need both keys, or neither",
        ),
        (
            "[ladder.breach]",
            '[ladder.breach]\nrepeat_times = 3\nrepeat_every = "0 s" #!',
            "ladder.breach.repeat_every",
            "must be longer than nothing",
        ),
        # The quota.
        (
            'period = "month"',
            'period = "week" #!',
            "plans.one.quota.period",
            'must be one of "month" or "year"',
        ),
        ("units = 3", "units = -1 #!", "plans.one.quota.units", "must be 0 or more"),
        (
            "[plans.one.quota]",
            '[plans.one.quota] #!\nwhen_exhausted = "accept_and_owe"',
            "plans.one.quota.owed_severities",
            "is missing: name the severities that are accepted and owed",
        ),
        *(
            (
                "[plans.one.quota]",
                f'[plans.one.quota]\nowed_severities = ["down", "{key}"] #!',
                "plans.one.quota.owed_severities[2]",
                reason,
            )
            for key, reason in (
                ("x", 'there is no severity "x"; known are down, slow, request'),
                ("request", '"request" is not offered here, or does not count'),
            )
        ),
        (
            "[plans.one.quota]",
            '[plans.one.quota]\npackage_price = "5" #!',
            "plans.one.quota.package_price",
            'must be an amount with its currency, such as "1000.00 USD"',
        ),
        # The hours of a TAM.
        (
            'name = "One"',
            'name = "One"\ntam_hours = { weekdays = ["monday"], hours = "09:00-17:00" } #!',
            "plans.one.tam_hours",
            "belongs to a plan with tam = true",
        ),
        (
            'name = "One"',
            'name = "One"\ntam = true\n'
            'tam_hours = { weekdays = ["monday"], hours = "17:00-09:00" } #!',
            "plans.one.tam_hours.hours",
            "ends before it starts",
        ),
        # What is misspelt, or absent.
        (
            'name = "One"',
            'name = "One"\nqouta = 3 #!',
            "plans.one.qouta",
            'is not a known key; did you mean "quota"?',
        ),
        ('[plans.one]\nname = "One"', "[plans.one] #!", "plans.one.name", "is missing"),
    ],
)
def test_each_kind_of_fault(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    text, line = edited(old, new)
    assert faults(tmp_path, text) == [("demo.toml", line, key, reason)]


def test_a_plan_may_have_a_ladder_of_its_own_and_repeat_to_others(tmp_path: Path) -> None:
    own = (
        '[plans.one.ladder.breach]\ntell = ["tam"]\nrepeat_tell = ["duty_manager"]\n'
        'repeat_every = "90 s"\nrepeat_times = 2\n'
    )
    catalog = load(tmp_path, GOOD + own)
    ladder = catalog.plan("demo", "one").ladder
    assert ladder.steps == ()
    assert (ladder.breach, ladder.repeat) == ((Tell.TAM,), (Tell.DUTY_MANAGER,))
    assert (ladder.repeat_every, ladder.repeat_times) == (timedelta(seconds=90), 2)
    assert catalog.program("demo").ladder.breach == (Tell.CHANNEL,)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("key = \n", "utf-8")
    (tmp_path / "b.toml").write_text(
        GOOD.replace('calendar = "office"', 'calendar = "x"').replace('"circle"', '"dot"'), "utf-8"
    )
    (tmp_path / ".#c.toml").write_text("an editor's lock", "utf-8")
    with pytest.raises(BadFile) as caught:
        load(tmp_path, GOOD.replace('name = "Demo"', "name = 3"))
    assert str(caught.value).splitlines() == [
        "a.toml:1: is not TOML: Invalid value",
        'b.toml:28: severities.request.mark: "dot" is the mark of slow already: '
        "every severity has its own",
        'b.toml:54: plans.one.calendar: there is no calendar "x"; known are always, office',
        'demo.toml:2: name: must be text in quotes, like "this"',
    ]


def test_two_files_cannot_be_the_same_program(tmp_path: Path) -> None:
    (tmp_path / "again.toml").write_text(GOOD, "utf-8")
    assert faults(tmp_path, GOOD) == [
        ("demo.toml", 1, "key", '"demo" is the key of another file\'s program already')
    ]


def test_a_directory_without_a_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"has no program in it: no \*\.toml file"):
        Catalog.load(tmp_path)
