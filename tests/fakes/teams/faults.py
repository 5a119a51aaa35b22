"""How the fake's API refuses."""

from __future__ import annotations

from typing import Any

from aiohttp import web


class ApiError(Exception):
    """A refusal of the Connector: a status, its word, a sentence."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> web.Response:
        """The refusal as the Connector writes it; some words stand within the message."""
        if self.code == "MessageWritesBlocked":
            inside = '{\r\n  "subCode": "MessageWritesBlocked",\r\n  "details": "Blocked."}'
            return web.json_response({"errorCode": 209, "message": inside}, status=self.status)
        error = {"code": self.code, "message": self.message or self.code}
        return web.json_response({"error": error}, status=self.status)


def needed(body: Any, *path: str) -> Any:
    """What stands where the path leads; without it the call is refused."""
    found = body
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not found:
        raise ApiError(400, "BadArgument", f"{'.'.join(path)} is missing")
    return found
