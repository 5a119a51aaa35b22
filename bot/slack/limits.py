"""What Slack would refuse of a message or a view, before it is sent.

The SDK's own models miss some of it (an option's text, doubled ids, an input without a button to
send it), and cannot be asked at all where no SDK belongs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from bot.kinds import Fault, Several, Typed, out_of_bounds, wrong_type
from bot.slack import published
from bot.slack.shapes import BLOCKS, VIEWS

__all__ = ["Fault", "Surface", "check"]

Surface = Literal["message", "modal", "home"]

# Where a block may stand; the others may stand everywhere.
_ONLY_ON: Mapping[str, frozenset[Surface]] = {
    "alert": frozenset({"modal"}),
    "markdown": frozenset({"message"}),
}
_MESSAGE = Several(Typed(BLOCKS), published.MESSAGE_BLOCKS)


def check(what: Sequence[Mapping[str, Any]] | Mapping[str, Any], surface: Surface) -> list[Fault]:
    """Everything that Slack would refuse of a message's blocks, or of a modal or home view.

    Pointers lead from the list of blocks, or from the view.
    """
    if surface == "message":
        if isinstance(what, Mapping):
            return [wrong_type("", "a list of blocks")]
        return [*_message(list(what))]
    if not isinstance(what, Mapping):
        return [wrong_type("", "a view")]
    return [*_view(what, surface)]


def _message(blocks: list[Mapping[str, Any]]) -> Iterator[Fault]:
    yield from _MESSAGE.faults(blocks, "")
    yield from _together(blocks, "", "message")
    size = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    if size > published.MESSAGE_WEIGHT:
        most = published.MESSAGE_WEIGHT
        yield Fault("", "msg_blocks_too_long", f"the blocks take {size} of {most} characters")


def _view(view: Mapping[str, Any], surface: Surface) -> Iterator[Fault]:
    if view.get("type") != surface:
        yield Fault("/type", "wrong_type", f"must be {surface}")
    yield from VIEWS[surface].faults(view, "")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return
    yield from _together(blocks, "/blocks", surface)
    inputs = [n for n, block in enumerate(blocks) if _type(block) == "input"]
    if surface == "modal" and inputs and "submit" not in view:
        yield Fault("/submit", "missing", "must be given where there is an input")
    size = len(json.dumps(view, ensure_ascii=False).encode("utf-8", "replace"))
    yield from _too_large(size)


def _too_large(size: int) -> Iterator[Fault]:
    for fault in out_of_bounds("", size, 0, published.VIEW_BYTES, "bytes"):
        yield Fault(fault.pointer, "view_too_large", fault.message)


def _together(blocks: list[Any], at: str, surface: Surface) -> Iterator[Fault]:
    """What is wrong with blocks only because of where they are, or which others there are."""
    seen: set[str] = set()
    for n, block in enumerate(blocks):
        if not isinstance(block, Mapping):
            continue
        where = f"{at}/{n}"
        if surface not in _ONLY_ON.get(_type(block), {surface}):
            yield Fault(f"{where}/type", "not_allowed", f"may not stand in a {surface}")
        block_id = block.get("block_id")
        if isinstance(block_id, str) and block_id in seen:
            yield Fault(f"{where}/block_id", "duplicate_block_id", f"{block_id!r} comes twice")
        seen.add(str(block_id))
        yield from _doubled_actions(block, where)
        if surface != "modal" and _type(block.get("element")) == "file_input":
            yield Fault(f"{where}/element", "not_allowed", "files are taken in modals alone")


def _doubled_actions(block: Mapping[str, Any], at: str) -> Iterator[Fault]:
    seen: set[str] = set()
    elements = block.get("elements")
    for n, element in enumerate(elements if isinstance(elements, list) else []):
        action = element.get("action_id") if isinstance(element, Mapping) else None
        if not isinstance(action, str):
            continue
        if action in seen:
            pointer = f"{at}/elements/{n}/action_id"
            yield Fault(pointer, "duplicate_action_id", f"{action!r} comes twice in this block")
        seen.add(action)


def _type(value: object) -> str:
    return str(value.get("type", "")) if isinstance(value, Mapping) else ""
