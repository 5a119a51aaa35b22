"""What a roster's tables refer to must exist, also where something else in them is wrong.

It is judged on the values as they are written, so that one run tells every fault of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sla.catalog import Catalog
from sla.toml_source import KeyPath, Source


def check(source: Source, catalog: Catalog, fault: Callable[[KeyPath, str], None]) -> None:
    """Call `fault` with the path of every reference to something that is not there, and why."""
    _References(source, catalog, fault).check()


class _References:
    def __init__(
        self, source: Source, catalog: Catalog, fault: Callable[[KeyPath, str], None]
    ) -> None:
        self.programs = catalog.programs
        self.fault = fault
        self.partners = dict(tables(source.values.get("partners")))
        self.people = dict(tables(source.values.get("people")))
        self.channels = dict(tables(source.values.get("channels")))

    def check(self) -> None:
        for key, table in self.partners.items():
            self._partner(table, ("partners", key))
        for key, table in self.people.items():
            path = ("people", key)
            self._known(table.get("partner"), self.partners, "partner", (*path, "partner"))
            self._known(table.get("cover"), self.people, "person", (*path, "cover"))
        for key, table in self.channels.items():
            self._channel(table, ("channels", key))

    def _partner(self, table: Mapping[str, Any], path: KeyPath) -> None:
        self._known(table.get("tam"), self.people, "person", (*path, "tam"))
        name = table.get("program")
        self._known(name, self.programs, "program", (*path, "program"))
        if isinstance(name, str) and name in self.programs:
            what = f"plan of {name} called"
            self._known(table.get("plan"), self.programs[name].plans, what, (*path, "plan"))

    def _channel(self, table: Mapping[str, Any], path: KeyPath) -> None:
        named = _items(table.get("programs"))
        programs = [one for key, one in self.programs.items() if not named or key in named]
        products = [product for program in programs for product in program.products]
        for name, what, among in (
            ("partners", "partner", self.partners),
            ("programs", "program", self.programs),
            ("products", "product", products),
        ):
            for index, one in enumerate(_items(table.get(name))):
                self._known(one, among, what, (*path, name, index))

    def _known(self, key: object, among: Collection[str], what: str, path: KeyPath) -> None:
        """Blame a key that does not exist; a wrong type is others' to tell."""
        if not isinstance(key, str) or not key or key in among:
            return
        near = get_close_matches(key, among, n=1)
        meant = f'; did you mean "{near[0]}"?' if near else ""
        self.fault(path, f'there is no {what} "{key}"{meant}')


def tables(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of a part of the file by key; an empty one for what is no table."""
    if isinstance(value, dict):
        for key, table in value.items():
            yield key, table if isinstance(table, dict) else {}


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
