"""Blocks as a plain web page, near enough to Slack to judge words and density by looking at it.

Nothing of Slack's own is in it. Times are shown as a reader in `ZONE` would see them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")

STYLE = """
body{font:15px/1.46 Lato,'Noto Sans','Noto Color Emoji',sans-serif;color:#1d1c1d;background:#fff;
 margin:24px;width:640px}
h1{font-size:13px;color:#616061;border-bottom:1px solid #ddd;margin:32px 0 8px}
.message{padding:8px 12px;border-radius:8px}.block{margin:8px 0;overflow-wrap:anywhere}
.app{font-weight:900}.app small{font-weight:400;color:#616061;font-size:12px}
p{margin:0;white-space:pre-wrap}.context{font-size:13px;color:#616061}
blockquote{margin:4px 0;padding-left:12px;border-left:4px solid #ddd;white-space:pre-wrap}
ul{margin:2px 0 2px 4px;padding-left:22px}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:8px}
.fields div{white-space:pre-wrap}.header{font-size:18px;font-weight:900}
.section{display:flex;gap:16px;justify-content:space-between}.section>div{white-space:pre-wrap}
button,.menu,.select{font:700 13px/26px sans-serif;border:1px solid #bbb;border-radius:4px;
 background:#fff;padding:0 10px;margin:0 8px 6px 0;display:inline-block;height:28px;flex:none}
button.primary{background:#007a5a;border-color:#007a5a;color:#fff}
button.danger{color:#e01e5a;border-color:#e01e5a}
.menu i{font:12px sans-serif;color:#616061}a{color:#1264a3;text-decoration:none}
.user{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 2px}
.modal{width:520px;border:1px solid #bbb;border-radius:8px;box-shadow:0 8px 24px #0003}
.modal>.title{font-size:20px;font-weight:900;padding:16px 24px;border-bottom:1px solid #ddd}
.modal>.body{padding:8px 24px}
.modal>.foot{padding:12px 24px;border-top:1px solid #ddd;text-align:right}
label{font-weight:700;display:block;margin:12px 0 4px}label small{font-weight:400;color:#616061}
.input{border:1px solid #888;border-radius:4px;padding:6px 12px;min-height:20px;
 white-space:pre-wrap;max-height:160px;overflow:hidden}.long{min-height:72px}.hint{font-size:13px;color:#616061}
.radio{margin:4px 0 4px 2px}
.radio small{display:block;margin-left:24px;color:#616061;font-size:13px}
.alert{border:1px solid #e01e5a;border-left-width:6px;border-radius:6px;padding:8px 12px}
hr{border:0;border-top:1px solid #ddd}
"""


def page(drawings: Mapping[str, str]) -> str:
    """A whole page: each drawing below its name."""
    body = "".join(f"<h1>{escape(name)}</h1>{drawn}" for name, drawn in drawings.items())
    head = f"<meta charset=utf-8><title>Blocks</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang=en>{head}<body>{body}</body></html>"


def message(blocks: Sequence[Mapping[str, Any]]) -> str:
    """A message's blocks, below the name of the app."""
    who = "<div class=app>Partnerdesk <small>APP</small></div>"
    return f"<div class=message>{who}{drawn(blocks)}</div>"


def view(shown: Mapping[str, Any]) -> str:
    """A modal with its title and buttons, or an App Home."""
    if shown["type"] == "home":
        return f"<div class=message>{drawn(shown['blocks'])}</div>"
    buttons = "".join(
        f'<button class="{style}">{_text(shown[key])}</button>'
        for key, style in (("close", ""), ("submit", "primary"))
        if key in shown
    )
    title = f"<div class=title>{_text(shown['title'])}</div>"
    return (
        f"<div class=modal>{title}<div class=body>{drawn(shown['blocks'])}</div>"
        f"<div class=foot>{buttons}</div></div>"
    )


def drawn(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The blocks, one below the other."""
    return "".join(f"<div class=block>{_block(block)}</div>" for block in blocks)


def _block(block: Mapping[str, Any]) -> str:
    match block["type"]:
        case "rich_text":
            return "".join(map(_rich, block["elements"]))
        case "section":
            fields = "".join(f"<div>{_text(f)}</div>" for f in block.get("fields", ()))
            inside = f"<div class=fields>{fields}</div>" if fields else ""
            text = f"<div>{_text(block['text'])}</div>" if "text" in block else ""
            beside = _element(block["accessory"]) if "accessory" in block else ""
            return f"<div class=section>{text}{beside}</div>{inside}"
        case "context":
            return f"<p class=context>{' '.join(map(_text, block['elements']))}</p>"
        case "actions":
            return "".join(map(_element, block["elements"]))
        case "header":
            return f"<div class=header>{_text(block['text'])}</div>"
        case "alert":
            return f"<div class=alert>⛔ {_text(block['text'])}</div>"
        case "image":
            return f"<p>[picture: {escape(block['alt_text'])}]</p>"
        case "divider":
            return "<hr>"
        case "input":
            return _input(block)
        case other:
            return f"<p>[{escape(other)}]</p>"


def _input(block: Mapping[str, Any]) -> str:
    more = " <small>(optional)</small>" if block.get("optional") else ""
    hint = f"<div class=hint>{_text(block['hint'])}</div>" if "hint" in block else ""
    return f"<label>{_text(block['label'])}{more}</label>{_element(block['element'])}{hint}"


def _element(element: Mapping[str, Any]) -> str:
    match element["type"]:
        case "button":
            return f'<button class="{element.get("style", "")}">{_text(element["text"])}</button>'
        case "overflow":
            inside = ", ".join(_text(o["text"]) for o in element["options"])
            return f"<span class=menu>⋯ <i>{inside}</i></span>"
        case "plain_text_input":
            long = " long" if element.get("multiline") else ""
            return f'<div class="input{long}">{escape(element.get("initial_value", ""))}</div>'
        case "radio_buttons":
            return "".join(_radio(o, element.get("initial_option")) for o in element["options"])
        case "static_select" | "external_select":
            chosen = element.get("initial_option")
            shown = _text(chosen["text"]) if chosen else "Choose…"
            return f"<span class=select>{shown} ▾</span>"
        case "file_input":
            return "<span class=select>Add files</span>"
        case other:
            return f"[{escape(other)}]"


def _radio(option: Mapping[str, Any], chosen: object) -> str:
    help_ = f"<small>{_text(option['description'])}</small>" if "description" in option else ""
    return (
        f"<div class=radio>{'◉' if option == chosen else '○'} {_text(option['text'])}{help_}</div>"
    )


def _rich(part: Mapping[str, Any]) -> str:
    if part["type"] == "rich_text_list":
        return f"<ul>{''.join(f'<li>{_spans(item)}</li>' for item in part['elements'])}</ul>"
    tag = "blockquote" if part["type"] == "rich_text_quote" else "p"
    return f"<{tag}>{_spans(part)}</{tag}>"


def _spans(part: Mapping[str, Any]) -> str:
    return "".join(map(_span, part["elements"]))


def _span(span: Mapping[str, Any]) -> str:
    match span["type"]:
        case "date":
            shown = escape(_date(span["timestamp"], span["format"]))
        case "link":
            shown = f"<a href=#>{escape(span.get('text') or span['url'])}</a>"
        case "user":
            shown = f"<span class=user>@{escape(span['user_id'])}</span>"
        case _:
            shown = escape(span.get("text", ""))
    return f"<b>{shown}</b>" if span.get("style", {}).get("bold") else shown


def _text(shown: Mapping[str, Any]) -> str:
    if shown["type"] == "plain_text":
        return escape(shown["text"])
    text = re.sub(
        r"<!date\^(\d+)\^([^|]*)\|[^>]*>",
        lambda found: _date(int(found[1]), found[2]),
        str(shown["text"]),
    )
    text = re.sub(r"<(https?:[^|>]*)\|([^>]*)>", "\x01\\2\x02", text)
    text = escape(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    text = re.sub(r"(?<!\w)\*(\S[^*]*)\*", r"<b>\1</b>", text)
    return text.replace("\x01", "<a href=#>").replace("\x02", "</a>")


def _date(at: int, form: str) -> str:
    here = datetime.fromtimestamp(at, ZONE)
    return form.replace("{date_short_pretty}", f"{here:%b} {here.day}, {here.year}").replace(
        "{time}", f"{here:%H:%M}"
    )
