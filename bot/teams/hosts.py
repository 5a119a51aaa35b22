"""Which addresses the desk speaks to: whoever names an address must not choose who gets our token.

An address is taken by its looks: what the service writes is plain, and whatever is not (a user
name, a port, an escape, another script) is somebody's trick.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.nearby import is_loopback
from bot.teams.deps import Settings

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9][a-z0-9.-]*)(?P<port>:[0-9]{1,5})?(?:/[A-Za-z0-9_~.-]*)*",
    re.ASCII,
)
_LONGEST = 500
_LONGEST_FILE = 4096


def is_service(url: str, settings: Settings) -> bool:
    """Whether `url` is the Connector's: what the desk may send its token and its messages to."""
    found = _ADDRESS.fullmatch(url) if len(url) <= _LONGEST else None
    if found is None or "/.." in url:
        return False
    if settings.trial and is_loopback(found["host"]):
        return True
    plain = found["scheme"] == "https" and not found["port"]
    return plain and found["host"] in settings.service_hosts


def is_file(url: str, settings: Settings) -> bool:
    """Whether `url` is where Teams keeps files: such an address carries its own permission."""
    found = _ADDRESS.match(url) if len(url) <= _LONGEST_FILE and url.isascii() else None
    if found is None or not url.isprintable() or " " in url:
        return False
    parts = urlsplit(url)
    if settings.trial and is_loopback(parts.hostname or ""):
        return True
    plain = parts.scheme == "https" and parts.netloc == found["host"]
    return plain and any(f".{parts.netloc}".endswith(f".{one}") for one in settings.file_hosts)
