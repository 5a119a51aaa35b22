"""The calendars and the small words that the clock tests share. Times are Beijing time."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.promise import Cycle, Grade, MetBy
from sla import clock
from sla.calendar import Calendar, CalendarSpec, DayKind, HolidayTable, build
from sla.holidays import load
from sla.ladder import Ladder, Step, Tell

BEIJING = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(9), time(18)),)
HOME = ((time(9), time(12)), (time(13, 30), time(17, 30)))

ALWAYS = build(CalendarSpec("always", "24/7", "Asia/Shanghai", always=True), None)
W = build(CalendarSpec("w", "office", "Asia/Shanghai", dict.fromkeys(range(5), OFFICE)), None)
B_SPEC = CalendarSpec("b", "home", "Asia/Shanghai", dict.fromkeys(range(5), HOME), holidays="CN")
B = build(B_SPEC, load("CN"))

CRY = (Tell.CHANNEL, Tell.ENGINEERS, Tell.TAM)
LADDER = Ladder(
    steps=(
        Step(50, (Tell.OWNER_OR_CHANNEL,)),
        Step(75, (Tell.CHANNEL, Tell.ENGINEERS), mention=True),
        Step(90, CRY, mention=True),
    ),
    breach=(*CRY, Tell.DUTY_MANAGER),
    repeat_every=timedelta(hours=1),
    repeat_times=12,
    repeat=(Tell.TAM, Tell.DUTY_MANAGER),
)


def at(words: str) -> datetime:
    """Beijing time of 2026 from "03-06 17:30"; seconds and a year may be given."""
    text = words if words.count("-") == 2 else f"2026-{words}"
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def span(words: str) -> timedelta:
    """Hours, minutes and seconds from "1:30" or "1:30:15"."""
    hours, minutes, *seconds = (int(part) for part in words.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def opened(words: str, target: str, calendar: Calendar, severity: str = "production_down") -> Cycle:
    """A first-reply cycle opened then, with that target."""
    when, owed = at(words), span(target)
    return clock.start(1, when, severity, owed, calendar, MetBy.FIRST_REPLY, LADDER)


def paused(cycle: Cycle, calendar: Calendar, *stretches: tuple[str, str]) -> Cycle:
    """The cycle after these pauses, wound as the desk does it."""
    for start, end in stretches:
        cycle = clock.wind(cycle.pause(at(start)), calendar, LADDER, at(start))
        cycle = clock.wind(cycle.resume(at(end)), calendar, LADDER, at(end))
    return cycle


def regraded(cycle: Cycle, calendar: Calendar, words: str, severity: str, target: str) -> Cycle:
    """The cycle after a change of severity, wound as the desk does it."""
    graded = cycle.regrade(Grade(at(words), severity, span(target)))
    return clock.wind(graded, calendar, LADDER, at(words))


def closed_on(calendar: Calendar, *days: str) -> Calendar:
    """The same calendar with these days as holidays."""
    extra: Mapping[date, DayKind] = {date.fromisoformat(day): DayKind.HOLIDAY for day in days}
    spec = CalendarSpec(
        calendar.spec.key, "changed", calendar.spec.zone, calendar.spec.windows, holidays="XX"
    )
    return build(spec, HolidayTable("XX", extra, frozenset(range(2000, 2100))))
