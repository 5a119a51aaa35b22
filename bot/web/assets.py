"""The stylesheet, scripts and pictures of the web chat."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from bot.web.faults import NotFound

_FOLDER = Path(__file__).parent / "static"
# Not left to the machine's own table, which may know other names for these.
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file as it is sent."""

    body: bytes
    media_type: str
    fingerprint: str


async def asset(request: web.Request) -> web.Response:
    """GET /static/{file}: kept for a year where the address names its content."""
    found = _found(request.match_info["file"])
    if found is None:
        raise NotFound
    named = request.query.get("v") == found.fingerprint
    headers = {
        "ETag": f'"{found.fingerprint}"',
        "Cache-Control": "public, max-age=31536000, immutable" if named else "no-cache",
    }
    if any(tag.value in {found.fingerprint, "*"} for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    text = found.media_type.startswith("text/")
    return web.Response(
        body=found.body,
        content_type=found.media_type,
        charset="utf-8" if text else None,
        headers=headers,
    )


@cache
def _everything() -> dict[str, Path]:
    return {
        path.relative_to(_FOLDER).as_posix(): path for path in _FOLDER.rglob("*") if path.is_file()
    }


def _found(name: str) -> Asset | None:
    # Looked up, never joined to a path: no name leads out of the folder.
    path = _everything().get(name)
    return _read(path) if path else None


@cache
def _read(path: Path) -> Asset:
    body = path.read_bytes()
    guessed = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    fingerprint = hashlib.sha256(body).hexdigest()[:16]
    return Asset(body, guessed or "application/octet-stream", fingerprint)
