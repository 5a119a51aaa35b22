"""A page that shows what the fake Slack holds: channels, forms, Home tabs, drawn simply."""

from __future__ import annotations

from html import escape

from aiohttp import web

from tests.fakes.slack import reading
from tests.fakes.slack.records import Channel, Json, Message, View
from tests.fakes.slack.slack import Slack

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 24px; background: #fff; color: #1d1c1d; }
.place { max-width: 680px; margin: 0 0 32px; }
.message { padding: 8px 12px; border-top: 1px solid #ddd; }
.reply { margin-left: 32px; } .alone { background: #f8f4e5; }
.who { font-weight: 700; } .small { color: #616061; font-size: 13px; }
.header { font-size: 18px; font-weight: 800; margin: 8px 0; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px;
  margin: 4px 6px 4px 0; font-weight: 700; font-size: 13px; }
.primary { background: #007a5a; color: #fff; } .danger { color: #e01e5a; border-color: #e01e5a; }
.modal { border: 1px solid #aaa; border-radius: 8px; padding: 16px 24px; max-width: 520px; }
.input { margin: 16px 0; } .input b { display: block; } .field { border: 1px solid #868686;
  border-radius: 4px; padding: 8px 12px; margin: 4px 0; min-height: 20px; white-space: pre-wrap; }
pre { white-space: pre-wrap; font: inherit; margin: 0; }
.alert { background: #fce8ee; padding: 8px; }
table { border-collapse: collapse; } td { border: 1px solid #ddd; padding: 4px 8px; }
"""


async def show(slack: Slack, _request: web.Request) -> web.Response:
    """GET /: everything on one page."""
    parts = [place(slack, one) for one in slack.channels.values()]
    parts += [form(one) for one in slack.views.values() if not one.closed]
    parts += [home(slack.name_of(user), body) for user, body in slack.homes.items()]
    transcript = f"<h2>Transcript</h2><pre>{escape(slack.read_transcript())}</pre>"
    return web.Response(text=document("".join(parts) + transcript), content_type="text/html")


def document(inside: str) -> str:
    """A whole page."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>A Slack of our own</title>"
        f"<style>{_STYLE}</style><body>{inside}</body></html>"
    )


def place(slack: Slack, channel: Channel) -> str:
    """A channel with its threads."""
    said = sorted([*channel.messages, *channel.said_alone], key=lambda one: one.ts)
    roots = [one for one in said if not one.thread]
    drawn = "".join(
        message(slack, one)
        + "".join(message(slack, reply) for reply in said if reply.thread == one.ts)
        for one in roots
    )
    return f"<section class=place><h2>{escape(channel.name or channel.id)}</h2>{drawn}</section>"


def message(slack: Slack, one: Message) -> str:
    """A message."""
    classes = "message" + (" reply" if one.thread else "") + (" alone" if one.to else "")
    who = escape(one.username or slack.name_of(one.user))
    body = blocks(one.blocks) or f"<pre>{escape(one.text)}</pre>"
    files = "".join(f"<p class=small>📎 {escape(slack.files[key].name)}</p>" for key in one.files)
    return f"<div class='{classes}'><div class=who>{who}</div>{body}{files}</div>"


def form(view: View) -> str:
    """A modal."""
    title = escape(view.body["title"]["text"])
    submit = view.body.get("submit", {}).get("text")
    button = f"<span class='button primary'>{escape(submit)}</span>" if submit else ""
    inside = blocks(view.blocks)
    return f"<section class=modal><div class=header>{title}</div>{inside}{button}</section>"


def home(name: str, body: Json) -> str:
    """A Home tab."""
    return f"<section class=place><h2>Home of {escape(name)}</h2>{blocks(body['blocks'])}</section>"


def blocks(given: list[Json]) -> str:
    """Blocks, one under the other."""
    return "".join(_block(one) for one in given)


def _block(block: Json) -> str:
    words = escape(reading.shown([block]))
    match block["type"]:
        case "header":
            return f"<div class=header>{words}</div>"
        case "divider":
            return "<hr>"
        case "context":
            return f"<pre class=small>{words}</pre>"
        case "alert":
            return f"<div class=alert>{words}</div>"
        case "actions":
            return "".join(
                f"<span class='button {escape(str(one.get('style', '')))}'>{escape(label)}</span>"
                for label, one in reading.buttons([block])
            )
        case "input":
            return _input(block)
        case "table":
            rows = "".join(_row(row) for row in block["rows"])
            return f"<table>{rows}</table>"
        case _:
            return f"<pre>{words}</pre>"


def _row(row: list[Json]) -> str:
    cells = "".join(f"<td>{escape(reading.shown([_as_block(cell)]))}</td>" for cell in row)
    return f"<tr>{cells}</tr>"


def _as_block(cell: Json) -> Json:
    if cell["type"] == "raw_text":
        return {"type": "header", "text": {"type": "plain_text", "text": cell["text"]}}
    return cell


def _input(block: Json) -> str:
    label, *rest = reading.shown([block]).split("\n")
    element = block["element"]
    about = "".join(f"<div class=small>{escape(line)}</div>" for line in rest)
    chosen = element.get("initial_option", {}).get("text", {}).get("text", "")
    value = escape(str(element.get("initial_value") or chosen))
    asks = " (optional)" if block.get("optional") else ""
    field = f"<div class=field>{value}</div>"
    return f"<div class=input><b>{escape(label)}{asks}</b>{about}{field}</div>"
