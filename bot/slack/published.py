"""The limits that Slack publishes, and the two that people measured. In characters and counts.

Numbers alone; `bot.slack.shapes` says where each of them holds.
"""

from __future__ import annotations

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Slack refuses a message whose blocks are longer, containers and all: undocumented, measured at
# 13,297 (bolt-js 2509); rich text was refused at less text than that (bolt-js 2867).
MESSAGE_WEIGHT = 13_000
# `view_too_large`, in bytes.
VIEW_BYTES = 250_000
# Beyond this Slack cuts a message's text off.
MESSAGE_TEXT = 40_000

TEXT_OBJECT = 3_000
SECTION = 3_000
FIELD = 2_000
FIELDS = 10
HEADER = 150
MARKDOWN = 12_000
CONTEXT = 10
ACTIONS = 25
ALT = 2_000
URL = 3_000

BUTTON = 75
VALUE = 2_000
OPTION = 75
OPTION_VALUE = 150
DESCRIPTION = 75
OPTIONS = 100
CHOICES = 10
OVERFLOW = 5
PLACEHOLDER = 150

CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30

LABEL = 2_000
HINT = 2_000
INPUT = 3_000
FILES = 10

TITLE = 24
METADATA = 3_000
ID = 255
