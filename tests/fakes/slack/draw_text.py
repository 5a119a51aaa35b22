"""Slack's texts as HTML: rich text, markup, and times as a reader in one zone sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

Json = Mapping[str, Any]

_TOKEN = re.compile(r"<([^<>]*)>")
# What Slack's markup makes of signs around words, from the outside in.
_STYLES = ((r"\*", "b"), ("_", "i"), ("~", "s"), ("`", "code"))
_STYLE_TAGS = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u"}


@dataclass(frozen=True)
class Reader:
    """Who looks at it: where and when they are, and whom they know by name."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Europe/Berlin"))
    now: datetime | None = None
    name_of: Callable[[str], str] = str

    def text(self, shown: Json) -> str:
        """A text object: plain, or markup."""
        return escape(str(shown["text"])) if shown["type"] == "plain_text" else self.markup(shown)

    def markup(self, shown: Json) -> str:
        """Markup as Slack would read it."""
        tokens: list[str] = []

        def keep(found: re.Match[str]) -> str:
            tokens.append(self._token(found[1]))
            return f"\x00{len(tokens) - 1}\x00"

        made = escape(_unescaped(_TOKEN.sub(keep, str(shown["text"]))), quote=False)
        for sign, tag in _STYLES:
            marked = rf"(?<!\w){sign}(\S[^\n{sign}]*){sign}(?!\w)"
            made = re.sub(marked, rf"<{tag}>\1</{tag}>", made)
        return re.sub("\x00(\\d+)\x00", lambda found: tokens[int(found[1])], made)

    def _token(self, inside: str) -> str:
        target, _, label = inside.partition("|")
        if target.startswith("!date^"):
            _, at, form, *_ = target.split("^")
            return escape(self.date(int(at), form))
        if target.startswith("@"):
            return self._user(target[1:])
        if target.startswith(("!", "#")):
            return f"<span class=user>{escape(label or target)}</span>"
        return f"<a href='#'>{escape(_unescaped(label or target))}</a>"

    def _user(self, user: str) -> str:
        return f"<span class=user>@{escape(self.name_of(user))}</span>"

    def rich(self, part: Json) -> str:
        """A part of rich text, which may be a list of parts."""
        match part["type"]:
            case "rich_text_list":
                tag = "ol" if part["style"] == "ordered" else "ul"
                items = "".join(f"<li>{self._spans(one)}</li>" for one in part["elements"])
                return f"<{tag}>{items}</{tag}>"
            case "rich_text_quote":
                return f"<blockquote>{self._spans(part)}</blockquote>"
            case "rich_text_preformatted":
                return f"<pre>{self._spans(part)}</pre>"
            case "rich_text_section":
                return f"<p>{self._spans(part)}</p>"
            case other:
                raise ValueError(f"nobody has drawn a {other} yet")

    def _spans(self, part: Json) -> str:
        return "".join(map(self._span, part["elements"]))

    def _span(self, span: Json) -> str:
        match span["type"]:
            case "text":
                shown = escape(span["text"], quote=False)
            case "date":
                shown = escape(self.date(span["timestamp"], span["format"]))
            case "link":
                shown = f"<a href='#'>{escape(span.get('text') or span['url'])}</a>"
            case "user":
                shown = self._user(span["user_id"])
            case "emoji":
                shown = f":{escape(span['name'])}:"
            case "broadcast":
                shown = f"<span class=user>@{escape(span['range'])}</span>"
            case other:
                raise ValueError(f"nobody has drawn a {other} yet")
        for name, tag in _STYLE_TAGS.items():
            if span.get("style", {}).get(name):
                shown = f"<{tag}>{shown}</{tag}>"
        return shown

    def date(self, at: int, form: str) -> str:
        """An instant by Slack's own tokens; where one begins the text, it begins with a capital."""
        here = datetime.fromtimestamp(at, self.zone)
        day = _day(here, (self.now or datetime.fromtimestamp(at, UTC)).astimezone(self.zone))
        month = f"{here:%B} {_ordinal(here.day)}"
        long = {
            "date": month,
            "date_short": f"{here:%b} {here.day}, {here.year}",
            "date_long": f"{here:%A}, {month}, {here.year}",
        }
        tokens = {
            **long,
            **{f"{name}_pretty": day or shown for name, shown in long.items()},
            "date_num": f"{here:%Y-%m-%d}",
            "day_divider_pretty": day or f"{here:%A}, {month}",
            "time": f"{here:%H:%M}",
            "time_secs": f"{here:%H:%M:%S}",
        }
        shown = re.sub(r"\{(\w+)\}", lambda found: tokens[found[1]], form)
        return shown[:1].upper() + shown[1:] if form.startswith("{") else shown


def _day(here: datetime, now: datetime) -> str:
    if here.date() == now.date():
        return "today"
    if here.date() == (now + timedelta(days=1)).date():
        return "tomorrow"
    return "yesterday" if here.date() == (now - timedelta(days=1)).date() else ""


def _ordinal(day: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{day}{'th' if day in {11, 12, 13} else ends.get(day % 10, 'th')}"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
