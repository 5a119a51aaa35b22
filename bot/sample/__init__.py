"""What the demo is made of: a roster, and a few cases on the desk."""

from importlib.resources import files
from pathlib import Path

ROSTER = Path(str(files("bot.sample") / "roster.toml"))
