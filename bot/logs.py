"""The log: lines for people on a terminal, JSON otherwise, and never a secret in either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

Event = MutableMapping[str, Any]

MASK = "[hidden]"
NOISY = (
    "aiohttp.access",
    "aiosqlite",
    "apscheduler",
    "asyncio",
    "slack_bolt",
    "slack_sdk",
    "tortoise",
)
_SECRET_KEYS = re.compile(r"secret|token|password|passwd|cookie|authorization|api_key", re.I)
_SECRET_TEXTS = (
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # user:password of a URL
    re.compile(r"\bxox[a-z]-[\w-]+|\bxapp-[\w-]+"),  # Slack's tokens
    re.compile(r"(?<=\bBearer )[\w.~+/=-]+", re.I),
    re.compile(r"(?<=/signin/)[\w-]{20,}"),  # a one-time link
)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send the desk's log and the libraries' to `stream` (stderr); `level` as in the settings."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Before the secrets are masked: a traceback may quote one.
        structlog.processors.format_exc_info,
    ]
    last: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if out.isatty():
        last = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, scrub, last],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # What a library warns of may quote what a stranger sent: it is a line like every other.
    logging.captureWarnings(True)
    # Every statement and every request would drown what matters, and say what is nobody's business:
    # the SDKs write whole messages and secrets.
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def scrub(_logger: Any, _method: str, event: Event) -> Event:
    """Mask what looks like a secret, by the name of its key or by its own look."""
    return {
        key: MASK if _SECRET_KEYS.search(key) else _clean(value) for key, value in event.items()
    }


def _cleaned(table: Event) -> Event:
    return {k: MASK if _SECRET_KEYS.search(str(k)) else _clean(v) for k, v in table.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern in _SECRET_TEXTS:
            value = pattern.sub(MASK, value)
        return value
    if isinstance(value, dict):
        return _cleaned(value)
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
