"""Words of the desk in Slack's three kinds of text: rich, plain, and markup where it is harmless.

What people write goes into rich or plain text, which Slack shows letter by letter. Markup, which
can mention and link, is written for words alone that cannot be mistaken for any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import assert_never
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.slack.literal import Json, escape, inline, literal
from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Span, Strong, Words
from handlers.views.words import duration

# Everything that Slack's markup might take for style, a mention, a quotation, an emoji or a link.
_MARKUP = re.compile(r"[*_~`@#<>|\n\t]|:\S+?:|://|www\.|mailto:")
_USER = re.compile(r"[UW][A-Z0-9]{2,30}")
# A day that is named by a token at the very beginning begins with a capital, as a sentence does.
_WITHIN = "\u200b"
# The weekday where the day is not near; markup is not documented to know that token.
AT = "{day_divider_pretty} {time}"
TIME = "{time}"
_AT_IN_MARKUP = f"{_WITHIN}{{date_short_pretty}} {{time}}"


@dataclass(frozen=True, slots=True)
class Look:
    """Who reads it where: `names` are Slack user ids by person id, for mentions.

    `public_url` is the web chat's address, "" where there is none to link to. `zone` is used where
    Slack cannot put a time into the reader's own zone. `now` lets a card say what is left.
    """

    names: Mapping[str, str]
    public_url: str
    zone: str
    now: datetime | None = None

    def case_url(self, case_id: int | None) -> str:
        """Where a case can be read in the web chat; without one, the web chat itself."""
        base = self.public_url.rstrip("/")
        return f"{base}/?case={case_id}" if base and case_id is not None else base

    def file_url(self, key: str) -> str:
        """Where an attached file is handed out to those who may see it."""
        base = self.public_url.rstrip("/")
        return f"{base}/files/{quote(key, safe=':/@')}" if base else ""

    def user(self, name: Name) -> str:
        """The Slack user to be mentioned, "" where nobody is to be, or can be."""
        found = self.names.get(name.person_id, "") if name.mention else ""
        return found if _USER.fullmatch(found) else ""


def rich(words: Words, look: Look, *, bold: bool = False, left: bool = True) -> list[Json]:
    """The words as elements of rich text; `left` also says what is left until a moment."""
    made: list[Json] = []
    for span in words:
        for element in _rich(span, look, bold=bold, left=left):
            last = made[-1] if made else {}
            if element["type"] == last.get("type") == "text" and _same_style(element, last):
                last["text"] += element["text"]
            else:
                made.append(element)
    return made


def rich_words(text: str, *, bold: bool = False, url: str = "") -> Json:
    """Literal text as one element of rich text, as a link where there is a `url` of ours."""
    made: Json = {"type": "link", "url": url} if url else {"type": "text"}
    made["text"] = inline(text)
    return made | {"style": {"bold": True}} if bold else made


def rich_date(moment: Moment, look: Look, *, form: str = AT) -> Json:
    """An instant in the reader's own zone, as the beginning of a line."""
    return {
        "type": "date",
        "timestamp": int(moment.at.timestamp()),
        "format": form,
        "fallback": _fallback(moment, look),
    }


def plain(words: Words, look: Look) -> str:
    """The words without anything that Slack could make of them; times in the home zone."""
    return "".join(_plain(span, look) for span in words)


def markup(words: Words, look: Look) -> str | None:
    """The words as Slack's markup, or None where any of them might be taken for more than words."""
    made: list[str] = []
    for span in words:
        drawn = _markup(span, look)
        if drawn is None:
            return None
        made.append(drawn)
    return "".join(made)


def _same_style(one: Json, other: Json) -> bool:
    return bool(one.get("style") == other.get("style"))


def _rich(span: Span, look: Look, *, bold: bool, left: bool) -> Sequence[Json]:
    match span:
        case str():
            return [rich_words(span, bold=bold)] if literal(span) else []
        case Strong(text):
            return [rich_words(text, bold=True)] if literal(text) else []
        case Moment():
            until = _left(span, look) if left else ""
            tail = ("" if span.plain else " your time") + until + _home(span)
            date = rich_date(span, look, form=_WITHIN + AT)
            return [date, *([rich_words(tail, bold=bold)] if tail else [])]
        case Name():
            user = look.user(span)
            if user:
                return [{"type": "user", "user_id": user}]
            return [rich_words(("@" if span.mention else "") + (span.name or "–"), bold=bold)]
        case CaseRef():
            return [rich_words(span.number, bold=bold, url=look.case_url(span.case_id))]
        case Link(text, url):
            return [rich_words(text or url, bold=bold, url=url)]
        case _:
            assert_never(span)


def _plain(span: Span, look: Look) -> str:
    match span:
        case str():
            return inline(span)
        case Strong(text):
            return inline(text)
        case Moment():
            return _fallback(span, look)
        case Name():
            return inline(span.name)
        case CaseRef():
            return span.number
        case Link(text, url):
            return f"{inline(text)}: {url}"
        case _:
            assert_never(span)


def _markup(span: Span, look: Look) -> str | None:
    match span:
        case Moment():
            at = int(span.at.timestamp())
            token = f"<!date^{at}^{_AT_IN_MARKUP}|{_fallback(span, look)}>"
            tail = ("" if span.plain else " your time") + _left(span, look) + _home(span)
            return (
                f"{token}{escape(tail)}"
                if not _MARKUP.search(tail + _fallback(span, look))
                else None
            )
        case CaseRef():
            url = look.case_url(span.case_id)
            return f"<{escape(url)}|{span.number}>" if url else span.number
        case Link() | Name(mention=True):
            return None
        case Strong(text):
            return (
                f"*{escape(text)}*"
                if text and text == text.strip() and not _MARKUP.search(text)
                else None
            )
        case str() | Name():
            said = inline(span if isinstance(span, str) else span.name)
            return None if _MARKUP.search(said) else escape(said)
        case _:
            assert_never(span)


def _left(moment: Moment, look: Look) -> str:
    """What is left until a moment, as it stood when it was drawn: Slack does not count down."""
    if not moment.left or look.now is None:
        return ""
    if moment.at <= look.now:
        return f", {duration(look.now - moment.at)} ago"
    return f", in {duration(moment.at - look.now)}"


def _home(moment: Moment) -> str:
    if not moment.home_zone:
        return ""
    # The reader's own date stands before it, so that the weekday is enough.
    at = moment.at.astimezone(zone(moment.home_zone))
    return f"; {at:%a %H:%M} in {moment.home_name or moment.home_zone}"


def _fallback(moment: Moment, look: Look) -> str:
    """The time written out, for readers whose Slack cannot put it into their own zone."""
    if moment.home_zone:
        at = moment.at.astimezone(zone(moment.home_zone))
        return f"{_written(at)} {moment.home_name or moment.home_zone} time"
    named = look.zone.split("/")[-1].replace("_", " ") or "UTC"
    return f"{_written(moment.at.astimezone(zone(look.zone)))} {named} time"


def _written(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b} {at:%H:%M}"


def zone(name: str) -> tzinfo:
    """The zone by its name; UTC where nobody knows it, so that a card is drawn in any case."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
