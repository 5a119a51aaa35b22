"""A form as it stands in the page: its fields by their labels, and what it sends."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.stories.markup import Node
from tests.stories.stage import Nothing


@dataclass
class WebForm:
    """A form before somebody's eyes, with where it was called up from."""

    card: Node
    conversation: str
    thread: str
    event: str
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for box in self._boxes():
            self.values[box["data-field"]] = _value(box)
        self.values.pop("files", None)

    @property
    def _form(self) -> Node:
        form = self.card.one("form", cls="ask")
        assert form is not None
        return form

    @property
    def intent(self) -> str:
        """What the form completes."""
        return self._form["data-intent"]

    def _boxes(self) -> list[Node]:
        return self._form.all(attr="data-field")

    def fill(self, label: str, value: str) -> None:
        """Type or choose what a label asks for."""
        for box in self._boxes():
            named = box.one("legend") or box.one("label")
            if named is not None and named.text().casefold().startswith(label.casefold()):
                self.values[box["data-field"]] = self._chosen(box, value)
                return
        raise Nothing(f"no field {label!r} in: {self.card.text()}")

    def _chosen(self, box: Node, value: str) -> str:
        options = box.all("label", cls="choice") or box.all("option")
        if not options:
            return value
        for option in options:
            radio = option.one("input")
            words = option.one("span", cls="choice-label") or option
            if words.text().casefold() == value.casefold():
                group, depends = option.get("data-group"), box.get("data-depends-on")
                assert not depends or group in {"", self.values[depends]}, f"{value} is not offered"
                return (radio or option)["value"]
        raise Nothing(f"no choice {value!r} in: {box.text()}")

    def sends(self, then: str) -> None:
        """The button that sends it must be called so."""
        button = self._form.one("button", type="submit")
        if button is None or button.text() != then:
            raise Nothing(f"no button {then!r} in: {self._form.text()}")


def _value(box: Node) -> str:
    for radio in box.all("input", type="radio"):
        if "checked" in radio.attrs:
            return radio["value"]
    select = box.one("select")
    if select is not None:
        options = select.all("option")
        chosen = [one for one in options if "selected" in one.attrs] or options[:1]
        return chosen[0]["value"] if chosen else ""
    area = box.one("textarea")
    if area is not None:
        # The first line break after the tag belongs to the markup.
        return "".join(part for part in area.children if isinstance(part, str)).removeprefix("\n")
    line = box.one("input", type="text") or box.one("input", type="search")
    return line.get("value") if line is not None and line.get("name") else ""
