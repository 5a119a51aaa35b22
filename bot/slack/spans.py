"""Words of the desk in Slack's three kinds of text: rich, plain, and markup where it is harmless.

What people write goes into rich or plain text, which Slack shows letter by letter. Markup, which
can mention and link, is written for words alone that cannot be mistaken for any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, assert_never
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Span, Strong, Words
from handlers.views.words import duration

Json = dict[str, Any]

_BREAKS = re.compile(r"\r\n?|[\u2028\u2029]")
# C0 and DEL are shown as their control pictures; half a surrogate pair cannot be sent at all.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}
_HALVES = re.compile("[\ud800-\udfff]")
# Marks that turn the direction of what follows them, far beyond the words they came with.
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TURNS = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
# Everything that Slack's markup might take for style, a mention, a quotation, an emoji or a link.
_MARKUP = re.compile(r"[*_~`@#<>|\n\t]|:\S+?:|://|www\.|mailto:")
_USER = re.compile(r"[UW][A-Z0-9]{2,30}")
_TRAILING = "\u200d\ufe0f"
_AT = "{date_short_pretty} {time}"


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


def literal(text: str) -> str:
    """Text as it was typed; what Slack cannot keep is made visible instead of breaking the rest."""
    clean = _HALVES.sub("\ufffd", _BREAKS.sub("\n", text)).translate(_PICTURES)
    return _STEERING.sub("", clean)


def inline(text: str) -> str:
    """Literal text inside a sentence; letters that run leftwards keep their place in it."""
    clean = literal(text)
    return f"\u2068{clean}\u2069" if _TURNS.search(clean) else clean


def escape(text: str) -> str:
    """Text for a place that is markup and cannot be anything else: nothing in it notifies."""
    return literal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def units(text: str) -> int:
    """The length as the strictest counter would count it: in UTF-16 units."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def cut(text: str, limit: int, more: str = "…") -> str:
    """At most `limit` UTF-16 units, ending in `more` where something is left out."""
    if units(text) <= limit:
        return text
    short = text[: max(0, limit - len(more))]
    while units(short) > limit - len(more):
        short = short[: len(short) - max(1, (units(short) - limit + len(more)) // 2)]
    return short.rstrip().rstrip(_TRAILING) + more


def text_object(text: str, limit: int) -> Json:
    """A plain_text object of at most `limit` characters; never empty, which Slack refuses."""
    return {"type": "plain_text", "text": cut(literal(text), limit) or "–", "emoji": False}


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


def rich_date(at: datetime, look: Look, *, form: str = _AT) -> Json:
    """An instant in the reader's own zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": form,
        "fallback": _fallback(Moment(at), look),
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


def harmless(text: str) -> bool:
    """Whether Slack's markup would show the text letter by letter."""
    return not _MARKUP.search(text)


def clip(words: Words, limit: int) -> tuple[Words, int]:
    """The words within about `limit` characters, and how many characters were left out."""
    made: list[Span] = []
    room, over = limit, 0
    for span in words:
        said = span if isinstance(span, str) else getattr(span, "text", "")
        if not said:
            made.append(span)
            continue
        if room <= 0:
            over += len(said)
            continue
        kept = cut(said, room)
        room -= units(kept)
        if kept != said:
            over += len(said) - len(kept) + 1
        made.append(kept if isinstance(span, str) else _with_text(span, kept))
    return tuple(made), over


def _with_text(span: Span, text: str) -> Span:
    match span:
        case Strong():
            return Strong(text)
        case Link():
            return Link(text, span.url)
        case _:
            return span


def _same_style(one: Json, other: Json) -> bool:
    return bool(one.get("style") == other.get("style"))


def _rich(span: Span, look: Look, *, bold: bool, left: bool) -> Sequence[Json]:
    match span:
        case str():
            return [rich_words(span, bold=bold)] if literal(span) else []
        case Strong(text):
            return [rich_words(text, bold=True)] if literal(text) else []
        case Moment():
            before, after = ("", "") if span.plain else ("", " your time")
            tail = before + after + (_left(span, look) if left else "") + _home(span)
            return [rich_date(span.at, look), *([rich_words(tail, bold=bold)] if tail else [])]
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
            token = f"<!date^{at}^{_AT}|{_fallback(span, look)}>"
            tail = ("" if span.plain else " your time") + _left(span, look) + _home(span)
            return f"{token}{escape(tail)}" if harmless(tail + _fallback(span, look)) else None
        case CaseRef():
            url = look.case_url(span.case_id)
            return f"<{escape(url)}|{span.number}>" if url else span.number
        case Link() | Name(mention=True):
            return None
        case Strong(text):
            return f"*{escape(text)}*" if harmless(text) and text.strip() == text != "" else None
        case str() | Name():
            said = inline(span if isinstance(span, str) else span.name)
            return escape(said) if harmless(said) else None
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
