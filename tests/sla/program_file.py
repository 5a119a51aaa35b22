"""A small good program file, and a way to spoil one line of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sla.catalog import Catalog
from sla.toml_source import BadFile

GOOD = """\
key = "demo"
name = "Demo"
change_plan = "Ask."
languages = ["en"]
products = ["Cloud"]

[home]
zone = "Asia/Shanghai"
name = "Beijing"
country = "CN"

[severities.down]
name = "down"
meaning = "All is down."
category = "technical"
mark = "octagon"

[severities.slow]
name = "slow"
meaning = "It is slow."
category = "technical"
mark = "circle"

[severities.request]
name = "request"
meaning = "A request."
category = "service"
mark = "dot"

[calendars.always]
name = "24/7"
always = true

[calendars.office]
name = "Office"
holidays = "CN"
[calendars.office.hours]
monday = ["09:00-12:00", "13:30-17:30"]
friday = ["09:00-16:00"]

[[ladder.steps]]
percent = 50
tell = ["channel"]
[[ladder.steps]]
percent = 90
tell = ["tam"]
[ladder.breach]
tell = ["channel"]

[plans.one]
name = "One"
priority = 0
priority_name = "high"
calendar = "office"
met_by = "first_reply"
[plans.one.targets]
down = "30 min"
slow = { within = "1 working day" }
request = "2 working days"
[plans.one.quota]
units = 3
period = "month"
counts = ["technical"]
buy = "Ask."
"""


def load(directory: Path, text: str) -> Catalog:
    (directory / "demo.toml").write_text(text, "utf-8")
    return Catalog.load(directory)


def faults(directory: Path, text: str) -> list[tuple[str, int, str, str]]:
    with pytest.raises(BadFile) as caught:
        load(directory, text)
    return [(f.file, f.line, f.key, f.reason) for f in caught.value.faults]


def edited(old: str, new: str) -> tuple[str, int]:
    """The good file with one edit, and the number of the line that is marked."""
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "#!" in line]
    assert len(lines) == 1
    return text, lines[0]
