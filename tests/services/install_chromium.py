"""`python -m tests.services.install_chromium`: make sure of a browser, where that is ours to do.

It never fails. A machine without a browser still runs the other tests, and those that need one
are skipped with the reason (or fail, on a build server).
"""

import os
import shutil
import subprocess

from tests.services.chromium import find_chromium
from tests.services.missing import Missing

# With a font: a page without one has no text to measure.
PACKAGES = ("chromium", "fonts-liberation")


def main() -> None:
    """Install Chromium with Debian's packages if it is missing and we may; else say why not."""
    try:
        find_chromium()
    except Missing as missing:
        print(_install() or f"Browser tests will be skipped: {missing}")


def _install() -> str:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return ""
    print("Installing Chromium for the browser tests …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        result = subprocess.run(
            [apt, "-qq", *arguments], env=quiet, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            return f"Chromium could not be installed: {result.stderr.strip()}"
    return "Chromium is installed."


if __name__ == "__main__":
    main()
