"""Words of the desk as HTML: literal text, people, cases, and moments in the reader's own zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from markupsafe import Markup, escape

from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Span, Strong, Words

# The desk speaks English until it has a second message catalog: an English sentence with a German
# weekday in it would be neither.
_LOCALE = "en_GB"
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
# A weekday alone is unambiguous this far, in either direction.
_NEAR = 6
_BREAKS = re.compile(r"\r\n?")
# C0 and DEL are shown as their control pictures; half a surrogate pair cannot be sent at all.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}
_HALVES = re.compile("[\ud800-\udfff]")
# Hebrew, Arabic and their kin, and the invisible characters that change direction.
_TURNS = re.compile("[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their id, their zone, and the instant at which they look."""

    person_id: str
    zone: tzinfo
    now: datetime

    def words(self, words: Words) -> Markup:
        """The spans, one after the other."""
        return Markup().join(self._span(span) for span in words)

    def words_within(self, words: Words) -> Markup:
        """The spans inside of something that can be pressed itself, so without links."""
        return Markup().join(
            Markup('<b class="number">{}</b>').format(span.number)
            if isinstance(span, CaseRef)
            else self._span(span)
            for span in words
        )

    def time(self, at: datetime) -> Markup:
        """An instant as a <time> element: the weekday and the time, or the date if further off."""
        return _time(at, near(at, self.zone, self.now))

    def until(self, start: datetime, end: datetime) -> Markup:
        """The end of a stretch: the time alone where the day is the same."""
        same = start.astimezone(self.zone).date() == end.astimezone(self.zone).date()
        return _time(end, clock(end, self.zone) if same else near(end, self.zone, self.now))

    def at_home(self, start: datetime, end: datetime, home: tzinfo) -> str:
        """A stretch in the home zone, "" where the reader's clock shows the same."""
        begun, ended = start.astimezone(home), end.astimezone(home)
        if begun.utcoffset() == start.astimezone(self.zone).utcoffset():
            return ""
        pattern = "HH:mm" if begun.date() == ended.date() else "EEE HH:mm"
        return f"{_local(start, home, 'EEE HH:mm')} – {_local(end, home, pattern)}"

    def _span(self, span: Span) -> Markup:
        match span:
            case str():
                return said(span)
            case Strong(text):
                return Markup("<strong>{}</strong>").format(said(text))
            case Moment():
                return self._moment(span)
            case Name():
                return self._name(span)
            case Link(text, url):
                return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, said(text))
            case CaseRef(case_id):
                return Markup(
                    '<a class="case-ref" href="?case={0}" data-case="{0}">{1}</a>'
                ).format(case_id, span.number)
            case _:
                assert_never(span)

    def _name(self, name: Name) -> Markup:
        if not name.mention:
            return Markup('<bdi class="name">{}</bdi>').format(literal(name.name))
        me = " you" if name.person_id == self.person_id else ""
        return Markup('<bdi class="mention{}">@{}</bdi>').format(me, literal(name.name))

    def _moment(self, moment: Moment) -> Markup:
        drawn = self.time(moment.at)
        if not moment.plain:
            drawn += " your time"
        if moment.left:
            drawn += Markup(', <span class="left" data-left="{}">{}</span>').format(
                epoch(moment.at), left(moment.at, self.now)
            )
        if moment.home_zone:
            drawn += self._home(moment)
        return drawn

    def _home(self, moment: Moment) -> Markup:
        mine, home = moment.at.astimezone(self.zone), moment.at.astimezone(zone(moment.home_zone))
        if mine.utcoffset() == home.utcoffset():
            return Markup()
        pattern = "HH:mm" if mine.date() == home.date() else "EEE HH:mm"
        named = moment.home_name or moment.home_zone
        return Markup("; {} in {}").format(
            _time(moment.at, _local(moment.at, zone(moment.home_zone), pattern)), literal(named)
        )


@cache
def zone(name: str) -> tzinfo:
    """The zone by its name; UTC where nobody knows it, so that a page is drawn in any case."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def literal(text: str) -> str:
    """Text as it was typed; what no browser can show is made visible instead of disappearing."""
    return _HALVES.sub("\ufffd", _BREAKS.sub("\n", text)).translate(_PICTURES)


def said(text: str) -> Markup:
    """Literal text in HTML, isolated where its direction could turn its surroundings around."""
    clean = literal(text)
    if _TURNS.search(clean):
        return Markup("<bdi>{}</bdi>").format(clean)
    return escape(clean)


def epoch(at: datetime) -> int:
    """Milliseconds since 1970: what the page's countdowns reckon with."""
    return round(at.timestamp() * 1000)


def duration(span: timedelta) -> str:
    """The two largest units: "2 h 14 min", "3 d", "4 min 12 s"; seconds only under ten minutes."""
    seconds = abs(int(span.total_seconds()))
    if seconds >= 600:
        seconds -= seconds % 60
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(seconds, size)
        if parts or count:
            parts.append(f"{count} {unit}" if count else "")
            seconds = rest
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part) or "0 s"


def exactly(seconds: int) -> str:
    """To the second, so that what stands in a column adds up: "2 h 29 min 43 s"."""
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def left(at: datetime, now: datetime) -> str:
    """What is left until an instant, or how long ago it was."""
    return f"in {duration(at - now)}" if at > now else f"{duration(now - at)} ago"


def near(at: datetime, where: tzinfo, now: datetime) -> str:
    """The weekday and the time; with the date beyond six days, and the year if it is another."""
    here, today = at.astimezone(where), now.astimezone(where)
    if abs((here.date() - today.date()).days) <= _NEAR:
        return _local(at, where, "EEE HH:mm")
    pattern = "EEE d MMM HH:mm" if here.year == today.year else "EEE d MMM y HH:mm"
    return _local(at, where, pattern)


def day(at: datetime, where: tzinfo, now: datetime) -> str:
    """The day as a heading: "Today", "Yesterday", "Monday 16 March"."""
    here, today = at.astimezone(where).date(), now.astimezone(where).date()
    match (today - here).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
    return _local(at, where, "EEEE d MMMM" if here.year == today.year else "EEEE d MMMM y")


def clock(at: datetime, where: tzinfo) -> str:
    """The time of day."""
    return _local(at, where, "HH:mm")


def _time(at: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}" data-epoch="{}">{}</time>').format(
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), epoch(at), words
    )


def _local(at: datetime, where: tzinfo, pattern: str) -> str:
    here = at.astimezone(where)
    words = format_datetime(here, pattern, tzinfo=where, locale=_LOCALE)
    # In the hour that autumn repeats, a time alone names two instants.
    if here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset():
        words += f" ({format_datetime(here, 'OOOO', tzinfo=where, locale=_LOCALE)})"
    return words
