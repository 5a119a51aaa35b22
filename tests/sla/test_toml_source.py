"""A file with faults is refused, and every fault names its line, its key and the reason."""

from __future__ import annotations

import string
import tomllib
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field

from sla.toml_source import BadFile, Fault, Table, dotted, read, validate


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def is_even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


class Leaf(Table):
    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    number: Annotated[int, Field(ge=0, le=10)] = 0
    even: Annotated[int, AfterValidator(is_even)] = 0
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    on: bool = False
    day: date | None = None
    hour: time | None = None
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    words: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    many: Annotated[list[int] | None, Field(min_length=1)] = None


class Root(Table):
    key: str
    leaf: Leaf = Leaf()
    leaves: tuple[Leaf, ...] = ()
    by_key: dict[str, Leaf] = Field(default_factory=dict)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "a.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def faults(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(BadFile) as caught:
        validate(path, Root)
    assert all(fault.file == path.name for fault in caught.value.faults)
    return [(fault.line, fault.key, fault.reason) for fault in caught.value.faults]


def test_a_good_file_becomes_its_model(write: Any) -> None:
    path = write(
        'key = "k"\n[leaf]\nday = 2026-03-15\nhour = 09:30:00\n'
        'colour = "blue"\nwords = ["a", "b"]\n'
        '[[leaves]]\nname = "one"\n[[leaves]]\nname = "two"\n[by_key."x y"]\nnumber = 3\n'
    )
    root = validate(path, Root)
    assert root.leaf == Leaf(
        day=date(2026, 3, 15), hour=time(9, 30), colour=Colour.BLUE, words=("a", "b")
    )
    assert [leaf.name for leaf in root.leaves] == ["one", "two"]
    assert root.by_key["x y"].number == 3


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("name = 3", "leaf.name", 'must be text in quotes, like "this"'),
        ('name = ""', "leaf.name", "must not be empty"),
        ('name = "longer"', "leaf.name", "must be 5 characters or fewer"),
        ('number = "3"', "leaf.number", "must be a whole number"),
        ("number = true", "leaf.number", "must be a whole number"),
        ("number = 3.5", "leaf.number", "must be a whole number"),
        ("number = 11", "leaf.number", "must be 10 or less"),
        ("number = -1", "leaf.number", "must be 0 or more"),
        ("even = 3", "leaf.even", "must be even"),
        ('share = "half"', "leaf.share", "must be a number"),
        ("share = 0.0", "leaf.share", "must be more than 0.0"),
        ("share = 1.0", "leaf.share", "must be less than 1.0"),
        ('on = "yes"', "leaf.on", "must be true or false"),
        ("on = 1", "leaf.on", "must be true or false"),
        ("day = 5", "leaf.day", "must be a date, like 2026-03-15"),
        ('day = "soon"', "leaf.day", "must be a date, like 2026-03-15"),
        ("day = 2026-03-15T10:00:00", "leaf.day", "must be a date, like 2026-03-15"),
        ("hour = 5", "leaf.hour", "must be a time of day, like 09:00:00"),
        ('hour = "noon"', "leaf.hour", "must be a time of day, like 09:00:00"),
        ('colour = "green"', "leaf.colour", 'must be one of "red" or "blue"'),
        ('kind = "c"', "leaf.kind", 'must be one of "a" or "b"'),
        ('words = "a"', "leaf.words", "must be a list in [ ]"),
        ('words = ["a", 2]', "leaf.words[2]", 'must be text in quotes, like "this"'),
        ('words = ["a", "b", "c"]', "leaf.words", "must have 2 or fewer in it"),
        ("many = 1", "leaf.many", "must be a list in [ ]"),
        ("many = []", "leaf.many", "must have 1 or more in it"),
        ('nam = "x"', "leaf.nam", 'is not a known key; did you mean "name"?'),
        ("zzzzzz = 1", "leaf.zzzzzz", "is not a known key"),
    ],
)
def test_a_wrong_value_is_named_with_line_key_and_reason(
    write: Any, line: str, key: str, reason: str
) -> None:
    path = write(f'key = "k"\n\n[leaf]\n# a comment\n{line}\n')
    assert faults(path) == [(5, key, reason)]


def test_every_fault_of_a_file_is_told_in_the_order_of_its_lines(write: Any) -> None:
    path = write(
        "leaf = { on = 3, number = 99 }\n"
        "leaves = [\n  { on = true },\n  { on = 1 },\n]\n"
        "[by_key]\nx.number = -1\ny = 3\n"
    )
    assert faults(path) == [
        (1, "key", "is missing"),
        (1, "leaf.number", "must be 10 or less"),
        (1, "leaf.on", "must be true or false"),
        (4, "leaves[2].on", "must be true or false"),
        (7, "by_key.x.number", "must be 0 or more"),
        (8, "by_key.y", "must be a table of keys"),
    ]


