"""Blocks as HTML, near enough to Slack to judge words, order and density by looking at them.

Nothing of Slack's own is in it. A block that it does not know is refused, so that a drawing never
leaves out what Slack would show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from tests.fakes.slack.draw_text import Reader

Json = Mapping[str, Any]

STYLE = (Path(__file__).parent / "blocks.css").read_text("utf-8")
# Slack counts down what is left of an input from here on.
_NEAR = 0.8


def page(inside: str, title: str = "A Slack of our own") -> str:
    """A whole page."""
    sizes = "<meta name=viewport content='width=device-width'>"
    head = f"<meta charset=utf-8>{sizes}<title>{escape(title)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang=en>{head}<body>{inside}</body></html>"


def filled(view: Json, typed: Mapping[tuple[str, str], Any]) -> Json:
    """A view with what somebody has put into its inputs, by block and action."""
    blocks = []
    for block in view["blocks"]:
        element = block.get("element", {})
        given = typed.get((block.get("block_id", ""), element.get("action_id", "")))
        name = "initial_option" if isinstance(given, dict) else "initial_value"
        blocks.append(block if given is None else block | {"element": element | {name: given}})
    return {**view, "blocks": blocks}


@dataclass(frozen=True)
class Pencil:
    """Draws for one reader. `unfolded` shows what menus hold and what their answers ask."""

    reader: Reader = field(default_factory=Reader)
    unfolded: bool = False

    def message(
        self, blocks: Sequence[Json], who: str = "Partnerdesk", *, kind: str = "", more: str = ""
    ) -> str:
        """A message of an app or a person; `kind` may be "reply" and "alone"; `more` is HTML."""
        app = "<small class=app>APP</small>" if who == "Partnerdesk" else ""
        face = f"<div class=face>{escape(who[:1])}</div>"
        name = f"<div class=who>{escape(who)}{app}</div>"
        return f"<div class='said {kind}'>{face}<div>{name}{self.blocks(blocks)}{more}</div></div>"

    def modal(self, view: Json, errors: Mapping[str, str] | None = None) -> str:
        """A modal with its title and buttons; `errors` are by the block that is wrong."""
        buttons = "".join(
            f"<span class='button {style}'>{self.reader.text(view[key])}</span>"
            for key, style in (("close", ""), ("submit", "primary"))
            if key in view
        )
        title = f"<div class=title>{self.reader.text(view['title'])}<i>✕</i></div>"
        body = f"<div class=body>{self.blocks(view['blocks'], errors)}</div>"
        return f"<section class=modal>{title}{body}<div class=foot>{buttons}</div></section>"

    def home(self, view: Json) -> str:
        """A Home tab."""
        return f"<section class=home>{self.blocks(view['blocks'])}</section>"

    def locked(self, text: str) -> str:
        """What a phone shows of a message before it is unlocked."""
        shown = self.reader.text({"type": "mrkdwn", "text": text})
        return f"<div class=locked><b>Partnerdesk</b><span>{shown}</span></div>"

    def blocks(self, blocks: Sequence[Json], errors: Mapping[str, str] | None = None) -> str:
        """Blocks, one below the other."""
        wrong = errors or {}
        return "".join(
            f"<div class=block>{self._block(one, wrong.get(one.get('block_id', ''), ''))}</div>"
            for one in blocks
        )

    def _block(self, block: Json, error: str) -> str:
        text = self.reader.text
        match block["type"]:
            case "rich_text":
                return "".join(map(self.reader.rich, block["elements"]))
            case "section":
                return self._section(block)
            case "context":
                parts = "".join(
                    f"<span>{self._in_context(one)}</span>" for one in block["elements"]
                )
                return f"<div class=context>{parts}</div>"
            case "actions":
                return f"<div class=actions>{''.join(map(self.element, block['elements']))}</div>"
            case "header":
                return f"<div class=header>{text(block['text'])}</div>"
            case "alert":
                return f"<div class='alert {block.get('level', '')}'>⚠ {text(block['text'])}</div>"
            case "image":
                return f"<div class=picture>{escape(block['alt_text'])}</div>"
            case "divider":
                return "<hr>"
            case "input":
                return self._input(block, error)
            case other:
                raise ValueError(f"nobody has drawn a {other} yet")

    def _in_context(self, part: Json) -> str:
        return escape(part["alt_text"]) if part["type"] == "image" else self.reader.text(part)

    def _section(self, block: Json) -> str:
        text = f"<p>{self.reader.text(block['text'])}</p>" if "text" in block else ""
        beside = self.element(block["accessory"]) if "accessory" in block else ""
        above = f"<div class=with>{text}{beside}</div>" if text or beside else ""
        fields = "".join(f"<p>{self.reader.text(one)}</p>" for one in block.get("fields", ()))
        return above + (f"<div class=fields>{fields}</div>" if fields else "")

    def _input(self, block: Json, error: str) -> str:
        text = self.reader.text
        more = " <small>(optional)</small>" if block.get("optional") else ""
        label = f"<b>{text(block['label'])}{more}</b>"
        hint = f"<div class=hint>{text(block['hint'])}</div>" if "hint" in block else ""
        fault = f"<div class=fault>⚠ {escape(error)}</div>" if error else ""
        return f"<div class=input>{label}{self.element(block['element'], error)}{fault}{hint}</div>"

    def element(self, element: Json, error: str = "") -> str:
        """Something to press, to choose from or to type into."""
        match element["type"]:
            case "button":
                style = element.get("style", "")
                button = f"<span class='button {style}'>{self.reader.text(element['text'])}</span>"
                return button + self._asks(element)
            case "overflow":
                options = "".join(
                    f"<p>{self.reader.text(o['text'])}</p>" for o in element["options"]
                )
                shown = " open" if self.unfolded else ""
                menu = f"<details class=menu{shown}><summary>⋯</summary><div>{options}</div>"
                return f"{menu}{self._asks(element)}</details>"
            case "plain_text_input":
                return _typed(element, error)
            case "radio_buttons" | "checkboxes":
                return "".join(self._option(one, element) for one in element["options"])
            case "static_select" | "external_select" | "users_select":
                return self._select(element, error)
            case "file_input":
                return "<span class=button>⤒ Add files</span>"
            case "image":
                return f"<span class=picture>{escape(element['alt_text'])}</span>"
            case other:
                raise ValueError(f"nobody has drawn a {other} yet")

    def _asks(self, element: Json) -> str:
        asks = element.get("confirm")
        if asks is None or not self.unfolded:
            return ""
        text = self.reader.text
        no = f"<span class=button>{text(asks['deny'])}</span>"
        yes = f"<span class='button {asks.get('style', '')}'>{text(asks['confirm'])}</span>"
        said = f"<b>{text(asks['title'])}</b><p>{text(asks['text'])}</p>"
        return f"<div class=asks>{said}<div class=foot>{no}{yes}</div></div>"

    def _option(self, option: Json, element: Json) -> str:
        begun = element.get("initial_options", [element.get("initial_option")])
        marks = ("box " if element["type"] == "checkboxes" else "") + (
            "on" if option in begun else ""
        )
        about = option.get("description")
        help_ = f"<small>{self.reader.text(about)}</small>" if about else ""
        said = f"<span>{self.reader.text(option['text'])}{help_}</span>"
        return f"<div class=option><i class='{marks}'></i>{said}</div>"

    def _select(self, element: Json, error: str) -> str:
        chosen, offered = element.get("initial_option"), element.get("placeholder")
        shown = self.reader.text(offered) if offered else "Select an option"
        said = self.reader.text(chosen["text"]) if chosen else f"<i>{shown}</i>"
        return f"<div class='typed choose{' wrong' if error else ''}'>{said}</div>"


def _typed(element: Json, error: str) -> str:
    typed, most = element.get("initial_value", ""), element.get("max_length", 0)
    many = " many" if element.get("multiline") else ""
    left = f"<span class=count>{most - len(typed)}</span>" if len(typed) > most * _NEAR else ""
    shown = escape(typed, quote=False)
    if not typed and "placeholder" in element:
        shown = f"<i>{escape(element['placeholder']['text'])}</i>"
    wrong = " wrong" if error else ""
    return f"<div class='typed{many}{wrong}'>{shown}</div>{left if typed else ''}"
