"""TOML files that people edit, and every fault in them with its file, line and key.

Values come from the standard library's reader, positions from a syntax tree, and what is wrong
with a value from a pydantic model; the words are for whoever edits the file.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import tree_sitter_toml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from tree_sitter import Language, Node, Parser

KeyPath = tuple[str | int, ...]


class Table(BaseModel):
    """The base of every model that is read from a file: no unknown key, nothing guessed.

    Values are checked strictly, as JSON would be: text is never taken for a number, a list may
    become a tuple and text an enum's member. What a `BeforeValidator` returns does not have this
    mercy: below one, use plain types and `Literal`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Table)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: the file, its line (from 1), the dotted key and the reason."""

    file: str
    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(
            part for part in (f"{self.file}:{self.line}", self.key, self.reason) if part
        )


class BadFile(Exception):
    """Files that cannot be used, with every fault found; `str()` prints a line a fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its values, and the line on which every key and list item stands."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest thing above it that is written in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: KeyPath, reason: str) -> Fault:
        """A fault at `path`, or at the plain value that stands where `path` wants a table."""
        path = self._written(path)
        return Fault(self.file, self.line(path), dotted(path), reason)

    def _written(self, path: KeyPath) -> KeyPath:
        value: Any = self.values
        for place, part in enumerate(path):
            match value, part:
                case dict(), _:
                    value = value.get(part, {})
                case list(), int() if part < len(value):
                    value = value[part]
                case _:
                    return path[:place]
        return path

    def validate(self, model: type[M]) -> M:
        """The values as a `model`; raises `BadFile` with every fault."""
        text = json.dumps(self.values, default=_iso)
        try:
            return model.model_validate_json(text, strict=True)
        except ValidationError as error:
            names = tuple(_key_names(model))
            raise BadFile([self._explain(e, names) for e in _telling(error.errors())]) from None

    def _explain(self, error: ErrorDetails, names: Sequence[str]) -> Fault:
        path = tuple(part for part in error["loc"] if part != "[key]")
        return self.fault(path, _reason(error, names))


def validate(path: Path, model: type[M]) -> M:
    """The file at `path` as a `model`; raises `BadFile` with every fault."""
    return read(path).validate(model)


def read(path: Path) -> Source:
    """Read a file; raises `BadFile` where it is absent, no UTF-8 text, or no TOML."""
    file = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror or 'unknown error'}"
        raise BadFile([Fault(file, 1, "", reason)]) from None
    try:
        # An editor on Windows may have put a byte order mark in front.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"is not UTF-8 text: byte 0x{data[error.start]:02x}"
        raise BadFile([Fault(file, line, "", reason)]) from None
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        raise BadFile([_syntax_fault(file, text, str(error))]) from None
    except RecursionError:
        raise BadFile([Fault(file, 1, "", "is nested too deeply")]) from None
    return Source(file, values, dict(_positions(text)))


def dotted(path: KeyPath) -> str:
    """A key as people write it: `plans.basic.steps[2].percent` (items are counted from 1)."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part) is not None
            words += f".{part if bare else json.dumps(part, ensure_ascii=False)}"
    return words.removeprefix(".")


def _iso(value: object) -> str:
    """TOML's own dates and times, in the one spelling that a strict model takes for them."""
    if not isinstance(value, date | datetime | time):  # pragma: no cover - TOML has nothing else
        raise TypeError(f"no TOML value: {value!r}")
    return value.isoformat()


# --- where things stand ---------------------------------------------------------------------------


def _syntax_fault(file: str, text: str, message: str) -> Fault:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:  # Not the reader's own words: a number of thousands of digits.
        return Fault(file, 1, "", f"is not TOML: {message}")
    at_end = max(1, len(text.splitlines()))
    line = int(found[1]) if found[1] else at_end
    return Fault(file, line, "", f"is not TOML: {message[: found.start()]}")


