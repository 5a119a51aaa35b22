"""How the fake's methods refuse."""

from __future__ import annotations

from typing import Any

from bot.slack.limits import check


class ApiError(Exception):
    """Slack's word for why it will not, and what else it says."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


def checked(what: Any, surface: str, code: str = "invalid_blocks") -> None:
    """Refuse blocks or a view that the real Slack would refuse."""
    faults = check(what, surface)  # type: ignore[arg-type]  # the surface's name comes from a test
    if faults:
        said = [f"{one.message} [json-pointer:{one.pointer}]" for one in faults]
        raise ApiError(code, errors=said, response_metadata={"messages": said})


def needed(args: dict[str, Any], *names: str) -> None:
    """Refuse a call without these arguments."""
    missing = [name for name in names if not args.get(name)]
    if missing:
        raise ApiError("invalid_arguments", response_metadata={"messages": missing})