def test_the_message_prints_one_line_a_fault(write: Any) -> None:
    with pytest.raises(BadFile) as caught:
        validate(write("leaf = 3\n"), Root)
    assert str(caught.value) == "a.toml:1: key: is missing\na.toml:1: leaf: must be a table of keys"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("key = \n", 1, "is not TOML: Invalid value"),
        ("key = 'k'\n\n[leaf\n", 3, "is not TOML: Expected ']' at the end of a table declaration"),
        ("key = 'k'\nkey = 'l'\n", 2, "is not TOML: Cannot overwrite a value"),
        ('key = "k"\na = """x\n', 2, "is not TOML: Unterminated string"),
        (b"key = 'k'\nname = '\xff'\n", 2, "is not UTF-8 text: byte 0xff"),
        (f"x = {'[' * 5000}{']' * 5000}\n", 1, "is nested too deeply"),
        (f"x = {'[' * 230}{']' * 230}\n", 1, "is nested too deeply"),
    ],
)
def test_what_is_no_toml_is_a_fault_with_its_line(
    write: Any, text: str | bytes, line: int, reason: str
) -> None:
    assert faults(write(text)) == [(line, "", reason)]


def test_a_number_that_nobody_can_mean_is_a_fault(write: Any) -> None:
    [(line, key, reason)] = faults(write(f"x = {'9' * 5000}\n"))
    assert (line, key) == (1, "")
    assert reason.startswith("is not TOML: Exceeds the limit")


def test_a_file_that_is_absent_or_a_directory_is_a_fault(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.toml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BadFile, match=f"{path.name}:1: cannot be read: {words}"):
            read(path)


def test_a_byte_order_mark_is_no_fault(write: Any) -> None:
    assert read(write(b"\xef\xbb\xbfkey = 'k'\n")).values == {"key": "k"}


def test_lines_of_repeated_tables_quoted_and_dotted_keys(write: Any) -> None:
    source = read(
        write(
            "a.b.c = 1\n"
            '"x.y".z = [ # why\n 1,\n # why\n { q.r = 2 } ]\n'
            "[[t]]\nk = 1\n[t.u]\nk = 2\n[[t]]\n[[t.v]]\nk = 3\n[[t.v]]\n[t.v.w] # why\nk = 4\n"
            "[p.q]\nk = '''\n\n'''\nl = 5\n"
        )
    )
    expected = {
        ("a",): 1,
        ("a", "b", "c"): 1,
        ("x.y", "z"): 2,
        ("x.y", "z", 0): 3,
        ("x.y", "z", 1): 5,
        ("x.y", "z", 1, "q", "r"): 5,
        ("t",): 6,
        ("t", 0, "k"): 7,
        ("t", 0, "u"): 8,
        ("t", 0, "u", "k"): 9,
        ("t", 1): 10,
        ("t", 1, "v", 0): 11,
        ("t", 1, "v", 0, "k"): 12,
        ("t", 1, "v", 1): 13,
        ("t", 1, "v", 1, "w", "k"): 15,
        ("p", "q", "l"): 20,
        ("p", "q", "missing", "more"): 16,
        ("none",): 1,
    }
    assert {path: source.line(path) for path in expected} == expected


def test_a_fault_of_our_own_stands_at_its_key(write: Any) -> None:
    source = read(write('\n[leaf]\n"a b" = 1\n'))
    assert source.fault(("leaf", "a b"), "is odd") == Fault("a.toml", 3, 'leaf."a b"', "is odd")
    assert str(source.fault((), "is odd")) == "a.toml:1: is odd"


def test_keys_are_written_as_in_the_file() -> None:
    assert dotted(("plans", "basic", "steps", 1, "percent")) == "plans.basic.steps[2].percent"
    assert dotted((0, "é")) == '[1]."é"'


KEY = st.text(string.ascii_lowercase + "-é .\"'\\\n", min_size=1, max_size=4)
VALUE = st.recursive(
    st.integers(0, 9) | st.booleans() | st.dates() | st.text("ab\n\"'# é", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=12,
)


def spelled(value: Any, feed: str = "") -> str:
    """A value as TOML; lists may run over several lines."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{quoted(k)} = {spelled(v)}" for k, v in value.items()) + "}"
        case list():
            return f"[{feed}" + f",{feed} ".join(spelled(item) for item in value) + "]"
        case str():
            return quoted(value)
        case _:
            return str(value)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [above, *(path for key, one in inner for path in paths(one, (*above, key)))]


@given(st.dictionaries(KEY, VALUE, max_size=4), st.sampled_from(["", "\n", " # why\n"]))
def test_every_key_and_item_of_any_file_has_its_line(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any], feed: str
) -> None:
    text = "".join(f"{quoted(k)} = {spelled(v, feed)}\n" for k, v in values.items())
    assert tomllib.loads(text) == values
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, "utf-8")
    source = read(path)
    assert source.values == values
    assert set(source.lines) == set(paths(values)) - {()}
