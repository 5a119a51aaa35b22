"""Blocks as the people of the fake Slack see them: words, buttons, and who is notified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.slack.records import Json

ZONE = ZoneInfo("Asia/Shanghai")
_MARKUP = re.compile(r"<([^<>]*)>")


def shown(blocks: list[Json]) -> str:
    """Everything that is to be read, a line a piece."""
    return "\n".join(line for block in blocks for line in _block(block) if line.strip())


def buttons(blocks: list[Json]) -> list[tuple[str, Json]]:
    """Everything that can be pressed, by its words; an element of a menu has its own option."""
    found: list[tuple[str, Json]] = []
    for block in blocks:
        elements = [*block.get("elements", []), block.get("accessory") or {}]
        for one in elements:
            key = block.get("block_id", "")
            if one.get("type") == "button":
                found.append((_plain(one["text"]), {**one, "block_id": key}))
            elif one.get("type") == "overflow":
                for option in one["options"]:
                    pressed = {**one, "block_id": key, "selected_option": option}
                    found.append((_plain(option["text"]), pressed))
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


def _walk(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one)


def _block(block: Json) -> Iterator[str]:
    match block["type"]:
        case "header" | "alert":
            yield _plain(block["text"])
        case "section":
            if "text" in block:
                yield _plain(block["text"])
            yield from (_plain(one) for one in block.get("fields", ()))
            yield from _accessory(block.get("accessory"))
        case "context":
            words = (_plain(one) for one in block["elements"] if "text" in one)
            yield " ".join(words)
        case "actions":
            yield " ".join(f"[{words}]" for words, _ in buttons([block]))
        case "rich_text":
            yield from (_rich(one) for one in block["elements"])
        case "table":
            for row in block["rows"]:
                yield " | ".join(_cell(cell) for cell in row)
        case "input":
            yield from _input(block)
        case "image":
            yield f"({block['alt_text']})"
        case "markdown":
            yield block["text"]
        case _:
            return


def _accessory(one: Json | None) -> Iterator[str]:
    if one and one.get("type") in {"button", "overflow"}:
        yield " ".join(f"[{words}]" for words, _ in buttons([{"elements": [one]}]))


def _input(block: Json) -> Iterator[str]:
    yield _plain(block["label"])
    if "hint" in block:
        yield _plain(block["hint"])
    element = block["element"]
    for option in element.get("options", ()):
        about = f": {_plain(option['description'])}" if "description" in option else ""
        yield f"( ) {_plain(option['text'])}{about}"


def _cell(cell: Json) -> str:
    return _plain(cell) if cell["type"] == "raw_text" else shown([cell])


def _rich(element: Json) -> str:
    match element["type"]:
        case "rich_text_list":
            return "\n".join(f"• {_rich(one)}" for one in element["elements"])
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _run(element).split("\n"))
        case _:
            return _run(element)


def _run(element: Json) -> str:
    return "".join(_leaf(one) for one in element["elements"])


def _leaf(one: Json) -> str:
    match one["type"]:
        case "text":
            return str(one["text"])
        case "link":
            return str(one.get("text") or one["url"])
        case "user":
            return f"@{one['user_id']}"
        case "emoji":
            return str(one.get("unicode") or f":{one['name']}:")
        case "date":
            return _date(int(one["timestamp"]))
        case _:
            return ""


def _plain(one: Json) -> str:
    text = str(one.get("text", ""))
    return _unmarked(text) if one.get("type") == "mrkdwn" else text


def _unmarked(text: str) -> str:
    def said(token: re.Match[str]) -> str:
        target, _, label = token[1].partition("|")
        if target.startswith("!date^"):
            return _date(int(target.split("^")[1]))
        return label or target

    text = _MARKUP.sub(said, text).replace("*", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _date(seconds: int) -> str:
    """A reader in Beijing, who sees their own time."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE).strftime("%a %H:%M")
