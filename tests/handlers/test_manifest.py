"""The Slack app manifest offers the commands that the grammar knows, and no others."""

import json
from pathlib import Path

from handlers.grammar import COMMANDS, understand
from handlers.intents import Help

MANIFEST = Path(__file__).parents[2] / "manifest.json"


def test_every_slash_command_is_understood_and_every_known_one_is_offered() -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    offered = {c["command"] for c in manifest["features"]["slash_commands"]}
    assert offered == {*COMMANDS, "/case"}
    for command in offered:
        intent = understand(command, vendor=False)
        assert not (isinstance(intent, Help) and intent.unknown), command
