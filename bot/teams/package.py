"""The app as Teams is told of it: its manifest and icons, for a deployment, in one zip."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "manifest"
ICONS = ("color.png", "outline.png")

# What the message extension is asked for, by the names in the manifest.
OPEN = "openCase"
OPEN_FROM = "openCaseFromMessage"
SEND_ON = "sendToPartner"

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}")
_LONGEST_NAME = 30
# As old as a zip can say, so that the same desk makes the same file every time.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class BadPackage(ValueError):
    """The app cannot be described with this; the text says why, and what is wanted instead."""


@dataclass(frozen=True, slots=True)
class App:
    """What differs between deployments: the bot's app id, where the desk is, what it is called."""

    id: str
    domain: str
    name: str = "Partnerdesk"
    version: str = "1.0.0"


def package(app: App) -> bytes:
    """The zip to be uploaded to Teams; raises `BadPackage`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(manifest(app), ensure_ascii=False, indent=2)
        archive.writestr(_entry("manifest.json"), text + "\n")
        for icon in ICONS:
            archive.writestr(_entry(icon), (HERE / icon).read_bytes())
    return made.getvalue()


def manifest(app: App) -> dict[str, Any]:
    """The manifest with the blanks filled in; raises `BadPackage`."""
    _check(app)
    blanks = {
        "{{APP_ID}}": app.id.lower(),
        "{{DOMAIN}}": app.domain,
        "{{NAME}}": app.name,
        "{{VERSION}}": app.version,
    }
    found: dict[str, Any] = _filled(json.loads((HERE / "manifest.json").read_text("utf-8")), blanks)
    return found


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _filled(value: Any, blanks: dict[str, str]) -> Any:
    """The same with the blanks filled in, text by text, so that no name can add a key."""
    if isinstance(value, dict):
        return {key: _filled(inside, blanks) for key, inside in value.items()}
    if isinstance(value, list):
        return [_filled(inside, blanks) for inside in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{\{[A-Z_]+\}\}", lambda blank: blanks[blank[0]], value)


def _check(app: App) -> None:
    if not _GUID.fullmatch(app.id):
        raise BadPackage(
            f"{app.id or 'an empty text'} is no app id: it looks like "
            "0f3a4b5c-1111-4222-8333-9abcdef01234, and Azure shows it where the bot is registered."
        )
    if not _DOMAIN.fullmatch(app.domain):
        raise BadPackage(
            f"{app.domain or 'an empty text'} is no domain: the name alone under which people "
            "reach the desk is wanted, like desk.example.com, without https:// and without a port."
        )
    if app.name != app.name.strip() or not app.name.isprintable() or not app.name:
        raise BadPackage("The name must have letters, and neither begin nor end with a space.")
    if len(app.name) > _LONGEST_NAME:
        over = len(app.name) - _LONGEST_NAME
        raise BadPackage(f"Teams shows names of at most 30 characters; this is {over} too many.")
    if not _VERSION.fullmatch(app.version):
        raise BadPackage(f"{app.version} is no version: three numbers are wanted, like 1.0.0.")
