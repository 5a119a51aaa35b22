"""Kinds of values in what a platform is sent: each finds what is wrong with a value, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.literal import units


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the platform would refuse.

    `pointer` is the JSON pointer of the value.
    """

    pointer: str
    code: str
    message: str


class Kind(Protocol):
    """What a value has to be."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Everything that is wrong with `value`, which stands at the pointer `at`."""


def wrong_type(at: str, wanted: str) -> Fault:
    """A value of another kind than the one that belongs there."""
    return Fault(at, "wrong_type", f"must be {wanted}")


def out_of_bounds(at: str, number: int, least: int, most: int, what: str) -> Iterator[Fault]:
    """A number that is too small or too large; `what` it counts."""
    if number < least:
        yield Fault(at, "too_short", f"must have at least {least} {what}, has {number}")
    if number > most:
        yield Fault(at, "too_long", f"must have at most {most} {what}, has {number}")


@dataclass(frozen=True, slots=True)
class Str:
    """A text of `least` to `most` characters."""

    most: int
    least: int = 1

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield wrong_type(at, "a string")
            return
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            yield Fault(at, "bad_characters", "holds a NUL or half a surrogate pair")
            return
        yield from out_of_bounds(at, units(value), self.least, self.most, "characters")


@dataclass(frozen=True, slots=True)
class Address:
    """An address of the web."""

    most: int

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not value.startswith(("https://", "http://")):
            yield Fault(at, "invalid_url", "must begin with https:// or http://")
            return
        yield from out_of_bounds(at, len(value), 1, self.most, "characters")


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield wrong_type(at, "an integer")
        elif not self.least <= value <= self.most:
            yield Fault(at, "out_of_range", f"must be {self.least} to {self.most}, is {value}")


@dataclass(frozen=True, slots=True)
class Bool:
    """True or false."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, bool):
            yield wrong_type(at, "a boolean")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if value not in self.words:
            yield Fault(at, "invalid_value", f"must be one of {', '.join(self.words)}")


@dataclass(frozen=True, slots=True)
class Several:
    """A list of `least` to `most` values of one kind."""

    kind: Kind
    most: int
    least: int = 1

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield wrong_type(at, "an array")
            return
        yield from out_of_bounds(at, len(value), self.least, self.most, "items")
        for n, item in enumerate(value):
            yield from self.kind.faults(item, f"{at}/{n}")


@dataclass(frozen=True, slots=True)
class Object:
    """An object with these keys and no others; `either` are keys of which one must be there."""

    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
    either: tuple[str, ...] = ()

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield wrong_type(at, "an object")
            return
        for key in self.required:
            if key not in value:
                yield Fault(f"{at}/{key}", "missing", "must be given")
        if self.either and not any(key in value for key in self.either):
            yield Fault(at, "missing", f"must have {' or '.join(self.either)}")
        for key, given in value.items():
            kind = self.required.get(key) or self.optional.get(key)
            if key == "type":
                continue
            if kind is None:
                yield Fault(f"{at}/{key}", "unknown_key", "is no key of this object")
            else:
                yield from kind.faults(given, f"{at}/{key}")


@dataclass(frozen=True, slots=True)
class Typed:
    """An object whose `type` is one of these names, and which has that type's shape."""

    shapes: Mapping[str, Kind]

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        name = value.get("type") if isinstance(value, Mapping) else None
        kind = self.shapes.get(name) if isinstance(name, str) else None
        if kind is None:
            known = ", ".join(self.shapes)
            yield Fault(f"{at}/type", "unknown_type", f"must be one of {known}; is {name!r}")
        else:
            yield from kind.faults(value, at)


def only(shapes: Mapping[str, Kind], names: Sequence[str]) -> Typed:
    """An object of some of the types."""
    return Typed({name: shapes[name] for name in names})
