"""What a machine lacks, said once, so that a test is skipped for a reason a person can act on."""

import os
from collections.abc import Mapping


class Missing(Exception):
    """A real program the tests need is not on this machine."""


def skips_fail(environment: Mapping[str, str] = os.environ) -> bool:
    """On a build server nothing may be skipped: what nobody ran would look as if it passed."""
    return environment.get("CI", "").strip().lower() not in {"", "0", "false", "no"}
