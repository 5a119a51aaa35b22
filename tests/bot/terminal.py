"""A terminal for tests: commands in this process, and the desk as a process of its own."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.commands import app

OURS = ("DESK_", "SLACK_", "MicrosoftApp")

# Long enough for a machine that does ten things at once; nothing waits so long when all is well.
PATIENCE = 60.0


def forget_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine, and none that another test made."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)


def typed(*words: object) -> Result:
    """What a command answers; a mistake of the program is raised."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


class Started:
    """The program as a process of its own; its lines are waited for, never slept for."""

    def __init__(self, cwd: Path, *words: str, **settings: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=cwd,
            env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self.logged: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read_out, daemon=True),
            threading.Thread(target=self._read_err, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _read_err(self) -> None:
        assert self.process.stderr is not None
        self.logged.extend(line.rstrip("\n") for line in self.process.stderr)

    def line_with(self, words: str) -> str:
        """Wait for the first line of stdout with these words."""
        while (line := self._lines.get(timeout=PATIENCE)) is not None:
            self.said.append(line)
            if words in line:
                return line
        self.process.wait(PATIENCE)
        raise AssertionError(f"{words!r} was never said: {self.said} {self.logged}")

    def ready(self) -> str:
        """Wait until it serves, and return its address."""
        return self.line_with("is ready: ").split("is ready: ")[1].split()[0]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and wait for its end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        while not self._lines.empty():
            line = self._lines.get()
            self.said += [] if line is None else [line]
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.ended()


def settings_of(given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set these variables and no other of ours."""
    forget_settings(monkeypatch)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
