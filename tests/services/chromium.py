"""Where this machine keeps its Chromium, and the flags that keep it quiet in a test."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.services.missing import Missing

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)

# A browser in a test talks to the pages it is given and to nobody else.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium(environment: Mapping[str, str] = os.environ) -> str:
    """The browser's executable; the variable CHROMIUM names another one.

    Raises:
        Missing: if there is none.
    """
    named = environment.get("CHROMIUM")
    for candidate in [named] if named else NAMES:
        found = shutil.which(candidate)
        if found is not None:
            return found
    if named:
        raise Missing(f"CHROMIUM={named} is not a program")
    for application in APPLICATIONS:
        if application.exists():
            return str(application)
    raise Missing("no Chromium: install it (on Debian: apt-get install chromium), or set CHROMIUM")
