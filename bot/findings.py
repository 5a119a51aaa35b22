"""What the doctor says of one thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what is wrong with it; `wrong` is "" where it is in order."""

    part: str
    wrong: str = ""
    mend: str = ""
