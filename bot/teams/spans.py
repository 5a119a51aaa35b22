"""Words of the desk in Teams' two kinds of text: rich runs, and Markdown where it is harmless.

What people write stands in runs, which Teams shows letter by letter. Markdown, which can mention
and link, is written for words alone that cannot be mistaken for any of it. Times are written out:
Teams does not put them into the reader's zone inside of runs, nor beside a mention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from typing import assert_never
from urllib.parse import quote

from bot.literal import cut, literal
from bot.moments import clock, left, local, near, zone
from bot.teams import published
from bot.teams.literal import Json, harmless, in_line
from handlers.views.vocabulary import (
    Card,
    CaseRef,
    Link,
    Moment,
    Name,
    Span,
    Strong,
    Words,
)

# Teams' own ids of people, the directory's, and a name that one signs in with.
_USER = re.compile(r"(?:29|8):[\w:.-]{1,200}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# What of a name could be taken for more than one, beside a mention of all things.
_UNNAMED = re.compile(r"[^\w\s.'’()-]|_|\.(?=\w)|^[\s.)-]+")


@dataclass(frozen=True, slots=True)
class Look:
    """Who reads it, and when: `names` are Teams' user ids by person id, for mentions.

    `zone` is the reader's own if `own` says so; a place with several readers has the desk's.
    `public_url` is the web chat's address, "" where there is none to link to. `refresh` are the
    Teams users to whom a live card is drawn anew, in their own words, when they look at it.
    """

    names: Mapping[str, str]
    public_url: str
    zone: str
    now: datetime
    own: bool = False
    refresh: Sequence[str] = ()

    def case_url(self, case_id: int | None) -> str:
        """Where a case can be read in the web chat; without one, the web chat itself."""
        base = self.public_url.rstrip("/")
        return f"{base}/?case={case_id}" if base and case_id is not None else base

    def file_url(self, key: str) -> str:
        """Where an attached file is handed out to those who may see it."""
        base = self.public_url.rstrip("/")
        return f"{base}/files/{quote(key, safe=':/@')}" if base else ""

    def user(self, name: Name) -> str:
        """The Teams user to be mentioned, "" where nobody is to be, or can be."""
        found = self.names.get(name.person_id, "") if name.mention else ""
        return found if _USER.fullmatch(found) else ""


@dataclass(frozen=True, slots=True)
class Pen:
    """What a card is drawn with: its look, and whom it has mentioned."""

    look: Look
    card: Card
    mentioned: dict[str, Json] = field(default_factory=dict)

    def mention(self, name: Name) -> str:
        """The mention of somebody who can be mentioned, as it stands in Markdown."""
        user = self.look.user(name)
        if user not in self.mentioned:
            said = " ".join(_UNNAMED.sub(" ", literal(name.name)).split())
            said = cut(said, published.NAME) or "you"
            others = {entity["text"] for entity in self.mentioned.values()}
            # Two people of one name are two mentions.
            more = chain([""], (f" ({number})" for number in count(2)))
            tokens = (f"<at>{said}{one}</at>" for one in more)
            self.mentioned[user] = {
                "type": "mention",
                "text": next(token for token in tokens if token not in others),
                "mentioned": {"id": user, "name": said},
            }
        return str(self.mentioned[user]["text"])


def run(text: str, **style: object) -> Json:
    """Literal text as a run, with its style."""
    return {"type": "TextRun", "text": in_line(text), **style}


def runs(words: Words, pen: Pen, style: Json | None = None, *, left: bool = True) -> list[Json]:
    """The words as runs; `left` also says what is left until a moment."""
    made: list[Json] = []
    for span in words:
        text = _plain(span, pen.look, left=left)
        if not literal(text):
            continue
        strong = isinstance(span, Strong | CaseRef)
        new = run(text, **({"weight": "Bolder"} if strong else {}) | (style or {}))
        if made and _style(made[-1]) == _style(new):
            made[-1]["text"] += new["text"]
        else:
            made.append(new)
    return made


def plain(words: Words, look: Look) -> str:
    """The words without anything that Teams could make of them."""
    return "".join(_plain(span, look) for span in words)


def markdown(words: Words, pen: Pen) -> str | None:
    """The words as Markdown, or None where any of them might be taken for more than words."""
    # Each may be harmless by itself and not so beside the next, so all are judged together.
    said = "".join(_unmarked(span, pen.look) for span in words)
    if not said.strip() or not harmless(said):
        return None
    return "".join(_markdown(span, pen) for span in words)


def asks_for_markdown(words: Words, look: Look) -> bool:
    """Whether something in it can be pressed, or notifies."""
    return any(
        isinstance(span, Link)
        or (isinstance(span, Name) and bool(look.user(span)))
        or (isinstance(span, CaseRef) and bool(look.public_url))
        for span in words
    )


def moment(shown: Moment, look: Look, *, with_left: bool = True) -> str:
    """An instant: in the reader's zone with home beside it, or in the home zone alone."""
    until = f", {left(shown.at, look.now)}" if shown.left and with_left else ""
    if look.own:
        mine = "" if shown.plain else " your time"
        return f"{near(shown.at, zone(look.zone), look.now)}{mine}{until}{_home(shown, look)}"
    where = shown.home_zone or look.zone
    said = near(shown.at, zone(where), look.now)
    if shown.plain and not shown.home_zone:
        # One of many below each other: their zone is said once, by `whose`.
        return f"{said}{until}"
    return f"{said} {zone_name(where, shown.home_name)} time{until}"


