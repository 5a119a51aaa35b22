"""Blocks as the people of the fake Slack see them: words, buttons, and who is notified."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.slack.keyboard import NAMES
from tests.fakes.slack.records import Json

BEIJING = ZoneInfo("Asia/Shanghai")
_MARKUP = re.compile(r"<([^<>]*)>")
_EMOJI = re.compile(r":([a-z_]+):")


def shown(blocks: list[Json]) -> str:
    """Everything that is to be read, by somebody in Beijing who knows nobody."""
    return Reader().shown(blocks)


def buttons(blocks: list[Json]) -> list[tuple[str, Json]]:
    """Everything that can be pressed, by its words; an element of a menu has its own option."""
    found: list[tuple[str, Json]] = []
    for block in blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        for one in elements:
            key = block.get("block_id", "")
            if one.get("type") == "button":
                found.append((label(one["text"]), {**one, "block_id": key}))
            elif one.get("type") == "overflow":
                for option in one["options"]:
                    pressed = {**one, "block_id": key, "selected_option": option}
                    found.append((label(option["text"]), pressed))
    return found


def notified(blocks: list[Json]) -> Iterator[str]:
    """Whom blocks notify: user elements, and markup where it is read as such."""
    for one in _walk(blocks):
        if one.get("type") in {"user", "usergroup"}:
            yield str(one.get("user_id") or one.get("usergroup_id"))
        elif one.get("type") == "broadcast":
            yield str(one.get("range"))
        elif one.get("type") == "mrkdwn":
            yield from re.findall(r"<[@!]([A-Za-z0-9]+)", str(one.get("text")))


def links(blocks: list[Json]) -> list[str]:
    """Every address that a press on the words leads to."""
    found = [str(one["url"]) for one in _walk(blocks) if one.get("type") == "link"]
    marked = (str(one.get("text")) for one in _walk(blocks) if one.get("type") == "mrkdwn")
    return found + [m for text in marked for m in re.findall(r"<((?:https?|mailto):[^|>]+)", text)]


def named_links(blocks: list[Json]) -> Iterator[tuple[str, str]]:
    """The words that lead somewhere, with where they lead."""
    for one in _walk(blocks):
        if one.get("type") == "link":
            yield str(one.get("text") or one["url"]), str(one["url"])


def _walk(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one)


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: times are in their own zone, people are called by their names."""

    zone: tzinfo = BEIJING
    name_of: Callable[[str], str] = str

    def shown(self, blocks: list[Json]) -> str:
        """Everything that is to be read, a line a piece."""
        return "\n".join(line for block in blocks for line in self._block(block) if line.strip())

    def written(self, text: str) -> str:
        """What somebody wrote, as Slack sends it, as people see it."""

        def said(token: re.Match[str]) -> str:
            target, _, words = token[1].partition("|")
            if target.startswith("@"):
                return f"@{self.name_of(target[1:])}"
            return words or target

        return _unescaped(_EMOJI.sub(_emoji, _MARKUP.sub(said, text)))

    def _block(self, block: Json) -> Iterator[str]:
        match block["type"]:
            case "header" | "alert":
                yield self._plain(block["text"])
            case "section":
                if "text" in block:
                    yield self._plain(block["text"])
                yield from (self._plain(one) for one in block.get("fields", ()))
                yield from _accessory(block.get("accessory"))
            case "context":
                words = (self._plain(one) for one in block["elements"] if "text" in one)
                yield " ".join(words)
            case "actions":
                yield " ".join(f"[{words}]" for words, _ in buttons([block]))
            case "rich_text":
                yield from (self._rich(one) for one in block["elements"])
            case "table":
                for row in block["rows"]:
                    yield " | ".join(self._cell(cell) for cell in row)
            case "input":
                yield from self._input(block)
            case "image":
                yield f"({block['alt_text']})"
            case "markdown":
                yield block["text"]
            case _:
                return

    def _input(self, block: Json) -> Iterator[str]:
        yield self._plain(block["label"])
        if "hint" in block:
            yield self._plain(block["hint"])
        element = block["element"]
        for option in element.get("options", ()):
            about = f": {self._plain(option['description'])}" if "description" in option else ""
            yield f"( ) {self._plain(option['text'])}{about}"

    def _cell(self, cell: Json) -> str:
        return self._plain(cell) if cell["type"] == "raw_text" else self.shown([cell])

    def _rich(self, element: Json) -> str:
        match element["type"]:
            case "rich_text_list":
                return "\n".join(f"• {self._rich(one)}" for one in element["elements"])
            case "rich_text_quote":
                return "\n".join(f"> {line}" for line in self._run(element).split("\n"))
            case _:
                return self._run(element)

    def _run(self, element: Json) -> str:
        return "".join(self._leaf(one) for one in element["elements"])

    def _leaf(self, one: Json) -> str:
        match one["type"]:
            case "text":
                return str(one["text"])
            case "link":
                return str(one.get("text") or one["url"])
            case "user":
                return f"@{self.name_of(one['user_id'])}"
            case "emoji":
                return str(one.get("unicode") or f":{one['name']}:")
            case "date":
                return self._date(int(one["timestamp"]))
            case _:
                return ""

    def _plain(self, one: Json) -> str:
        text = str(one.get("text", ""))
        return self._unmarked(text) if one.get("type") == "mrkdwn" else text

    def _unmarked(self, text: str) -> str:
        def said(token: re.Match[str]) -> str:
            target, _, label = token[1].partition("|")
            if target.startswith("!date^"):
                return self._date(int(target.split("^")[1]))
            return label or target

        return _unescaped(_MARKUP.sub(said, text).replace("*", ""))

    def _date(self, seconds: int) -> str:
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.zone).strftime("%a %H:%M")


def _emoji(name: re.Match[str]) -> str:
    return NAMES.get(name[1], name[0])


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _accessory(one: Json | None) -> Iterator[str]:
    if one and one.get("type") in {"button", "overflow"}:
        yield " ".join(f"[{words}]" for words, _ in buttons([{"elements": [one]}]))


def label(one: Json) -> str:
    """The words of a text object, as they are."""
    return str(one.get("text", ""))