def _positions(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Every key path of a valid file with its line; the first place wins where it has several."""
    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node
    seen: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    for node in root.named_children:
        if node.type == "pair":
            _pair(node, (), seen)
        elif node.type in {"table", "table_array_element"}:
            path = _header(node, counts)
            _note(path, node, seen)
            for pair in node.named_children[1:]:
                if pair.type == "pair":
                    _pair(pair, path, seen)
    yield from seen.items()


def _header(node: Node, counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a `[table]` or `[[table]]`, with the index of every repeated table in it."""
    keys = _keys(node.named_children[0])
    path: KeyPath = ()
    for place, key in enumerate(keys, start=1):
        path = (*path, key)
        if node.type == "table_array_element" and place == len(keys):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _pair(node: Node, above: KeyPath, seen: dict[KeyPath, int]) -> None:
    key, value = (child for child in node.named_children if child.type != "comment")
    path = (*above, *_keys(key))
    _note(path, node, seen)
    _value(value, path, seen)


def _value(node: Node, path: KeyPath, seen: dict[KeyPath, int]) -> None:
    inner = [child for child in node.named_children if child.type != "comment"]
    if node.type == "inline_table":
        for pair in inner:
            _pair(pair, path, seen)
    elif node.type == "array":
        for index, item in enumerate(inner):
            _note((*path, index), item, seen)
            _value(item, (*path, index), seen)


def _note(path: KeyPath, node: Node, seen: dict[KeyPath, int]) -> None:
    for length in range(1, len(path) + 1):
        seen.setdefault(path[:length], node.start_point[0] + 1)


def _keys(node: Node) -> tuple[str, ...]:
    """The parts of a key, its quotes undone by the reader that knows them best."""
    parts: list[str] = []
    table: object = tomllib.loads(f"{(node.text or b'').decode()} = 0")
    while isinstance(table, dict):
        (name, table), *_ = table.items()
        parts.append(name)
    return tuple(parts)


# --- what is wrong with them ----------------------------------------------------------------------

_REASONS = {
    "missing": "is missing",
    "string_type": 'must be text in quotes, like "this"',
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "model_type": "must be a table of keys",
    "dict_type": "must be a table of keys",
    "list_type": "must be a list in [ ]",
    "tuple_type": "must be a list in [ ]",
    "frozen_set_type": "must be a list in [ ]",
    "date_type": "must be a date, like 2026-03-15",
    "date_parsing": "must be a date, like 2026-03-15",
    "date_from_datetime_parsing": "must be a date, like 2026-03-15",
    "date_from_datetime_inexact": "must be a date, like 2026-03-15",
    "time_type": "must be a time of day, like 09:00:00",
    "time_parsing": "must be a time of day, like 09:00:00",
    "json_invalid": "is nested too deeply",
    "literal_error": "must be one of {expected}",
    "enum": "must be one of {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "string_too_short": "must not be empty",
    "too_short": "must have {min_length} or more in it",
    "too_long": "must have {max_length} or fewer in it",
    "string_too_long": "must be {max_length} characters or fewer",
    "value_error": "{error}",
}


def _reason(error: ErrorDetails, names: Sequence[str]) -> str:
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(error["loc"][-1]), names, n=1)
        return f'is not a known key; did you mean "{near[0]}"?' if near else "is not a known key"
    context = dict(error.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("'", '"')
    plain = error["msg"].replace("Input should be", "must be").replace("Input should", "must")
    return _REASONS.get(error["type"], plain).format_map(context)


def _telling(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """All but the lists that are too short only because an item of theirs is wrong."""
    paths = [error["loc"] for error in errors]
    for error in errors:
        length, here = len(error["loc"]), error["loc"]
        echo = any(len(path) > length and path[:length] == here for path in paths)
        if not (echo and error["type"] == "too_short"):
            yield error


def _key_names(kind: object) -> Iterator[str]:
    """Every key that a model or a model inside it knows, to find what a misspelt one meant."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, info in kind.model_fields.items():
            yield name
            yield from _key_names(info.annotation)
    for inner in get_args(kind):
        yield from _key_names(inner)
