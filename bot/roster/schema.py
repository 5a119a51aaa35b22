"""The shape of a roster's file: what must be in it, of which type, in which words.

What can be judged key by key is judged here; what takes two keys is judged in `bot.roster.read`.
"""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field, PlainValidator

from sla.toml_source import Table

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
PlatformName = Literal["web", "slack", "teams"]


def _key(value: str) -> str:
    # No dot: one stands in the keys of people whom the desk has met in a partner's workspace.
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", value) is None:
        raise ValueError("must be a key: small letters, digits, _ and -, without spaces")
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    if not value.isprintable():
        raise ValueError("must be one line of printable characters")
    return value.strip()


@cache
def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, OSError):
        return False
    # A file system that ignores case would find "europe/berlin", and the next machine would not.
    return zone in available_timezones()


def _zone(value: str) -> str:
    if not _exists(value):
        raise ValueError(f'there is no time zone "{value}"; write one such as "Europe/Berlin"')
    return value


def _country(value: str) -> str:
    if value not in Locale("en").territories or re.fullmatch(r"[A-Z]{2}", value) is None:
        raise ValueError(f'there is no country "{value}"; write two capital letters, such as "DE"')
    return value


def _language(value: str) -> str:
    try:
        Locale.parse(value, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f'there is no language "{value}"; write one such as "en"') from None
    return value


def _email(value: str) -> str:
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is None:
        raise ValueError('must be an e-mail address, such as "anna@example.com"')
    return value


def _window(value: Any) -> tuple[time, time]:
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be hours in quotes, such as "09:00-18:00"')
    try:
        start, end = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    except ValueError:
        raise ValueError(f'"{value}" is not a time of day: 00:00 to 23:59') from None
    if start == end:
        raise ValueError("must not end when they begin")
    return start, end


Key = Annotated[str, AfterValidator(_key)]
Text = Annotated[str, AfterValidator(_text), Field(max_length=200)]
Zone = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
Email = Annotated[str, AfterValidator(_email)]
Window = Annotated[tuple[time, time], PlainValidator(_window)]


class AccountTable(Table):
    """An account on a platform. Slack has workspaces, Teams tenants, the web neither."""

    platform: PlatformName
    workspace: Text | None = None
    tenant: Text | None = None
    user: Text | None = None


class WorkspaceTable(Table):
    """A workspace or tenant that is one partner's own."""

    platform: Literal["slack", "teams"]
    workspace: Text | None = None
    tenant: Text | None = None


class HoursTable(Table):
    """When somebody is on duty, in their own time zone; hours may run over midnight."""

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    hours: Window


class PartnerTable(Table):
    """An organisation and what it was promised."""

    name: Text
    program: Key
    plan: Key
    subscribed_on: date
    billing: Literal["monthly", "yearly"]
    kind: Text
    country: Country
    time_zone: Zone
    language: Language = "en"
    tam: Key | None = None
    workspaces: tuple[WorkspaceTable, ...] = ()


class PersonTable(Table):
    """Somebody: a contact names the partner, everybody else has roles."""

    name: Text
    partner: Key | None = None
    roles: tuple[Literal["engineer", "tam", "duty_manager", "operator"], ...] = ()
    time_zone: Zone | None = None
    language: Language | None = None
    email: Email | None = None
    duty: HoursTable | None = None
    cover: Key | None = None
    identities: tuple[AccountTable, ...] = ()


class ChannelTable(Table):
    """A channel and what it is for; without programs and products it serves every case."""

    serves: Literal["engineers", "partner", "operators"]
    platform: PlatformName
    workspace: Text | None = None
    tenant: Text | None = None
    channel: Text
    name: Text
    programs: tuple[Key, ...] = ()
    products: tuple[Text, ...] = ()
    partners: tuple[Key, ...] = ()


class RosterTable(Table):
    """The whole file."""

    partners: dict[Key, PartnerTable] = Field(default_factory=dict)
    people: dict[Key, PersonTable] = Field(default_factory=dict)
    channels: dict[Key, ChannelTable] = Field(default_factory=dict)
