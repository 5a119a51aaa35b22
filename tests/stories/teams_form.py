"""A dialog before somebody's eyes: its fields by their labels, and what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.teams import Dialog, Hand, reading
from tests.fakes.teams.records import Json
from tests.stories.stage import Nothing


@dataclass
class TeamsForm:
    """A dialog; one without a field only tells something, or asks whether it is to be done."""

    hand: Hand
    dialog: Dialog
    # What was typed into fields that take no more than a part of it.
    over: dict[str, str] = field(default_factory=dict)

    @property
    def can_be_filled(self) -> bool:
        """Whether it asks for something."""
        return bool(reading.buttons(self.dialog.card))

    def text(self) -> str:
        """Everything that stands there: the form, what was typed, and what is wrong with it."""
        card = self.dialog.card
        if not card:
            return self.dialog.text
        typed = [_typed(one, self.dialog.typed) for one in reading.inputs(card)]
        lines = [self.dialog.title, reading.shown(card), *typed, *self.over.values()]
        return "\n".join(line for line in lines if line)

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fill in; a line that answers two questions is chosen by both answers."""
        boxes = {label: self._box(label) for label in fields}
        beside = [value for label, value in fields.items() if boxes[label] is None]
        for label, value in fields.items():
            box = boxes[label]
            if box is not None:
                self._fill(box, value, beside)
        if beside:
            raise Nothing(f"no field for {beside} in: {self.text()}")

    def _fill(self, box: Json, value: str, beside: list[str]) -> None:
        self.over.pop(box["id"], None)
        longest = box.get("maxLength")
        if longest is not None and len(value) > longest:
            self.over[box["id"]] = value
            return
        for other in beside:
            wanted = f"{other} · {value}".casefold()
            for choice in box.get("choices", []):
                if choice["title"].casefold().startswith(wanted):
                    self.dialog.typed[box["id"]] = choice["value"]
                    beside.remove(other)
                    return
        try:
            self.hand.fills(str(box["label"]), value)
        except LookupError as missing:
            raise Nothing(str(missing)) from missing

    def _box(self, label: str) -> Json | None:
        for one in reading.inputs(self.dialog.card):
            if str(one.get("label", "")).casefold().startswith(label.casefold()):
                return one
        return None

    def refused(self) -> list[str]:
        """What Teams itself says at the fields, and sends nothing."""
        card = self.dialog.card
        said = []
        for one in reading.inputs(card):
            label = one.get("label", one["id"])
            if one["id"] in self.over:
                said.append(f"{label}: at most {one['maxLength']} characters")
            elif one.get("isRequired") and not reading.state(card, self.dialog.typed).get(
                one["id"]
            ):
                said.append(f"{label}: {one['errorMessage']}")
        return said

    def sends(self, then: str) -> None:
        """The button that sends it must be called so."""
        called = [label for label, _ in reading.buttons(self.dialog.card)]
        if then not in called:
            raise Nothing(f"no button {then!r} but {called} in: {self.text()}")


def _typed(box: Json, typed: Json) -> str:
    value = str(typed.get(box["id"], box.get("value")) or "")
    titles = (one["title"] for one in box.get("choices", ()) if one["value"] == value)
    return next(titles, value)
