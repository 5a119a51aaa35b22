"""Words of the desk as HTML: literal text, people, cases, and moments in the reader's own zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import assert_never

from markupsafe import Markup, escape

from bot.moments import clock, left, local, near, zone
from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Span, Strong, Words

_BREAKS = re.compile(r"\r\n?")
# C0 and DEL are shown as their control pictures; half a surrogate pair cannot be sent at all.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | {127: 0x2421}
_HALVES = re.compile("[\ud800-\udfff]")
# Hebrew, Arabic and their kin, and the invisible characters that change direction.
_TURNS = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]"
)


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
        return f"{local(start, home, 'EEE HH:mm')} – {local(end, home, pattern)}"

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
            _time(moment.at, local(moment.at, zone(moment.home_zone), pattern)), literal(named)
        )


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


def day(at: datetime, where: tzinfo, now: datetime) -> str:
    """The day as a heading: "Today", "Yesterday", "Monday 16 March"."""
    here, today = at.astimezone(where).date(), now.astimezone(where).date()
    match (today - here).days:
        case 0:
            return "Today"
        case 1:
            return "Yesterday"
    return local(at, where, "EEEE d MMMM" if here.year == today.year else "EEEE d MMMM y")


def _time(at: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}" data-epoch="{}">{}</time>').format(
        at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), epoch(at), words
    )
