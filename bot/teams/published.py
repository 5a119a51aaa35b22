"""The limits that Microsoft publishes for cards in Teams, and how far the desk goes with them.

Numbers alone; `bot.teams.shapes` says where each of them holds. Sizes are in bytes of UTF-16, as
Teams counts them.
"""

from __future__ import annotations

# Teams draws nothing beyond it.
VERSION = "1.5"

# A bot's message may have 100 KB, 80 are recommended; a webhook's 28. A card that is read in a
# channel has no business to be longer than that.
CARD = 25_000
# A dialog holds what somebody typed, of which nothing may be lost.
DIALOG = 80_000

# Beyond these a row of buttons is moved into its menu by Teams itself, in whatever order.
PRIMARY = 6
ACTIONS = 20
ACTION_TITLE = 100

# Who sees a card of their own, drawn for them when they look.
REFRESHED = 60

TEXT = 12_000
LABEL = 500
CHOICES = 500
CHOICE = 500
VALUE = 500
PLACEHOLDER = 250
INPUT = 50_000
ALT = 2_000
URL = 3_000
ID = 100
DATA = 2_500
NAME = 200
DIALOG_TITLE = 64
