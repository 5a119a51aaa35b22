"""A modal before somebody's eyes: its fields by their labels, and what stands in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.fakes.slack import Hand, View, views
from tests.fakes.slack.reading import Reader
from tests.fakes.slack.records import Json
from tests.stories.stage import Nothing


@dataclass(frozen=True)
class SlackForm:
    """A modal; one without a button to send it only tells what came of it."""

    hand: Hand
    view: View
    reader: Reader

    @property
    def is_open(self) -> bool:
        """Whether it is still before somebody."""
        return not self.view.closed

    @property
    def can_be_sent(self) -> bool:
        """Whether it asks for something."""
        return "submit" in self.view.body

    def text(self) -> str:
        """Everything that stands there: the form, what was typed, and what is wrong with it."""
        body = self.view.body
        stands = views.state(self.view)["values"].values()
        typed = [_typed(given) for inputs in stands for given in inputs.values()]
        lines = [body["title"]["text"], self.reader.shown(self.view.blocks), *filter(None, typed)]
        return "\n".join([*lines, *body.get("errors", {}).values()])

    async def fill(self, fields: Mapping[str, str], settled: Callable[[], Awaitable[None]]) -> None:
        """Fill in from the top to the bottom: a choice may change what is asked below it."""
        left = dict(fields)
        while left:
            label = self._next(left)
            try:
                await self.hand.fills(label, left.pop(label))
            except LookupError as missing:
                raise Nothing(str(missing)) from missing
            await settled()

    def _next(self, left: Mapping[str, str]) -> str:
        for block in self.view.blocks:
            words = block.get("label", {}).get("text", "").casefold()
            for label in left:
                if words and words.startswith(label.casefold()):
                    return label
        raise Nothing(f"no field {list(left)} in: {self.text()}")

    def sends(self, then: str) -> None:
        """The button that sends it must be called so."""
        submit = self.view.body.get("submit", {}).get("text", "")
        if submit != then:
            raise Nothing(f"no button {then!r} but {submit!r} in: {self.text()}")

    async def put_away(self) -> None:
        """Close it."""
        await self.hand.closes(self.view)


def _typed(given: Json) -> str:
    chosen = (given.get("selected_option") or {}).get("text", {}).get("text")
    return str(given.get("value") or chosen or "")
