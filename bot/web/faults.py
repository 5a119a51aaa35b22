"""What can be wrong with a request, in words for the person who made it."""

from __future__ import annotations


class Fault(Exception):
    """A request that is not served: `what` happened, `why`, and the `next_step`, in words."""

    status = 400

    def __init__(self, what: str, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.next_step = next_step

    @property
    def words(self) -> str:
        """All of it, in one line."""
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


class BadRequest(Fault):
    """Broken input: it cannot be understood, so nothing was done."""


class NotSignedIn(Fault):
    """There is no session, or it has ended."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "You are not signed in.",
            "The web chat is opened with a personal link that works once, for 15 minutes.",
            "Ask the desk's operators for one, or ask the desk where you can already write to it.",
        )


class Forged(Fault):
    """It did not come from the desk's own page."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Nothing was changed.",
            "This page is out of date, or the request did not come from the desk's own page.",
            "Reload the page and try again.",
        )


class NotFound(Fault):
    """Missing, or somebody else's: the same answer for both."""

    status = 404

    def __init__(self, what: str = "There is no such page.") -> None:
        super().__init__(
            what,
            "The address may be mistyped, or what was here is not for you.",
            "Go back to your conversation with the desk, or ask the desk's operators.",
        )


class TooLarge(Fault):
    """More than is taken."""

    status = 413


class TooMany(Fault):
    """Too many tries in a short time."""

    status = 429
