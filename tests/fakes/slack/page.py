"""A page that shows what the fake Slack holds: channels, forms, Home tabs, drawn simply."""

from __future__ import annotations

from html import escape

from aiohttp import web

from tests.fakes.slack import draw
from tests.fakes.slack.draw import Pencil
from tests.fakes.slack.draw_text import Reader
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack.slack import Slack


async def show(slack: Slack, _request: web.Request) -> web.Response:
    """GET /: everything on one page."""
    pencil = _pencil(slack)
    parts = [place(slack, one) for one in slack.channels.values()]
    forms = [one for one in slack.views.values() if not one.closed]
    parts += [pencil.modal(draw.filled(one.body, one.typed)) for one in forms]
    parts += [
        f"<h1>Home of {escape(slack.name_of(user))}</h1>{pencil.home(body)}"
        for user, body in slack.homes.items()
    ]
    transcript = f"<h1>Transcript</h1><pre>{escape(slack.read_transcript())}</pre>"
    return web.Response(text=draw.page("".join(parts) + transcript), content_type="text/html")


def place(slack: Slack, channel: Channel) -> str:
    """A channel with its threads."""
    pencil = _pencil(slack)
    said = sorted([*channel.messages, *channel.said_alone], key=lambda one: one.ts)
    drawn = "".join(
        _message(slack, one, pencil)
        + "".join(_message(slack, reply, pencil) for reply in said if reply.thread == one.ts)
        for one in said
        if not one.thread
    )
    return f"<section><h1>{escape(channel.name or channel.id)}</h1>{drawn}</section>"


def _message(slack: Slack, one: Message, pencil: Pencil) -> str:
    """A message, with its files below it; what is written without blocks is markup."""
    text = {"type": "section", "text": {"type": "mrkdwn", "text": one.text}}
    kind = ("reply " if one.thread else "") + ("alone" if one.to else "")
    files = "".join(f"<p class=small>📎 {escape(slack.files[key].name)}</p>" for key in one.files)
    who = one.username or slack.name_of(one.user)
    return pencil.message(one.blocks or [text], who, kind=kind, more=files)


def _pencil(slack: Slack) -> Pencil:
    return Pencil(Reader(now=slack.now(), name_of=slack.name_of))
