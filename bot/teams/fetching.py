"""Answers of the hosts around Teams: read as far as they may be long, and no further."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

_PIECE = 2**16


class TooLong(ValueError):
    """The answer is longer than what was asked for can be."""


async def read_body(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body; raises `TooLong` for more than `limit` bytes."""
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limit:
            raise TooLong(f"more than {limit} bytes")
    return bytes(body)


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises `ValueError` where it holds something else."""
    try:
        found = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
