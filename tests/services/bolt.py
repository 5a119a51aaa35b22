"""Slack's official SDK for JavaScript, running: a bolt app that listens, and judges signatures."""

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.services.node import installed

# The last one that runs on every Node that is still looked after.
PACKAGES: Mapping[str, str] = {"@slack/bolt": "4.7.3"}
SCRIPT = Path(__file__).parents[1] / "slack" / "bolt.js"


class Bolt:
    """A bolt app in JavaScript, on this machine only."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{int(self._line())}"

    def takes(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the SDK takes this for a request of Slack."""
        named = {name.lower(): value for name, value in headers.items()}
        asked = json.dumps({"headers": named, "body": b64encode(body).decode()})
        assert self._process.stdin is not None
        self._process.stdin.write(asked + "\n")
        self._process.stdin.flush()
        return self._line() == "true"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def running_bolt(secret: str, milliseconds: int) -> Iterator[Bolt]:
    """Start the app; it takes `milliseconds` since 1970 for the time.

    Raises:
        Missing: if there is no node, or the SDK can neither be found nor fetched.
    """
    there = {**os.environ, "NODE_PATH": str(installed(PACKAGES) / "node_modules")}
    process = subprocess.Popen(
        ["node", SCRIPT, secret, str(milliseconds)],
        env=there, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Bolt(process)
    finally:
        process.kill()
        process.communicate()