def whose(look: Look, home_zone: str = "", home_name: str = "") -> str:
    """In whose time a list of times is, for those who might take it for theirs."""
    return "" if look.own else f"{zone_name(home_zone or look.zone, home_name)} time"


def zone_name(where: str, named: str = "") -> str:
    """How a zone is called: by its city."""
    return named or where.rsplit("/", maxsplit=1)[-1].replace("_", " ") or "UTC"


def span_of_time(start: datetime, end: datetime, look: Look, home_zone: str) -> str:
    """A stretch of time: its end as a time alone where the day is the same."""
    where = zone(look.zone if look.own else home_zone or look.zone)
    same = start.astimezone(where).date() == end.astimezone(where).date()
    until = clock(end, where) if same else near(end, where, look.now)
    return f"{near(start, where, look.now)} – {until}"


def _home(shown: Moment, look: Look) -> str:
    if not shown.home_zone:
        return ""
    mine = shown.at.astimezone(zone(look.zone))
    home = shown.at.astimezone(zone(shown.home_zone))
    if mine.utcoffset() == home.utcoffset():
        return ""
    pattern = "HH:mm" if mine.date() == home.date() else "EEE HH:mm"
    at = local(shown.at, zone(shown.home_zone), pattern)
    return f"; {at} in {zone_name(shown.home_zone, shown.home_name)}"


def _style(element: Json) -> Json:
    return {key: value for key, value in element.items() if key != "text"}


def _plain(span: Span, look: Look, *, left: bool = True) -> str:
    match span:
        case str():
            return span
        case Strong(text):
            return text
        case Moment():
            return moment(span, look, with_left=left)
        case Name():
            return ("@" if span.mention else "") + (span.name or "–")
        case CaseRef():
            return span.number
        case Link(text, url):
            return f"{text}: {url}" if text else url
        case _:
            assert_never(span)


def _unmarked(span: Span, look: Look) -> str:
    """What of a span could be mistaken: not what the desk itself makes of it."""
    match span:
        case Link(text, url):
            # What leads nowhere is spelt out, letter by letter.
            return text if _linkable(url) else "*"
        case Strong(text):
            # Stars beside a space would be seen as stars.
            return text if text == text.strip() else "*"
        case Name(mention=True) if look.user(span):
            return "@"
        case _:
            return _plain(span, look)


def _markdown(span: Span, pen: Pen) -> str:
    match span:
        case CaseRef():
            url = pen.look.case_url(span.case_id)
            return f"[{span.number}]({url})" if _linkable(url) else span.number
        case Link(text, url):
            return f"[{in_line(text or url)}]({url})"
        case Name(mention=True) if pen.look.user(span):
            return pen.mention(span)
        case Strong(text):
            return f"**{in_line(text)}**" if text else ""
        case _:
            return in_line(_plain(span, pen.look))


def _linkable(url: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s()<>\[\]\\*|\"]+", url))
