"""Going on after somebody's mistake: the one place where any error at all is caught.

Loops that serve everybody (the sweep, the delivery, the live pages) and the outermost edge of a
request must not end because one case, one message or one adapter has a fault. Whoever uses this
writes the error down and says what becomes of the work; everywhere else errors are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Mishap:
    """What went wrong inside `survived`; `error` is None where nothing did."""

    error: Exception | None = None


@contextmanager
def survived(*passing: type[Exception]) -> Iterator[Mishap]:
    """Catch whatever goes wrong inside, except for `passing`, and hand it over as a `Mishap`.

    The caller has to look at `error` afterwards, and to log it with its traceback.
    """
    mishap = Mishap()
    try:
        yield mishap
    except passing:
        raise
    except Exception as error:  # noqa: BLE001  the one place, see above
        mishap.error = error
