"""How the desk words durations, standings and people; the same on every platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from desk.case import STATE_WORDS, State
from desk.notices import Side
from desk.people import Coordination
from desk.promise import MetBy
from handlers.views.kinds import Face
from handlers.views.vocabulary import CaseRef, Link, Moment, Name, Span, Strong, Tone, Words
from sla.clock import Mode

COORDINATION = {
    Coordination.INDEPENDENT: "each side its own product",
    Coordination.VENDOR: "the vendor",
    Coordination.PARTNER: "the partner",
}

MEETING = {MetBy.FIRST_REPLY: "first reply", MetBy.ACCEPTED: "acceptance"}


def duration(length: timedelta) -> str:
    """A length of time in its largest two units: "2 h 14 min", "45 s", "3 d 4 h"."""
    seconds = max(0, int(length.total_seconds()))
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def behind(late_by: timedelta) -> str:
    """By how much something is late: " by 10 min"; nothing in its very first second."""
    return f" by {duration(late_by)}" if late_by >= timedelta(seconds=1) else ""


def hours(length: timedelta) -> str:
    """A working-time target in hours and minutes, never in days: "30 min", "36 h"."""
    total = int(length.total_seconds()) // 60
    whole, minutes = divmod(total, 60)
    parts = ([f"{whole} h"] if whole else []) + ([f"{minutes} min"] if minutes else [])
    return " ".join(parts) or duration(length)


def exactly(length: timedelta) -> str:
    """Working time to the second, never in days, so that a column adds up: "48 h 9 min 43 s"."""
    whole, rest = divmod(length // timedelta(seconds=1), 3600)
    parts = ((whole, "h"), (rest // 60, "min"), (rest % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def language(code: str) -> str:
    """A language's English name."""
    return Locale.parse(code).get_display_name("en") or code


def count(number: int, thing: str) -> str:
    """A number and its thing: "1 case", "3 cases"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def home(face: Face, at: Moment | None = None, *, left: bool = False) -> Moment:
    """The due time with the home time beside it."""
    moment = at or Moment(face.standing.due_at)
    return Moment(moment.at, face.program.home_zone, face.program.home_name, left=left)


def owner(face: Face) -> Span:
    """Who has the case."""
    return Name(face.owner.id, face.owner.name) if face.owner else "nobody yet"


def what_is_owed(face: Face) -> str:
    """What meets the clock: "first reply" or "acceptance"."""
    return MEETING[face.case.cycle.met_by]


def standing(face: Face, reader: Side = Side.ENGINEERS) -> Words:
    """The standing of the clock in words, with its due time."""
    stands, owed = face.standing, what_is_owed(face)
    guess: Words = (" (provisional: the holidays of that year are not published yet)",)
    tail = guess if stands.provisional else ()
    match stands.mode:
        case Mode.RUNNING:
            return (f"{owed} due ", home(face, left=True), *tail)
        case Mode.CLOSED:
            starts: Words = ()
            if stands.resumes_at is not None:
                starts = ("outside working hours, work starts ", Moment(stands.resumes_at), "; ")
            return (*starts, f"{owed} due ", home(face, left=True), *tail)
        case Mode.PAUSED:
            return (f"{paused(face)}, {state(face, reader)}",)
        case Mode.OVERDUE:
            # What is left of it counts on by itself, so that a card never tells an old lateness.
            return (f"{owed} overdue, was due ", home(face, left=True))
        case Mode.MET:
            took = f" after {hours(stands.met_in)}" if stands.met_in is not None else ""
            return (f"{owed} in time{took}",)
        case Mode.VOID:
            return (f"{owed} given; an earlier breach is void",)
        case Mode.MISSED:
            return (f"{owed} missed{behind(stands.late_by)}",)
        case Mode.ENDED:
            return (f"no {owed} is owed any more",)


def begun(words: Words) -> Words:
    """The words as the beginning of a line."""
    match words:
        case (str(first), *rest):
            return (first[:1].upper() + first[1:], *rest)
        case _:
            return words


def paused(face: Face) -> str:
    """A clock that stands still: "paused, 3 h left"."""
    left = face.standing.left
    return f"paused, {hours(left)} left" if left else "paused, after its due time"


def tone(face: Face) -> Tone:
    """How the case's card feels."""
    match face.standing.mode:
        case Mode.OVERDUE:
            return Tone.BREACH
        case _ if not face.case.is_open:
            return Tone.DONE
        case Mode.RUNNING | Mode.CLOSED if near(face):
            return Tone.WARNING
        case Mode.PAUSED:
            return Tone.NOTICE
        case _:
            return Tone.CALM


def near(face: Face) -> bool:
    """Whether three quarters of the time are used."""
    stands = face.standing
    return stands.used >= 3 * stands.left


def state(face: Face, reader: Side = Side.ENGINEERS) -> str:
    """The case's state in words; a partner that is waited on is spoken to."""
    if face.case.state is State.WAITING and reader is Side.PARTNER:
        return "waiting on you"
    if face.case.state is State.WORKING and face.owner is not None:
        return f"with {face.owner.name}"
    return STATE_WORDS[face.case.state]


def took_unit(face: Face) -> bool:
    """Whether the case took a unit of its plan's quota."""
    return face.plan.quota is not None and face.case.category in face.plan.quota.counts


def local(at: datetime, zone: str) -> str:
    """The time where somebody is: "Fri 16:25 in Shanghai"."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %H:%M} in {_place(zone)}"


def _place(zone: str) -> str:
    return zone.rsplit("/", maxsplit=1)[-1].replace("_", " ")


def plain(words: Words, zone: str) -> str:
    """The words as plain text, times in `zone`."""
    return "".join(_plain(span, zone) for span in words)


def _plain(span: Span, zone: str) -> str:
    match span:
        case str():
            return span
        case Moment():
            at = span.at.astimezone(ZoneInfo(span.home_zone or zone))
            # A time without its place would be read as the reader's own.
            name = span.home_name or _place(span.home_zone or zone)
            return f"{at:%a} {at.day} {at:%b %H:%M} {name} time"
        case Name():
            return span.name
        case CaseRef():
            return span.number
        case Strong():
            return span.text
        case Link():
            return f"{span.text}: {span.url}"
