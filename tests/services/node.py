"""Microsoft's own JavaScript, for the tests that look at cards and manifests with its eyes.

Exact versions, fetched with npm the first time and kept in a folder that git ignores.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.services.missing import Missing

KEPT = Path(__file__).parents[2] / ".node"
PACKAGES: Mapping[str, str] = {
    "@microsoft/app-manifest": "1.1.2",
    "adaptivecards": "3.0.6",
    "ajv-draft-04": "1.0.0",
    "ajv-formats": "3.0.1",
    "ajv": "8.20.0",
    "markdown-it": "14.1.0",
}
FETCH_SECONDS = 110
RUN_SECONDS = 100


def installed(packages: Mapping[str, str] = PACKAGES) -> Path:
    """The folder in which node finds these packages.

    Raises:
        Missing: if there is no node or no npm, or npm cannot fetch them.
    """
    pins = json.dumps(dict(sorted(packages.items())))
    place = KEPT / hashlib.sha256(pins.encode()).hexdigest()[:12]
    npm = _program("npm")
    if place.is_dir():
        return place
    KEPT.mkdir(exist_ok=True)
    # Moved into place when it is whole: a run that was broken off leaves nothing half done.
    fresh = Path(tempfile.mkdtemp(dir=KEPT, prefix="fetching-"))
    try:
        (fresh / "package.json").write_text('{"private": true}')
        _fetch(npm, fresh, [f"{name}@{version}" for name, version in packages.items()])
        try:
            fresh.rename(place)
        except OSError:
            # Another run was quicker.
            if not place.is_dir():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def run(script: Path, given: object, packages: Path) -> object:
    """What a script says about what it is given, both as JSON."""
    result = subprocess.run(
        [_program("node"), script, packages / "node_modules"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{script.name} failed: {result.stderr}")
    said: object = json.loads(result.stdout)
    return said


def _fetch(npm: str, where: Path, names: list[str]) -> None:
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"]
    try:
        result = subprocess.run(
            [npm, "install", *quiet, "--save-exact", *names],
            cwd=where,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Missing("npm did not fetch the packages in time") from error
    if result.returncode != 0:
        raise Missing(f"npm could not fetch {', '.join(names)}: {result.stderr.strip()[-500:]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"no {name}: install Node.js (on Debian: apt-get install nodejs npm)")
    return found
