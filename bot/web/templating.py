"""The templates' environment, and the small facts they draw with: sizes, bars, which buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot import moments
from bot.web import spans
from handlers import intent_codec, intents
from handlers.views import words
from handlers.views.vocabulary import Button, Field, Form, Option, Progress, Stretch, Tone

HERE = Path(__file__).parent
_MOST_BUTTONS = 5
_HUES = 8
# Longer texts are cut with "show all"; they stay in the page whole, so that its search finds them.
_LONG = 900
_LONG_LINES = 14

# State is never told by colour alone: these words stand with the shape named "tone-…".
TONE_WORDS = {
    Tone.CALM: "",
    Tone.NOTICE: "Note",
    Tone.WARNING: "Attention",
    Tone.BREACH: "Overdue",
    Tone.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch on the timeline's bar, in percent of its length."""

    x: float
    width: float
    kind: str


def render(template: str, **context: object) -> str:
    """A whole template, filled in."""
    return _environment().get_template(template).render(**context)


def draw(template: str, macro: str, *drawn: object) -> Markup:
    """One macro of a template; what it is given was escaped on its way into the markup."""
    markup: Markup = getattr(_environment().get_template(template).module, macro)(*drawn)
    return markup


def static_url(name: str) -> str:
    """The address of a static file; it changes with the content, so that it may be kept forever."""
    return f"/static/{name}?v={_fingerprint(name)}"


@cache
def _fingerprint(name: str) -> str:
    return sha256((HERE / "static" / name).read_bytes()).hexdigest()[:16]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    made.filters.update(
        address=lambda text: quote(text, safe=":/@"),
        encode=intent_codec.encode,
        epoch=spans.epoch,
        hue=lambda name: crc32(name.encode("utf-8", "replace")) % _HUES,
        initials=_initials,
        said=spans.said,
        size=_size,
    )
    made.globals.update(
        ShowQueue=intents.ShowQueue,
        exactly=lambda seconds: words.exactly(timedelta(seconds=seconds)),
        duration=lambda seconds: moments.duration(timedelta(seconds=seconds)),
        filled=_filled,
        grouped=_grouped,
        is_long=_is_long,
        is_ours=_is_ours,
        near=moments.near,
        offered=_offered,
        static=static_url,
        strips=_strips,
        tone_words=TONE_WORDS,
    )
    return made


def _visible(value: object) -> object:
    """Every text that a template puts out, with what cannot be shown made visible."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return spans.literal(value)
    return value


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[1:][-1:])).upper() or "·"


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


def _is_long(text: str) -> bool:
    return len(text) > _LONG or text.count("\n") > _LONG_LINES


def _is_ours(url: str) -> bool:
    """Whether a picture comes from here: the page's policy lets no other in."""
    return url.startswith("data:image/") or (url.startswith("/") and not url.startswith("//"))


def _offered(buttons: Sequence[Button]) -> tuple[list[Button], list[Button]]:
    """The buttons that stand openly, and those behind the menu."""
    plain = [button for button in buttons if not button.menu]
    menu = [button for button in buttons if button.menu]
    return plain[:_MOST_BUTTONS], plain[_MOST_BUTTONS:] + menu


def _grouped(field: Field, form: Form) -> list[tuple[Option, bool]]:
    """A field's options, each with whether the field it depends on lets it be chosen now."""
    chosen = next((other.value for other in form.fields if other.name == field.depends_on), "")
    return [
        (option, not field.depends_on or option.group in ("", chosen)) for option in field.options
    ]


def _filled(progress: Progress, now: datetime) -> float:
    """How far a bar is full, in percent: by the clock where it runs, by its value otherwise."""
    value, of = progress.value, progress.of
    if progress.until and progress.since and not progress.paused:
        value = (now - progress.since).total_seconds()
        of = (progress.until - progress.since).total_seconds()
    share = value / of if of > 0 else 1.0
    return round(100 * min(max(share, 0.0), 1.0), 2)


def _strips(items: Sequence[Stretch]) -> list[Strip]:
    """Where each stretch stands on a bar as long as all of them."""
    if not items:
        return []
    start, end = items[0].start, items[-1].end
    whole = max((end - start).total_seconds(), 1.0)

    def percent(span: timedelta) -> float:
        return round(100 * span.total_seconds() / whole, 3)

    return [Strip(percent(i.start - start), percent(i.end - i.start), i.kind) for i in items]
